import { BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { BarFileError } from './bar-file-error.ts';
import { BLOCK_BARS } from './column-layout.ts';
import { CsvScanner, MOST_DIGITS } from './csv-scanner.ts';
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

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const ABSENT = /^(?:nan|null|none|na|n\/a)?$/i;

const QUOTE = 0x22;
const POINT = 0x2e;
const NEWLINE = 0x0a;
const UNKNOWN_DECIMALS = 99;
/** Digits of a time of the years 2001 to 2286 in milliseconds. */
const MILLISECOND_DIGITS = 13;
/** Those of a bar, and one more for fields to skip. */
const COLUMNS = BAR_COLUMNS.length + 1;

/** A scanner with room for so many bytes of text, for a parser of lines of at most so many fields. */
export function createScanner(textBytes: number, mostFields: number): CsvScanner {
  return new CsvScanner(textBytes, mostFields, COLUMNS, BLOCK_BARS);
}

/**
 * Parses complete lines of text into a block of bars. Plain decimals, and times in milliseconds, are the
 * scanner's; each other field is read by itself, as text.
 */
export class CsvParser {
  /** The block being filled; its first `rows` bars are set. */
  readonly block: Bars;
  rows = 0;
  readonly #file: string;
  readonly #layout: CsvLayout;
  readonly #scanner: CsvScanner;
  /** Line number of the first bar of the block. */
  #line: number;
  #position = 0;

  constructor(file: string, layout: CsvLayout, scanner: CsvScanner) {
    const { fields, separator, unit } = layout;
    this.#file = file;
    this.#layout = layout;
    this.#scanner = scanner;
    this.#line = layout.firstLine;
    const column = (index: number) => scanner.values.subarray(index * BLOCK_BARS, (index + 1) * BLOCK_BARS);
    this.block = { length: BLOCK_BARS, timestamp: column(0), open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) };
    if (!fields.includes('volume')) this.block.volume.fill(NaN);
    scanner.expect(fields.map((field, index) => ({
      column: columnOf(field), end: index === fields.length - 1 ? NEWLINE : separator,
      ...field === 'timestamp' ? { point: undefined, least: MILLISECOND_DIGITS, span: unit === 'ms' ? 1 : 0 } : { point: POINT, least: 1, span: MOST_DIGITS },
    })));
  }

  /** No more decimals than these state every number of the column so far exactly; infinite where that is not known. */
  decimalsOf(column: BarColumn): number {
    const field = this.#layout.fields.indexOf(column);
    const decimals = field < 0 ? UNKNOWN_DECIMALS : this.#scanner.decimals(field);
    return decimals < UNKNOWN_DECIMALS ? decimals : Infinity;
  }

  /** Fills the block anew from lines of [start, end) of the scanner's text, which ends with a newline; returns where it stopped, at the end or the block full. */
  parse(start: number, end: number): number {
    const scanner = this.#scanner;
    const { fields } = this.#layout;
    scanner.begin(start, end);
    let at = scanner.scan(start, end, 0, 0);
    while (scanner.field >= 0) {
      const { row, field } = scanner;
      this.rows = row;
      scanner.values[columnOf(fields[field]) * BLOCK_BARS + row] = this.#readSlowly(scanner.text, at, field);
      at = this.#position + 1;
      if (field < fields.length - 1) at = scanner.scan(at, end, row, field + 1);
      else if (at < end && row + 1 < BLOCK_BARS) at = scanner.scan(at, end, row + 1, 0);
      else return this.#end(row + 1, at);
    }
    return this.#end(scanner.row, at);
  }

  #end(rows: number, at: number): number {
    this.#line += rows;
    this.rows = rows;
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
    // Made only where it is wanted, since a field to skip may stand in every line.
    const written = () => {
      const raw = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1').trim();
      return quoted ? raw.replace(/^"(.*)"$/, '$1').trim() : raw;
    };
    this.#checkFieldCount(bytes[end] === NEWLINE, field, written);
    const column = fields[field];
    if (column === undefined) return 0;
    this.#scanner.lift(field, UNKNOWN_DECIMALS);
    const text = written();
    if (column === 'timestamp') {
      const time = parseTimestamp(text, unit);
      return Number.isNaN(time) ? this.#refuse(column, text) : time;
    }
    if (DECIMAL.test(text)) return Number(text);
    return column === 'volume' && ABSENT.test(text) ? NaN : this.#refuse(column, text);
  }

  #checkFieldCount(lineEnds: boolean, field: number, written: () => string): void {
    const expected = this.#layout.fields.length;
    if (lineEnds === (field === expected - 1)) return;
    const place = { line: this.#line + this.rows };
    if (!lineEnds) throw new BarFileError('columns', this.#file, `has more than ${expected} fields; one bar a line, as the header names them`, place);
    if (field === 0 && written() === '') throw new BarFileError('value', this.#file, 'is empty; remove the line', place);
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

/** The column of the block that a field goes to. */
function columnOf(field: BarColumn | undefined): number {
  return field === undefined ? BAR_COLUMNS.length : BAR_COLUMNS.indexOf(field);
}
