import { readFileSync } from 'node:fs';
import { parseDecimal } from '../../../src/domain/exact.ts';
import type { RejectReason } from '../../../src/domain/venue-error.ts';
import { nine, type AlpacaAccount, type AlpacaOrder, type AlpacaTrade } from './alpaca-account.ts';

/** JSON as Alpaca sends it. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer: status, JSON, headers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of a recorded sample, its first element where it is a list; `fixtures/README.md` says where each comes from. */
export function fixture(name: string): Json {
  const { body } = JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as { readonly body: Json | readonly Json[] };
  return (Array.isArray(body) ? body[0] : body) as Json;
}

/** An error: the shape is that of fixture order_routes__cancel_orders, codes and words as each place that uses it says. */
export function refuse(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: { code, message }, headers };
}

/**
 * How Alpaca words each reason; those that it has no word for are absent. Quoted in: alpacahq/alpaca-py issue 225
 * (buying power), bennycode/trading-signals and many others (cost basis, sub-penny: also docs.alpaca.markets,
 * "Orders at Alpaca"; fractional; not tradable; market hours; short), forum.alpaca.markets/t/13817 (wash trade).
 */
export const REJECTIONS: Readonly<Partial<Record<RejectReason, Answer>>> = {
  'insufficient-balance': { status: 403, body: { buying_power: '176531.28', code: 40310000, cost_basis: '48640000', message: 'insufficient buying power' } },
  'below-minimum': refuse(403, 40310000, 'cost basis must be >= minimal amount of order 10'),
  'bad-price': refuse(422, 42210000, 'invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria'),
  'bad-quantity': refuse(422, 42210000, 'fractional orders must be DAY orders'),
  'market-closed': refuse(422, 42210000, 'options market orders are only allowed during market hours'),
  'instrument-halted': refuse(422, 42210000, 'asset "AAPL" is not tradable'),
  'not-permitted': refuse(403, 40310100, 'trade denied due to pattern day trading protection'),
  'other': refuse(422, 40010001, 'invalid crypto time in force'),
};

/** Moments with more digits than milliseconds, as Alpaca writes them. */
export function moment(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '916716Z');
}

/** An order: fixture order_routes__get_order_by_client_id, with quantities as text as docs.alpaca.markets shows them. */
export function orderBody(order: AlpacaOrder): Json {
  const { request } = order;
  return {
    ...fixture('order_routes__get_order_by_client_id'), id: order.id, client_order_id: order.clientOrderId, symbol: request['symbol'], created_at: moment(order.submitted), submitted_at: moment(order.submitted),
    updated_at: moment(order.updated), qty: request['qty'] ?? null, notional: request['notional'] ?? null, filled_qty: nine(order.filled), order_type: request['type'], type: request['type'], side: request['side'],
    time_in_force: request['time_in_force'], limit_price: request['limit_price'] ?? null, stop_price: request['stop_price'] ?? null, trail_percent: request['trail_percent'] ?? null, status: order.status,
    replaces: order.replaces, replaced_by: order.replacedBy,
  };
}

/** One of `GET /v2/account/activities/FILL`: the sample of docs.alpaca.markets, "Account Activities". */
export function activityBody(trade: AlpacaTrade): Json {
  const { order } = trade;
  const left = nine(parseDecimal(order.request['qty'] ?? '0', 9));
  return {
    id: activityId(trade), activity_type: 'FILL', transaction_time: moment(trade.time), type: 'partial_fill', price: trade.price, qty: trade.quantity, side: order.request['side'],
    symbol: order.request['symbol'], leaves_qty: left, order_id: order.id, cum_qty: nine(order.filled), order_status: order.status,
  };
}

/** The moment, two colons and what the stream calls `execution_id`: nautechsystems/nautilus_trader has read so from a live account. */
export function activityId({ time, executionId }: AlpacaTrade): string {
  return `${new Date(time).toISOString().replaceAll(/\D/g, '')}::${executionId}`;
}

/**
 * A fee in `GET /v2/account/activities`, which tells its day alone: of coins the sample of docs.alpaca.markets, "Crypto Spot
 * Trading Fees"; of shares as "Account Activities" has it, in the words of "Regulatory Fees", without a symbol.
 */
export function feeBody(symbol: string, count: number, now: number, taken: { readonly qty?: string; readonly net_amount?: string }): Json & { readonly id: string } {
  const date = new Date(now).toISOString().slice(0, 10);
  return {
    id: `${date.replaceAll('-', '')}000000000::53be51ba-46f9-43de-b81f-${String(count).padStart(12, '0')}`, date, net_amount: '0', status: 'executed',
    ...(symbol.includes('/') ? { activity_type: 'CFEE', description: 'Coin Pair Transaction Fee (Non USD)', symbol: symbol.replace('/', ''), price: '1884.5' }
      : { activity_type: 'FEE', description: `REG fee for proceed of 1 shares (1 trades) on ${date}` }), ...taken,
  };
}

/** `GET /v2/account`: the sample of docs.alpaca.markets, "Working with /account". */
export function accountBody(account: AlpacaAccount, mayTrade: boolean): Json {
  return {
    id: 'c8f1ef5d-edc0-4f23-9ee4-378f19cb92a4', account_number: '010203ABCD', status: 'ACTIVE', crypto_status: 'ACTIVE', currency: 'USD', buying_power: '200000', cash: nine(account.cash),
    pattern_day_trader: false, trading_blocked: !mayTrade, transfers_blocked: false, account_blocked: false, trade_suspended_by_user: false, shorting_enabled: true, multiplier: '2',
  };
}

/** One of `GET /v2/positions`: fixture position_routes__get_all_positions; coins without their stroke, as that of close_all_positions shows. */
export function positionBody(symbol: string, quantity: string): Json {
  return { ...fixture('position_routes__get_all_positions'), symbol: symbol.replace('/', ''), qty: quantity, side: quantity.startsWith('-') ? 'short' : 'long' };
}

/** `GET /v2/assets`: fixture asset_routes__get_all_assets for shares, the sample of docs.alpaca.markets, "Crypto Spot Trading", for coins; with one that does not trade, and one that nobody can read. */
export function assetsBody(kind: string | null): readonly Json[] {
  const share = fixture('asset_routes__get_all_assets');
  const coin = {
    id: '276e2673-764b-4ab6-a611-caf665ca6340', class: 'crypto', exchange: 'ALPACA', symbol: 'BTC/USD', name: 'BTC/USD pair', status: 'active', tradable: true, marginable: false, shortable: false,
    easy_to_borrow: false, fractionable: true, min_order_size: '0.0001', min_trade_increment: '0.0001', price_increment: '1',
  };
  return kind === 'crypto' ? [coin, { ...coin, symbol: 'ETH/BTC', price_increment: '0.000000001' }, { ...coin, symbol: 'ODD/USD', min_trade_increment: '0' }] : [share, { ...share, symbol: 'BRK.B' }, { ...share, symbol: 'GONE', tradable: false }, { symbol: 'ODD' }];
}

/** A frame of `trade_updates`: the example of docs.alpaca.markets, "Websocket Streaming". */
export function updateFrame(event: string, order: AlpacaOrder, now: number, trade?: AlpacaTrade): string {
  return JSON.stringify({
    stream: 'trade_updates',
    data: {
      event, timestamp: moment(trade?.time ?? now), order: orderBody(order),
      ...(trade === undefined ? {} : { execution_id: trade.executionId, price: trade.price, qty: trade.quantity, position_qty: '0' }),
    },
  });
}
