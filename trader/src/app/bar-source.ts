import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBars, type OpenBarsOptions } from '../adapters/bars/column-cache.ts';
import type { BarSet } from '../adapters/bars/column-file.ts';
import { BarFileError, errorCode } from '../adapters/bars/bar-file-error.ts';
import { refuseIrregular } from '../adapters/bars/quality.ts';
import { formatInterval, parseInterval } from '../domain/time.ts';
import { Refusal } from './refusal.ts';

/**
 * Opens what `--bars` names: a file, or else the id of imported bars, or of fetched ones. Of a series stored at
 * several intervals it is the coarsest that `intervalMs` can be made from, or the finest where no
 * interval is asked for.
 */
export async function openBarSource(name: string, options: OpenBarsOptions & { readonly intervalMs?: number | undefined }): Promise<BarSet> {
  const { home, strict, intervalMs } = options;
  if (existsSync(name)) return openFile(name, options);
  const { listBars, openStoredBars } = await import('../adapters/bars/bar-store.ts'); // the store's database is loaded only where it is needed
  const faults: BarFileError[] = [];
  const stored = listBars(home, (fault) => faults.push(fault));
  const intervals = stored.filter(({ instrument }) => instrument === name).map(({ interval }) => parseInterval(interval) ?? 0);
  const [finest] = intervals;
  if (finest === undefined) {
    const fetched = await openFetchedSource(name, options);
    if (fetched !== undefined) return fetched;
    const [fault] = faults.filter(({ file }) => file.includes(name));
    if (fault) throw fault;
    const known = [...new Set(stored.map(({ instrument }) => instrument))];
    throw new Refusal('bad-data', `${name}: there is no such file, nor are there stored bars of that id`, {
      hint: known.length === 0 ? 'Check the path; nothing is stored yet.' : `Check the path. Stored: ${known.slice(0, 8).join(', ')}.`,
    });
  }
  return checked(name, openStoredBars(home, name, formatInterval(coarsest(intervals, intervalMs) ?? finest)), strict);
}

/** Bars that were fetched from providers under a symbol; undefined where there are none. */
async function openFetchedSource(name: string, { home, strict, intervalMs }: OpenBarsOptions & { readonly intervalMs?: number | undefined }): Promise<BarSet | undefined> {
  const { listFetched, openFetched } = await import('./wiring/fetched-bars.ts');
  const intervals = (await listFetched(home)).filter(({ instrument }) => instrument === name).map((series) => series.intervalMs);
  const [finest] = intervals;
  return finest === undefined ? undefined : checked(name, await openFetched(home, name, coarsest(intervals, intervalMs) ?? finest), strict);
}

/** The coarsest of some intervals, ascending, that one can be made from. */
function coarsest(intervals: readonly number[], intervalMs: number | undefined): number | undefined {
  return intervals.findLast((candidate) => intervalMs !== undefined && intervalMs % candidate === 0);
}

function checked(name: string, bars: BarSet, strict: boolean | undefined): BarSet {
  if (strict !== true) return bars;
  try {
    refuseIrregular(name, bars.quality);
    return bars;
  } catch (error) {
    bars.close();
    throw error;
  }
}

/** How a system says that a folder may not be written. */
const MAY_NOT_WRITE = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Opens a file through the cache; where the state folder may only be read, through one that is gone when the program ends. */
async function openFile(name: string, options: OpenBarsOptions): Promise<BarSet> {
  try {
    return await openBars(name, options);
  } catch (error) {
    if (!(error instanceof BarFileError) || error.kind !== 'storage' || !MAY_NOT_WRITE.has(errorCode(error.cause))) throw error;
    const home = mkdtempSync(join(tmpdir(), 'algotrendy-'));
    process.once('exit', () => rmSync(home, { recursive: true, force: true }));
    return openBars(name, { ...options, home });
  }
}
