import { readFileSync } from 'node:fs';
import type { Bars } from '../../domain/bar.ts';
import { decimalPlaces, mul, parseDecimal, toNumber, type Exact } from '../../domain/exact.ts';
import { DAY_MS } from '../../domain/time.ts';
import { BarFileError } from './bar-file-error.ts';

/** The price factors that hold for bars up to and on a day. */
interface FactorRow {
  /** Midnight UTC of the last day that the row is for. */
  readonly until: number;
  /** Price factor × split factor, in units of 10^-priceScale. */
  readonly price: Exact;
  readonly priceScale: number;
  readonly split: number;
}

/** The factors of a series in the order of time; empty where prices stay raw. */
export type FactorTable = readonly FactorRow[];

/** LEAN writes the prices of daily bars in ten-thousandths. */
const RAW_DECIMALS = 4;

const FACTOR_LINE = /^(\d{4})(\d\d)(\d\d),(\d{1,20}(?:\.\d{1,40})?),(\d{1,20}(?:\.\d{1,40})?)(?:,[^,]*)?$/;

/** Reads a LEAN factor file: `date,price factor,split factor,reference price` a line, dates ascending. Raw without a file. */
export function readFactors(file: string | undefined): FactorTable {
  if (file === undefined) return [];
  const rows = readFileSync(file, 'utf8').trim().split(/\r?\n/).map((text, index) => {
    const [, year, month, day, price = '', split = ''] = FACTOR_LINE.exec(text.trim()) ?? [];
    const until = Date.parse(`${year}-${month}-${day}T00:00Z`);
    if (Number.isNaN(until)) {
      throw new BarFileError('value', file, 'is no line of a LEAN factor file: date,price factor,split factor,reference price', { line: index + 1 });
    }
    const [priceScale, splitScale] = [decimalPlaces(price), decimalPlaces(split)];
    return { until, price: mul(parseDecimal(price, priceScale), parseDecimal(split, splitScale)), priceScale: priceScale + splitScale, split: Number(split) };
  });
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    if (before && !(row.until > before.until)) throw new BarFileError('order', file, 'dates must ascend', { line: index + 1 });
  });
  return rows;
}

/** No adjustment: what holds after the last row. */
const RAW: FactorRow = { until: Infinity, price: 1, priceScale: 0, split: 1 };

/**
 * Turns raw LEAN bars, in place, into prices: raw × 10⁻⁴ × price factor × split factor, each the
 * nearest double to the exact product; volume ÷ split factor, so that their product stays. The row
 * that holds for a bar is the first whose date is the bar's or later; after the last row nothing
 * changes. Refuses a raw price that is no whole number; `firstLine` is the first bar's in `file`.
 */
export async function* adjustBlocks(blocks: AsyncIterable<Bars>, table: FactorTable, file: string, firstLine: number): AsyncGenerator<Bars> {
  let next = 0;
  let line = firstLine;
  for await (const bars of blocks) {
    for (let row = 0; row < bars.length; row++, line++) {
      const day = Math.floor(bars.timestamp[row] / DAY_MS) * DAY_MS;
      while (next < table.length && table[next].until < day) next++;
      const { price, priceScale, split } = table[next] ?? RAW;
      for (const column of ['open', 'high', 'low', 'close'] as const) {
        const raw = bars[column][row];
        if (!Number.isSafeInteger(raw)) {
          throw new BarFileError('value', file, `${raw} is no price in ten-thousandths, as LEAN writes them; they are whole numbers`, { line, field: column });
        }
        bars[column][row] = toNumber(mul(raw, price), priceScale + RAW_DECIMALS);
      }
      bars.volume[row] /= split;
    }
    yield bars;
  }
}
