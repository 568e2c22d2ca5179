import { allocateBars, BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
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

/** 10^0 … 10^22: the powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const ABSENT = /^(?:nan|null|none|na|n\/a)?$/i;

const ZERO = 0x30;
const POINT = 0x2e - ZERO;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;

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
  readonly #targets: readonly Float64Array[];
  /** The field that is never on the fast path: a timestamp in another unit than milliseconds. */
  readonly #slowField: number;
  #line: number;
  #position = 0;

  constructor(file: string, layout: CsvLayout) {
    this.#file = file;
    this.#layout = layout;
    this.#line = layout.firstLine;
    const skipped = new Float64Array(BLOCK_BARS);
    this.#targets = layout.fields.map((field) => (field === undefined ? skipped : this.block[field]));
    this.#slowField = layout.unit === 'ms' ? -1 : layout.fields.indexOf('timestamp');
    if (!layout.fields.includes('volume')) this.block.volume.fill(NaN);
  }

  /** Reads lines of [start, end), which ends with a newline, until the block is full; returns where it stopped. */
  parse(bytes: Uint8Array, start: number, end: number): number {
    const targets = this.#targets;
    const fields = targets.length;
    const slowField = this.#slowField;
    const separator = this.#layout.separator - ZERO;
    let at = start;
    let row = this.rows;
    while (at < end && row < BLOCK_BARS) {
      for (let field = 0; field < fields; field++) {
        const first = at;
        let digit = (bytes[at] as number) - ZERO;
        let head = 0;
        for (const limit = at + 9; digit >= 0 && digit <= 9 && at < limit;) {
          head = (Math.imul(head, 10) + digit) | 0;
          digit = (bytes[++at] as number) - ZERO;
        }
        let value = head;
        let digits = at - first;
        let whole = digits > 0 && field !== slowField;
        if (digit >= 0 && digit <= 9) {
          const from = at;
          let tail = 0;
          for (const limit = at + 6; digit >= 0 && digit <= 9 && at < limit;) {
            tail = (Math.imul(tail, 10) + digit) | 0;
            digit = (bytes[++at] as number) - ZERO;
          }
          digits = at - first;
          value = head * (POWERS_OF_TEN[at - from] as number) + tail;
        }
        if (digit === POINT) {
          const from = ++at;
          let tail = 0;
          digit = (bytes[at] as number) - ZERO;
          for (const limit = at + Math.min(9, 15 - digits); digit >= 0 && digit <= 9 && at < limit;) {
            tail = (Math.imul(tail, 10) + digit) | 0;
            digit = (bytes[++at] as number) - ZERO;
          }
          const power = POWERS_OF_TEN[at - from] as number;
          value = (value * power + tail) / power;
        }
        if (field < fields - 1) {
          whole &&= digit === separator;
        } else {
          if (digit === RETURN - ZERO) digit = (bytes[++at] as number) - ZERO;
          whole &&= digit === NEWLINE - ZERO;
        }
        if (!whole) {
          value = this.#readSlowly(bytes, first, field);
          at = this.#position;
        }
        (targets[field] as Float64Array)[row] = value;
        at++;
      }
      row++;
      this.#line++;
    }
    this.rows = row;
    return at;
  }

  /** One field that is not a plain short decimal: quoted, signed, long, with an exponent, absent, a time, or wrong. */
  #readSlowly(bytes: Uint8Array, start: number, field: number): number {
    const { fields, separator, unit } = this.#layout;
    const closing = bytes[start] === QUOTE ? bytes.indexOf(QUOTE, start + 1) : -1;
    const quoted = closing >= 0 && closing < bytes.indexOf(NEWLINE, start);
    let end = quoted ? closing : start;
    while (bytes[end] !== separator && bytes[end] !== NEWLINE) end++;
    this.#position = end;
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1').trim();
    const text = quoted ? raw.replace(/^"(.*)"$/, '$1').trim() : raw;
    this.#checkFieldCount(bytes[end] === NEWLINE, field, text);
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
