import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BarFileError, storageError } from '../../adapters/bars/bar-file-error.ts';
import { openBars, type OpenBarsOptions } from '../../adapters/bars/column-cache.ts';
import type { BarSet } from '../../adapters/bars/column-file.ts';
import type { QualityReport } from '../../adapters/bars/quality.ts';
import { BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { formatInterval, parseInterval } from '../../domain/time.ts';
import type { MarketStore, SeriesId, StoredBars } from '../../ports/market-store.ts';
import { openMarketStore } from './market-store.ts';
import { fileSource, keepImports, openStored, readImports, type ImportedFile } from './stored-bars.ts';
import { WALL_CLOCK } from './wall-clock.ts';

/** What an import is at: the file, the store, or the copy of columns that backtests read. */
export type ImportPhase = 'Importing' | 'Comparing' | 'Storing' | 'Copying';

/** How bars are imported. */
export interface ImportBarsOptions extends Omit<OpenBarsOptions, 'onProgress'> {
  /** As `BTC-USDT.BINANCE`: letters, digits, dot, dash and underscore. */
  readonly instrument: string;
  /** As `1m`; the most frequent step of the file where it is not given. */
  readonly interval?: string;
  /** Let bars of the file count where stored ones differ, instead of refusing the file. */
  readonly replace?: boolean;
  /** Told what fraction of 1 of a phase is done. */
  readonly onProgress?: (phase: ImportPhase, fraction: number) => void;
}

/** What an import did. */
export interface ImportReport {
  /** Bars of times that were not stored. */
  readonly added: number;
  /** Bars that were stored already, the same. */
  readonly equal: number;
  /** Bars that were stored otherwise, and are as in the file from now on; what they were is kept beside them. */
  readonly replaced: number;
  readonly instrument: string;
  readonly interval: string;
  /** The facts of the series as it is now. */
  readonly quality: QualityReport;
  /** The facts of the imported file. */
  readonly file: QualityReport;
}

const INSTRUMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const LOCK_WAIT_MS = 5_000;
/** Bars up to which a file is stored whole or not at all: two hundred megabytes of memory. A larger one is stored in pieces of so many. */
const WHOLE_BARS = 4_000_000;

/**
 * Imports a file of bars into the store. Bars that overlap stored ones must equal them, whoever told those,
 * unless `replace`; all of them are compared before any is stored. A file beyond some million bars that
 * is killed half-way is there in part, and whole when it is imported again. Imports of one
 * installation take turns.
 */
export async function importBars(file: string, options: ImportBarsOptions): Promise<ImportReport> {
  const { home, instrument, replace = false, onProgress = () => {} } = options;
  if (!INSTRUMENT.test(instrument)) throw new BarFileError('value', instrument, 'is no instrument id; it reads like BTC-USDT.BINANCE');
  const added = await openBars(file, { ...options, onProgress: (fraction) => { onProgress('Importing', fraction); } });
  try {
    const series = { instrument, intervalMs: chooseInterval(file, added.quality, options.interval) };
    const release = lock(home);
    try {
      const store = await openMarketStore(home);
      try {
        return await storeBars(file, added, series, { home, store, replace, onProgress });
      } finally {
        await store.close();
      }
    } finally {
      release();
    }
  } finally {
    added.close();
  }
}

function chooseInterval(file: string, { intervalMs, bars }: QualityReport, asked: string | undefined): number {
  if (asked === undefined) {
    if (intervalMs === 0) throw new BarFileError('value', file, 'holds one bar, which shows no interval; give it, as in interval 1h');
    return intervalMs;
  }
  const askedMs = parseInterval(asked);
  if (askedMs === undefined) throw new BarFileError('value', file, `"${asked}" is no interval; it reads like 1m, 4h or 1d`);
  // Two bars can be apart by a gap; more of them show the interval.
  if (bars > 2 && askedMs !== intervalMs) throw new BarFileError('value', file, `its bars are ${formatInterval(intervalMs)} apart, not ${asked}; import them as what they are`);
  return askedMs;
}

interface Target {
  readonly home: string;
  readonly store: MarketStore;
  readonly replace: boolean;
  readonly onProgress: (phase: ImportPhase, fraction: number) => void;
}

async function storeBars(file: string, fresh: BarSet, series: SeriesId, { home, store, replace, onProgress }: Target): Promise<ImportReport> {
  const before = await summaryOf(store, series);
  if (before !== undefined && !replace) await refuseContradiction(file, fresh, series, store, (fraction) => { onProgress('Comparing', fraction); });
  const source = fileSource(basename(file));
  // A clock that was set back must not put these bars behind what they are to replace.
  const knownAt = Math.max(WALL_CLOCK.now(), before?.knownAt ?? 0);
  let [added, equal, replaced] = [0, 0, 0];
  onProgress('Storing', 0);
  for (let from = 0; from < fresh.length; from += WHOLE_BARS) {
    const counts = await store.append(series, { source, knownAt, bars: fresh.read(from, Math.min(fresh.length, from + WHOLE_BARS)) });
    added += counts.added;
    equal += counts.equal;
    replaced += counts.revised;
    onProgress('Storing', Math.min(1, (from + WHOLE_BARS) / fresh.length));
  }
  const after = await summaryOf(store, series);
  if (after === undefined) throw new BarFileError('storage', file, 'was stored and is not there; look at the store with ./algotrendy doctor');
  // An import that was killed before its last step is written down by the next one, which finds all bars there.
  if (added + replaced > 0 || after.sources.includes(source)) noteImport(home, series, file, fresh);
  const stored = await openStored(home, store, after, { onProgress: (fraction) => { onProgress('Copying', fraction); } });
  stored.close();
  return { added, equal, replaced, instrument: series.instrument, interval: formatInterval(series.intervalMs), quality: stored.quality, file: fresh.quality };
}

async function summaryOf(store: MarketStore, { instrument, intervalMs }: SeriesId) {
  return (await store.list(instrument)).find((each) => each.intervalMs === intervalMs);
}

function noteImport(home: string, series: SeriesId, file: string, { sha256, quality: { bars, from, to } }: BarSet): void {
  const known = readImports(home, series);
  const files: ImportedFile[] = [...known.filter((each) => each.sha256 !== sha256), { name: basename(file), sha256, bars, from, to }];
  if (known.at(-1)?.sha256 !== sha256) keepImports(home, series, files);
}

/** Raises kind `conflict` at the first bar that is stored otherwise. */
async function refuseContradiction(file: string, fresh: BarSet, series: SeriesId, store: MarketStore, onProgress: (fraction: number) => void): Promise<void> {
  let compared = 0;
  for (const block of fresh.blocks()) {
    const stored = await store.range(series, { from: block.timestamp[0], to: block.timestamp[block.length - 1] + 1, quarantined: true });
    let at = 0;
    for (let row = 0; row < block.length; row++) {
      while (at < stored.length && stored.timestamp[at] < block.timestamp[row]) at++;
      if (stored.timestamp[at] === block.timestamp[row]) compareBar(file, block, row, stored, at);
    }
    compared += block.length;
    onProgress(compared / fresh.length);
  }
}

function compareBar(file: string, fresh: Bars, row: number, stored: StoredBars, at: number): void {
  for (const field of BAR_COLUMNS) {
    const [here, there] = [fresh[field][row], stored[field][at]];
    if (here === there || (Number.isNaN(here) && Number.isNaN(there))) continue;
    throw new BarFileError('conflict', file,
      `the bar of ${new Date(fresh.timestamp[row]).toISOString()} has ${field} ${here}, but ${there} is stored, from ${stored.sources[stored.source[at]]}; nothing was stored. Import with --replace to take the file's`,
      { field });
  }
}

/** Makes this the only import into a state folder until what it gives is called. The lock is the system's, so it ends with its process. */
function lock(home: string): () => void {
  const directory = join(home, 'market');
  let held: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    held = new DatabaseSync(join(directory, 'import.lock'), { timeout: LOCK_WAIT_MS });
    held.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    held?.close();
    if (error instanceof Error && /database is locked/.test(error.message)) {
      throw new BarFileError('locked', directory, 'another process is importing into this store; wait until it is done, then try again', {}, error);
    }
    throw storageError(directory, error);
  }
  return () => { held.close(); };
}
