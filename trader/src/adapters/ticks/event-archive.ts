import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import type { CaptureBuilder, Level, Moment } from './capture-builder.ts';
import { TickFileError } from './tick-file-error.ts';

/** Kinds of hftbacktest's events (hftbacktest.types), in the low byte; which side and whose event stands in the high bits. */
const EVENT = { depth: 1, trade: 2, clear: 3, snapshot: 4 } as const;
const AT_VENUE = 1 << 31;
const BUY = 1 << 29;

/** The columns of an event as hftbacktest writes them, 64 bytes a row; the last three say nothing of L2. */
const COLUMNS = ['ev', 'exch_ts', 'local_ts', 'px', 'qty', 'order_id', 'ival', 'fval'];
const ROW_BYTES = 64;

/** More than this is read in parts, which this does not: it would not fit into memory as ticks either. */
const MAX_BYTES = 2 ** 31;

/** Reads the events of an archive of NumPy (`.npz`) that hftbacktest's converters wrote. */
export function readEventArchive(builder: CaptureBuilder, file: string): void {
  const rows = eventRows(file, firstEntry(file, readFileSync(file)));
  builder.formats.push('hftbacktest-events');
  const depth = new DepthRows(builder, file);
  for (let row = 0; row < rows.count; row++) {
    const ev = rows.flags(row);
    if ((ev & AT_VENUE) === 0) continue; // the same event once more, at the time when it was known here
    builder.messages += 1;
    const kind = ev & 0xff;
    const moment = rows.moment(row);
    const buy = (ev & BUY) !== 0;
    if (kind === EVENT.trade) {
      depth.end();
      builder.trade({ file, row }, moment, buy, rows.price(row), rows.size(row), undefined);
    } else if (kind === EVENT.clear) {
      depth.clear(moment, row);
    } else if (kind === EVENT.depth || kind === EVENT.snapshot) {
      depth.add(moment, row, buy, [rows.price(row), rows.size(row)]);
    } else {
      builder.ignored += 1;
    }
  }
  depth.end();
}

/** Prices that changed at one moment are one update; behind a clearing they are a snapshot. */
class DepthRows {
  readonly #builder: CaptureBuilder;
  readonly #file: string;
  #moment: Moment | undefined;
  #row = 0;
  #cleared = false;
  #bids: Level[] = [];
  #asks: Level[] = [];

  constructor(builder: CaptureBuilder, file: string) {
    this.#builder = builder;
    this.#file = file;
  }

  clear(moment: Moment, row: number): void {
    this.#begin(moment, row);
    this.#cleared = true;
  }

  add(moment: Moment, row: number, bid: boolean, level: Level): void {
    this.#begin(moment, row);
    (bid ? this.#bids : this.#asks).push(level);
  }

  end(): void {
    const moment = this.#moment;
    if (moment === undefined) return;
    const place = { file: this.#file, row: this.#row };
    if (this.#cleared) this.#builder.snapshot(place, moment, this.#bids, this.#asks, undefined);
    else this.#builder.levels(place, moment, this.#bids, this.#asks);
    this.#moment = undefined;
    this.#cleared = false;
    this.#bids = [];
    this.#asks = [];
  }

  #begin(moment: Moment, row: number): void {
    if (this.#moment?.tsExchange === moment.tsExchange && this.#moment.tsLocal === moment.tsLocal) return;
    this.end();
    this.#moment = moment;
    this.#row = row;
  }
}

/** The events of a NumPy array. Throws where it is another one. */
function eventRows(file: string, array: Buffer) {
  if (array.subarray(0, 6).toString('latin1') !== '\u0093NUMPY') throw new TickFileError('format', file, 'holds no NumPy array first');
  const long = array[6] !== 1;
  const start = long ? 12 : 10;
  const header = array.subarray(start, start + (long ? array.readUInt32LE(8) : array.readUInt16LE(8))).toString('latin1');
  const names = [...header.matchAll(/\('(\w+)', '([<|]\w+)'\)/g)];
  const types = ['<u8', '<i8', '<i8', '<f8', '<f8', '<u8', '<i8', '<f8'];
  if (names.length !== COLUMNS.length || names.some(([, name, type], i) => name !== COLUMNS[i] || type !== types[i])) {
    throw new TickFileError('columns', file, `holds an array of ${names.map(([, name]) => name).join(', ') || 'another type'}; events of hftbacktest are ${COLUMNS.join(', ')}`);
  }
  const body = array.subarray(start + header.length);
  const count = Number(/'shape': \((\d+),?\)/.exec(header)?.[1] ?? NaN);
  if (body.length !== count * ROW_BYTES) throw new TickFileError('format', file, 'is shorter than it says; fetch or write it again');
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const milliseconds = (at: number) => {
    const ns = view.getBigInt64(at, true);
    return Number(ns / 1_000_000n) + Number(ns % 1_000_000n) / 1e6;
  };
  const text = (at: number) => String(Number(view.getFloat64(at, true).toPrecision(12)));
  return {
    count,
    flags: (row: number) => view.getUint32(row * ROW_BYTES, true),
    moment: (row: number): Moment => ({ tsExchange: milliseconds(row * ROW_BYTES + 8), tsLocal: milliseconds(row * ROW_BYTES + 16) }),
    price: (row: number) => text(row * ROW_BYTES + 24),
    size: (row: number) => text(row * ROW_BYTES + 32),
  };
}

/** The content of an archive's first entry, which must be whole. */
function firstEntry(file: string, bytes: Buffer): Buffer {
  const cut = (cause?: unknown) => new TickFileError('format', file, 'the archive is damaged or cut short; fetch or write the file again', {}, cause);
  const end = bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  if (end < 0 || end + 22 > bytes.length) throw cut();
  const directory = bytes.readUInt32LE(end + 16);
  if (directory + 46 > bytes.length || bytes.toString('latin1', directory, directory + 4) !== 'PK\u0001\u0002') throw cut();
  const method = bytes.readUInt16LE(directory + 10);
  const packed = bytes.readUInt32LE(directory + 20);
  const size = bytes.readUInt32LE(directory + 24);
  const local = bytes.readUInt32LE(directory + 42);
  if (size >= MAX_BYTES || packed >= MAX_BYTES) throw new TickFileError('format', file, `expands to more than ${MAX_BYTES} bytes; cut it into parts`);
  if (local + 30 > bytes.length) throw cut();
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const content = bytes.subarray(from, from + packed);
  try {
    const entry = method === 0 ? content : inflateRawSync(content, { maxOutputLength: Math.max(1, size) });
    if (entry.length !== size) throw new RangeError(`${entry.length} of ${size} bytes`);
    return entry;
  } catch (error) {
    throw cut(error);
  }
}
