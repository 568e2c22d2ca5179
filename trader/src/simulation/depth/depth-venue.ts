import type { Bar } from '../../domain/bar.ts';
import { mul, toNumber, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Approved, Order } from '../../domain/order.ts';
import type { ExecutionReport } from '../../domain/report.ts';
import type { Ticks } from '../../domain/tick.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { ExecutionClient, FeeModel, ReportSink } from '../../ports/execution.ts';
import type { LatencyModel } from '../latency.ts';
import { refusalOf } from '../order-check.ts';
import { DepthMarket, Working, type MarketListener } from './depth-market.ts';
import { DueQueue } from './due-queue.ts';
import type { QueueModelFactory } from './queue-model.ts';

/** How a venue made of ticks behaves. */
export interface DepthRules {
  /** What is traded, each with its ticks in pieces; an instrument's scales are those of its ticks. */
  readonly markets: readonly { readonly instrument: Instrument; readonly ticks: Iterable<Ticks> }[];
  /** By the trade: what is charged by the order is refused. */
  readonly fees: FeeModel;
  /** Decimals of account money. */
  readonly moneyScale: number;
  readonly queue: QueueModelFactory;
  /** How long an order, or its cancel, is on its way to the venue, and a report on its way back. */
  readonly entry: LatencyModel;
  readonly response: LatencyModel;
}

/** What is on its way to the venue. */
interface Request {
  readonly kind: 'submit' | 'cancel';
  readonly working: Working;
}

/** What is on its way back. */
interface Response {
  readonly report: ExecutionReport;
  /** Whether it tells of a trade of an order that had rested. */
  readonly maker: boolean;
}

/** One instrument at the venue: its record as far as it has been played, and what is under way. */
class Desk implements MarketListener {
  /** Time at the venue. */
  private now: Timestamp = -Infinity;
  /** When the first of what is under way is due. */
  private due: Timestamp = Infinity;
  private readonly venue: DepthVenue;
  private readonly instrument: Instrument;
  private readonly market: DepthMarket;
  private readonly pieces: Iterator<Ticks>;
  private ticks: Ticks | undefined = undefined;
  private index = 0;
  private readonly requests = new DueQueue<Request>();
  private readonly responses = new DueQueue<Response>();
  /** Orders on their way or working. */
  private readonly orders = new Map<Order, Working>();
  /** Ended by the trade of their counterpart, and still to be taken out of the market. */
  private readonly tied: Working[] = [];
  /** What the account holds here, signed. */
  private net = 0;

  constructor(venue: DepthVenue, instrument: Instrument, ticks: Iterable<Ticks>) {
    this.venue = venue;
    this.instrument = instrument;
    this.pieces = ticks[Symbol.iterator]();
    this.market = new DepthMarket(venue.rules.queue(10 ** instrument.quantityScale), this);
    this.fetch();
  }

  submit(order: Order): void {
    const working = new Working(order);
    this.orders.set(order, working);
    this.send(Math.max(order.tsInit, this.now), { kind: 'submit', working });
  }

  cancel(order: Order): void {
    const working = this.orders.get(order);
    if (working !== undefined) this.send(this.now, { kind: 'cancel', working });
  }

  /** Plays what happens up to and including `until`; of one time, what is under way comes before the market's ticks. */
  advance(until: Timestamp): void {
    if (this.ticks === undefined) this.fetch(); // a record that is still being written may have gone on
    for (;;) {
      this.play(until);
      if (this.due > until) break;
      this.now = Math.max(this.now, this.due);
      if (this.responses.next === this.due) this.respond();
      else this.arrive(this.requests.shift());
      this.schedule();
    }
    this.now = until;
  }

  onTrade(working: Working, tick: number, lots: number, maker: boolean): void {
    const { order, buy, leaves } = working;
    const { fees, moneyScale } = this.venue.rules;
    const { priceScale, quantityScale } = this.instrument;
    const value: Exact = mul(tick, lots);
    const fee = fees.fee(value, priceScale + quantityScale, lots, quantityScale, moneyScale, maker ? 'maker' : 'taker');
    this.net += buy ? lots : -lots;
    if (leaves === 0) this.orders.delete(order);
    this.report({ kind: 'filled', order, tsEvent: this.now, tradeId: this.venue.nextTradeId(), price: tick, quantity: lots, fee }, maker);
    for (const other of this.orders.values()) {
      if (other.state === 'gone' || (other.order !== order.ocoWith && other.order.ocoWith !== order)) continue;
      other.state = 'gone';
      this.tied.push(other);
    }
  }

  onLeft(working: Working): void {
    this.end(working);
  }

  /** The hot loop: ticks up to `until`, as long as nothing is due. */
  private play(until: Timestamp): void {
    while (this.ticks !== undefined) {
      const { kind, tsExchange, price, size, length } = this.ticks;
      const { market } = this;
      for (let { index } = this; index < length; index++) {
        const ts = tsExchange[index];
        if (ts >= this.due || ts > until) {
          this.index = index;
          return;
        }
        this.now = ts;
        market.onTick(kind[index], price[index], size[index]);
        if (this.tied.length > 0) this.untie();
      }
      this.fetch();
    }
  }

  /** Takes the next piece that is not empty. */
  private fetch(): void {
    this.index = 0;
    this.ticks = undefined;
    for (let piece = this.pieces.next(); piece.done !== true; piece = this.pieces.next()) {
      if (piece.value.length === 0) continue;
      this.ticks = piece.value;
      return;
    }
  }

  /** An order, or the wish to cancel it, has reached the venue. */
  private arrive({ kind, working }: Request): void {
    const { order } = working;
    if (kind === 'cancel') {
      if (working.state !== 'working') return; // it ended on the way
      this.market.remove(working);
      this.end(working);
      return;
    }
    if (working.state === 'gone') return;
    const refusal = this.refusal(working);
    if (refusal !== undefined) {
      working.state = 'gone';
      this.orders.delete(order);
      this.report({ kind: 'rejected', order, tsEvent: this.now, reason: refusal });
      return;
    }
    this.report({ kind: 'accepted', order, tsEvent: this.now });
    this.market.arrive(working);
    if (this.tied.length > 0) this.untie();
  }

  /** Ends the orders whose counterpart has traded. */
  private untie(): void {
    for (const working of this.tied.splice(0)) {
      this.market.remove(working);
      this.end(working);
    }
  }

  private end({ order }: Working): void {
    this.orders.delete(order);
    this.report({ kind: 'canceled', order, tsEvent: this.now });
  }

  private send(ts: Timestamp, request: Request): void {
    this.requests.push(ts + this.venue.rules.entry.delayMs(ts), request);
    this.schedule();
  }

  private report(report: ExecutionReport, maker = false): void {
    this.responses.push(this.now + this.venue.rules.response.delayMs(this.now), { report, maker });
    this.schedule();
  }

  /** Tells what has become known by now, and lets it be worked off. */
  private respond(): void {
    const { due } = this;
    while (this.responses.next === due) this.venue.tell(this.responses.shift());
    this.schedule();
    this.venue.settle();
  }

  private schedule(): void {
    this.due = Math.min(this.requests.next, this.responses.next);
  }

  /** Why an order is refused on arrival; undefined where it is not. */
  private refusal({ order, buy, leaves }: Working): string | undefined {
    const { book } = this.market;
    const lacking = missing(order);
    if (lacking !== undefined) return lacking;
    if (!Number.isSafeInteger(leaves) || !(Number(order.price) < MAX_TICK)) return 'price or quantity is beyond what the venue counts';
    if (order.type === 'market' && !book.isKnown) return 'the book is not known';
    const side = buy ? book.asks : book.bids;
    const price = side.levels === 0 ? NaN : toNumber(side.best, this.instrument.priceScale);
    return refusalOf(order, this.instrument, { last: price, net: this.net }, this.now, price);
  }
}

/** Prices are kept in 32 bits. */
const MAX_TICK = 0x7fff_fffe;

/**
 * A venue made of ticks: depth or quotes, and trades, as they were recorded at a real one. Orders take
 * time to reach it and its reports take time to come back; in between they stand in the book with a
 * place in its queue (docs/ticks.md). Bars tell it only how late it is, so the engine that trades on
 * bars of the same ticks meets this venue as it would meet the real one.
 */
export class DepthVenue implements ExecutionClient {
  readonly rules: DepthRules;
  /** Trades told of, by orders that had rested and by those that took. */
  makerFills = 0;
  takerFills = 0;
  private readonly desks: readonly Desk[];
  private sink: ReportSink | undefined = undefined;
  private trades = 0;

  constructor(rules: DepthRules) {
    if (rules.fees.perOrder) throw new RangeError('a venue of depth charges by the trade, not by the order');
    this.rules = rules;
    this.desks = rules.markets.map(({ instrument, ticks }) => new Desk(this, instrument, ticks));
  }

  connect(sink: ReportSink): void {
    this.sink = sink;
  }

  submit(order: Approved<Order>): void {
    this.desks[order.instrument].submit(order);
  }

  cancel(order: Order): void {
    this.desks[order.instrument].cancel(order);
  }

  onBar(instrument: number, bar: Bar, intervalMs: number): void {
    this.advance(instrument, bar.timestamp + intervalMs);
  }

  /** Plays one instrument's ticks up to and including a time of ours, which no earlier call was beyond. */
  advance(instrument: number, until: Timestamp): void {
    this.desks[instrument].advance(until);
  }

  /** Hands on a report whose time has come; it waits until all of that time are told. */
  tell({ report, maker }: Response): void {
    if (report.kind === 'filled') {
      if (maker) this.makerFills += 1;
      else this.takerFills += 1;
    }
    this.sink?.report(report);
  }

  /** Has what was told worked off. */
  settle(): void {
    this.sink?.settle();
  }

  /** Id of the next trade. */
  nextTradeId(): number {
    this.trades += 1;
    return this.trades;
  }
}

/** What this venue does not do, it says. */
function missing({ type, timeInForce, terms }: Order): string | undefined {
  if (type === 'stop-limit' || type === 'trailing-stop') return `no ${type} orders on recorded ticks`;
  if (timeInForce === 'gtd' || timeInForce === 'day') return `no orders good till a date on recorded ticks`;
  return terms?.reduceOnly === true ? 'no reduce-only orders on recorded ticks' : undefined;
}
