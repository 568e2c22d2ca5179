import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { formatInterval, parseInterval } from '../../domain/time.ts';
import { BarFileError, storageError } from './bar-file-error.ts';
import { mergeBars, type MergeCounts } from './bar-merge.ts';
import { openBars, type OpenBarsOptions } from './column-cache.ts';
import { ColumnFileWriter, type BarSet, type ColumnFacts, type ColumnFile } from './column-file.ts';
import { QualityMeter, type QualityReport } from './quality.ts';
import { openSound, SeenFiles } from './seen-files.ts';

/** A file that bars of a series were imported from. */
export interface ImportedFile {
  readonly name: string;
  readonly sha256: string;
  readonly bars: number;
  readonly from: number;
  readonly to: number;
}

/** A stored series: bars of one instrument at one interval. */
export interface StoredSeries {
  readonly instrument: string;
  /** As `1m` or `1h`. */
  readonly interval: string;
  readonly quality: QualityReport;
  /** The files that it was imported from, in that order. */
  readonly files: readonly ImportedFile[];
}

/** How bars are imported. */
export interface ImportBarsOptions extends OpenBarsOptions {
  /** As `BTC-USDT.BINANCE`: letters, digits, dot, dash and underscore. */
  readonly instrument: string;
  /** As `1m`; the most frequent step of the file where it is not given. */
  readonly interval?: string;
  /** Let bars of the file replace stored ones that differ, instead of refusing the file. */
  readonly replace?: boolean;
}

/** What an import did. */
export interface ImportReport extends MergeCounts {
  readonly series: StoredSeries;
  /** The facts of the imported file. */
  readonly file: QualityReport;
}

type SeriesFacts = ColumnFacts & StoredSeries;

const INSTRUMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const LOCK_WAIT_MS = 5_000;

/**
 * Imports a file of bars into the store under `home/bars`, where each series is one column file. Bars
 * that overlap stored ones must equal them, unless `replace`. A series is replaced whole, by a rename
 * after everything is on the disk, so a failure or a kill half-way loses nothing; imports into one
 * store take turns.
 */
export async function importBars(file: string, options: ImportBarsOptions): Promise<ImportReport> {
  const { home, instrument, replace = false } = options;
  if (!INSTRUMENT.test(instrument)) {
    throw new BarFileError('value', instrument, 'is no instrument id; it reads like BTC-USDT.BINANCE');
  }
  const added = await openBars(file, options);
  try {
    const interval = chooseInterval(file, added.quality, options.interval);
    return underLock(home, () => storeBars(file, added, { home, instrument, interval, replace }));
  } finally {
    added.close();
  }
}

function chooseInterval(file: string, { intervalMs, bars }: QualityReport, asked: string | undefined): string {
  if (asked === undefined) {
    if (intervalMs === 0) throw new BarFileError('value', file, 'holds one bar, which shows no interval; give it, as in interval 1h');
    return formatInterval(intervalMs);
  }
  const askedMs = parseInterval(asked);
  if (askedMs === undefined) throw new BarFileError('value', file, `"${asked}" is no interval; it reads like 1m, 4h or 1d`);
  // Two bars can be apart by a gap; more of them show the interval.
  if (bars > 2 && askedMs !== intervalMs) {
    throw new BarFileError('value', file, `its bars are ${formatInterval(intervalMs)} apart, not ${asked}; import them as what they are`);
  }
  return formatInterval(askedMs);
}

interface Target {
  readonly home: string;
  readonly instrument: string;
  readonly interval: string;
  readonly replace: boolean;
}

function storeBars(file: string, added: BarSet, { home, instrument, interval, replace }: Target): ImportReport {
  const path = seriesPath(home, instrument, interval);
  const seen = new SeenFiles(home);
  const stored = existsSync(path) ? openSound<SeriesFacts>(path, seen) : undefined;
  try {
    const { bars, from, to } = added.quality;
    const source: ImportedFile = { name: basename(file), sha256: added.sha256, bars, from, to };
    const files = [...(stored?.facts.files ?? []).filter(({ sha256 }) => sha256 !== source.sha256), source];
    const counts = { added: 0, equal: 0, replaced: 0 };
    const meter = new QualityMeter(path);
    const writer = new ColumnFileWriter(dirname(path), true);
    try {
      for (const block of mergeBars(file, stored, added, { replace, counts })) {
        meter.add(block);
        writer.append(block);
      }
      const series: StoredSeries = { instrument, interval, files, quality: meter.report(parseInterval(interval)) };
      if (stored === undefined || counts.added + counts.replaced > 0) {
        seen.rememberSound(writer.finish(basename(path), { ...series, sha256: hashOfFiles(files) } satisfies SeriesFacts));
      }
      return { ...counts, series: stored && counts.added + counts.replaced === 0 ? seriesOf(stored) : series, file: added.quality };
    } finally {
      writer.abandon();
    }
  } finally {
    stored?.close();
  }
}

/** One hash for a series: of its one file, or of the hashes of its files in order. */
function hashOfFiles(files: readonly ImportedFile[]): string {
  const [only] = files;
  if (files.length === 1 && only) return only.sha256;
  return createHash('sha256').update(files.map(({ sha256 }) => sha256).join('\n')).digest('hex');
}

/**
 * What is stored under `home`, by instrument and interval. Reads no more than the head of each series.
 * A series that cannot be read is told to `onFault` and left out; without one it is raised.
 */
export function listBars(home: string, onFault: (fault: BarFileError) => void = raise): StoredSeries[] {
  const directory = join(home, 'bars');
  if (!existsSync(directory)) return [];
  const seen = new SeenFiles(home);
  const series: StoredSeries[] = [];
  for (const instrument of readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort()) {
    for (const name of readdirSync(join(directory, instrument)).filter((entry) => entry.endsWith('.bars'))) {
      try {
        const file = openSound<SeriesFacts>(join(directory, instrument, name), seen);
        series.push(seriesOf(file));
        file.close();
      } catch (error) {
        if (!(error instanceof BarFileError)) throw error;
        onFault(error);
      }
    }
  }
  return series.sort((a, b) => (a.instrument === b.instrument ? a.quality.intervalMs - b.quality.intervalMs : 0));
}

function raise(fault: BarFileError): never {
  throw fault;
}

function seriesOf({ facts }: ColumnFile<SeriesFacts>): StoredSeries {
  return { instrument: facts.instrument, interval: facts.interval, quality: facts.quality, files: facts.files };
}

/** Opens a stored series; kind `unknown` where there is none. */
export function openStoredBars(home: string, instrument: string, interval: string): BarSet {
  const intervalMs = parseInterval(interval);
  const path = seriesPath(home, instrument, intervalMs === undefined ? interval : formatInterval(intervalMs));
  if (!INSTRUMENT.test(instrument) || intervalMs === undefined || !existsSync(path)) {
    const stored = listBars(home).map((series) => `${series.instrument} ${series.interval}`);
    throw new BarFileError('unknown', `${instrument} ${interval}`,
      stored.length > 0 ? `is not stored; there is ${stored.slice(0, 8).join(', ')}` : 'is not stored, nor is anything else; import bars first');
  }
  return openSound<SeriesFacts>(path, new SeenFiles(home));
}

function seriesPath(home: string, instrument: string, interval: string): string {
  return join(home, 'bars', instrument, `${interval}.bars`);
}

/** Runs `work` as the only import into the store. The lock is the system's, so it ends with its process. */
function underLock<T>(home: string, work: () => T): T {
  const directory = join(home, 'bars');
  let lock;
  try {
    mkdirSync(directory, { recursive: true });
    lock = new DatabaseSync(join(directory, 'lock'), { timeout: LOCK_WAIT_MS });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (error instanceof Error && /database is locked/.test(error.message)) {
      throw new BarFileError('locked', directory, 'another process is importing into this store; wait until it is done, then try again', {}, error);
    }
    throw storageError(directory, error);
  }
  try {
    return work();
  } finally {
    lock.close();
  }
}
