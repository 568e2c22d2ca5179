import type { Bars } from '../../domain/bar.ts';
import { BarFileError, type BarFilePlace } from './bar-file-error.ts';
import { gunzippedBytes, plainBytes, type OpenFile } from './byte-source.ts';
import { openText } from './csv-reader.ts';
import { adjustBlocks, readFactors } from './lean-factors.ts';

/** The bars of a file, whatever its format. */
export interface BarReader {
  /** The bars in blocks; each is valid until the next is taken. */
  readonly blocks: () => AsyncIterable<Bars>;
  /** Where the bar of that number, from 0, stands in the file. */
  readonly place: (row: number) => BarFilePlace;
  readonly close: () => void;
}

/** What a reader is told besides its file. */
export interface BarReaderOptions {
  /** A LEAN factor file. */
  readonly factors: string | undefined;
  /** Hears how many bytes of the file have been read. */
  readonly onBytes: (bytes: number) => void;
}

/** Opens the reader that suits the content of a file; `file` is its name for errors. */
export async function openBarReader(file: string, source: OpenFile, { factors, onBytes }: BarReaderOptions): Promise<BarReader> {
  const refuseFactors = () => {
    if (factors !== undefined) throw new BarFileError('format', file, "is not in LEAN's daily format, the one that factors apply to; open it without factors");
  };
  if (source.format === 'parquet') {
    refuseFactors();
    const { openParquet } = await import('./parquet-reader.ts'); // the library is loaded only where it is needed
    const blocks = await openParquet(source, file, onBytes);
    return { blocks, place: (row) => ({ row }), close() {} };
  }
  const bytes = source.format === 'gzip' ? gunzippedBytes(source.descriptor, file, onBytes) : plainBytes(source.descriptor, onBytes);
  try {
    const text = await openText(bytes, file);
    if (!text.lean) refuseFactors();
    const table = text.lean ? readFactors(factors) : undefined;
    return {
      blocks: () => (table ? adjustBlocks(text.blocks(), table) : text.blocks()),
      place: (row) => ({ line: row + text.layout.firstLine }),
      close: () => bytes.close(),
    };
  } catch (error) {
    bytes.close();
    throw error;
  }
}
