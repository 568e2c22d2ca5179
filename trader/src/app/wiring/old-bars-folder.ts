import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BarFileError } from '../../adapters/bars/bar-file-error.ts';
import { ColumnFile, type ColumnFacts } from '../../adapters/bars/column-file.ts';
import { parseInterval } from '../../domain/time.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import { fileSource, keepImports, type ImportedFile } from './stored-bars.ts';

/** Bars that are taken over at once. */
const PIECE_BARS = 1_000_000;

type OldFacts = ColumnFacts & { readonly instrument: string; readonly interval: string; readonly files: readonly ImportedFile[] };

/**
 * Takes the series of a folder `bars/`, where imports lay in earlier versions, into the store, and then
 * the folder away. They are known from when they were written. Killed half-way, it is done again: what is there the same stays as
 * it is. Gives the faults of series that cannot be read, which stay where they are.
 */
export async function adoptOldBars(home: string, store: MarketStore): Promise<readonly BarFileError[]> {
  const folder = join(home, 'bars');
  const faults: BarFileError[] = [];
  for (const instrument of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort()) {
    for (const name of readdirSync(join(folder, instrument)).filter((entry) => entry.endsWith('.bars'))) {
      const path = join(folder, instrument, name);
      try {
        await adopt(home, store, path);
        rmSync(path, { force: true });
      } catch (error) {
        if (!(error instanceof BarFileError)) throw error;
        // Another process may have been first.
        if (existsSync(path)) faults.push(error);
      }
    }
  }
  if (faults.length === 0) rmSync(folder, { recursive: true, force: true });
  return faults;
}

async function adopt(home: string, store: MarketStore, path: string): Promise<void> {
  const file = new ColumnFile<OldFacts>(path, true);
  try {
    const { instrument, interval, files } = file.facts;
    const series = { instrument, intervalMs: parseInterval(interval) ?? file.intervalMs };
    const [source, knownAt] = [fileSource(...files.map(({ name }) => name)), Math.floor(statSync(path).mtimeMs)];
    for (let from = 0; from < file.length; from += PIECE_BARS) {
      await store.append(series, { source, knownAt, bars: file.read(from, Math.min(file.length, from + PIECE_BARS)) });
    }
    keepImports(home, series, files);
  } finally {
    file.close();
  }
}
