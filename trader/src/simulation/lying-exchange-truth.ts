import { add, compare, format, min, mul, neg, sub, type Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Timestamp } from '../domain/time.ts';
import type { VenueFill, VenueOrder } from '../ports/venue.ts';

/** What every fill costs, in units of the last decimal that a price times a quantity has. */
const FEE: Exact = 3;

/** An order as it really stands. */
export interface TrueOrder {
  readonly order: Order;
  readonly venueOrderId: string;
  /** Every state that it has been in, oldest first. */
  readonly states: VenueOrder[];
}

/** The state that an order is in. */
export function latest({ states }: TrueOrder): VenueOrder {
  return states[states.length - 1];
}

/** What has not traded of an order. */
export function leavesOf(one: TrueOrder): Exact {
  return sub(one.order.quantity, latest(one).filled);
}

/**
 * What really happens at an exchange that tells something else: its orders, its trades and the
 * account's position, at every moment. The judge of a chaos run compares with this.
 */
export class ExchangeTruth {
  readonly orders: TrueOrder[] = [];
  /** Of our orders and of others on the same account, in the order in which they traded. */
  readonly fills: VenueFill[] = [];
  /** How often each client order id was accepted. */
  readonly acceptances = new Map<string, number>();
  /** Signed, by instrument, what our orders came to. */
  readonly positions: Exact[];
  /** The largest that each position has ever been, either way. */
  readonly peaks: Exact[];
  /** Money paid for all of it, fees included, below zero where it was received; units of 10^-(priceScale + quantityScale). */
  paid: Exact = 0;
  readonly #instruments: readonly Instrument[];

  constructor(instruments: readonly Instrument[]) {
    this.#instruments = instruments;
    this.positions = instruments.map(() => 0);
    this.peaks = instruments.map(() => 0);
  }

  accept(order: Order, at: Timestamp): TrueOrder {
    const { clientOrderId, instrument, side, quantity } = order;
    const venueOrderId = String(1_000 + this.orders.length);
    const one: TrueOrder = {
      order, venueOrderId,
      states: [{ clientOrderId, venueOrderId, instrument, side, quantity, filled: 0, status: 'open', tsEvent: at }],
    };
    this.orders.push(one);
    this.acceptances.set(clientOrderId, (this.acceptances.get(clientOrderId) ?? 0) + 1);
    return one;
  }

  /** Trades up to so much of an open order, and gives the trade. */
  trade(one: TrueOrder, most: Exact, price: Exact, at: Timestamp): VenueFill {
    const { order } = one;
    const quantity = min(most, leavesOf(one));
    const filled = add(latest(one).filled, quantity);
    one.states.push({ ...latest(one), filled, status: compare(filled, order.quantity) === 0 ? 'filled' : 'open', tsEvent: at });
    const fill = this.#fill(order.clientOrderId, one.venueOrderId, order.instrument, order.side, price, quantity, at);
    const signed = order.side === 'buy' ? quantity : neg(quantity);
    const position = add(this.positions[order.instrument], signed);
    this.positions[order.instrument] = position;
    const size = compare(position, 0) < 0 ? neg(position) : position;
    if (compare(size, this.peaks[order.instrument]) > 0) this.peaks[order.instrument] = size;
    this.paid = add(this.paid, add(mul(price, signed), FEE));
    return fill;
  }

  /** Ends an open order with what it has filled. */
  end(one: TrueOrder, status: 'canceled' | 'expired' | 'rejected', at: Timestamp): void {
    one.states.push({ ...latest(one), status, tsEvent: at });
  }

  /** A trade on the account that is none of ours. */
  tradeByHand(instrument: number, side: Order['side'], quantity: Exact, price: Exact, at: Timestamp): VenueFill {
    return this.#fill(`hand-${this.fills.length}`, `9${this.fills.length}`, instrument, side, price, quantity, at);
  }

  /** What somebody sees of an order whose knowledge ends then; undefined before it was accepted. */
  seenAt(one: TrueOrder, at: Timestamp): VenueOrder | undefined {
    return one.states.findLast(({ tsEvent }) => tsEvent <= at);
  }

  #fill(clientOrderId: string, venueOrderId: string, instrument: number, side: Order['side'], price: Exact, quantity: Exact, at: Timestamp): VenueFill {
    const { priceScale, quantityScale, quoteCurrency } = this.#instruments[instrument];
    const fill: VenueFill = {
      clientOrderId, venueOrderId, instrument, tradeId: `t${this.fills.reduce((count, one) => (one.instrument === instrument ? count + 1 : count), 1)}`, side, price, quantity,
      fee: format(FEE, priceScale + quantityScale), feeCurrency: quoteCurrency, liquidity: 'taker', tsEvent: at,
    };
    this.fills.push(fill);
    return fill;
  }
}
