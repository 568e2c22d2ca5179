import { add, compare, format, parseDecimal, sub, type Exact } from '../../../src/domain/exact.ts';
import type { ServedTrade, WireOrder } from '../dialect-server.ts';

/** Decimals of the account's own arithmetic. */
const PLACES = 8;
const DAY_MS = 86_400_000;

/** An order on the server's book. A conditional one has an id of its own, and one in the book from when it triggers. */
export interface FuturesOrder {
  readonly algoId: string | undefined;
  orderId: string | undefined;
  readonly clientOrderId: string;
  readonly symbol: string;
  /** As they were sent; a change replaces price and quantity. */
  readonly parameters: URLSearchParams;
  readonly created: number;
  updated: number;
  executed: Exact;
  status: 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';
}

/** One trade of the account. */
export interface FuturesTrade extends ServedTrade {
  readonly id: number;
  readonly order: FuturesOrder;
  readonly time: number;
}

/** An account of USD-M futures in one-way mode, as far as orders, trades, positions and the wallet go; profit is not modelled. It knows nothing of the network. */
export class FuturesAccount {
  readonly orders: FuturesOrder[] = [];
  readonly trades: FuturesTrade[] = [];
  /** In units of 10^-8. */
  readonly wallet = new Map<string, Exact>([['USDT', parseDecimal('122607.35137903', PLACES)], ['BNB', parseDecimal('1.5', PLACES)]]);
  /** Signed, in units of 10^-8, by symbol. */
  readonly positions = new Map<string, Exact>();
  /** What was paid of the account's own accord, oldest first, as `GET /fapi/v1/income` tells it. */
  readonly incomes: { readonly symbol: string; readonly income: string; readonly asset: string; readonly time: number; readonly tranId: number }[] = [];
  readonly leverages = new Map<string, string>();
  readonly marginTypes = new Map<string, string>();
  hedged = false;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  place(parameters: URLSearchParams, conditional: boolean): FuturesOrder {
    const order: FuturesOrder = {
      algoId: conditional ? String(1_000_000_033_225_453 + this.orders.length) : undefined, orderId: conditional ? undefined : this.#nextId(),
      clientOrderId: parameters.get('newClientOrderId') ?? parameters.get('clientAlgoId') ?? `web_${this.orders.length}`,
      symbol: parameters.get('symbol') ?? '', parameters, created: this.#now(), updated: this.#now(), executed: 0, status: 'NEW',
    };
    this.orders.push(order);
    return order;
  }

  /** A conditional order goes into the book. */
  trigger(order: FuturesOrder): void {
    order.orderId = this.#nextId();
    order.updated = this.#now();
  }

  /** As `find`, of what the venue still knows ("Query Order"). */
  recall(parameters: URLSearchParams): FuturesOrder | undefined {
    const order = this.find(parameters);
    const age = this.#now() - (order?.created ?? 0);
    const untraded = order !== undefined && !isOpen(order) && order.executed === 0;
    return age > 90 * DAY_MS || (untraded && age > 3 * DAY_MS) ? undefined : order;
  }

  /** The newest order in the book of an id. */
  find(parameters: URLSearchParams): FuturesOrder | undefined {
    const id = parameters.get('orderId');
    return this.orders.findLast((order) => order.orderId !== undefined && (id === null ? order.clientOrderId === parameters.get('origClientOrderId') : order.orderId === id));
  }

  /** The newest conditional order of an id. */
  findConditional(parameters: URLSearchParams): FuturesOrder | undefined {
    return this.orders.findLast((order) => order.algoId !== undefined && order.clientOrderId === parameters.get('clientAlgoId'));
  }

  trade(order: FuturesOrder, served: ServedTrade): FuturesTrade {
    const quantity = parseDecimal(served.quantity, PLACES);
    order.updated = this.#now();
    order.executed = add(order.executed, quantity);
    order.status = compare(order.executed, parseDecimal(order.parameters.get('quantity') ?? '0', PLACES)) >= 0 ? 'FILLED' : 'PARTIALLY_FILLED';
    const trade = { ...served, id: 698_759 + this.trades.length, order, time: this.#now() };
    this.trades.push(trade);
    const held = this.positions.get(order.symbol) ?? 0;
    this.positions.set(order.symbol, order.parameters.get('side') === 'BUY' ? add(held, quantity) : sub(held, quantity));
    this.pay(served.feeCurrency, sub(0, parseDecimal(served.fee, PLACES)));
    return trade;
  }

  /** Trades of a symbol from a number on, the oldest first; without one the newest of the last seven days ("Account Trade List"). */
  tradesFrom(symbol: string | null, from: string | null, limit: number): readonly FuturesTrade[] {
    const all = this.trades.filter(({ order }) => order.symbol === symbol);
    return from === null ? all.filter(({ time }) => time > this.#now() - 7 * DAY_MS).slice(-limit) : all.filter(({ id }) => id >= Number(from)).slice(0, limit);
  }

  pay(currency: string, amount: Exact): void {
    this.wallet.set(currency, add(this.wallet.get(currency) ?? 0, amount));
  }

  fund(symbol: string, amount: string): void {
    this.incomes.push({ symbol, income: amount, asset: 'USDT', time: this.#now(), tranId: 9_689_322_392 + this.incomes.length });
    this.pay('USDT', parseDecimal(amount, PLACES));
  }

  #nextId(): string {
    // Beyond 2^53, as they may be: read as a double it would name another order.
    return String(9_007_199_254_740_993n + BigInt(this.orders.length) * 2n);
  }
}

/** Whether an order can still trade. */
export function isOpen({ status }: FuturesOrder): boolean {
  return status === 'NEW' || status === 'PARTIALLY_FILLED';
}

/** An amount of the account as text. */
export function written(amount: Exact): string {
  return format(amount, PLACES);
}

/** An amount as the account keeps it. */
export function amountOf(text: string): Exact {
  return parseDecimal(text, PLACES);
}

const TYPES: Readonly<Record<string, WireOrder['type']>> = { MARKET: 'market', LIMIT: 'limit', STOP_MARKET: 'stop', STOP: 'stop-limit' };

/** An order as the suite looks at it. */
export function toWire({ algoId, orderId, clientOrderId, parameters }: FuturesOrder): WireOrder {
  const lasts = parameters.get('timeInForce') ?? undefined;
  return {
    clientOrderId, venueOrderId: algoId ?? orderId ?? '', side: parameters.get('side') === 'BUY' ? 'buy' : 'sell', type: TYPES[parameters.get('type') ?? ''] ?? 'market',
    timeInForce: lasts === 'GTX' ? 'gtc' : lasts?.toLowerCase(), quantity: parameters.get('quantity') ?? '', price: parameters.get('price') ?? undefined,
    trigger: parameters.get('triggerPrice') ?? undefined, postOnly: lasts === 'GTX', reduceOnly: parameters.get('reduceOnly') === 'true',
  };
}
