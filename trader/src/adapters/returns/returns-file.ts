import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beginsWithDay, DAY_MS, type Timestamp } from '../../domain/time.ts';
import { ReturnsFileError } from './returns-file-error.ts';

/** Equity by day, as a file tells it. */
export interface DatedEquity {
  /** `return` or `equity`: what the file holds. */
  readonly holds: 'return' | 'equity';
  /** Equity before the first day: 1 for returns, the first value for equity. */
  readonly opening: number;
  /** First moments of UTC days, strictly increasing, and the equity at each day's end. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** Names by which a column is known, in small letters. */
const DATE_NAMES = ['date', 'day', 'time', 'timestamp', 'datetime', ''];
const RETURN_NAMES = ['return', 'returns', 'ret', 'pnl_pct', 'daily_return'];
const EQUITY_NAMES = ['equity', 'value', 'nav', 'balance', 'close', 'adj close', 'price', 'portfolio'];
const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ][\d:.]+)?(?:Z| ?UTC|[+-]\d\d:?\d\d)?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?%?$/i;
/** Larger files hold no days. */
const MOST_BYTES = 64 << 20;
/** More days than this, over a century, are no account's; it bounds the page, too. */
const MOST_DAYS = 40_000;
/** Days between neighbours, in the middle, above which values are not daily: figures of a year count every one as a day. */
const WIDEST_SPACING = 1;

/**
 * Reads dated returns or equity, one a day: CSV or CSV.gz, a column of dates (YYYY-MM-DD) and one of
 * returns (0.01 or 1%) or of equity, found by the names in the first line; without names the second
 * column holds returns. A first return that is empty or NaN is left out. Throws ReturnsFileError.
 */
export function readReturnsFile(file: string): DatedEquity {
  const lines = readText(file).split(/\r?\n/);
  const { holds, dateAt, valueAt, from } = columnsOf(file, lines);
  const days: Timestamp[] = [];
  const found: number[] = [];
  for (let i = from; i < lines.length; i++) {
    if (lines[i].trim() === '') continue;
    const fields = fieldsOf(lines[i]);
    const value = fields[valueAt] ?? '';
    if (days.length === 0 && holds === 'return' && /^(nan|null|na|)$/i.test(value)) continue;
    days.push(readDay(file, fields[dateAt] ?? '', i + 1));
    found.push(readValue(file, value, holds, i + 1));
    if (days.length > MOST_DAYS) throw new ReturnsFileError('unreadable', file, `has more than ${MOST_DAYS} days`, i + 1);
    if (days.length > 1 && days[days.length - 1] <= days[days.length - 2]) {
      throw new ReturnsFileError('order', file, 'its day is not after the one before; give one value a day, the oldest first', i + 1);
    }
  }
  checkSpacing(file, days);
  return equityOf(file, holds, days, found);
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new ReturnsFileError('unreadable', file, 'is larger than 64 MB; give one value a day');
    const bytes = readFileSync(file);
    const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: 4 * MOST_BYTES }) : bytes).toString('utf8').replace(/^\uFEFF/, '');
    if (text.includes('\0')) throw new ReturnsFileError('unreadable', file, 'is no text; give CSV or CSV.gz');
    return text;
  } catch (error) {
    if (error instanceof ReturnsFileError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new ReturnsFileError('unreadable', file, 'does not exist; check the path');
    throw new ReturnsFileError('unreadable', file, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

function fieldsOf(line: string): string[] {
  return line.split(line.includes(',') ? ',' : line.includes(';') ? ';' : '\t').map((field) => field.trim().replace(/^"(.*)"$/, '$1').trim());
}

function columnsOf(file: string, lines: readonly string[]): { holds: 'return' | 'equity'; dateAt: number; valueAt: number; from: number } {
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) throw new ReturnsFileError('empty', file, 'is empty');
  const fields = fieldsOf(lines[first]);
  if (DATE.test(fields[0] ?? '')) {
    if (fields.length !== 2) throw new ReturnsFileError('columns', file, `has ${fields.length} columns and no line of names; name them: date,return or date,equity`, first + 1);
    return { holds: 'return', dateAt: 0, valueAt: 1, from: first };
  }
  const names = fields.map((name) => name.toLowerCase());
  const place = (known: readonly string[]) => names.findIndex((name) => known.includes(name));
  const [dateAt, returnAt, equityAt] = [place(DATE_NAMES), place(RETURN_NAMES), place(EQUITY_NAMES)];
  if (dateAt < 0 || (returnAt < 0 && equityAt < 0)) {
    throw new ReturnsFileError('columns', file, `has the columns ${fields.join(', ')}; a column "date" and one "return" or "equity" are needed`, first + 1);
  }
  return { holds: returnAt >= 0 ? 'return' : 'equity', dateAt, valueAt: returnAt >= 0 ? returnAt : equityAt, from: first + 1 };
}

function readDay(file: string, text: string, line: number): Timestamp {
  const day = DATE.exec(text)?.[1];
  if (day === undefined || !beginsWithDay(day)) throw new ReturnsFileError('value', file, `"${text}" is no date such as 2024-03-01`, line);
  return Date.parse(day);
}

function readValue(file: string, text: string, holds: 'return' | 'equity', line: number): number {
  if (!NUMBER.test(text) || (holds === 'equity' && text.endsWith('%'))) throw new ReturnsFileError('value', file, `"${text}" is no ${holds === 'return' ? 'return such as 0.01 or 1%' : 'amount'}`, line);
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (!Number.isFinite(value)) throw new ReturnsFileError('value', file, `"${text}" is too large`, line);
  if (holds === 'return' && value < -1) throw new ReturnsFileError('value', file, `a return of ${text} loses more than everything; write shares (0.01 is 1 %) or percent with its sign`, line);
  return value;
}

function checkSpacing(file: string, days: readonly Timestamp[]): void {
  if (days.length < 3) return;
  const gaps = days.slice(1).map((day, i) => (day - days[i]) / DAY_MS).toSorted((a, b) => a - b);
  const middle = gaps[(gaps.length - 1) >> 1];
  if (middle > WIDEST_SPACING) throw new ReturnsFileError('spacing', file, `its values are about ${middle} days apart, and the figures are those of daily values; give one value a day`);
}

function equityOf(file: string, holds: 'return' | 'equity', days: readonly Timestamp[], found: readonly number[]): DatedEquity {
  if (holds === 'return') {
    if (days.length === 0) throw new ReturnsFileError('empty', file, 'has no return in it');
    let equity = 1;
    return { holds, opening: 1, timestamps: Float64Array.from(days), values: Float64Array.from(found, (value) => (equity *= 1 + value)) };
  }
  if (days.length < 2) throw new ReturnsFileError('empty', file, 'has fewer than two values of equity, so there is no return');
  if (!(found[0] > 0)) throw new ReturnsFileError('value', file, `begins with an equity of ${found[0]}; it must begin above 0`);
  return { holds, opening: found[0], timestamps: Float64Array.from(days.slice(1)), values: Float64Array.from(found.slice(1)) };
}
