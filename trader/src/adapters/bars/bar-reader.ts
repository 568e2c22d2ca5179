import type { Hash } from 'node:crypto';
import type { Bars } from '../../domain/bar.ts';
import { BarFileError, type BarFilePlace } from './bar-file-error.ts';
import { gunzippedBytes, plainBytes, type OpenFile } from './byte-source.ts';
import type { BarColumn } from './csv-parser.ts';
import { openText } from './csv-reader.ts';
import { adjustBlocks, readFactors } from './lean-factors.ts';

/** The bars of a file, whatever its format. */
export interface BarReader {
  /** The bars in blocks; each is valid until the next is taken. */
  readonly blocks: () => AsyncIterable<Bars>;
  /** Where the bar of that number, from 0, stands in the file. */
  readonly place: (row: number) => BarFilePlace;
  /** As far as the reader knows from the text, how many decimals state every number of the column exactly. */
  readonly decimalsOf?: (column: BarColumn) => number;
  readonly close: () => void;
}

/** What a reader is told besides its file. */
export interface BarReaderOptions {
  /** A LEAN factor file. */
  readonly factors: string | undefined;
  /** Takes in the bytes of a plain text as they are read; other formats leave it alone. */
  readonly hash: Hash | undefined;
  /** Hears how many bytes of the file have been read. */
  readonly onBytes: (bytes: number) => void;
}

/** Opens the reader that suits the content of a file; `file` is its name for errors. */
export async function openBarReader(file: string, source: OpenFile, { factors, hash, onBytes }: BarReaderOptions): Promise<BarReader> {
  const refuseFactors = () => {
    if (factors !== undefined) throw new BarFileError('format', file, "is not in LEAN's daily format, the one that factors apply to; open it without factors");
  };
  if (source.format === 'parquet') {
    refuseFactors();
    const { openParquet } = await import('./parquet-reader.ts'); // the library is loaded only where it is needed
    const blocks = await openParquet(source, file, onBytes);
    return { blocks, place: (row) => ({ row }), close() {} };
  }
  const bytes = source.format === 'gzip' ? gunzippedBytes(source.descriptor, file, onBytes) : plainBytes(source.descriptor, hash, onBytes);
  try {
    const text = await openText(bytes, file);
    if (!text.lean) refuseFactors();
    const { blocks, decimalsOf, layout } = text;
    const common = { place: (row: number) => ({ line: row + layout.firstLine }), close: () => bytes.close() };
    if (!text.lean) return { ...common, blocks, decimalsOf };
    const table = readFactors(factors);
    return { ...common, blocks: () => adjustBlocks(blocks(), table, file, layout.firstLine) };
  } catch (error) {
    bytes.close();
    throw error;
  }
}
