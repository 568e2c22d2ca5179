import { OrderBook } from '../src/domain/order-book.ts';
import { Order, type Approved, type Side } from '../src/domain/order.ts';
import type { ExecutionReport } from '../src/domain/report.ts';
import { TICK, type Ticks } from '../src/domain/tick.ts';
import { DepthVenue } from '../src/simulation/depth/depth-venue.ts';
import type { QueueModel } from '../src/simulation/depth/queue-model.ts';
import { noFee } from '../src/simulation/fees.ts';
import { ConstantLatency } from '../src/simulation/latency.ts';

/** What the quoter does arrives at times with a fraction, as no tick of these venues has: nothing happens at one moment. */
export const LATENCY_MS = 5.1;

/** What the quoter came to. */
export interface Outcome {
  readonly ticks: number;
  readonly orders: number;
  readonly reports: number;
  readonly fills: number;
  /** Lots held, and cash in ticks × lots. */
  readonly position: number;
  readonly cash: number;
  readonly cpuSeconds: number;
}

/** A recording to be played over and over, each time moved on by its own length. */
export class Recording {
  /** As it happened at the venue, and its depth as it became known here. */
  readonly venue: Ticks;
  readonly here: Ticks;
  readonly length: number;
  /** When all of it is known here, and how long it takes until it comes again. */
  readonly last: number;
  readonly span: number;
  /** Between one turn of the quoter and the next. */
  readonly stepMs: number;

  /** The venue looks at depth and trades; best quotes would only make its ticks cheaper. */
  constructor({ kind, tsExchange, tsLocal, price, size }: Ticks, stepMs: number) {
    this.stepMs = stepMs;
    const pick = (rows: Uint32Array): Ticks => ({
      length: rows.length, kind: Uint8Array.from(rows, (i) => kind[i]), tsExchange: Float64Array.from(rows, (i) => tsExchange[i]),
      tsLocal: Float64Array.from(rows, (i) => tsLocal[i]), price: Int32Array.from(rows, (i) => price[i]), size: Float64Array.from(rows, (i) => size[i]),
    });
    const rows = Uint32Array.from(kind.keys());
    const isDepth = (i: number) => kind[i] === TICK.bid || kind[i] === TICK.ask || kind[i] === TICK.reset;
    this.venue = pick(rows.filter((i) => isDepth(i) || kind[i] === TICK.buy || kind[i] === TICK.sell));
    this.here = pick(rows.filter(isDepth).sort((a, b) => tsLocal[a] - tsLocal[b] || a - b));
    this.length = this.venue.length;
    this.last = this.venue.tsLocal.reduce((latest, ts) => Math.max(latest, ts), -Infinity);
    this.span = Math.ceil(this.last - this.venue.tsExchange[0]) + 1000;
  }

  /** First moment at which the quoter acts: with a fraction that no time of the venue has. */
  get start(): number {
    return Math.ceil(this.here.tsLocal[0]) + 0.7;
  }

  /** Turns that a quoter has in so many repeats. */
  turns(repeats: number): number {
    return Math.floor((this.last + (repeats - 1) * this.span - this.start) / this.stepMs) + 1;
  }

  /** The venue's ticks, `repeats` times; one piece of memory, whose times move on. */
  *pieces(repeats: number): Generator<Ticks> {
    const piece = { ...this.venue, tsExchange: this.venue.tsExchange.slice() };
    for (let repeat = 0; repeat < repeats; repeat++) {
      if (repeat > 0) for (let i = 0; i < piece.length; i++) piece.tsExchange[i] += this.span;
      yield piece;
    }
  }
}

/** The best bid and ask as they were known here at every second turn; 0 where there were none. */
export type Script = Int32Array;

/** Watches the book as it is known here, and writes down what a quoter would see. */
export function writeScript(record: Recording, repeats: number): Script {
  const script = new Int32Array(2 * record.turns(repeats));
  const view = new View(record);
  for (let turn = 0; turn < record.turns(repeats); turn++) {
    view.moveTo(record.start + turn * record.stepMs);
    if (!view.book.isKnown) continue;
    script[2 * turn] = view.book.bids.best;
    script[2 * turn + 1] = view.book.asks.best;
  }
  return script;
}

/** The book as it is known here. */
export class View {
  readonly book = new OrderBook();
  private readonly record: Recording;
  private index = 0;
  private offset = 0;

  constructor(record: Recording) {
    this.record = record;
  }

  moveTo(now: number): void {
    const { book } = this;
    const { kind, tsLocal, price, size, length } = this.record.here;
    const until = now - this.offset;
    let { index } = this;
    for (; index < length && tsLocal[index] <= until; index++) {
      if (kind[index] === TICK.bid) book.bids.set(price[index], size[index]);
      else if (kind[index] === TICK.ask) book.asks.set(price[index], size[index]);
      else book.clear();
    }
    this.index = index;
    if (index < length || now < this.offset + this.record.span + this.record.here.tsLocal[0]) return;
    this.index = 0;
    this.offset += this.record.span;
    this.moveTo(now);
  }
}

/** Sends orders, cancels them, and counts what comes back. */
export class Quoter {
  orders = 0;
  reports = 0;
  fills = 0;
  position = 0;
  cash = 0;
  readonly venue: DepthVenue;
  private readonly working: Order[] = [];

  constructor(ticks: Iterable<Ticks>, queue: QueueModel) {
    const instrument = { id: 'BENCH', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 0, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 0 } as const;
    this.venue = new DepthVenue({
      markets: [{ instrument, ticks }], fees: noFee, moneyScale: 0, queue: () => queue,
      entry: new ConstantLatency(LATENCY_MS), response: new ConstantLatency(LATENCY_MS),
    });
    this.venue.connect({ report: (report) => this.onReport(report), book() {}, settle() {} });
  }

  quote(bid: number, ask: number, now: number): void {
    this.send('buy', bid, now);
    this.send('sell', ask, now);
  }

  cancelAll(): void {
    for (const order of this.working) this.venue.cancel(order);
  }

  private send(side: Side, price: number, now: number): void {
    const order = new Order(OWNER, 1, this.orders, 'target', 0, side, 'limit', 'gtc', 1, price, now, undefined, POST_ONLY);
    this.orders += 1;
    this.working.push(order);
    this.venue.submit(order as Approved<Order>);
  }

  private onReport(report: ExecutionReport): void {
    this.reports += 1;
    if (report.kind === 'accepted') return;
    this.working.splice(this.working.indexOf(report.order), 1); // orders of one lot end with whatever comes
    if (report.kind !== 'filled') return;
    this.fills += 1;
    const lots = report.order.side === 'buy' ? 1 : -1;
    this.position += lots;
    this.cash -= lots * Number(report.price);
  }
}

const OWNER = { run: 'bench', name: 'quoter', index: 0 };
const POST_ONLY = { postOnly: true };

/** Quotes on the record as often as asked: by a script, or by its own view of the book. */
export function runQuoter(record: Recording, queue: QueueModel, repeats: number, script?: Script): Outcome {
  const quoter = new Quoter(record.pieces(repeats), queue);
  const view = script === undefined ? new View(record) : undefined;
  const cpu = process.cpuUsage();
  quoteOn(record, quoter, record.turns(repeats), view, script);
  const { user, system } = process.cpuUsage(cpu);
  const { orders, reports, fills, position, cash } = quoter;
  return { ticks: record.length * repeats, orders, reports, fills, position, cash, cpuSeconds: (user + system) / 1e6 };
}

export function quoteOn({ start, stepMs }: Pick<Recording, 'start' | 'stepMs'>, quoter: Quoter, turns: number, view: View | undefined, script: Script = new Int32Array(0)): void {
  for (let turn = 0; turn < turns; turn++) {
    const now = start + turn * stepMs;
    view?.moveTo(now);
    quoter.venue.advance(0, now);
    if (turn % 2 !== 0) quoter.cancelAll();
    else if (view === undefined && script[2 * turn] !== 0) quoter.quote(script[2 * turn], script[2 * turn + 1], now);
    else if (view?.book.isKnown === true) quoter.quote(view.book.bids.best, view.book.asks.best, now);
  }
}
