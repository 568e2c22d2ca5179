import { randomUUID } from 'node:crypto';
import { add, compare, divide, format, mul, neg, parseDecimal, pow10, sub, type Exact } from '../../../src/domain/exact.ts';
import type { ServedTrade, WireOrder } from '../dialect-server.ts';

/** The body of `POST /v2/orders`. */
export type OrderRequest = Readonly<Record<string, string>>;

const PLACES = 9;

/** An order on the server's book. */
export interface AlpacaOrder {
  readonly id: string;
  readonly clientOrderId: string;
  readonly request: OrderRequest;
  readonly submitted: number;
  updated: number;
  filled: Exact;
  status: 'new' | 'partially_filled' | 'filled' | 'canceled' | 'expired' | 'replaced' | 'done_for_day' | 'stopped' | 'suspended' | 'pending_cancel' | 'pending_replace';
  replaces: string | null;
  replacedBy: string | null;
}

/** One trade of the account. */
export interface AlpacaTrade extends ServedTrade {
  readonly executionId: string;
  readonly order: AlpacaOrder;
  readonly time: number;
}

/** An account of Alpaca, as far as orders, trades, cash and positions go. It knows nothing of the network. */
export class AlpacaAccount {
  readonly orders: AlpacaOrder[] = [];
  readonly trades: AlpacaTrade[] = [];
  cash: Exact = parseDecimal('100000', PLACES);
  /** By symbol, in units of 10^-9. */
  readonly positions = new Map<string, Exact>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  place(request: OrderRequest, replaces?: AlpacaOrder): AlpacaOrder {
    const order: AlpacaOrder = {
      id: randomUUID(), clientOrderId: request['client_order_id'] ?? randomUUID(), request, submitted: this.#now(), updated: this.#now(), filled: 0, status: 'new',
      replaces: replaces?.id ?? null, replacedBy: null,
    };
    if (replaces !== undefined) {
      replaces.status = 'replaced';
      replaces.replacedBy = order.id;
      replaces.updated = this.#now();
    }
    this.orders.push(order);
    return order;
  }

  trade(order: AlpacaOrder, served: ServedTrade): AlpacaTrade {
    const quantity = parseDecimal(served.quantity, PLACES);
    order.updated = this.#now();
    order.filled = add(order.filled, quantity);
    order.status = compare(order.filled, parseDecimal(order.request['qty'] ?? '0', PLACES)) >= 0 ? 'filled' : 'partially_filled';
    const trade = { ...served, executionId: randomUUID(), order, time: this.#now() };
    this.trades.push(trade);
    const bought = order.request['side'] === 'buy' ? quantity : neg(quantity);
    const symbol = order.request['symbol'] ?? '';
    this.positions.set(symbol, add(this.positions.get(symbol) ?? 0, bought));
    this.cash = sub(this.cash, toNine(mul(bought, parseDecimal(served.price, PLACES))));
    return trade;
  }
}

/** Cash to nine places, from a product of two such numbers. */
function toNine(amount: Exact): Exact {
  return divide(amount, pow10(PLACES), 'half-even');
}

/** Whether an order can still trade or be ended. */
export function isOpen({ status }: AlpacaOrder): boolean {
  return !['filled', 'canceled', 'expired', 'replaced'].includes(status);
}

/** A quantity or an amount as Alpaca writes it. */
export function nine(amount: Exact): string {
  return format(amount, PLACES);
}

const TYPES: Readonly<Record<string, WireOrder['type']>> = { market: 'market', limit: 'limit', stop: 'stop', stop_limit: 'stop-limit', trailing_stop: 'trailing-stop' };

/** An order as the suite looks at it. */
export function toWire({ id, clientOrderId, request }: AlpacaOrder): WireOrder {
  return {
    clientOrderId, venueOrderId: id, side: request['side'] === 'buy' ? 'buy' : 'sell', type: TYPES[request['type'] ?? ''] ?? 'market', timeInForce: request['time_in_force'],
    quantity: request['qty'] ?? '', price: request['limit_price'], trigger: request['stop_price'], postOnly: false, reduceOnly: false,
  };
}
