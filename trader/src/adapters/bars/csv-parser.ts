import { allocateBars, type BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
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

/** Thirteen digits at `at` as a number, in groups so that one digit need not wait for the other; -1 where they are no time in milliseconds. */
function readTime(bytes: Uint8Array, at: number, unit: TimestampUnit): number {
  const high = readFourDigits(bytes, at);
  const middle = readFourDigits(bytes, at + 4);
  const low = readFourDigits(bytes, at + 8);
  const last = (bytes[at + 12] - ZERO) | 0;
  if ((high | middle | low | last) < 0 || last > 9 || unit !== 'ms') return -1;
  return (high * 10_000 + middle) * 1e5 + (low * 10 + last);
}

function readFourDigits(bytes: Uint8Array, at: number): number {
  const a = (bytes[at] - ZERO) | 0;
  const b = (bytes[at + 1] - ZERO) | 0;
  const c = (bytes[at + 2] - ZERO) | 0;
  const d = (bytes[at + 3] - ZERO) | 0;
  if (a >>> 0 > 9 || b >>> 0 > 9 || c >>> 0 > 9 || d >>> 0 > 9) return -1;
  return a * 1000 + b * 100 + c * 10 + d;
}

/** Whether a line ends here with carriage return and newline. */
function isReturn(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x0d && bytes[at + 1] === NEWLINE + ZERO;
}

/** A decimal of ten to fifteen digits, with at most one point, in [start, end); of more digits, nothing that means anything. */
function readLongDecimal(bytes: Uint8Array, start: number, end: number, decimals: number): number {
  const middle = start + 8;
  let head = 0;
  let tail = 0;
  let power = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] - ZERO) | 0;
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
  readonly block: Bars = allocateBars(BLOCK_BARS);
  rows = 0;

  readonly #file: string;
  readonly #layout: CsvLayout;
  /** By field, the most decimals written so far; `UNKNOWN_DECIMALS` once a number came that is no plain decimal of 15 digits. */
  readonly #decimals: Int32Array;
  readonly #targets: readonly Float64Array[];
  readonly #timeField: number;
  readonly #separator: number;
  #line: number;
  #position = 0;

  constructor(file: string, layout: CsvLayout) {
    this.#file = file;
    this.#layout = layout;
    this.#line = layout.firstLine;
    this.#separator = layout.separator - ZERO;
    this.#decimals = new Int32Array(layout.fields.length);
    const skipped = new Float64Array(BLOCK_BARS);
    this.#targets = layout.fields.map((field) => (field === undefined ? skipped : this.block[field]));
    this.#timeField = layout.fields.indexOf('timestamp');
    if (!layout.fields.includes('volume')) this.block.volume.fill(NaN);
  }

  /** No more decimals than these state every number of the column so far exactly; infinite where that is not known. */
  decimalsOf(column: BarColumn): number {
    const decimals = this.#decimals[this.#layout.fields.indexOf(column)] ?? UNKNOWN_DECIMALS;
    return decimals < UNKNOWN_DECIMALS ? decimals : Infinity;
  }

  /**
   * Fills the block anew from lines of [start, end), which ends with a newline; returns where it stopped, at the end or
   * the block full. This is the hot loop; `| 0` spares it checks for overflow.
   */
  parse(bytes: Uint8Array, start: number, end: number): number {
    const targets = this.#targets;
    const last = targets.length - 1;
    const timeField = this.#timeField | 0;
    const separator = this.#separator | 0;
    const unit = this.#layout.unit;
    const most = this.#decimals;
    let at = start | 0;
    let row = 0;
    for (; at < end && row < BLOCK_BARS; row++) {
      for (let field = 0; field <= last; field++) {
        const first = at;
        let value = 0;
        let whole = true;
        let digit = (bytes[at] - ZERO) | 0;
        if (field === timeField) {
          value = readTime(bytes, at, unit);
          whole = value >= 0;
          at = (at + MILLISECOND_DIGITS) | 0;
          digit = (bytes[at] - ZERO) | 0;
        } else {
          let mantissa = 0;
          while (digit >>> 0 <= 9) {
            mantissa = (Math.imul(mantissa, 10) + digit) | 0;
            at = (at + 1) | 0;
            digit = (bytes[at] - ZERO) | 0;
          }
          let digits = (at - first) | 0;
          let decimals = 0;
          value = mantissa;
          if (digit === POINT) {
            at = (at + 1) | 0;
            const point = at;
            digit = (bytes[at] - ZERO) | 0;
            while (digit >>> 0 <= 9) {
              mantissa = (Math.imul(mantissa, 10) + digit) | 0;
              at = (at + 1) | 0;
              digit = (bytes[at] - ZERO) | 0;
            }
            decimals = (at - point) | 0;
            digits = (digits + decimals) | 0;
            most[field] = Math.max(most[field], decimals);
            value = mantissa / POWERS_OF_TEN[decimals & 15]; // a number of more is read again
          }
          if (digits > 9) value = readLongDecimal(bytes, first, at, decimals);
          whole = (digits - 1) >>> 0 < MAX_DIGITS;
        }
        if (!whole || digit !== (field < last ? separator : NEWLINE)) {
          if (whole && field === last && isReturn(bytes, at)) at = (at + 1) | 0;
          else {
            value = this.#readSlowly(bytes, first, field);
            most[field] = UNKNOWN_DECIMALS;
            at = this.#position | 0;
          }
        }
        targets[field][row] = value;
        at = (at + 1) | 0;
      }
      this.#line++;
    }
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
    const place = { line: this.#line };
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
    throw new BarFileError('value', this.#file, what, { line: this.#line, field: column });
  }
}
