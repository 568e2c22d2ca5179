import { readFileSync } from 'node:fs';
import { DAY_MS } from '../../domain/time.ts';
import type { Bars } from '../../domain/bar.ts';
import { BarFileError } from './bar-file-error.ts';

/** A decimal as an integer and a number of decimals: 0.6566606 is 6566606 and 7. */
interface Decimal {
  readonly digits: bigint;
  readonly decimals: number;
}

/** The price factors that hold for bars up to and on a day. */
interface FactorRow {
  /** Midnight UTC of the last day that the row is for. */
  readonly until: number;
  /** Price factor × split factor. */
  readonly price: Decimal;
  readonly split: number;
}

/** The factors of a series in the order of time; empty where prices stay raw. */
export type FactorTable = readonly FactorRow[];

/** LEAN writes the prices of daily bars in ten-thousandths. */
const RAW_DECIMALS = 4;

const FACTOR_LINE = /^(\d{4})(\d\d)(\d\d),(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)(?:,[^,]*)?$/;

/** Reads a LEAN factor file: `date,price factor,split factor,reference price` a line, dates ascending. Raw without a file. */
export function readFactors(file: string | undefined): FactorTable {
  if (file === undefined) return [];
  const rows = readFileSync(file, 'utf8').trim().split(/\r?\n/).map((text, index) => {
    const match = FACTOR_LINE.exec(text.trim());
    if (!match) {
      throw new BarFileError('value', file, 'is no line of a LEAN factor file: date,price factor,split factor,reference price', { line: index + 1 });
    }
    const [, year, month, day, price = '', split = ''] = match;
    return { until: Date.parse(`${year}-${month}-${day}T00:00Z`), price: multiply(parseDecimal(price), parseDecimal(split)), split: Number(split) };
  });
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    if (before && !(row.until > before.until)) throw new BarFileError('order', file, 'dates must ascend', { line: index + 1 });
  });
  return rows;
}

/**
 * Turns raw LEAN bars, in place, into prices: raw × 10⁻⁴ × price factor × split factor, each the
 * nearest double to the exact product; volume ÷ split factor, so that their product stays. The row
 * that holds for a bar is the first whose date is the bar's or later; after the last row nothing changes.
 */
export async function* adjustBlocks(blocks: AsyncIterable<Bars>, table: FactorTable): AsyncGenerator<Bars> {
  let next = 0;
  for await (const bars of blocks) {
    for (let row = 0; row < bars.length; row++) {
      const day = Math.floor((bars.timestamp[row] as number) / DAY_MS) * DAY_MS;
      while (next < table.length && (table[next] as FactorRow).until < day) next++;
      const factor = table[next];
      for (const column of [bars.open, bars.high, bars.low, bars.close]) {
        column[row] = scale(column[row] as number, factor?.price ?? ONE);
      }
      if (factor) bars.volume[row] = (bars.volume[row] as number) / factor.split;
    }
    yield bars;
  }
}

const ONE: Decimal = { digits: 1n, decimals: 0 };

/** The nearest double to raw × 10⁻⁴ × factor. */
function scale(raw: number, factor: Decimal): number {
  const product = BigInt(raw) * factor.digits;
  const decimals = factor.decimals + RAW_DECIMALS;
  // Both exact in a double: then the division rounds once.
  if (product <= BigInt(Number.MAX_SAFE_INTEGER) && decimals <= 22) return Number(product) / 10 ** decimals;
  return Number(`${product}e-${decimals}`);
}

function parseDecimal(text: string): Decimal {
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '');
  return { digits: BigInt(whole + kept), decimals: kept.length };
}

function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, decimals: a.decimals + b.decimals };
}
