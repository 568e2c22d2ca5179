import type { RejectReason } from '../../../src/domain/venue-error.ts';
import type { Fault } from '../dialect-server.ts';
import { eight, eightOf, fixture, type Json, type SpotAccount, type SpotOrder, type SpotTrade } from './spot-account.ts';

/** An answer: status, JSON, headers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as errors.md of github.com/binance/binance-spot-api-docs words it. */
export function refuse(code: number, msg: string, status = 400, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: { code, msg }, headers };
}

/** How Binance words each reason (errors.md, "Messages for -2010 …" and "Filter failures"); those that it has no word for are absent. */
export const REJECTIONS: Readonly<Partial<Record<RejectReason, Answer>>> = {
  'insufficient-balance': refuse(-2010, 'Account has insufficient balance for requested action.'),
  'below-minimum': refuse(-1013, 'Filter failure: NOTIONAL'),
  'above-maximum': refuse(-1013, 'Filter failure: MAX_ASSET'),
  'bad-price': refuse(-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'),
  'bad-quantity': refuse(-1013, 'Filter failure: LOT_SIZE'),
  'would-take': refuse(-2010, 'Order would immediately match and take.'),
  'market-closed': refuse(-2010, 'Market is closed.'),
  'too-many-orders': refuse(-1013, 'Filter failure: MAX_NUM_ALGO_ORDERS'),
  'not-permitted': refuse(-2010, 'This symbol is not permitted for this account.'),
  'position-limit': refuse(-1013, 'Filter failure: MAX_POSITION'),
  'other': refuse(-1128, 'Combination of optional parameters invalid.'),
};

/** Text in which an id beyond 2^53 is a bare number, as Binance writes it. */
export function toText(body: unknown): string {
  return JSON.stringify(body).replace(/"#(\d+)"/g, '$1');
}

const bare = (id: string) => `#${id}`;

/** `GET /api/v3/order`: fixture get-order. */
export function orderBody(order: SpotOrder): Json {
  const { parameters } = order;
  return {
    ...fixture('get-order'), symbol: order.symbol, orderId: bare(order.orderId), clientOrderId: order.clientOrderId, price: eightOf(parameters.get('price')),
    origQty: eightOf(parameters.get('quantity')), executedQty: eight(order.executed), status: order.status, timeInForce: parameters.get('timeInForce') ?? 'GTC',
    type: parameters.get('type'), side: parameters.get('side'), stopPrice: eightOf(parameters.get('stopPrice')), time: order.updated, updateTime: order.updated,
  };
}

/** `POST /api/v3/order` with `newOrderRespType=ACK`: the five fields of fixture place-order that rest-api.md, "New order", "Response - ACK" leaves. */
export function acceptedBody(order: SpotOrder, now: number): Json {
  const { orderListId } = fixture('place-order');
  return { symbol: order.symbol, orderId: bare(order.orderId), orderListId, clientOrderId: order.clientOrderId, transactTime: now };
}

/** `DELETE /api/v3/order`: fixture cancel-order; `clientOrderId` is the cancel's own. */
export function canceledBody(order: SpotOrder, now: number): Json {
  return { ...fixture('cancel-order'), symbol: order.symbol, orderId: bare(order.orderId), origClientOrderId: order.clientOrderId, executedQty: eight(order.executed), status: 'CANCELED', transactTime: now };
}

/** One of `GET /api/v3/myTrades`: fixture get-user-trades. */
export function tradeBody(trade: SpotTrade): Json {
  return {
    ...fixture('get-user-trades'), symbol: trade.order.symbol, id: trade.id, orderId: bare(trade.order.orderId), price: eightOf(trade.price), qty: eightOf(trade.quantity),
    commission: eightOf(trade.fee), commissionAsset: trade.feeCurrency, time: trade.time, isBuyer: trade.order.parameters.get('side') === 'BUY', isMaker: trade.liquidity === 'maker',
  };
}

/** `GET /api/v3/account`: fixture get-account-info; what open orders hold back is not modelled. */
export function accountBody(account: SpotAccount): Json {
  return { ...fixture('get-account-info'), balances: [...account.balances].filter(([, free]) => free !== 0).map(([asset, free]) => ({ asset, free: eight(free), locked: '0.00000000' })) };
}

/** `GET /api/v3/exchangeInfo`: fixture get-exchange-info, with filters as filters.md shows them, and a symbol that nobody can read. */
export function exchangeBody(): Json {
  const info = fixture('get-exchange-info');
  const [symbol] = info.symbols as readonly Json[];
  const filters = (tickSize: string, stepSize: string, minNotional: string) => [
    { filterType: 'PRICE_FILTER', minPrice: '0.00000100', maxPrice: '100000.00000000', tickSize },
    { filterType: 'PERCENT_PRICE_BY_SIDE', bidMultiplierUp: '1.2', bidMultiplierDown: '0.2', askMultiplierUp: '5', askMultiplierDown: '0.8', avgPriceMins: 1 },
    { filterType: 'LOT_SIZE', minQty: stepSize, maxQty: '100000.00000000', stepSize },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '71.12345678', stepSize: '0.00000000' },
    { filterType: 'NOTIONAL', minNotional, applyMinToMarket: true, maxNotional: '9000000.00000000', applyMaxToMarket: false, avgPriceMins: 5 },
  ];
  return {
    ...info, symbols: [
      { ...symbol, symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', filters: filters('0.01000000', '0.00001000', '5.00000000') },
      { ...symbol, symbol: 'ETHBTC', filters: filters('0.00001000', '0.00010000', '0.00010000') },
      { ...symbol, symbol: 'HALTED', status: 'BREAK', filters: [] },
      { symbol: 'ODD' },
    ],
  };
}

/** A frame of the stream: fixture subscribe-order. */
export function reportFrame(order: SpotOrder, kind: 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED', now: number, trade?: SpotTrade): string {
  const { subscriptionId, event } = fixture('subscribe-order');
  const { parameters } = order;
  return toText({
    subscriptionId, event: {
      ...event as Json, E: now, s: order.symbol, c: kind === 'CANCELED' ? 'pXLV6Hz6mprAcVYpVMTGgx' : order.clientOrderId, C: kind === 'CANCELED' ? order.clientOrderId : '',
      S: parameters.get('side'), o: parameters.get('type'), f: parameters.get('timeInForce') ?? 'GTC', q: eightOf(parameters.get('quantity')), p: eightOf(parameters.get('price')),
      x: kind, X: order.status, i: bare(order.orderId), z: eight(order.executed), T: trade?.time ?? now,
      ...(trade === undefined ? {} : { l: eightOf(trade.quantity), L: eightOf(trade.price), n: eightOf(trade.fee), N: trade.feeCurrency, t: trade.id, m: trade.liquidity === 'maker' }),
    },
  });
}

/** The venue's words for what goes wrong: rest-api.md, "HTTP Return Codes" and "IP Limits"; errors.md, -1003 and -1007. */
export function faultAnswer(fault: Fault, now: number): Answer {
  switch (fault) {
    case 'rate-limited': return refuse(-1003, 'Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.', 429, { 'Retry-After': '2' });
    case 'banned': return refuse(-1003, `Way too much request weight used; IP banned until ${now + 120_000}. Please use WebSocket Streams for live updates to avoid bans.`, 418, { 'Retry-After': '120' });
    case 'venue-unsure': return refuse(-1007, 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.');
    case 'maintenance': return { status: 503, body: '<html><head><title>503 Service Temporarily Unavailable</title></head></html>' };
    default: return refuse(-1000, 'An unknown error occurred while processing the request.', 500);
  }
}
