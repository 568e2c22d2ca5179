import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BarTable, SymbolFacts, TableBlock } from '../../adapters/timescale/bar-table.ts';
import { allocateBars, BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { Secret } from '../../domain/secret.ts';
import type { Span } from '../../domain/span.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import { Refusal } from '../refusal.ts';
import { BarAudit, type AuditFacts } from './bar-audit.ts';
import { keepJson, readKeptJson } from './kept-json.ts';
import { migrationsFolder, recordPath, type CarriedSymbol, type MigrationRecord } from './migration-record.ts';
import { openSecrets } from './secret-stores.ts';
import type { Config } from '../config.ts';

/** How a symbol came over. */
export interface SymbolReport {
  readonly symbol: string;
  readonly instrument: string;
  readonly interval: string;
  /** Rows by the source's own count. */
  readonly rows: number;
  /** The source's rows as they were read, and the target's as they were read back. */
  readonly source: AuditFacts;
  readonly target: AuditFacts;
  /** What differs; empty where nothing does. */
  readonly differences: readonly string[];
}

/** What a migration did; printed as JSON as it is. */
export interface MigrationReport {
  readonly source: string;
  readonly target: string;
  readonly knownAt: Timestamp;
  readonly rows: number;
  /** Rows that this run wrote; the others were there from an earlier one. */
  readonly written: number;
  /** Numbers of the source that a float64 does not keep to their last digit. */
  readonly rounded: number;
  readonly leftColumns: readonly string[];
  readonly symbols: readonly SymbolReport[];
  /** Whether every symbol agrees in counts, spans, sums and checksum. */
  readonly sound: boolean;
  readonly tookMs: number;
}

/** What is to be carried over. */
export interface MigrationRequest {
  readonly home: string;
  readonly table: BarTable;
  readonly store: MarketStore;
  readonly target: string;
  /** Instruments by symbol; undefined where each symbol is its instrument. */
  readonly instruments: ReadonlyMap<string, string> | undefined;
  readonly intervalMs: number | undefined;
  readonly now: () => Timestamp;
  readonly onProgress: (phase: 'Looking at the source' | 'Copying' | 'Comparing', fraction: number) => void;
}

/** Who tells that the runs of a table are whole. */
const TABLE_SOURCE = 'timescale';
const INSTRUMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
/** Sums of the source are its own arithmetic; what is beyond this share of them is a difference. */
const SUM_TOLERANCE = 1e-9;
/** Bars that are read back at once, about. */
const READ_BACK_BARS = 100_000;

/** Opens what `--from` names: a Postgres by its URL or by the secret that holds it, or else a dump. */
export async function openTable(from: string, config: Config): Promise<BarTable> {
  const { PostgresTable } = await import('../../adapters/timescale/postgres-table.ts');
  if (/^postgres(ql)?:/.test(from)) return PostgresTable.open(new Secret(from));
  const url = /^[A-Z][A-Z0-9_]*$/.test(from) ? await openSecrets(config).read(from) : undefined;
  if (url !== undefined) return PostgresTable.open(url);
  if (!existsSync(from)) throw new Refusal('bad-data', `${from}: there is no such dump, nor a secret of that name`, { hint: 'Give postgres://USER@HOST:PORT/DATABASE, the name of a secret, or a dump.' });
  const { DumpTable } = await import('../../adapters/timescale/dump-table.ts');
  // One name for one dump, so that what a killed run left is cleared away by the next.
  return new DumpTable(from, join(migrationsFolder(config.home), `${hash('sha256', resolve(from)).slice(0, 16)}.staging`));
}

/** Reads which symbol is which instrument: lines of `SYMBOL,INSTRUMENT`; what follows `#` does not count. Refuses what cannot be read so. */
export function readInstruments(file: string): ReadonlyMap<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '' && line !== 'symbol,instrument');
  const pairs = lines.map((line) => {
    const at = line.lastIndexOf(',');
    const [symbol, instrument] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    if (at <= 0 || !INSTRUMENT.test(instrument)) throw new Refusal('bad-data', `${file}: "${line.slice(0, 100)}" is no symbol and instrument`, { hint: 'One pair a line, as BTC/USDT,BTC-USDT.BINANCE' });
    return [symbol, instrument] as const;
  });
  const instruments = pairs.map(([, instrument]) => instrument);
  const twice = instruments.find((instrument, i) => instruments.indexOf(instrument) !== i);
  if (twice !== undefined) throw new Refusal('bad-data', `${file}: two symbols are to become ${twice}; each needs an instrument of its own`);
  return new Map(pairs);
}

/**
 * Carries a table over into a store: looks at every row first and refuses what cannot be stored, copies
 * by symbol and time, then reads all of it back and compares counts, spans, sums and checksums. What was
 * killed goes on where it was when it is started again; one that is done is compared again, and takes
 * over what the source has got since. Refuses a target that holds bars of these instruments which it has not written itself.
 */
export async function migrate(request: MigrationRequest): Promise<MigrationReport> {
  const started = performance.now();
  const { home, table, store, target, now, onProgress } = request;
  const facts = await table.survey((done, of) => { onProgress('Looking at the source', done / of); });
  const instrumentOf = nameInstruments(facts, request.instruments);
  const early = facts.find(({ first }) => first < 0);
  if (target === 'questdb' && early !== undefined) throw new Refusal('bad-data', `${early.symbol} begins before 1970, and QuestDB has no such time`, { hint: 'Carry it over with --to embedded.' });
  const path = recordPath(home, table.name, target);
  const before = readKeptJson<MigrationRecord>(path);
  const record: MigrationRecord = { source: table.name, target, knownAt: Math.max(now(), before?.knownAt ?? 0), symbols: before?.symbols ?? {} };
  await refuseStrangers(store, facts, instrumentOf, record);
  const copy = new Copy(request, record, path, instrumentOf);
  const rows = facts.reduce((sum, each) => sum + each.rows, 0);
  for await (const block of table.blocks()) {
    await copy.take(block);
    onProgress('Copying', copy.rows / rows);
  }
  const symbols: SymbolReport[] = [];
  let compared = 0;
  for (const each of facts) {
    const carried = record.symbols[each.symbol];
    const read = copy.audits.get(each.symbol);
    if (carried === undefined || read === undefined) throw new Refusal('failure', `${each.symbol} was counted and never read`, { hint: 'Start again.' });
    symbols.push(await compare(store, each, carried, read.facts(), record.knownAt, (done) => { onProgress('Comparing', (compared + done) / rows); }));
    compared += each.rows;
  }
  const differing = symbols.filter(({ differences }) => differences.length > 0);
  // The next run writes all of them once more; what is there the same stays as it is.
  for (const { symbol } of differing) record.symbols[symbol].through = Number.MIN_SAFE_INTEGER;
  if (differing.length > 0) keepJson(path, record);
  return {
    source: table.name, target, knownAt: record.knownAt, rows, written: copy.written, rounded: table.rounded, leftColumns: table.leftColumns, symbols,
    sound: differing.length === 0, tookMs: performance.now() - started,
  };
}

/** Says what each symbol is called from now on. Refuses symbols that are not in the list, or, without one, cannot be the name of an instrument. */
function nameInstruments(facts: readonly SymbolFacts[], instruments: ReadonlyMap<string, string> | undefined): (symbol: string) => string {
  const unknown = facts.map(({ symbol }) => symbol).filter((symbol) => (instruments === undefined ? !INSTRUMENT.test(symbol) : !instruments.has(symbol)));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 8).map((symbol) => `"${symbol}"`).join(', ');
    throw new Refusal('bad-data', `${unknown.length} of ${facts.length} symbols ${instruments === undefined ? 'cannot be the id of an instrument' : 'are not in the list'}: ${names}${unknown.length > 8 ? ', …' : ''}`, {
      hint: 'Name them with --symbols FILE: one SYMBOL,INSTRUMENT a line, as BTC/USDT,BTC-USDT.BINANCE',
    });
  }
  return (symbol) => instruments?.get(symbol) ?? symbol;
}

async function refuseStrangers(store: MarketStore, facts: readonly SymbolFacts[], instrumentOf: (symbol: string) => string, record: MigrationRecord): Promise<void> {
  const own = new Set(Object.values(record.symbols).map(({ instrument, intervalMs }) => `${instrument} ${intervalMs}`));
  const wanted = new Set(facts.map(({ symbol }) => instrumentOf(symbol)));
  const strange = (await store.list()).find(({ instrument, intervalMs }) => wanted.has(instrument) && !own.has(`${instrument} ${intervalMs}`));
  if (strange !== undefined) {
    throw new Refusal('bad-data', `the target already holds ${strange.instrument} ${formatInterval(strange.intervalMs)}, from ${strange.sources.join(', ')}; nothing was written`, {
      hint: 'Carry over into a new ALGOTRENDY_HOME, or under other names with --symbols.',
    });
  }
}

/** Writes blocks to the store, and keeps the record of it. */
class Copy {
  readonly audits = new Map<string, BarAudit>();
  rows = 0;
  written = 0;
  readonly #request: MigrationRequest;
  readonly #record: MigrationRecord;
  readonly #path: string;
  readonly #instrumentOf: (symbol: string) => string;

  constructor(request: MigrationRequest, record: MigrationRecord, path: string, instrumentOf: (symbol: string) => string) {
    this.#request = request;
    this.#record = record;
    this.#path = path;
    this.#instrumentOf = instrumentOf;
  }

  async take({ symbol, bars, source, sources }: TableBlock): Promise<void> {
    const { store } = this.#request;
    this.rows += bars.length;
    let audit = this.audits.get(symbol);
    if (audit === undefined) this.audits.set(symbol, audit = new BarAudit());
    audit.add(bars, (row) => sources[source[row]]);
    const carried = this.#record.symbols[symbol] ?? this.#begin(symbol, bars);
    const last = bars.timestamp[bars.length - 1];
    if (last <= carried.through) return;
    for (const [code, name] of sources.entries()) {
      const told = sources.length === 1 ? bars : rowsWhere(bars, (row) => source[row] === code);
      // What a kill left half-written is written again: bars that are there the same change nothing.
      const { added, revised } = await store.append(carried, { source: name, knownAt: this.#record.knownAt, bars: told });
      this.written += added + revised;
    }
    carried.through = last;
    keepJson(this.#path, this.#record);
  }

  #begin(symbol: string, bars: Bars): CarriedSymbol {
    const intervalMs = this.#request.intervalMs ?? commonStep(bars);
    if (intervalMs === undefined) throw new Refusal('bad-data', `${symbol} has one row, which shows no interval`, { hint: 'Say it: --interval 1m' });
    const carried = { instrument: this.#instrumentOf(symbol), intervalMs, through: Number.MIN_SAFE_INTEGER };
    this.#record.symbols[symbol] = carried;
    keepJson(this.#path, this.#record);
    return carried;
  }
}

/** The most frequent step between neighbours, the smaller of two equally frequent; undefined where there is none. */
function commonStep({ length, timestamp }: Bars): number | undefined {
  const counts = new Map<number, number>();
  for (let row = 1; row < length; row++) {
    const step = timestamp[row] - timestamp[row - 1];
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b)[0]?.[0];
}

function rowsWhere(bars: Bars, wanted: (row: number) => boolean): Bars {
  const rows = Array.from({ length: bars.length }, (_each, row) => row).filter(wanted);
  const picked = allocateBars(rows.length);
  for (const column of BAR_COLUMNS) rows.forEach((row, at) => { picked[column][at] = bars[column][row]; });
  return picked;
}

/** Reads a symbol back and compares it. What agrees counts as told whole, run by run: only the holes between may be asked for elsewhere. */
async function compare(store: MarketStore, facts: SymbolFacts, series: CarriedSymbol, source: AuditFacts, knownAt: Timestamp, onRows: (done: number) => void): Promise<SymbolReport> {
  const audit = new BarAudit();
  const width = READ_BACK_BARS * series.intervalMs;
  const runs: Span[] = [];
  let done = 0;
  for (let from = facts.first; from <= facts.last; from += width) {
    const bars = await store.range(series, { from, to: from + width, quarantined: true });
    audit.add(bars, (row) => bars.sources[bars.source[row]]);
    addRuns(runs, bars.timestamp, series.intervalMs);
    onRows(done += bars.length);
  }
  const target = audit.facts();
  const expected = { rows: facts.rows, first: facts.first, last: facts.last, checksum: source.checksum };
  const exact = (['rows', 'first', 'last', 'checksum'] as const).filter((fact) => target[fact] !== expected[fact] || source[fact] !== expected[fact]);
  const sums = (['closes', 'volumes'] as const).filter((fact) => [source, target].some((each) => Math.abs(each[fact] - facts[fact]) > SUM_TOLERANCE * Math.abs(facts[fact])));
  const differences = [...exact, ...sums];
  if (differences.length === 0) await store.append(series, { source: TABLE_SOURCE, knownAt, bars: allocateBars(0), covers: runs });
  return { symbol: facts.symbol, instrument: series.instrument, interval: formatInterval(series.intervalMs), rows: facts.rows, source, target, differences };
}

/** Adds bars to runs in which each follows the one before it at once; a hole of the source's ends a run. */
function addRuns(runs: Span[], times: Float64Array, intervalMs: number): void {
  for (const time of times) {
    const last = runs.at(-1);
    if (last !== undefined && time <= last.to) runs[runs.length - 1] = { from: last.from, to: time + intervalMs };
    else runs.push({ from: time, to: time + intervalMs });
  }
}
