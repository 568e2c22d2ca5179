import { readSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type Compressors, type FileMetaData, type SchemaElement } from 'hyparquet';
import { allocateBars, BAR_COLUMNS, sliceBars, type Bars } from '../../domain/bar.ts';
import { DAY_MS } from '../../domain/time.ts';
import { BarFileError } from './bar-file-error.ts';
import type { OpenFile } from './byte-source.ts';
import { BLOCK_BARS } from './column-layout.ts';
import type { BarColumn } from './csv-parser.ts';
import { timestampUnit, toMilliseconds } from './timestamp-text.ts';

/** A row group is decoded whole; writers make them of 0.1 to 2 million rows. */
const MAX_GROUP_ROWS = 16_000_000;

/** Writers make pages of about a megabyte; a page that claims more than this is damaged or hostile. */
const MAX_PAGE_BYTES = 1 << 28;

/** One cell as the library gives it. */
type Cell = number | bigint | null | undefined;

/** A bar column and how its cells become numbers. */
interface Source {
  readonly column: BarColumn;
  /** The column's name in the file. */
  readonly name: string;
  readonly convert: (cell: Cell) => number;
}

/**
 * Opens the bars of a Parquet file, row group by row group. Timestamps may be integers or any of
 * Parquet's own types, prices any numeric type, integer decimals included; other columns are skipped.
 */
export async function openParquet(source: OpenFile, file: string, onBytes: (bytes: number) => void): Promise<() => AsyncGenerator<Bars>> {
  const bytes = fileSlices(source);
  const metadata = await decode(file, () => parquetMetadataAsync(bytes));
  const sources = findColumns(file, metadata.schema);
  // The library would make dates and rounded products of these; the plain integers are wanted.
  const plain = { ...metadata, schema: metadata.schema.map(withoutMeaning) };
  return () => readGroups(file, bytes, plain, sources, onBytes);
}

function fileSlices({ descriptor, identity }: OpenFile): AsyncBuffer {
  return {
    byteLength: identity.size,
    slice(start, end = identity.size) {
      if (start < 0 || end > identity.size || end < start) throw new Error(`bytes ${start} to ${end} of ${identity.size}`);
      const buffer = new ArrayBuffer(end - start);
      for (let done = 0; done < buffer.byteLength;) {
        const count = readSync(descriptor, new Uint8Array(buffer, done), 0, buffer.byteLength - done, start + done);
        if (count === 0) throw new Error('the file became shorter');
        done += count;
      }
      return buffer;
    },
  };
}

async function decode<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BarFileError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BarFileError('format', file, `cannot be decoded as Parquet (${reason}); it may be cut short: fetch or write it again`, {}, error);
  }
}

function findColumns(file: string, schema: readonly SchemaElement[]): Source[] {
  const sources: Source[] = [];
  for (const column of BAR_COLUMNS) {
    const found = schema.filter((element) => element.type !== undefined && element.name.toLowerCase() === column);
    const [element] = found;
    if (element === undefined) {
      if (column === 'volume') continue;
      const names = schema.filter(({ type }) => type !== undefined).map(({ name }) => name).slice(0, 12).join(', ');
      throw new BarFileError('columns', file, `has no column ${column}, only ${names}; it needs timestamp, open, high, low, close and, if known, volume`);
    }
    if (found.length > 1) throw new BarFileError('columns', file, `has the column ${column} twice; keep one`);
    sources.push({ column, name: element.name, convert: column === 'timestamp' ? timestampCells(file, element) : numberCells(file, element) });
  }
  return sources;
}

function numberCells(file: string, element: SchemaElement): (cell: Cell) => number {
  const numeric = ['INT32', 'INT64', 'FLOAT', 'DOUBLE'].includes(element.type ?? '') && element.repetition_type !== 'REPEATED';
  if (!numeric) throw new BarFileError('columns', file, `is ${describe(element)}; prices and volume are numbers, best DOUBLE`, { field: element.name });
  const { logical_type: logical, converted_type: converted } = element;
  // Some writers say it in the newer way alone.
  const scale = 10 ** (logical?.type === 'DECIMAL' ? logical.scale : converted === 'DECIMAL' ? element.scale ?? 0 : 0);
  return (cell) => (cell === null || cell === undefined ? NaN : Number(cell) / scale);
}

function timestampCells(file: string, element: SchemaElement): (cell: Cell) => number {
  const { type, converted_type: converted, logical_type: logical } = element;
  const number = (cell: Cell) => (cell === null || cell === undefined ? NaN : Number(cell));
  const scaled = (unit: 's' | 'ms' | 'us' | 'ns') => (cell: Cell) =>
    typeof cell === 'bigint' && unit !== 'ms' ? toMilliseconds(cell, unit) : unit === 'ms' ? number(cell) : toMicroseconds(number(cell), unit) / 1e3;
  if (type === 'INT96') return scaled('ns');
  if (type === 'INT32' && (converted === 'DATE' || logical?.type === 'DATE')) return (cell) => number(cell) * DAY_MS;
  if (converted === 'TIMESTAMP_MILLIS') return scaled('ms');
  if (converted === 'TIMESTAMP_MICROS') return scaled('us');
  if (logical?.type === 'TIMESTAMP') return scaled(logical.unit === 'MILLIS' ? 'ms' : logical.unit === 'MICROS' ? 'us' : 'ns');
  if (type !== 'INT64' && type !== 'DOUBLE') {
    throw new BarFileError('columns', file, `is ${describe(element)}; use INT64 milliseconds UTC or a Parquet timestamp`, { field: element.name });
  }
  let convert: ((cell: Cell) => number) | undefined;
  return (cell) => {
    // A bare integer shows its unit by the magnitude of the first one, as in a text file.
    convert ??= plainTimestamps(cell, scaled, number);
    return convert(cell);
  };
}

function plainTimestamps(
  first: Cell, scaled: (unit: 's' | 'ms' | 'us' | 'ns') => (cell: Cell) => number, number: (cell: Cell) => number,
): (cell: Cell) => number {
  const unit = timestampUnit(String(typeof first === 'number' ? Math.trunc(first) : first));
  return unit === 'text' || unit === 'ms' ? number : scaled(unit);
}

/** A double in whole microseconds, which is as fine as one of today is. */
function toMicroseconds(time: number, unit: 's' | 'us' | 'ns'): number {
  return Math.round(unit === 's' ? time * 1e6 : unit === 'us' ? time : time / 1e3);
}

function describe(element: SchemaElement): string {
  return [element.repetition_type === 'REPEATED' ? 'a list of' : '', element.type, element.converted_type].filter(Boolean).join(' ');
}

function withoutMeaning(element: SchemaElement): SchemaElement {
  const { converted_type: _converted, logical_type: _logical, ...plain } = element;
  return element.type === 'INT32' || element.type === 'INT64' ? plain : element;
}

async function* readGroups(
  file: string, bytes: AsyncBuffer, metadata: FileMetaData, sources: readonly Source[], onBytes: (bytes: number) => void,
): AsyncGenerator<Bars> {
  let from = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (!(rows <= MAX_GROUP_ROWS)) {
      throw new BarFileError('format', file, `has a row group of ${rows} rows; write it with groups of at most ${MAX_GROUP_ROWS}`);
    }
    const bars = allocateBars(rows);
    bars.volume.fill(NaN);
    for (const source of sources) await readColumn(file, bytes, metadata, { source, from, target: bars[source.column] });
    for (let row = 0; row < rows; row += BLOCK_BARS) yield sliceBars(bars, row, Math.min(rows, row + BLOCK_BARS));
    from += rows;
    onBytes(bytes.byteLength * (from / Number(metadata.num_rows)));
  }
}

interface ColumnPart {
  readonly source: Source;
  readonly from: number;
  readonly target: Float64Array;
}

/** Decodes the column of one row group, which begins with the file's row `from`, into `target`. */
async function readColumn(file: string, bytes: AsyncBuffer, metadata: FileMetaData, { source, from, target }: ColumnPart): Promise<void> {
  const { name, convert } = source;
  let filled = 0;
  await decode(file, () => parquetRead({
    file: bytes, metadata, columns: [name], rowStart: from, rowEnd: from + target.length, compressors: COMPRESSORS,
    parsers: { timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds },
    onPage({ columnData, rowStart }) {
      if (columnData instanceof Float64Array && source.column !== 'timestamp') target.set(columnData, rowStart - from);
      else for (let row = 0; row < columnData.length; row++) target[rowStart - from + row] = convert(columnData[row] as Cell);
      filled += columnData.length;
    },
  }));
  if (filled !== target.length) {
    throw new BarFileError('format', file, `column ${name} holds ${filled} of ${target.length} rows; fetch or write the file again`);
  }
}

/** Decompression into one buffer of the size that the page states, which is also its limit. */
const COMPRESSORS: Compressors = {
  ZSTD: (bytes, size) => zstdDecompressSync(bytes, pageLimit(size)),
  GZIP: (bytes, size) => gunzipSync(bytes, pageLimit(size)),
  BROTLI: (bytes, size) => brotliDecompressSync(bytes, pageLimit(size)),
};

function pageLimit(size: number): { chunkSize: number; maxOutputLength: number } {
  if (size > MAX_PAGE_BYTES) throw new Error(`a page of ${size} bytes`);
  return { chunkSize: Math.max(64, size), maxOutputLength: Math.max(1, size) };
}
