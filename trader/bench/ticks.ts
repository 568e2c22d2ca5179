import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readCapture } from '../src/adapters/ticks/capture-reader.ts';
import { OrderBook } from '../src/domain/order-book.ts';
import { Order, type Approved, type Side } from '../src/domain/order.ts';
import type { ExecutionReport } from '../src/domain/report.ts';
import { TICK, type Ticks, type TickSeries } from '../src/domain/tick.ts';
import { DepthVenue } from '../src/simulation/depth/depth-venue.ts';
import { riskAverse } from '../src/simulation/depth/queue-model.ts';
import { noFee } from '../src/simulation/fees.ts';
import { ConstantLatency } from '../src/simulation/latency.ts';
import type { Figure } from './figure.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A recording of futures depth as fast as the venue sends it; where it is not, the one that ships stands in. */
const DENSE = join(ROOT, '..', 'shared', 'data', 'ticks', 'hftbacktest_binance_usdm_btcusdt_20240808.gz');
const SHIPPED = join(ROOT, 'data', 'binance-spot_BTCUSDT_ticks_20240808.gz');
const TICKS_TIMED = 2_000_000;
const TICKS_OF_HEAP = 10_000_000;
const RUNS = 5;
const LIMIT_NS = 60;
const LIMIT_MB = 1;
/** The quoter's turns, and a latency: what it does arrives at times with a fraction, as no tick of these venues has. */
const STEP_MS = 50;
const LATENCY_MS = 5.1;

/** What the quoter came to. */
interface Outcome {
  readonly ticks: number;
  readonly orders: number;
  readonly reports: number;
  readonly fills: number;
  /** Lots held, and cash in ticks × lots. */
  readonly position: number;
  readonly cash: number;
  readonly cpuSeconds: number;
}

/**
 * A quoter on recorded depth: every 100 ms an order of one lot at the best bid and one at the best ask
 * as seen here, canceled 50 ms later. Nanoseconds of CPU a tick of the venue, with book, queues, latency
 * both ways and reports; of venue and the quoter's own, later view of the book together, as hftbacktest
 * counts them; what the heap grows by; and hftbacktest on the same ticks, where it can be had.
 */
export async function benchTicks(): Promise<Figure[]> {
  const series = await readCapture([existsSync(DENSE) ? DENSE : SHIPPED]);
  const record = new Recording(series.ticks);
  const repeats = Math.ceil(TICKS_TIMED / record.length);
  const script = writeScript(record, repeats);
  const growth = heapGrowth(record);
  const venue = medianRun(() => runQuoter(record, repeats, script));
  const both = medianRun(() => runQuoter(record, repeats));
  return [
    { name: `venue alone, ${venue.orders} orders, ${venue.reports} reports`, value: nsPerTick(venue), unit: 'ns/tick', limit: LIMIT_NS, better: 'less' },
    { name: 'venue and a view of the book here', value: nsPerTick(both), unit: 'ns/tick', limit: undefined, better: 'less' },
    { name: 'heap growth over 10 M ticks', value: growth, unit: 'MB', limit: LIMIT_MB, better: 'less' },
    ...againstPeer(series, record, repeats, both),
  ];
}

/** The middle one of several runs, after two that compile. */
function medianRun(run: () => Outcome): Outcome {
  run();
  run();
  return Array.from({ length: RUNS }, run).sort((a, b) => a.cpuSeconds - b.cpuSeconds)[RUNS >> 1];
}

function nsPerTick({ cpuSeconds, ticks }: Outcome): number {
  return (cpuSeconds * 1e9) / ticks;
}

/** A recording to be played over and over, each time moved on by its own length. */
class Recording {
  /** As it happened at the venue, and its depth as it became known here. */
  readonly venue: Ticks;
  readonly here: Ticks;
  readonly length: number;
  /** When all of it is known here, and how long it takes until it comes again. */
  readonly last: number;
  readonly span: number;

  /** The venue looks at depth and trades; best quotes would only make its ticks cheaper. */
  constructor({ kind, tsExchange, tsLocal, price, size }: Ticks) {
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
    return Math.floor((this.last + (repeats - 1) * this.span - this.start) / STEP_MS) + 1;
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
type Script = Int32Array;

/** Watches the book as it is known here, and writes down what a quoter would see. */
function writeScript(record: Recording, repeats: number): Script {
  const script = new Int32Array(2 * record.turns(repeats));
  const view = new View(record);
  for (let turn = 0; turn < record.turns(repeats); turn++) {
    view.moveTo(record.start + turn * STEP_MS);
    if (!view.book.isKnown) continue;
    script[2 * turn] = view.book.bids.best;
    script[2 * turn + 1] = view.book.asks.best;
  }
  return script;
}

/** The book as it is known here. */
class View {
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
class Quoter {
  orders = 0;
  reports = 0;
  fills = 0;
  position = 0;
  cash = 0;
  readonly venue: DepthVenue;
  private readonly working: Order[] = [];

  constructor(ticks: Iterable<Ticks>) {
    const instrument = { id: 'BENCH', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 0, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 0 } as const;
    this.venue = new DepthVenue({
      markets: [{ instrument, ticks }], fees: noFee, moneyScale: 0, queue: riskAverse,
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
function runQuoter(record: Recording, repeats: number, script?: Script): Outcome {
  const quoter = new Quoter(record.pieces(repeats));
  const view = script === undefined ? new View(record) : undefined;
  const cpu = process.cpuUsage();
  quoteOn(record, quoter, record.turns(repeats), view, script);
  const { user, system } = process.cpuUsage(cpu);
  const { orders, reports, fills, position, cash } = quoter;
  return { ticks: record.length * repeats, orders, reports, fills, position, cash, cpuSeconds: (user + system) / 1e6 };
}

function quoteOn({ start }: Recording, quoter: Quoter, turns: number, view: View | undefined, script: Script = new Int32Array(0)): void {
  for (let turn = 0; turn < turns; turn++) {
    const now = start + turn * STEP_MS;
    view?.moveTo(now);
    quoter.venue.advance(0, now);
    if (turn % 2 !== 0) quoter.cancelAll();
    else if (view === undefined && script[2 * turn] !== 0) quoter.quote(script[2 * turn], script[2 * turn + 1], now);
    else if (view?.book.isKnown === true) quoter.quote(view.book.bids.best, view.book.asks.best, now);
  }
}

/** Megabytes that stay behind after ten million ticks, once everything is compiled and warm. */
function heapGrowth(record: Recording): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    for (let i = 0; i < 3; i++) collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const repeats = Math.ceil(TICKS_OF_HEAP / record.length);
  const quoter = new Quoter(record.pieces(repeats + 1));
  const view = new View(record);
  const [first, all] = [record.turns(1), record.turns(repeats + 1)];
  const from = (turn: number) => ({ start: record.start + turn * STEP_MS }) as Recording;
  quoteOn(record, quoter, first, view);
  const before = held();
  quoteOn(from(first), quoter, all - first, view);
  return Math.max(0, held() - before) / 1e6;
}

/** hftbacktest on the same ticks with the same orders: its fills must be ours. */
function againstPeer({ priceScale, quantityScale }: TickSeries, record: Recording, repeats: number, ours: Outcome): Figure[] {
  const python = installPeer();
  if (python === undefined) return [];
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-bench-'));
  try {
    const { kind, tsExchange, tsLocal, price, size } = record.venue;
    const rows = new Float64Array(5 * record.length);
    for (let i = 0; i < record.length; i++) rows.set([kind[i], tsExchange[i], tsLocal[i], price[i], size[i]], 5 * i);
    const file = join(folder, 'events.bin');
    writeFileSync(file, rows);
    const ns = (ms: number) => String(BigInt(Math.round(ms * 10)) * 100_000n);
    const words = [
      file, `1e-${priceScale}`, `1e-${quantityScale}`, String(repeats), ns(record.span), ns(record.start), ns(STEP_MS), String(record.turns(repeats)), ns(LATENCY_MS),
    ];
    const theirs = JSON.parse(execFileSync(python, [fileURLToPath(new URL('ticks-peer.py', import.meta.url)), ...words], {
      encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 300_000,
    })) as { orders: number; fills: number; lots: number; cash: number; cpuSeconds: number };
    const cash = ours.cash / 10 ** (priceScale + quantityScale);
    if (theirs.orders !== ours.orders || theirs.fills !== ours.fills || theirs.lots !== ours.position || Math.abs(theirs.cash - cash) > 1e-6) {
      throw new Error(`hftbacktest disagrees: ${JSON.stringify(theirs)}, not ${JSON.stringify({ ...ours, cash })}`);
    }
    const ratio = theirs.cpuSeconds / ours.cpuSeconds;
    return [
      { name: `hftbacktest 2.4.4, the same ${theirs.fills} fills`, value: (theirs.cpuSeconds * 1e9) / ours.ticks, unit: 'ns/tick', limit: undefined, better: 'less' },
      { name: 'times as fast as hftbacktest', value: ratio, unit: '×', limit: undefined, better: 'more' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The Python that has hftbacktest, in a folder of its own: $BENCH_VENV, or one among the temporary files. */
function installPeer(): string | undefined {
  const venv = process.env['BENCH_VENV'] ?? join(tmpdir(), 'algotrendy-bench-venv');
  const python = join(venv, 'bin', 'python');
  const quiet = { stdio: 'ignore', timeout: 300_000 } as const;
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', venv], quiet);
    try {
      execFileSync(python, ['-c', 'import hftbacktest'], quiet);
    } catch {
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'hftbacktest==2.4.4'], quiet);
    }
    return python;
  } catch (error) {
    console.error(`bench: hftbacktest is left out, it cannot be installed: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
