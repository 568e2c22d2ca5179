import { readFileSync } from 'node:fs';
import { add, compare, format, mul, parseDecimal, sub, type Exact } from '../../../src/domain/exact.ts';
import type { ServedTrade, WireOrder } from '../dialect-server.ts';

/** JSON as Binance sends it. */
export type Json = Readonly<Record<string, unknown>>;

/** The JSON of a recorded sample; `fixtures/README.md` says where each comes from. */
export function fixture(name: string): Json {
  const text = readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8');
  const json: unknown = JSON.parse(text.slice(/^[[{]/m.exec(text.replace(/^[<>].*$/gm, (line) => ' '.repeat(line.length)))?.index ?? 0));
  return (Array.isArray(json) ? json[0] : json) as Json;
}

/** Binance's decimals have eight places. */
const PLACES = 8;

/** An order on the server's book. */
export interface SpotOrder {
  /** Beyond 2^53, as they may be: read as a double it would name another order. */
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly parameters: URLSearchParams;
  /** When it last changed. */
  updated: number;
  executed: Exact;
  status: 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';
}

/** One trade of the account. */
export interface SpotTrade extends ServedTrade {
  readonly id: number;
  readonly order: SpotOrder;
  readonly time: number;
}

/** An account of Binance spot, as far as orders, trades and balances go. It knows nothing of the network. */
export class SpotAccount {
  readonly orders: SpotOrder[] = [];
  readonly trades: SpotTrade[] = [];
  /** Free amounts in units of 10^-8. */
  readonly balances = new Map<string, Exact>([['BTC', parseDecimal('4723846.89208129', PLACES)], ['USDT', parseDecimal('4763368.68006011', PLACES)], ['BNB', 0]]);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  place(parameters: URLSearchParams): SpotOrder {
    const order: SpotOrder = {
      orderId: String(9_007_199_254_740_993n + BigInt(this.orders.length)), clientOrderId: parameters.get('newClientOrderId') ?? `web_${this.orders.length}`,
      symbol: parameters.get('symbol') ?? '', parameters, updated: this.#now(), executed: 0, status: 'NEW',
    };
    this.orders.push(order);
    return order;
  }

  find(parameters: URLSearchParams): SpotOrder | undefined {
    const id = parameters.get('orderId');
    // The newest of an id, which only open orders have to themselves.
    return this.orders.findLast((order) => (id === null ? order.clientOrderId === parameters.get('origClientOrderId') : order.orderId === id));
  }

  trade(order: SpotOrder, served: ServedTrade): SpotTrade {
    const quantity = parseDecimal(served.quantity, PLACES);
    order.updated = this.#now();
    order.executed = add(order.executed, quantity);
    order.status = compare(order.executed, quantityOf(order)) >= 0 ? 'FILLED' : 'PARTIALLY_FILLED';
    const trade = { ...served, id: 28_457 + this.trades.length, order, time: this.#now() };
    this.trades.push(trade);
    const buys = order.parameters.get('side') === 'BUY';
    const cost = mul(quantity, parseDecimal(served.price, PLACES));
    this.#move('BTC', buys ? quantity : sub(0, quantity));
    this.#move('USDT', parseDecimal(format(buys ? sub(0, cost) : cost, 2 * PLACES).slice(0, 18), PLACES));
    this.#move(served.feeCurrency, sub(0, parseDecimal(served.fee, PLACES)));
    return trade;
  }

  #move(asset: string, amount: Exact): void {
    this.balances.set(asset, add(this.balances.get(asset) ?? 0, amount));
  }
}

/** Whether an order can still trade. */
export function isOpen({ status }: SpotOrder): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

function quantityOf(order: SpotOrder): Exact {
  return parseDecimal(order.parameters.get('quantity') ?? '0', PLACES);
}

/** A decimal as Binance writes it: always eight places. */
export function eight(amount: Exact): string {
  const [whole, fraction = ''] = format(amount, PLACES).split('.');
  return `${whole}.${fraction.padEnd(PLACES, '0')}`;
}

/** Eight places of a decimal text. */
export function eightOf(text: string | null): string {
  return eight(parseDecimal(text ?? '0', PLACES));
}

const TYPES: Readonly<Record<string, WireOrder['type']>> = { MARKET: 'market', LIMIT: 'limit', LIMIT_MAKER: 'limit', STOP_LOSS: 'stop', STOP_LOSS_LIMIT: 'stop-limit' };

/** An order as the suite looks at it. */
export function toWire({ orderId, clientOrderId, parameters }: SpotOrder): WireOrder {
  const type = parameters.get('type') ?? '';
  return {
    clientOrderId, venueOrderId: orderId, side: parameters.get('side') === 'BUY' ? 'buy' : 'sell', type: TYPES[type] ?? 'market',
    timeInForce: parameters.get('timeInForce')?.toLowerCase(), quantity: parameters.get('quantity') ?? '', price: parameters.get('price') ?? undefined,
    trigger: parameters.get('stopPrice') ?? undefined, postOnly: type === 'LIMIT_MAKER', reduceOnly: false,
  };
}
