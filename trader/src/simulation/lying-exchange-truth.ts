import { add, compare, format, min, mul, neg, parseDecimal, sub, type Exact } from '../domain/exact.ts';
import { baseOf, type Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Timestamp } from '../domain/time.ts';
import type { VenueFill, VenueOrder, VenuePayment } from '../ports/venue.ts';

/** What every fill costs in the currency of prices, in units of the last decimal that a price times a quantity has. */
const FEE: Exact = 3;
/** What a buy costs where it is kept from what was bought, in units of quantity. */
const FEE_TAKEN: Exact = 7;
/** A coin that some exchanges take their fees in. */
export const FEE_COIN = { currency: 'GEM', fee: '0.5', worth: 0.02 } as const;

/** What fees are taken in; a sale has nothing that could be kept, so there `base` is `quote`. */
export type FeeKind = 'quote' | 'base' | 'coin';

/** What an account holds: signed quantities by instrument, and money in units of 10^-(priceScale + quantityScale). */
export interface TrueHoldings {
  readonly positions: Exact[];
  money: Exact;
}

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
  /** What it has paid and charged of its own accord, in money. */
  readonly payments: VenuePayment[] = [];
  /** How often each client order id was accepted. */
  readonly acceptances = new Map<string, number>();
  /** What our orders came to, without payments. */
  readonly ours: TrueHoldings;
  readonly #instruments: readonly Instrument[];
  readonly #opening: TrueHoldings;
  readonly #feeKind: FeeKind;

  /** `opening` is what the account holds before anybody trades. */
  constructor(instruments: readonly Instrument[], opening: TrueHoldings, feeKind: FeeKind) {
    this.#instruments = instruments;
    this.#opening = opening;
    this.#feeKind = feeKind;
    this.ours = { positions: instruments.map(() => 0), money: 0 };
  }

  /** What the account holds at a moment: what it began with, and all trades until then. */
  heldAt(at: Timestamp): TrueHoldings {
    const held = { positions: [...this.#opening.positions], money: this.#opening.money };
    for (const fill of this.fills) if (fill.tsEvent <= at) book(held, fill, this.#instruments[fill.instrument].quoteCurrency);
    for (const { paid, tsEvent } of this.payments) if (tsEvent <= at) held.money = sub(held.money, parseDecimal(paid, this.#moneyPlaces));
    return held;
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
    const fill = this.#fill(order.clientOrderId, one.venueOrderId, order.instrument, order.side, price, quantity, at, this.#feeKind);
    book(this.ours, fill, this.#instruments[fill.instrument].quoteCurrency);
    return fill;
  }

  /** Ends an open order with what it has filled. */
  end(one: TrueOrder, status: 'canceled' | 'expired' | 'rejected', at: Timestamp): void {
    one.states.push({ ...latest(one), status, tsEvent: at });
  }

  /** Charges so much on an instrument, in units of its money; below zero it pays. */
  charge(instrument: number, amount: Exact, at: Timestamp): void {
    const paid = format(amount, this.#moneyPlaces);
    this.payments.push({ id: `p${this.payments.length}`, flow: 'funding', instrument, paid, currency: this.#instruments[instrument].quoteCurrency, tsEvent: at });
  }

  get #moneyPlaces(): number {
    const [{ priceScale, quantityScale }] = this.#instruments;
    return priceScale + quantityScale;
  }

  /** A trade on the account that is none of ours. */
  tradeByHand(instrument: number, side: Order['side'], quantity: Exact, price: Exact, at: Timestamp): VenueFill {
    return this.#fill(`hand-${this.fills.length}`, `9${this.fills.length}`, instrument, side, price, quantity, at, 'quote');
  }

  /** What somebody sees of an order whose knowledge ends then; undefined before it was accepted. */
  seenAt(one: TrueOrder, at: Timestamp): VenueOrder | undefined {
    return one.states.findLast(({ tsEvent }) => tsEvent <= at);
  }

  #fill(clientOrderId: string, venueOrderId: string, instrument: number, side: Order['side'], price: Exact, quantity: Exact, at: Timestamp, feeKind: FeeKind): VenueFill {
    const { priceScale, quantityScale, quoteCurrency } = this.#instruments[instrument];
    const [fee, feeCurrency] = feeKind === 'coin' ? [FEE_COIN.fee, FEE_COIN.currency]
      : feeKind === 'base' && side === 'buy' ? [format(FEE_TAKEN, quantityScale), baseOf(this.#instruments[instrument])] : [format(FEE, priceScale + quantityScale), quoteCurrency];
    const fill: VenueFill = {
      clientOrderId, venueOrderId, instrument, tradeId: `t${this.fills.reduce((count, one) => (one.instrument === instrument ? count + 1 : count), 1)}`, side, price, quantity,
      fee, feeCurrency, liquidity: 'taker', tsEvent: at,
    };
    this.fills.push(fill);
    return fill;
  }
}

/** What a trade does to an account. */
function book(held: TrueHoldings, { instrument, side, price, quantity, feeCurrency }: VenueFill, quoteCurrency: string): void {
  const signed = side === 'buy' ? quantity : neg(quantity);
  const [coins, money] = feeCurrency === quoteCurrency ? [0, FEE] : feeCurrency === FEE_COIN.currency ? [0, 0] : [FEE_TAKEN, 0];
  held.positions[instrument] = sub(add(held.positions[instrument], signed), coins);
  held.money = sub(held.money, add(mul(price, signed), money));
}
