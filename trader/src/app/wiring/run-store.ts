import { createHash, type Hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format } from '../../domain/exact.ts';
import { findStrategy } from '../../strategies/catalog.ts';
import { productVersion } from '../commands/version.ts';
import { Refusal } from '../refusal.ts';
import type { BacktestReport, BacktestRequest } from './backtest-request.ts';
import type { FinishedBacktest } from './backtest.ts';

/** A backtest that was kept: enough to run it again, and what came out of it. */
export interface StoredRun {
  /** Version of this shape. */
  readonly format: 1;
  /** `r` and seven letters or digits of the hash over everything below that decides the result. */
  readonly id: string;
  readonly kind: 'backtest';
  /** When it was first kept, ISO 8601. */
  readonly keptAt: string;
  /** Version of the product that ran it. */
  readonly version: string;
  /** As it was asked for, with absolute paths. */
  readonly request: BacktestRequest;
  /** SHA-256 of the file of each source. */
  readonly barsSha256: readonly string[];
  /** SHA-256 of what each series that the strategy reads was known to be; absent where it reads none. */
  readonly seriesSha256?: readonly string[];
  /** SHA-256 of the strategy's file; null for one that ships. */
  readonly strategySha256: string | null;
  /** SHA-256 over what was traded: `tradesDigest`. */
  readonly digest: string;
  readonly report: BacktestReport;
}

const ID_LENGTH = 7;
/** Letters and digits that are not taken for one another. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID = new RegExp(`^r[${ALPHABET}]{1,${ID_LENGTH}}$`);

/**
 * A finished backtest as a run to keep. The same request on the same bars by the same build has the
 * same id, whatever the files are called: it hashes contents and results, not paths and times.
 */
export function runOf(request: BacktestRequest, finished: FinishedBacktest): StoredRun {
  const { report, barsSha256 } = finished;
  const series = finished.seriesSha256.length === 0 ? {} : { seriesSha256: finished.seriesSha256 };
  const version = productVersion();
  const shipped = findStrategy(request.strategy) !== undefined;
  const strategySha256 = shipped ? null : sha256(readFileSync(request.strategy));
  const digest = tradesDigest(finished);
  const { strategy, parameters, instrument } = report;
  const causes = { ...withFiles({ ...request, bars: [] }, contentOf), strategy, parameters, instrument, version, barsSha256, ...series, strategySha256, digest };
  return {
    format: 1, id: idOf(JSON.stringify(causes)), kind: 'backtest', keptAt: new Date().toISOString(), version,
    request: { ...withFiles(request, placeOf), strategy: shipped ? request.strategy : resolve(request.strategy) },
    barsSha256, ...series, strategySha256, digest, report,
  };
}

/** The request with every file of it named otherwise: bars, funding rates, recorded latencies, and a rule set of the user's own. */
function withFiles(request: BacktestRequest, name: (file: string) => string): BacktestRequest {
  const { bars, account, models, venue } = request;
  const named = (sources: BacktestRequest['bars']) => sources.map(({ instrument, file }) => ({ instrument, file: name(file) }));
  return {
    ...request, bars: named(bars), venue: venue?.endsWith('.json') === true ? name(venue) : venue,
    ...(account && { account: { ...account, funding: named(account.funding) } }),
    ...(models?.latency?.kind === 'recorded' && { models: { ...models, latency: { ...models.latency, file: name(models.latency.file) } } }),
  };
}

/** Where a file lies; what is none, such as the id of stored bars, stays. */
function placeOf(file: string): string {
  return existsSync(file) ? resolve(file) : file;
}

/** What a file holds, whatever it is called. */
function contentOf(file: string): string {
  return existsSync(file) ? sha256(readFileSync(file)) : file;
}

/**
 * SHA-256 over what a run traded: every round trip with its times, prices, quantity, fees and profit,
 * what is still held, cash and fees. Equal for two runs that traded alike; made after the run, so
 * that the run does not pay for it.
 */
export function tradesDigest({ engine, markets }: Pick<FinishedBacktest, 'engine' | 'markets'>): string {
  const hash = createHash('sha256');
  const { portfolio, execution } = engine;
  const { account, trades } = portfolio;
  hashTrips(hash, trades.length, (index) => {
    const { book, tsEntry, tsExit, quantity, entryPrice, exitPrice, fees, pnl } = trades.at(index);
    return [book, tsEntry, tsExit, quantity, entryPrice, exitPrice, fees, pnl];
  });
  const held = markets.map(({ instrument }, index) => format(portfolio.netQuantity(index), instrument.quantityScale));
  hash.update(JSON.stringify([trades.length, execution.orders, portfolio.fills, held, format(account.cash, account.moneyScale), format(account.fees, account.moneyScale)]));
  return hash.digest('hex');
}

/** Rows of eight numbers, hashed a block at a time. */
function hashTrips(hash: Hash, count: number, row: (index: number) => readonly number[]): void {
  const block = new Float64Array(8 * 1024);
  for (let from = 0; from < count; from += 1024) {
    const rows = Math.min(1024, count - from);
    for (let i = 0; i < rows; i++) block.set(row(from + i), 8 * i);
    hash.update(block.subarray(0, 8 * rows));
  }
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function idOf(causes: string): string {
  const bytes = createHash('sha256').update(causes).digest();
  return `r${Array.from(bytes.subarray(0, ID_LENGTH), (byte) => ALPHABET[byte % 32]).join('')}`;
}

/** The folder of kept runs in a state folder. */
function folderOf(home: string): string {
  return join(home, 'runs');
}

/**
 * Writes a run under `home/runs`, all of it or nothing; one that is there already stays. Gives a
 * sentence where the folder cannot be written: the run itself is no worse for it.
 */
export function keepRun(home: string, run: StoredRun): string | undefined {
  const folder = folderOf(home);
  const path = join(folder, `${run.id}.json`);
  const draft = `${path}.${process.pid}.tmp`;
  try {
    if (existsSync(path)) return undefined;
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, `${JSON.stringify(run)}\n`, { flush: true });
    renameSync(draft, path);
    return undefined;
  } catch (error) {
    if (existsSync(draft)) rmSync(draft);
    return `the run is not kept: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A stored file that is none: its name, and what is wrong. */
export interface RunFault {
  readonly id: string;
  readonly fault: string;
}

/** All kept runs, the last one first, and the files among them that cannot be read. */
export function listRuns(home: string): { readonly runs: readonly StoredRun[]; readonly faults: readonly RunFault[] } {
  const runs: StoredRun[] = [];
  const faults: RunFault[] = [];
  for (const id of runIds(home)) {
    try {
      runs.push(readStored(home, id));
    } catch (error) {
      faults.push({ id, fault: error instanceof Error ? error.message : String(error) });
    }
  }
  return { runs: runs.toSorted((a, b) => (a.keptAt < b.keptAt ? 1 : a.keptAt > b.keptAt ? -1 : a.id < b.id ? -1 : 1)), faults };
}

/** The run whose id begins with `id`. Refuses none, several, and a file that cannot be read. */
export function findRun(home: string, id: string): StoredRun {
  return readStored(home, wholeId(home, id));
}

/** Forgets the run whose id begins with `id`, or with `all` every one; gives the ids. */
export function removeRuns(home: string, id: string): readonly string[] {
  const ids = id === 'all' ? runIds(home) : [wholeId(home, id)];
  for (const one of ids) rmSync(join(folderOf(home), `${one}.json`));
  return ids;
}

function runIds(home: string): readonly string[] {
  const folder = folderOf(home);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length)).filter((id) => ID.test(id)).toSorted();
}

function wholeId(home: string, id: string): string {
  const ids = ID.test(id) ? runIds(home).filter((one) => one.startsWith(id)) : [];
  if (ids.length === 1) return ids[0];
  throw new Refusal('usage', ids.length === 0 ? `there is no run "${id}"` : `"${id}" may be any of ${ids.join(', ')}`, {
    where: folderOf(home), hint: ids.length === 0 ? './algotrendy runs lists what is kept; backtest keeps each run.' : 'Give more of the id.',
  });
}

function readStored(home: string, id: string): StoredRun {
  const path = join(folderOf(home), `${id}.json`);
  const faulty = (what: string, code: 'bad-data' | 'version' = 'bad-data') => new Refusal(code, `the run ${id} ${what}`, { where: path, hint: `Remove it: ./algotrendy runs rm ${id}` });
  let read: Partial<StoredRun> & { readonly format?: number };
  try {
    read = JSON.parse(readFileSync(path, 'utf8')) as Partial<StoredRun>;
  } catch {
    throw faulty('cannot be read');
  }
  if (typeof read !== 'object' || read === null || read.id !== id || read.report === undefined || read.request === undefined) throw faulty('is damaged');
  if (read.format !== 1) throw faulty('was kept by another version', 'version');
  return read as StoredRun;
}
