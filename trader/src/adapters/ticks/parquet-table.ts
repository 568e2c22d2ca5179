import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects, parquetSchema, type Compressors } from 'hyparquet';
import type { CaptureBuilder } from './capture-builder.ts';
import { inMilliseconds } from './csv-tables.ts';
import { TickFileError } from './tick-file-error.ts';

/** Pages are about a megabyte; one that claims more than this is damaged or hostile. */
const MAX_PAGE_BYTES = 1 << 28;

const QUOTES = ['timestamp', 'bid', 'bid_size', 'ask', 'ask_size'];
const TRADES = ['timestamp', 'trade_id', 'price', 'quantity', 'buyer_maker'];

type Cells = Readonly<Record<string, unknown>>;

/** Reads a Parquet file of best quotes or of trades, as Binance's history was kept in by others. */
export async function readParquetTicks(builder: CaptureBuilder, file: string): Promise<void> {
  const { names, rows } = await decode(file);
  const has = (columns: readonly string[]) => columns.every((column) => names.includes(column));
  if (!has(QUOTES) && !has(TRADES)) {
    throw new TickFileError('columns', file, `has the columns ${names.slice(0, 12).join(', ')}; quotes need ${QUOTES.join(', ')} and trades ${TRADES.join(', ')}`);
  }
  const quotes = has(QUOTES);
  builder.formats.push(quotes ? 'parquet-quotes' : 'parquet-trades');
  rows.forEach((cells, row) => {
    builder.messages += 1;
    const ts = milliseconds(cells['timestamp']);
    const moment = { tsExchange: ts, tsLocal: ts };
    const place = { file, row };
    if (quotes) builder.quote(place, moment, [number(cells['bid']), number(cells['bid_size'])], [number(cells['ask']), number(cells['ask_size'])]);
    else builder.trade(place, moment, !isTrue(cells['buyer_maker']), number(cells['price']), number(cells['quantity']), Number(cells['trade_id']));
  });
}

async function decode(file: string): Promise<{ readonly names: readonly string[]; readonly rows: readonly Cells[] }> {
  try {
    const { buffer, byteOffset, byteLength } = readFileSync(file);
    const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
    const metadata = parquetMetadata(bytes);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    return { names, rows: await parquetReadObjects({ file: bytes, metadata, compressors: COMPRESSORS }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TickFileError('format', file, `cannot be decoded as Parquet (${reason}); it may be cut short: fetch or write it again`, {}, error);
  }
}

function milliseconds(cell: unknown): number {
  if (cell instanceof Date) return cell.getTime();
  return typeof cell === 'bigint' || typeof cell === 'number' ? inMilliseconds(Number(cell)) : NaN;
}

/** A number as text, without the last bits of a binary fraction: 0.00031099999999999997 is 0.000311. */
function number(cell: unknown): string {
  return typeof cell === 'number' || typeof cell === 'bigint' ? String(Number(Number(cell).toPrecision(12))) : '';
}

function isTrue(cell: unknown): boolean {
  return cell === true || (typeof cell === 'string' && cell.toLowerCase() === 'true');
}

const COMPRESSORS: Compressors = {
  ZSTD: (bytes, size) => zstdDecompressSync(bytes, pageLimit(size)),
  GZIP: (bytes, size) => gunzipSync(bytes, pageLimit(size)),
  BROTLI: (bytes, size) => brotliDecompressSync(bytes, pageLimit(size)),
};

function pageLimit(size: number): { maxOutputLength: number } {
  if (size > MAX_PAGE_BYTES) throw new Error(`a page of ${size} bytes`);
  return { maxOutputLength: Math.max(1, size) };
}
