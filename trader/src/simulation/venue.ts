import type { Bar } from '../domain/bar.ts';
import { add, sub, toNumber, type Exact } from '../domain/exact.ts';
import { roundToTick } from '../domain/instrument.ts';
import type { Approved, Order } from '../domain/order.ts';
import { fillReport } from '../domain/report.ts';
import type { Timestamp } from '../domain/time.ts';
import type { ExecutionClient, Liquidity, ReportSink } from '../ports/execution.ts';
import { hasVolume, offered, takenAt } from './offer.ts';
import { isPlain, noWorse, reducible, refusalOf, takes } from './order-check.ts';
import { createBook, feeOf, isThere, Resting, type Book } from './resting.ts';
import { tradingDayEnd } from './trading-day.ts';
import type { VenueRules } from './venue-rules.ts';

/**
 * A venue made of bars. What a bar cannot tell is decided by a policy, against the trader unless the
 * other bound is asked for (docs/simulated-venue.md):
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
  private declare readonly rules: VenueRules;
  declare readonly books: readonly Book[];
  /** Whether a model looks at bars. */
  private declare readonly watching: boolean;
  private sink: ReportSink | undefined;
  private trades = 0;
  private inBar = false;
  /** Time at the venue. */
  private now: Timestamp = -Infinity;
  /** The market's price at that time, within a bar; before it is past its range, the open. */
  private price = NaN;

  constructor(rules: VenueRules) {
    this.rules = rules;
    this.watching = rules.slippage !== undefined || rules.volumeLimit !== undefined;
    this.books = rules.instruments.map((instrument, market) => createBook(instrument, rules.marketFees?.[market] ?? rules.fees));
  }

  connect(sink: ReportSink): void {
    this.sink = sink;
  }

  submit(order: Approved<Order>): void {
    const book = this.books[order.instrument];
    const arrival = this.#arrival(book, order.tsInit);
    if (this.#isNext(order, book, arrival)) {
      book.next = order;
      book.nextArrival = arrival;
      if (arrival === order.tsInit) this.#tellAccepted(order, arrival);
      return;
    }
    this.#followNext(book);
    const resting = new Resting(order, book, arrival);
    if (order.timeInForce === 'day') resting.expire(tradingDayEnd(book.instrument.assetClass, resting.arrival));
    else if (order.timeInForce === 'gtd') resting.expire(order.terms?.expires ?? Infinity);
    if (resting.arrival === order.tsInit) {
      const refusal = this.#refusal(resting);
      if (refusal !== undefined) {
        this.sink?.report({ kind: 'rejected', order, tsEvent: order.tsInit, reason: refusal });
        return;
      }
      this.#accept(resting);
      // An order of a later moment, such as a person's, would trade on a price of the past.
      if (order.type === 'market' && this.rules.marketFill === 'close' && !this.inBar && book.tsLast === order.tsInit) {
        this.#take(resting, book.last, order.tsInit);
        if (resting.gone) return;
      }
    }
    book.orders.push(resting);
  }

  cancel(order: Order): void {
    const book = this.books[order.instrument];
    this.#followNext(book);
    const { orders, tsLast } = book;
    const end = this.#arrival(book, this.now);
    // What has happened since the last bar is not known yet; the next one tells whether it comes in time.
    const known = this.inBar || tsLast === this.now;
    for (let i = 0; i < orders.length; i++) {
      const resting = orders.at(i);
      if (resting.order !== order || resting.gone || resting.isOver(end)) continue;
      resting.cancel(end);
      if (known && end === this.now) this.#end(resting, end);
    }
  }

  onBar(instrument: number, bar: Bar, intervalMs: number): void {
    const book = this.books[instrument];
    const tsClose = bar.timestamp + intervalMs;
    // Read at every bar, so that the processor has the column at hand when an order needs it.
    this.price = bar.open;
    if (this.watching) {
      book.bar = bar;
      book.traded = 0;
    }
    if (book.next !== undefined || book.orders.length > 0 && !this.#passes(book, bar)) this.#trade(instrument, book, bar, tsClose);
    this.now = tsClose;
    book.last = bar.close;
    book.tsLast = tsClose;
  }

  /** Whether a bar passes by all that rests, as most do, so that nobody needs to be asked. */
  #passes({ orders }: Book, bar: Bar): boolean {
    if (this.rules.watch !== undefined) return false;
    for (let i = 0; i < orders.length; i++) {
      if (!orders.at(i).sleeps(bar)) return false;
    }
    return true;
  }

  #trade(instrument: number, book: Book, bar: Bar, tsClose: Timestamp): void {
    const { orders } = book;
    const { watch } = this.rules;
    // Messages arrive in their order: where the first is still on its way at the open, all are.
    const arrival = book.next === undefined ? orders.at(0).arrival : book.nextArrival;
    this.inBar = true;
    this.now = bar.timestamp;
    const arrived = arrival <= this.now;
    if (arrived) {
      if (book.next === undefined) this.#open(book, this.now, this.price);
      else this.#tradeNext(book, book.next, this.price, this.now);
      this.sink?.settle();
    }
    if (watch !== undefined && (arrived || watch.near)) watch.afterOpen(instrument, bar, tsClose);
    const waits = orders.length > 0 || book.next !== undefined;
    if (waits) this.#goOn(book, bar, tsClose, arrival);
    this.inBar = false;
    if (waits) watch?.afterClose(instrument, bar, tsClose);
  }

  /** The rest of a bar, after its open. */
  #goOn(book: Book, bar: Bar, tsClose: Timestamp, arrival: Timestamp): void {
    const { first } = this.rules.policy;
    const settled = book.orders.length;
    this.now = tsClose;
    this.price = bar.close;
    if (arrival <= bar.timestamp) {
      this.#range(first, book, bar, tsClose, settled);
      this.#range(first === 'stop' ? 'limit' : 'stop', book, bar, tsClose, settled);
      this.sink?.settle();
    }
    if (book.next === undefined) this.#close(book, bar, tsClose, settled);
    else if (arrival <= tsClose) this.#tradeNext(book, book.next, this.price, tsClose);
    this.sink?.settle();
  }

  /**
   * Whether nothing can happen to an order but that it meets one price of the market, alone: so it is
   * with most orders of most backtests, and nothing else is kept of them.
   */
  #isNext(order: Order, book: Book, arrival: Timestamp): boolean {
    return this.rules.marketFill === 'next-open' && isPlain(order) && !this.inBar && book.next === undefined && book.orders.length === 0
      && (arrival > order.tsInit || refusalOf(order, book.instrument, book, arrival, book.last) === undefined);
  }

  /** Something else can happen to it by now, so it is followed like any other. */
  #followNext(book: Book, accepted = book.nextArrival === book.next?.tsInit): void {
    const { next } = book;
    if (next === undefined) return;
    book.next = undefined;
    const resting = new Resting(next, book, book.nextArrival);
    resting.accepted = accepted;
    book.orders.push(resting);
  }

  /** What waited alone meets a price of the market: as `#admit` and `#meet` do it. */
  #tradeNext(book: Book, order: Order, price: number, tsEvent: Timestamp): void {
    const { nextArrival } = book;
    const { slippage, volumeLimit, moneyScale } = this.rules;
    const { instrument } = book;
    if (nextArrival !== order.tsInit) {
      const reason = refusalOf(order, instrument, book, nextArrival, price);
      if (reason !== undefined) {
        book.next = undefined;
        this.sink?.report({ kind: 'rejected', order, tsEvent: nextArrival, reason });
        return;
      }
      this.#tellAccepted(order, nextArrival);
    }
    const quantity = volumeLimit === undefined ? order.quantity : offered(order, order.quantity, book, volumeLimit);
    if (quantity <= 0 && !hasVolume(book, volumeLimit)) {
      this.#followNext(book, true);
      return;
    }
    book.next = undefined;
    if (quantity > 0) {
      const exact = slippage === undefined ? roundToTick(price, instrument, order.side === 'buy' ? 'ceil' : 'floor') : takenAt(order, quantity, price, book, slippage);
      this.#tellFill(book, order, quantity, exact, feeOf(book, exact, quantity, moneyScale), tsEvent);
    }
    if (quantity !== order.quantity) this.sink?.report({ kind: 'canceled', order, tsEvent });
  }

  /** The opening trade: what had arrived by then and can trade at that price does. */
  #open(book: Book, timestamp: Timestamp, open: number): void {
    const { orders } = book;
    const count = orders.length;
    for (let i = 0; i < count; i++) {
      const resting = orders.at(i);
      if (resting.gone || resting.arrival > timestamp || !this.#admit(resting)) continue;
      if (resting.isOver(timestamp)) this.#lapse(resting, timestamp);
      else this.#meet(resting, open, timestamp);
    }
    orders.keep(isThere);
  }

  /** Between open and close, for the stops, or limit orders, among the first `count` orders. */
  #range(type: 'stop' | 'limit', { orders }: Book, bar: Bar, tsClose: Timestamp, count: number): void {
    for (let i = 0; i < count; i++) {
      const resting = orders.at(i);
      if (resting.gone || resting.type !== type || resting.arrival > bar.timestamp || !this.#admit(resting)) continue;
      if (type === 'stop') {
        this.#rangeStop(resting, bar, tsClose);
      } else if (this.#isImmediate(resting)) {
        // What had arrived by the open has had its chance; this was sent in answer to it.
        this.#end(resting, bar.timestamp);
      } else if (resting.passed(resting.order.side === 'buy' ? bar.low : bar.high, this.rules.policy.touchFills)) {
        this.#make(resting, tsClose);
      }
    }
  }

  /** A stop in a bar's range. One that trails has two places there, with and without the best price of the bar; which, a bar does not tell. */
  #rangeStop(resting: Resting, bar: Bar, tsClose: Timestamp): void {
    const { order } = resting;
    const buy = order.side === 'buy';
    const worst = buy ? bar.high : bar.low;
    if (resting.reached(bar.open)) {
      this.#trigger(resting, bar.open, tsClose);
      return;
    }
    const trails = order.type === 'trailing-stop';
    if (trails && !this.rules.policy.trailsLate) resting.trail(buy ? bar.low : bar.high);
    if (trails && this.rules.policy.trailsLate && !resting.reached(worst)) resting.trail(buy ? bar.low : bar.high);
    if (resting.reached(worst)) this.#trigger(resting, NaN, tsClose);
  }

  /** At the close: what arrived inside the bar (from index `settled` on: sent in answer to a fill inside it), and cancels that did. */
  #close(book: Book, bar: Bar, tsClose: Timestamp, settled: number): void {
    const { orders } = book;
    const count = orders.length;
    for (let i = 0; i < count; i++) {
      const resting = orders.at(i);
      const { arrival } = resting;
      if (resting.gone || arrival > tsClose || !this.#admit(resting)) continue;
      if (resting.isOver(tsClose)) this.#lapse(resting, tsClose);
      else if (i >= settled && arrival === tsClose) this.#answer(resting, bar, tsClose);
      else if (arrival > bar.timestamp) this.#atClose(resting, bar, tsClose);
    }
    orders.keep(isThere);
  }

  /** An order that arrived inside the bar sees its close, and a limit order what the policy lets it see. */
  #atClose(resting: Resting, bar: Bar, tsClose: Timestamp): void {
    const best = resting.order.side === 'buy' ? bar.low : bar.high;
    if (resting.type === 'limit' && this.rules.policy.meetsRange && resting.order.type === 'limit' && resting.passed(best, this.rules.policy.touchFills)) this.#make(resting, tsClose);
    else this.#meet(resting, bar.close, tsClose);
  }

  /** An order meets a price of the market, all of it at that price. */
  #meet(resting: Resting, price: number, tsEvent: Timestamp): void {
    if (resting.type === 'market') this.#take(resting, price, tsEvent);
    else if (resting.type === 'stop' && resting.reached(price)) this.#trigger(resting, price, tsEvent);
    else if (resting.type === 'limit' && resting.passed(price, this.rules.policy.touchFills)) this.#make(resting, tsEvent);
    else if (this.#isImmediate(resting)) this.#end(resting, tsEvent);
    else if (resting.order.type === 'trailing-stop') resting.trail(price);
    resting.rested = true;
  }

  /** A stop in answer to a fill inside the bar is hit if the policy takes it so; if all of the bar lies beyond it, at the close. */
  #answer(resting: Resting, bar: Bar, tsClose: Timestamp): void {
    const buy = resting.order.side === 'buy';
    const worst = buy ? bar.high : bar.low;
    if (resting.type !== 'stop' || !resting.reached(this.rules.policy.assumesHit ? worst : bar.close)) return;
    this.#trigger(resting, resting.reached(buy ? bar.low : bar.high) ? bar.close : NaN, tsClose);
  }

  /** When what leaves now arrives: messages of one market stay in their order, as on one connection. */
  #arrival(book: Book, now: Timestamp): Timestamp {
    const arrival = Math.ceil(now + this.rules.latency.delayMs(now));
    if (arrival < book.tsArrival) return book.tsArrival;
    book.tsArrival = arrival;
    return arrival;
  }

  /** Lets an arrived order in, once; false when it breaks the instrument's rules and is refused. */
  #admit(resting: Resting): boolean {
    if (resting.accepted) return true;
    const reason = this.#refusal(resting);
    if (reason === undefined) {
      this.#accept(resting);
      return true;
    }
    resting.gone = true;
    this.sink?.report({ kind: 'rejected', order: resting.order, tsEvent: resting.arrival, reason });
    return false;
  }

  #accept(resting: Resting): void {
    const { order, book } = resting;
    resting.accepted = true;
    resting.rested = order.type === 'limit' && !takes(order, book.instrument, this.#price(book), book.last);
    this.#tellAccepted(order, resting.arrival);
  }

  #tellAccepted(order: Order, tsEvent: Timestamp): void {
    const { sink } = this;
    if (sink && !sink.ignoresAcceptances) sink.report({ kind: 'accepted', order, tsEvent });
  }

  #refusal({ order, book, arrival }: Resting): string | undefined {
    return refusalOf(order, book.instrument, book, arrival, this.#price(book));
  }

  /** The price of the market at this moment, as far as it is known. */
  #price(book: Book): number {
    return this.inBar ? this.price : book.last;
  }

  /** A stop was touched: it takes what is offered at `price`, or at its own where that is NaN; with a limit, no worse than that. */
  #trigger(resting: Resting, price: number, tsEvent: Timestamp): void {
    const { order } = resting;
    if (order.type !== 'stop-limit') {
      resting.type = 'market';
      this.#take(resting, price, tsEvent);
      return;
    }
    const exact = Number.isNaN(price) ? resting.price : resting.exact(price);
    resting.type = 'limit';
    resting.price = order.price;
    const acceptable = order.side === 'buy' ? exact <= order.price : exact >= order.price;
    if (acceptable) this.#take(resting, toNumber(exact, resting.book.instrument.priceScale), tsEvent);
    else if (this.#isImmediate(resting)) this.#end(resting, tsEvent);
    // As a limit order it is there from now on only: of a range that touched it the close alone counts.
    resting.arrival = tsEvent;
  }

  /** A fill that takes what is offered at `price`, or at the order's own where that is NaN, and pays for it. */
  #take(resting: Resting, price: number, tsEvent: Timestamp): void {
    const { order, book } = resting;
    const { slippage } = this.rules;
    const quantity = offered(order, resting.leaves, book, this.rules.volumeLimit);
    const exact = takenAt(order, quantity, Number.isNaN(price) ? toNumber(resting.price, book.instrument.priceScale) : price, book, slippage);
    this.#deal(resting, quantity, resting.type === 'limit' ? noWorse(order, exact) : exact, 'taker', tsEvent);
  }

  /** A fill at the order's limit. */
  #make(resting: Resting, tsEvent: Timestamp): void {
    const quantity = offered(resting.order, resting.leaves, resting.book, this.rules.volumeLimit);
    this.#deal(resting, quantity, resting.price, resting.rested ? 'maker' : 'taker', tsEvent);
  }

  /** Trades a quantity, which may be nothing, and ends what has had its chance. */
  #deal(resting: Resting, quantity: Exact, price: Exact, liquidity: Liquidity, tsEvent: Timestamp): void {
    if (quantity > 0) this.#fill(resting, quantity, price, liquidity, tsEvent);
    if (resting.gone) return;
    const { order, book } = resting;
    if (this.#isImmediate(resting) || order.terms?.reduceOnly && reducible(order.side, book.net) === 0) this.#end(resting, tsEvent);
  }

  #fill(resting: Resting, quantity: Exact, price: Exact, liquidity: Liquidity, tsEvent: Timestamp): void {
    const { order, book } = resting;
    const fee = resting.fee(price, quantity, this.rules.moneyScale, liquidity);
    resting.leaves = sub(resting.leaves, quantity);
    resting.gone = resting.leaves === 0;
    this.#tellFill(book, order, quantity, price, fee, tsEvent);
    const { orders } = book;
    for (let i = 0; i < orders.length; i++) {
      const other = orders.at(i);
      if (!other.gone && (other.order === order.ocoWith || other.order.ocoWith === order)) this.#end(other, tsEvent);
    }
  }

  #tellFill(book: Book, order: Order, quantity: Exact, price: Exact, fee: Exact, tsEvent: Timestamp): void {
    if (this.watching) book.traded = add(book.traded, quantity);
    book.net = order.side === 'buy' ? add(book.net, quantity) : sub(book.net, quantity);
    this.trades += 1;
    this.sink?.report(fillReport(order, tsEvent, this.trades, price, quantity, fee));
  }

  /** Whether an order ends with the first price that it sees. Where volume counts, a bar in which nothing traded shows none. */
  #isImmediate({ order, book }: Resting): boolean {
    return (order.timeInForce === 'ioc' || order.timeInForce === 'fok') && hasVolume(book, this.rules.volumeLimit);
  }

  /** Its time is over, by `now` at the latest. */
  #lapse(resting: Resting, now: Timestamp): void {
    this.#end(resting, resting.end ?? now, resting.expires ? 'expired' : 'canceled');
  }

  #end(resting: Resting, tsEvent: Timestamp, kind: 'canceled' | 'expired' = 'canceled'): void {
    resting.gone = true;
    this.sink?.report({ kind, order: resting.order, tsEvent });
  }
}
