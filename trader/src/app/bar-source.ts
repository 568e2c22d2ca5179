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
 * Opens what `--bars` names: a file, or else the id of bars in the store. Of a series stored at
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
    const [fault] = faults.filter(({ file }) => file.includes(name));
    if (fault) throw fault;
    const known = [...new Set(stored.map(({ instrument }) => instrument))];
    throw new Refusal('bad-data', `${name}: there is no such file, nor are there stored bars of that id`, {
      hint: known.length === 0 ? 'Check the path; nothing is stored yet.' : `Check the path. Stored: ${known.slice(0, 8).join(', ')}.`,
    });
  }
  const suitable = intervals.filter((candidate) => intervalMs !== undefined && intervalMs % candidate === 0);
  const bars = openStoredBars(home, name, formatInterval(suitable.at(-1) ?? finest));
  if (strict === true) {
    try {
      refuseIrregular(name, bars.quality);
    } catch (error) {
      bars.close();
      throw error;
    }
  }
  return bars;
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
