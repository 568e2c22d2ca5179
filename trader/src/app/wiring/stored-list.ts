import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BarFileError } from '../../adapters/bars/bar-file-error.ts';
import type { QualityReport } from '../../adapters/bars/quality.ts';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import { formatInterval } from '../../domain/time.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import { openKnownMarketStore } from './market-store.ts';
import { adoptOldBars } from './old-bars-folder.ts';
import { openWithCopies } from './read-only-home.ts';
import { openStored, readImports, type ImportedFile } from './stored-bars.ts';

/** A stored series: bars of one instrument at one interval. */
export interface StoredSeries {
  readonly instrument: string;
  /** As `1m` or `1h`. */
  readonly interval: string;
  /** Of the bars that may be traded on. */
  readonly quality: QualityReport;
  /** Who told of its bars: providers by their names, imported files as `file:NAME`. */
  readonly sources: readonly string[];
  /** The files that it was imported from, in that order. */
  readonly files: readonly ImportedFile[];
}

/** What is stored, and what of it cannot be read. */
export interface StoredList {
  readonly stored: readonly StoredSeries[];
  readonly faults: readonly (MarketStoreError | BarFileError)[];
}

/** Everything in the store of a state folder, by instrument and interval. With `read`, every chunk of it is read, not only what has changed since it was last looked at. Throws `MarketStoreError` where the store cannot be opened. */
export async function listStored(home: string, how: 'look' | 'read' = 'look'): Promise<StoredList> {
  const store = await openKnownMarketStore(home);
  if (store === undefined) return { stored: [], faults: [] };
  try {
    const stored: StoredSeries[] = [];
    const faults: (MarketStoreError | BarFileError)[] = existsSync(join(home, 'bars')) ? [...await adoptOldBars(home, store)] : [];
    for (const summary of await store.list()) {
      try {
        if (how === 'read') await store.gaps(summary);
        const quality = await qualityOf(home, store, summary);
        if (quality !== undefined) stored.push({ instrument: summary.instrument, interval: formatInterval(summary.intervalMs), quality, sources: summary.sources, files: readImports(home, summary) });
      } catch (error) {
        if (!(error instanceof MarketStoreError || error instanceof BarFileError)) throw error;
        faults.push(error);
      }
    }
    return { stored, faults };
  } finally {
    await store.close();
  }
}

/** Undefined where all bars are in quarantine. */
async function qualityOf(home: string, store: MarketStore, summary: Parameters<typeof openStored>[2]): Promise<QualityReport | undefined> {
  if (summary.quarantined === summary.bars) return undefined;
  const bars = await openWithCopies(home, (copies) => openStored(home, store, summary, { copies }));
  bars.close();
  return bars.quality;
}
