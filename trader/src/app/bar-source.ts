import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBars, type OpenBarsOptions } from '../adapters/bars/column-cache.ts';
import type { BarSet } from '../adapters/bars/column-file.ts';
import { refuseIrregular } from '../adapters/bars/quality.ts';
import type { MarketStore } from '../ports/market-store.ts';
import { Refusal } from './refusal.ts';
import { openWithCopies } from './wiring/read-only-home.ts';

/**
 * Opens what `--bars` names: a file, or else the id of stored bars, wherever they came from. Of a series
 * stored at several intervals it is the coarsest that `intervalMs` can be made from, or the finest where no
 * interval is asked for.
 */
export async function openBarSource(name: string, options: OpenBarsOptions & { readonly intervalMs?: number | undefined }): Promise<BarSet> {
  const { home, strict, intervalMs, onProgress } = options;
  if (existsSync(name)) return openFile(name, options);
  const { openKnownMarketStore } = await import('./wiring/market-store.ts'); // the store is loaded only where it is needed
  const store = await openKnownMarketStore(home);
  try {
    const series = await store?.list(name) ?? [];
    const chosen = series.findLast((each) => intervalMs !== undefined && intervalMs % each.intervalMs === 0) ?? series[0];
    if (store === undefined || chosen === undefined) return await refuse(name, home, store);
    const { openStored } = await import('./wiring/stored-bars.ts');
    return checked(name, await openWithCopies(home, (copies) => openStored(home, store, chosen, { copies, onProgress })), strict);
  } finally {
    await store?.close();
  }
}

/** Says what there is instead; or what is wrong with a series of earlier versions that could not be taken over. */
async function refuse(name: string, home: string, store: MarketStore | undefined): Promise<never> {
  if (store !== undefined && existsSync(join(home, 'bars'))) {
    const { adoptOldBars } = await import('./wiring/old-bars-folder.ts');
    const [fault] = (await adoptOldBars(home, store)).filter(({ file }) => file.includes(name));
    if (fault !== undefined) throw fault;
  }
  const known = [...new Set((await store?.list() ?? []).map(({ instrument }) => instrument))];
  throw new Refusal('bad-data', `${name}: there is no such file, nor are there stored bars of that id`, {
    hint: known.length === 0 ? 'Check the path; nothing is stored yet.' : `Check the path. Stored: ${known.slice(0, 8).join(', ')}.`,
  });
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

/** Opens a file through the cache. */
function openFile(name: string, options: OpenBarsOptions): Promise<BarSet> {
  return openWithCopies(options.home, (home) => openBars(name, { ...options, home }));
}
