import type { Bar } from '../domain/bar.ts';
import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import { roundToTick, type Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import { ReusableList } from '../domain/reusable-list.ts';
import type { Timestamp } from '../domain/time.ts';
import type { FeeModel, Liquidity } from '../ports/execution.ts';

// Constants, as `exact.ts` says.
const { add, mul, sub } = exact;

/** An order at the venue, and what the venue knows of it. (Fields are declared as in `Order`.) */
export class Resting {
  declare readonly order: Order;
  declare readonly book: Book;
  /** When it arrives; as a limit order, for a stop-limit. */
  declare arrival: Timestamp;
  /** What it is by now: a stop that was touched is a market order, or a limit order if it has a limit. */
  declare type: 'market' | 'limit' | 'stop';
  /** Its limit or stop price by now. */
  declare price: Exact;
  /** What is not filled yet. */
  declare leaves: Exact;
  /** Price × quantity of its fills, as far as a fee by the order asks for it. */
  traded: Exact = 0;
  /** When it ends: by its own date, or when its cancel has reached the venue; undefined while there is neither. */
  end: Timestamp | undefined = undefined;
  /** It ends by its own date. */
  expires = false;
  accepted = false;
  /** Others take from it: it could not trade when it arrived, or has met a price since and not been filled. */
  rested = false;
  /** Filled or ended: to be swept from the book. */
  gone = false;

  constructor(order: Order, book: Book, arrival: Timestamp) {
    const { type, price } = order;
    this.order = order;
    this.book = book;
    this.arrival = arrival;
    this.type = type === 'market' || type === 'limit' ? type : 'stop';
    this.price = type === 'stop-limit' ? order.terms?.trigger ?? price : price;
    this.leaves = order.quantity;
  }

  /** What filling `quantity` of it now costs; each fill is asked for once, and before it is taken off `leaves`. */
  fee(price: Exact, quantity: Exact, moneyScale: number, liquidity: Liquidity): Exact {
    const { fees: model, instrument: { priceScale, quantityScale } } = this.book;
    const valueScale = priceScale + quantityScale;
    const value = mul(price, quantity);
    if (model.perOrder !== true || quantity === this.order.quantity) return model.fee(value, valueScale, quantity, quantityScale, moneyScale, liquidity);
    const before = this.traded;
    const filled = sub(this.order.quantity, this.leaves);
    this.traded = add(before, value);
    const owed = model.fee(this.traded, valueScale, add(filled, quantity), quantityScale, moneyScale, liquidity);
    return filled === 0 ? owed : sub(owed, model.fee(before, valueScale, filled, quantityScale, moneyScale, liquidity));
  }

  /** Gives it a time to end at. */
  expire(ts: Timestamp): void {
    this.end = ts;
    this.expires = true;
  }

  /** Ends it at this time, before its own. */
  cancel(ts: Timestamp): void {
    this.end = ts;
    this.expires = false;
  }

  /** Whether its end has come. */
  isOver(ts: Timestamp): boolean {
    return this.end !== undefined && this.end <= ts;
  }

  /** Whether a bar passes it by: it has met a price before, waits for its own, and the bar stays far from that. */
  sleeps(bar: Bar): boolean {
    const { order: { side, type, timeInForce } } = this;
    if (!this.rested || this.end !== undefined || this.type === 'market' || type === 'trailing-stop' || timeInForce !== 'gtc') return false;
    const below = (side === 'buy') === (this.type === 'stop');
    return this.isFar(below ? bar.high : bar.low, below) && this.arrival <= bar.timestamp;
  }

  /** A price of the market as it would be traded: between two ticks, the worse. */
  exact(price: number): Exact {
    return roundToTick(price, this.book.instrument, this.order.side === 'buy' ? 'ceil' : 'floor');
  }

  /** Whether a price of the market touches it, as a stop. */
  reached(price: number): boolean {
    const buy = this.order.side === 'buy';
    if (this.isFar(price, buy)) return false;
    const exact = this.exact(price);
    return buy ? exact >= this.price : exact <= this.price;
  }

  /** Whether a price of the market lies beyond it in our favour, as a limit; with `touch`, whether it lies at it. */
  passed(price: number, touch: boolean): boolean {
    const buy = this.order.side === 'buy';
    if (this.isFar(price, !buy)) return false;
    const exact = this.exact(price);
    return exact === this.price ? touch : buy ? exact < this.price : exact > this.price;
  }

  /** Moves a trailing stop after a price of the market, never back. */
  trail(price: number): void {
    const buy = this.order.side === 'buy';
    const distance = price * (this.order.terms?.trail ?? 1);
    const level = this.exact(buy ? price + distance : price - distance);
    if (buy ? level < this.price : level > this.price) this.price = level;
  }

  /** Whether a price of the market is far below the order's (or far above it), which most prices are: that needs no exact look. */
  private isFar(price: number, below: boolean): boolean {
    if (typeof this.price !== 'number') return false;
    const { unit, slack } = this.book;
    const distance = this.price - price * unit;
    return below ? distance > slack : -distance > slack;
  }
}

/** Whether an order has neither filled nor ended. */
export function isThere({ gone }: Resting): boolean {
  return !gone;
}

/** What the only trade of an order costs that takes what is offered. */
export function feeOf({ fees, instrument: { priceScale, quantityScale } }: Book, price: Exact, quantity: Exact, moneyScale: number): Exact {
  return fees.fee(mul(price, quantity), priceScale + quantityScale, quantity, quantityScale, moneyScale, 'taker');
}

/** One instrument's resting orders in order of arrival, and its last price with its time. */
export interface Book {
  readonly instrument: Instrument;
  /** What trading it costs. */
  readonly fees: FeeModel;
  readonly orders: ReusableList<Resting>;
  /** An order that waits alone, and when it arrives; then there are no `orders`. */
  next: Order | undefined;
  nextArrival: Timestamp;
  /** Exact prices in one unit of price, and the distance in them that no rounding to a tick bridges. */
  readonly unit: number;
  readonly slack: number;
  last: number;
  tsLast: Timestamp;
  /** What the account holds here, signed. */
  net: Exact;
  /** When the last message arrived: one sent later does not overtake it. */
  tsArrival: Timestamp;
  /** The bar at hand, where a model wants to know it, and what we have traded in it. */
  bar: Bar | undefined;
  traded: Exact;
}

/** Whether an order waits or rests here. */
export function isBusy({ next, orders }: Book): boolean {
  return next !== undefined || orders.length > 0;
}

/** What the orders of one side would still trade here if all that may open something filled: neither stops nor take-profits, nor what only reduces. */
export function onTheWay({ next, orders }: Book, side: Order['side']): Exact {
  let sum: Exact = next !== undefined && mayOpen(next, side) ? next.quantity : 0;
  for (let i = 0; i < orders.length; i++) {
    const { order, leaves, gone } = orders.at(i);
    if (!gone && mayOpen(order, side)) sum = add(sum, leaves);
  }
  return sum;
}

function mayOpen(order: Order, side: Order['side']): boolean {
  return order.side === side && order.type !== 'stop' && order.type !== 'trailing-stop' && order.leg !== 'take-profit' && order.terms?.reduceOnly !== true;
}

/** A book in which nothing has happened. */
export function createBook(instrument: Instrument, fees: FeeModel): Book {
  return {
    instrument, fees, orders: new ReusableList<Resting>(), next: undefined, nextArrival: -Infinity, unit: 10 ** instrument.priceScale, slack: 4 * Number(instrument.tickSize),
    last: NaN, tsLast: NaN, net: 0, tsArrival: -Infinity, bar: undefined, traded: 0,
  };
}
