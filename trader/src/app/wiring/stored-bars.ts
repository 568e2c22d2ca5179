import { createHash, hash } from 'node:crypto';
import { join } from 'node:path';
import type { BarSet } from '../../adapters/bars/column-file.ts';
import { openSeriesCopy } from '../../adapters/bars/series-copy.ts';
import { BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import type { MarketStore, SeriesId, SeriesSummary } from '../../ports/market-store.ts';
import { keepJson, readKeptJson } from './kept-json.ts';

/** A file that bars of a series were imported from. */
export interface ImportedFile {
  readonly name: string;
  readonly sha256: string;
  readonly bars: number;
  readonly from: number;
  readonly to: number;
}

/** What the sources of imported bars begin with; the name of the file follows. */
const FILE_SOURCE = 'file:';
/** Bars that are read from a store at once. */
const PIECE_BARS = 1_000_000;
/** How often a series is read that is written to meanwhile. */
const MOST_READS = 4;

/** What bars that are imported from files are said to come from, in what a store takes for the name of a source. */
export function fileSource(...names: readonly string[]): string {
  return `${FILE_SOURCE}${names.join('+').replaceAll(/[^\x20-\x7e]/g, '?')}`.slice(0, 80);
}

/** Whether bars come from a file that a person imported, and from no provider. */
export function isImported(source: string): boolean {
  return source.startsWith(FILE_SOURCE);
}

/** The files that a series was imported from, in that order. */
export function readImports(home: string, series: SeriesId): readonly ImportedFile[] {
  return readKeptJson<readonly ImportedFile[]>(importsPath(home, series)) ?? [];
}

/** Keeps which files a series was imported from. */
export function keepImports(home: string, series: SeriesId, files: readonly ImportedFile[]): void {
  keepJson(importsPath(home, series), files);
}

function importsPath(home: string, { instrument, intervalMs }: SeriesId): string {
  return join(home, 'market', 'imports', instrument, `${intervalMs}.json`);
}

/** How a stored series is opened. */
export interface StoredReading {
  /** The folder that copies are kept below, where that is not the state's. */
  readonly copies?: string;
  /** Told what fraction of 1 of a series that has no copy yet is copied. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/**
 * A stored series as a backtest reads bars: what is known now, out of quarantine. The store is read once
 * for each of its states; after that a copy of columns below `cache/` is opened. Its hash is that of the
 * file, or files, that it was imported from, as if they had been named instead, as long as nothing else
 * has told of it; else it is the hash of the bars.
 */
export async function openStored(home: string, store: MarketStore, summary: SeriesSummary, reading: StoredReading = {}): Promise<BarSet> {
  for (let current = summary, tries = 1; ; tries++) {
    const { bars, copied } = await openState(home, store, current, reading);
    const now = copied ? (await store.list(current.instrument)).find(({ intervalMs }) => intervalMs === current.intervalMs) : current;
    // Where somebody wrote while it was read it may be of neither state, and is read again; not for ever.
    if (now === undefined || stateOf(now) === stateOf(current) || tries === MOST_READS) return bars;
    bars.close();
    current = now;
  }
}

/** Another text for each state of a series: states are only ever added. */
function stateOf({ bars, revisions, quarantined, first, last, knownAt }: SeriesSummary): string {
  return [bars, revisions, quarantined, first, last, knownAt].join();
}

async function openState(home: string, store: MarketStore, summary: SeriesSummary, { copies = home, onProgress }: StoredReading): Promise<{ readonly bars: BarSet; readonly copied: boolean }> {
  const { instrument, intervalMs, quarantined, sources, first, last } = summary;
  const files = sources.every((source) => source.startsWith(FILE_SOURCE)) && quarantined === 0 ? readImports(home, summary) : [];
  const known = files.length === 0 ? undefined : hashOfFiles(files);
  let copied = false;
  const bars = await openSeriesCopy(copies, {
    name: instrument, intervalMs, id: hash('sha256', `${instrument} ${intervalMs}`).slice(0, 16),
    state: hash('sha256', `${stateOf(summary)} ${known ?? ''}`).slice(0, 16),
    async pieces(add) {
      copied = true;
      const columns = BAR_COLUMNS.map(() => createHash('sha256'));
      for await (const piece of piecesOf(store, summary)) {
        add(piece);
        onProgress?.((piece.timestamp[piece.length - 1] - first + intervalMs) / (last - first + intervalMs));
        if (known === undefined) BAR_COLUMNS.forEach((column, i) => columns[i].update(new Uint8Array(piece[column].buffer, piece[column].byteOffset, piece[column].byteLength)));
      }
      return known ?? hash('sha256', columns.map((column) => column.digest('hex')).join('\n'));
    },
  });
  return { bars, copied };
}

/** The bars of a series by time, in pieces that fit into memory however many there are. */
async function* piecesOf(store: MarketStore, { instrument, intervalMs, first, last }: SeriesSummary): AsyncIterable<Bars> {
  const width = PIECE_BARS * intervalMs;
  for (let from = first; from <= last; from += width) {
    const piece = await store.range({ instrument, intervalMs }, { from, to: Math.min(from + width, last + 1) });
    if (piece.length > 0) yield piece;
  }
}

/** One hash for a series: of its one file, or of the hashes of its files in order. */
function hashOfFiles(files: readonly ImportedFile[]): string {
  const [only] = files;
  return files.length === 1 && only !== undefined ? only.sha256 : hash('sha256', files.map(({ sha256 }) => sha256).join('\n'));
}
