import { BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { BarFileError } from './bar-file-error.ts';
import { BLOCK_BARS } from './column-layout.ts';
import { parseTimestamp, type TimestampUnit } from './timestamp-text.ts';

/** One of the six columns of a bar. */
export type BarColumn = (typeof BAR_COLUMNS)[number];

/** How the lines of a text file are to be read. */
export interface CsvLayout {
  /** The bar column that each field holds; undefined for a field to skip. */
  readonly fields: readonly (BarColumn | undefined)[];
  /** The byte between fields. */
  readonly separator: number;
  readonly unit: TimestampUnit;
  /** Line number of the first bar, from 1. */
  readonly firstLine: number;
}

/** A number of so many digits is an integer ÷ 10^d, both of which a double holds exactly. */
const MAX_DIGITS = 15;

const POWERS_OF_TEN = Float64Array.from({ length: MAX_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const ABSENT = /^(?:nan|null|none|na|n\/a)?$/i;

const ZERO = 0x30;
const QUOTE = 0x22;
// As distances from the digit zero, like every byte that the hot loop looks at.
const POINT = 0x2e - ZERO;
const NEWLINE = 0x0a - ZERO;

const UNKNOWN_DECIMALS = 99;

/** Digits of a time of the years 2001 to 2286 in milliseconds. */
const MILLISECOND_DIGITS = 13;

/** Thirteen digits at `at` as a number; -1 where they are no time in milliseconds. */
function readTime(view: DataView, at: number, inMilliseconds: boolean): number {
  const high = readFourDigits(view.getInt32(at, true));
  const middle = readFourDigits(view.getInt32((at + 4) | 0, true));
  const low = readFourDigits(view.getInt32((at + 8) | 0, true));
  const last = (view.getUint8((at + 12) | 0) - ZERO) | 0;
  if ((high | middle | low | last) < 0 || last > 9 || !inMilliseconds) return -1;
  return (high * 10_000 + middle) * 1e5 + (low * 10 + last);
}

/** Four bytes of text, the first in the lowest, as a number: all digits at once, then both pairs; -1 where they are not all digits. */
function readFourDigits(text: number): number {
  const digits = text ^ 0x3030_3030;
  if ((((digits + 0x7676_7676) | digits) & 0x8080_8080) !== 0) return -1;
  const pairs = (Math.imul(digits, 10 * 256 + 1) >>> 8) & 0x00ff_00ff;
  return Math.imul(pairs, 100 * 65_536 + 1) >>> 16;
}

/** Whether a last field of so many digits ends here with carriage return and newline. */
function endsInReturn(view: DataView, at: number, digits: number, delimiter: number): boolean {
  return (digits - 1) >>> 0 < MAX_DIGITS && delimiter === NEWLINE && view.getUint8(at) === 0x0d && view.getUint8((at + 1) | 0) === NEWLINE + ZERO;
}

/**
 * A decimal of ten to fifteen digits, with at most one point, in [start, end); of more digits, nothing that means anything.
 * `whole` are the digits before the point and `mantissa` all of them, each modulo 2^32.
 */
function readLongDecimal(view: DataView, start: number, end: number, decimals: number, whole: number, mantissa: number): number {
  if (decimals > 0 && decimals <= 9 && end - start - 1 - decimals <= 9) {
    const scale = POWERS_OF_TEN[decimals & 15];
    const fraction = (mantissa - Math.imul(whole, scale)) >>> 0; // below 2^32, so exact
    return (whole * scale + fraction) / scale;
  }
  const middle = start + 8;
  let head = 0;
  let tail = 0;
  let power = 0;
  for (let at = start; at < end; at++) {
    const digit = (view.getUint8(at) - ZERO) | 0;
    if (digit === POINT) continue;
    if (at < middle) head = (Math.imul(head, 10) + digit) | 0;
    else {
      tail = (Math.imul(tail, 10) + digit) | 0;
      power++;
    }
  }
  return (head * POWERS_OF_TEN[power & 15] + tail) / POWERS_OF_TEN[decimals & 15];
}

/**
 * Parses complete lines of text into a block of bars, at the level of bytes: no string is made for
 * an ordinary decimal. A decimal of up to fifteen digits is integer ÷ 10^d, both exact in a double,
 * so that the division rounds once and gives the nearest double; any other goes through `Number`.
 */
export class CsvParser {
  /** The block being filled; its first `rows` bars are set. */
  readonly block: Bars;
  rows = 0;

  readonly #file: string;
  readonly #layout: CsvLayout;
  /** By field, the most decimals written so far; `UNKNOWN_DECIMALS` once a number came that is no plain decimal of 15 digits. */
  readonly #decimals: Int32Array;
  /** The columns of the block in one piece, since an access to one array costs less than finding one of six; and a seventh for fields to skip. */
  readonly #values = new Float64Array((BAR_COLUMNS.length + 1) * BLOCK_BARS);
  /** By field, where its column begins. */
  readonly #offsets: Int32Array;
  readonly #timeField: number;
  readonly #separator: number;
  /** Line number of the first bar of the block. */
  #line: number;
  #position = 0;

  constructor(file: string, layout: CsvLayout) {
    this.#file = file;
    this.#layout = layout;
    this.#line = layout.firstLine;
    this.#separator = layout.separator - ZERO;
    this.#decimals = new Int32Array(layout.fields.length);
    const column = (index: number) => this.#values.subarray(index * BLOCK_BARS, (index + 1) * BLOCK_BARS);
    this.block = { length: BLOCK_BARS, timestamp: column(0), open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) };
    this.#offsets = Int32Array.from(layout.fields, (field) => (field === undefined ? BAR_COLUMNS.length : BAR_COLUMNS.indexOf(field)) * BLOCK_BARS);
    this.#timeField = layout.fields.indexOf('timestamp');
    if (!layout.fields.includes('volume')) this.block.volume.fill(NaN);
  }

  /** No more decimals than these state every number of the column so far exactly; infinite where that is not known. */
  decimalsOf(column: BarColumn): number {
    const decimals = this.#decimals[this.#layout.fields.indexOf(column)] ?? UNKNOWN_DECIMALS;
    return decimals < UNKNOWN_DECIMALS ? decimals : Infinity;
  }

  /**
   * Fills the block anew from lines of [start, end), which ends with a newline and is followed by thirteen bytes of
   * anything; returns where it stopped, at the end or the block full. This is the hot loop; `| 0` spares it checks for overflow.
   */
  parse(bytes: Uint8Array, start: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const values = this.#values;
    const offsets = this.#offsets;
    const most = this.#decimals;
    const powers = POWERS_OF_TEN;
    // Where an array lies, the loop would look up at every access; not so once it has been looked up here. The first bar overwrites this.
    values[0] += view.getUint8(start) + offsets[0] + most[0] + powers[0];
    const last = (offsets.length - 1) | 0;
    const timeField = this.#timeField | 0;
    const separator = this.#separator | 0;
    const inMilliseconds = this.#layout.unit === 'ms';
    let at = start | 0;
    let row = 0;
    for (; at < (end | 0) && row < (BLOCK_BARS | 0); row = (row + 1) | 0) {
      for (let field = 0; field <= last; field = (field + 1) | 0) {
        const first = at;
        let value = 0;
        let digits = 0;
        let digit = 0;
        if (field === timeField) {
          value = readTime(view, at, inMilliseconds);
          if (value >= 0) digits = MILLISECOND_DIGITS;
          at = (at + MILLISECOND_DIGITS) | 0;
          digit = (view.getUint8(at) - ZERO) | 0;
        } else {
          let mantissa = 0;
          const four = readFourDigits(view.getInt32(at, true));
          if (four >= 0) {
            mantissa = four;
            at = (at + 4) | 0;
          }
          for (digit = (view.getUint8(at) - ZERO) | 0; digit >>> 0 <= 9; digit = (view.getUint8(at) - ZERO) | 0) {
            mantissa = (Math.imul(mantissa, 10) + digit) | 0;
            at = (at + 1) | 0;
          }
          digits = (at - first) | 0;
          let decimals = 0;
          const whole = mantissa;
          value = mantissa;
          if (digit === POINT) {
            at = (at + 1) | 0;
            const point = at;
            for (digit = (view.getUint8(at) - ZERO) | 0; digit >>> 0 <= 9; digit = (view.getUint8(at) - ZERO) | 0) {
              mantissa = (Math.imul(mantissa, 10) + digit) | 0;
              at = (at + 1) | 0;
            }
            decimals = (at - point) | 0;
            digits = (digits + decimals) | 0;
            most[field] = Math.max(most[field], decimals);
            value = mantissa / powers[decimals & 15]; // a number of more is read again
          }
          if (digits > 9) value = readLongDecimal(view, first, at, decimals, whole, mantissa);
        }
        const delimiter = field < last ? separator : NEWLINE;
        if (digit !== delimiter || (digits - 1) >>> 0 >= MAX_DIGITS) {
          if (endsInReturn(view, at, digits, delimiter)) at = (at + 1) | 0;
          else {
            this.rows = row;
            value = this.#readSlowly(bytes, first, field);
            at = this.#position | 0;
          }
        }
        values[(offsets[field] + row) | 0] = value;
        at = (at + 1) | 0;
      }
    }
    this.#line += row;
    this.rows = row;
    return at;
  }

  /** One field that is not a plain short decimal: quoted, signed, long, with an exponent, absent, a time, or wrong. */
  #readSlowly(bytes: Uint8Array, start: number, field: number): number {
    const { fields, separator, unit } = this.#layout;
    const newline = NEWLINE + ZERO;
    const closing = bytes[start] === QUOTE ? bytes.indexOf(QUOTE, start + 1) : -1;
    const quoted = closing >= 0 && closing < bytes.indexOf(newline, start);
    let end = quoted ? closing : start;
    while (bytes[end] !== separator && bytes[end] !== newline) end++;
    this.#position = end;
    this.#decimals[field] = UNKNOWN_DECIMALS;
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1').trim();
    const text = quoted ? raw.replace(/^"(.*)"$/, '$1').trim() : raw;
    this.#checkFieldCount(bytes[end] === newline, field, text);
    const column = fields[field];
    if (column === undefined) return 0;
    if (column === 'timestamp') {
      const time = parseTimestamp(text, unit);
      return Number.isNaN(time) ? this.#refuse(column, text) : time;
    }
    if (DECIMAL.test(text)) return Number(text);
    return column === 'volume' && ABSENT.test(text) ? NaN : this.#refuse(column, text);
  }

  #checkFieldCount(lineEnds: boolean, field: number, text: string): void {
    const expected = this.#layout.fields.length;
    if (lineEnds === (field === expected - 1)) return;
    const place = { line: this.#line + this.rows };
    if (!lineEnds) throw new BarFileError('columns', this.#file, `has more than ${expected} fields; one bar a line, as the header names them`, place);
    if (field === 0 && text === '') throw new BarFileError('value', this.#file, 'is empty; remove the line', place);
    throw new BarFileError('columns', this.#file,
      `has ${field + 1} of ${expected} fields; the line is cut short, so the file may be incomplete`, place);
  }

  #refuse(column: BarColumn, text: string): never {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    const what = text === ''
      ? 'is empty; every bar needs a time and four prices (only the volume may be absent)'
      : column === 'timestamp'
        ? `"${shown}" is no timestamp in the unit of the first one (${this.#layout.unit}); use milliseconds UTC or ISO 8601`
        : `"${shown}" is no number; correct or remove the line`;
    throw new BarFileError('value', this.#file, what, { line: this.#line + this.rows, field: column });
  }
}
