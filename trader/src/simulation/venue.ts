import type { Bar } from '../domain/bar.ts';
import { add, fromNumber, mul, neg, sub, type Exact } from '../domain/exact.ts';
import { roundToTick, type Instrument } from '../domain/instrument.ts';
import type { Approved, Order } from '../domain/order.ts';
import { ReusableList } from '../domain/reusable-list.ts';
import type { Timestamp } from '../domain/time.ts';
import type { ExecutionClient, FeeModel, ReportSink } from '../ports/execution.ts';

/** How the simulated venue behaves. */
export interface VenueRules {
  readonly instruments: readonly Instrument[];
  readonly fees: FeeModel;
  /** Decimals of account money. */
  readonly moneyScale: number;
  /** Time from the decision until the order, or its cancel, reaches the venue. */
  readonly latencyMs: number;
  /** Whether a market order decided on a close can still trade at that close, or only from the next open. */
  readonly marketFill: 'next-open' | 'close';
}

/** An order at the venue, and what the venue knows of it. (Fields are declared as in `Order`.) */
class Resting {
  declare readonly order: Order;
  declare readonly arrival: Timestamp;
  /** When its cancel reaches the venue. */
  end = Infinity;
  accepted = false;
  /** Filled or canceled: to be swept from the book. */
  gone = false;

  constructor(order: Order, arrival: Timestamp) {
    this.order = order;
    this.arrival = arrival;
  }
}

/** One instrument's resting orders in order of arrival, and its last price with its time. */
interface Book {
  readonly orders: ReusableList<Resting>;
  /** Exact prices in one unit of price, and the distance in them that no rounding to a tick bridges. */
  readonly unit: number;
  readonly slack: number;
  last: number;
  tsLast: Timestamp;
  /** What the account holds here, signed; only kept where an order has a minimum value. */
  net: Exact;
}

/**
 * A venue made of bars. What a bar cannot tell is decided against the trader (docs/simulated-venue.md):
 * - An order sees only prices from its arrival on. If it arrives inside a bar, that bar's high and
 *   low may lie before it, so of that bar only the close counts.
 * - A cancel that arrives inside a bar may come too late for whatever that bar does.
 * - A limit order fills at its limit, never better, and only when the price went through it: a
 *   touch is not enough, since others may have stood before us.
 * - A stop fills at its price, or at the open when the market opened beyond it.
 * - Within one bar stops come before limits. A stop that is sent because an order filled inside
 *   the bar is taken as hit if that bar reached it at all.
 */
export class SimulatedVenue implements ExecutionClient {
  private readonly rules: VenueRules;
  private readonly books: Book[];
  private sink: ReportSink | undefined;
  private trades = 0;
  private inBar = false;
  /** Time at the venue. */
  private now: Timestamp = -Infinity;

  constructor(rules: VenueRules) {
    this.rules = rules;
    this.books = rules.instruments.map(({ priceScale, tickSize }) => ({
      orders: new ReusableList<Resting>(), unit: 10 ** priceScale, slack: 4 * Number(tickSize), last: NaN, tsLast: NaN, net: 0,
    }));
  }

  connect(sink: ReportSink): void {
    this.sink = sink;
  }

  submit(order: Approved<Order>): void {
    const { latencyMs, marketFill } = this.rules;
    const resting = new Resting(order, order.tsInit + latencyMs);
    if (latencyMs === 0) {
      const refusal = this.#refusal(order);
      if (refusal !== undefined) {
        this.sink?.report({ kind: 'rejected', order, tsEvent: order.tsInit, reason: refusal });
        return;
      }
      this.#accept(resting);
      const book = this.#book(order);
      // An order of a later moment, such as a person's, would trade on a price of the past.
      if (order.type === 'market' && marketFill === 'close' && !this.inBar && book.tsLast === order.tsInit) {
        this.#fill(resting, book.last, order.tsInit);
        return;
      }
    }
    this.#book(order).orders.push(resting);
  }

  cancel(order: Order): void {
    const { orders, tsLast } = this.#book(order);
    const end = this.now + this.rules.latencyMs;
    // What has happened since the last bar is not known yet; the next one tells whether it comes in time.
    const known = this.inBar || tsLast === this.now;
    for (let i = 0; i < orders.length; i++) {
      const resting = orders.at(i);
      if (resting.order !== order || resting.gone) continue;
      resting.end = Math.min(resting.end, end);
      if (known && resting.end === this.now) this.#end(resting, end);
    }
  }

  onBar(instrument: number, bar: Bar, intervalMs: number): void {
    const book = this.books[instrument];
    const tsClose = bar.timestamp + intervalMs;
    if (book.orders.length > 0) this.#trade(book, bar, tsClose);
    this.now = tsClose;
    book.last = bar.close;
    book.tsLast = tsClose;
  }

  #trade(book: Book, bar: Bar, tsClose: Timestamp): void {
    this.inBar = true;
    this.now = bar.timestamp;
    this.#open(book, bar);
    this.sink?.settle();
    this.now = tsClose;
    const settled = book.orders.length;
    if (settled > 0) {
      this.#range(book, bar, tsClose, settled);
      this.sink?.settle();
      this.#close(book, bar, tsClose, settled);
      this.#sweep(book);
      this.sink?.settle();
    }
    this.inBar = false;
  }

  /** The opening trade: what had arrived by then and can trade at that price does. */
  #open(book: Book, bar: Bar): void {
    const { timestamp, open } = bar;
    const { orders } = book;
    const count = orders.length;
    for (let i = 0; i < count; i++) {
      const resting = orders.at(i);
      if (resting.gone || resting.arrival > timestamp || !this.#admit(resting)) continue;
      const { order } = resting;
      if (resting.end <= timestamp) this.#end(resting, resting.end);
      else if (order.type === 'market') this.#fill(resting, open, timestamp);
      else if (order.type === 'stop' && this.#reached(order, open)) this.#fill(resting, open, timestamp);
      else if (order.type === 'limit' && this.#through(order, open)) this.#fillExact(resting, order.price, timestamp);
      else if (order.timeInForce === 'ioc') this.#end(resting, timestamp);
    }
    this.#sweep(book);
  }

  /** Between open and close, for the first `count` orders: stops before limits. */
  #range(book: Book, bar: Bar, tsClose: Timestamp, count: number): void {
    const { orders } = book;
    for (const type of ['stop', 'limit'] as const) {
      for (let i = 0; i < count; i++) {
        const resting = orders.at(i);
        const { order } = resting;
        if (resting.gone || order.type !== type || resting.arrival > bar.timestamp || !this.#admit(resting)) continue;
        const worst = order.side === 'buy' ? bar.high : bar.low;
        const best = order.side === 'buy' ? bar.low : bar.high;
        if (type === 'limit') {
          // What had arrived by the open has had its chance; this was sent in answer to it.
          if (order.timeInForce === 'ioc') this.#end(resting, bar.timestamp);
          else if (this.#through(order, best)) this.#fillExact(resting, order.price, tsClose);
        } else if (this.#reached(order, bar.open)) {
          this.#fill(resting, bar.open, tsClose);
        } else if (this.#reached(order, worst)) {
          this.#fillExact(resting, order.price, tsClose);
        }
      }
    }
  }

  /** At the close: what arrived inside the bar (from index `settled` on: sent in answer to a fill inside it), and cancels that did. */
  #close(book: Book, bar: Bar, tsClose: Timestamp, settled: number): void {
    const { orders } = book;
    const count = orders.length;
    for (let i = 0; i < count; i++) {
      const resting = orders.at(i);
      const { arrival } = resting;
      if (resting.gone || arrival > tsClose || !this.#admit(resting)) continue;
      if (resting.end <= tsClose) this.#end(resting, resting.end);
      else if (i >= settled && arrival === tsClose) this.#answer(resting, bar, tsClose);
      else if (arrival > bar.timestamp) this.#atClose(resting, bar.close, tsClose);
    }
  }

  /** An order that arrived inside the bar sees its close. */
  #atClose(resting: Resting, close: number, tsClose: Timestamp): void {
    const { order } = resting;
    if (order.type === 'market' || order.type === 'stop' && this.#reached(order, close)) this.#fill(resting, close, tsClose);
    else if (order.type === 'limit' && this.#through(order, close)) this.#fillExact(resting, order.price, tsClose);
    else if (order.timeInForce === 'ioc') this.#end(resting, tsClose);
  }

  /** A stop in answer to a fill inside the bar is hit if the bar reached it; if all of the bar lies beyond it, at the close. */
  #answer(resting: Resting, bar: Bar, tsClose: Timestamp): void {
    const { order } = resting;
    const buy = order.side === 'buy';
    if (order.type !== 'stop' || !this.#reached(order, buy ? bar.high : bar.low)) return;
    if (this.#reached(order, buy ? bar.low : bar.high)) this.#fill(resting, bar.close, tsClose);
    else this.#fillExact(resting, order.price, tsClose);
  }

  #book(order: Order): Book {
    return this.books[order.instrument];
  }

  /** Lets an arrived order in, once; false when it breaks the instrument's rules and is refused. */
  #admit(resting: Resting): boolean {
    if (resting.accepted) return true;
    const reason = this.#refusal(resting.order);
    if (reason === undefined) {
      this.#accept(resting);
      return true;
    }
    resting.gone = true;
    this.sink?.report({ kind: 'rejected', order: resting.order, tsEvent: resting.arrival, reason });
    return false;
  }

  #accept(resting: Resting): void {
    resting.accepted = true;
    this.sink?.report({ kind: 'accepted', order: resting.order, tsEvent: resting.arrival });
  }

  /** What a venue checks by itself: whole lots, whole ticks, the smallest order value. */
  #refusal(order: Order): string | undefined {
    const { lotSize, tickSize, minNotional, priceScale } = this.rules.instruments[order.instrument];
    if (lotSize !== 1 && !isMultiple(order.quantity, lotSize)) return 'quantity is not a whole number of lots';
    if (tickSize !== 1 && !isMultiple(order.price, tickSize)) return 'price is not a whole number of ticks';
    if (minNotional === 0 || order.leg !== 'target') return undefined;
    const { last, net } = this.#book(order);
    // A position must be able to end, however little it is worth by then.
    if (order.side === 'sell' ? net >= order.quantity : neg(net) >= order.quantity) return undefined;
    if (order.type === 'market' && Number.isNaN(last)) return undefined;
    const price = order.type === 'limit' ? order.price : fromNumber(last, priceScale);
    return mul(order.quantity, price) < minNotional ? 'order value is below the minimum' : undefined;
  }

  #hold({ instrument, side, quantity }: Order): void {
    const book = this.books[instrument];
    book.net = side === 'buy' ? add(book.net, quantity) : sub(book.net, quantity);
  }

  /** Whether `price` touches a stop. */
  #reached(order: Order, price: number): boolean {
    if (this.#isFar(order, price, order.side === 'buy')) return false;
    const exact = this.#exact(order, price);
    return order.side === 'buy' ? exact >= order.price : exact <= order.price;
  }

  /** Whether `price` lies beyond a limit, in our favour. */
  #through(order: Order, price: number): boolean {
    if (this.#isFar(order, price, order.side === 'sell')) return false;
    const exact = this.#exact(order, price);
    return order.side === 'buy' ? exact < order.price : exact > order.price;
  }

  /** Whether `price` is far below an order's (or far above it), which most prices are: that needs no exact look. */
  #isFar(order: Order, price: number, below: boolean): boolean {
    if (typeof order.price !== 'number') return false;
    const { unit, slack } = this.#book(order);
    const distance = order.price - price * unit;
    return below ? distance > slack : -distance > slack;
  }

  #exact(order: Order, price: number): Exact {
    return roundToTick(price, this.rules.instruments[order.instrument], order.side === 'buy' ? 'ceil' : 'floor');
  }

  #fill(resting: Resting, price: number, tsEvent: Timestamp): void {
    this.#fillExact(resting, this.#exact(resting.order, price), tsEvent);
  }

  #fillExact(resting: Resting, price: Exact, tsEvent: Timestamp): void {
    const { order } = resting;
    const { fees, moneyScale } = this.rules;
    const { priceScale, quantityScale, minNotional } = this.rules.instruments[order.instrument];
    if (minNotional !== 0) this.#hold(order);
    const fee = fees.fee(mul(price, order.quantity), priceScale + quantityScale, order.quantity, quantityScale, moneyScale);
    resting.gone = true;
    this.trades += 1;
    this.sink?.report({ kind: 'filled', order, tsEvent, tradeId: this.trades, price, quantity: order.quantity, fee });
    const { orders } = this.#book(order);
    for (let i = 0; i < orders.length; i++) {
      const other = orders.at(i);
      if (!other.gone && (other.order === order.ocoWith || other.order.ocoWith === order)) this.#end(other, tsEvent);
    }
  }

  #end(resting: Resting, tsEvent: Timestamp): void {
    resting.gone = true;
    this.sink?.report({ kind: 'canceled', order: resting.order, tsEvent });
  }

  #sweep(book: Book): void {
    book.orders.keep(isThere);
  }
}

function isThere(resting: Resting): boolean {
  return !resting.gone;
}

function isMultiple(value: Exact, step: Exact): boolean {
  return typeof value === 'number' && typeof step === 'number' ? value % step === 0 : BigInt(value) % BigInt(step) === 0n;
}
