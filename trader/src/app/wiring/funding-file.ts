import { readFileSync } from 'node:fs';
import { isTimestamp } from '../../domain/time.ts';
import type { FundingSeries } from '../../simulation/funding.ts';
import { Refusal } from '../refusal.ts';

/** Reads recorded funding rates: CSV with one `timestamp,rate` a line (milliseconds UTC, share of the value), upwards in time. Refuses anything else by its line. */
export function readFunding(file: string): FundingSeries {
  const timestamps: number[] = [];
  const rates: string[] = [];
  readText(file).split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '' || index === 0 && /^[a-z]/i.test(line)) return;
    const fault = (what: string): never => {
      throw new Refusal('bad-data', `line ${index + 1} ${what}: "${line.slice(0, 60)}"`, { where: file, hint: 'Give timestamp,rate: 1746345600000,0.0001 is 0.01 % at 2025-05-04 08:00 UTC.' });
    };
    const [time = '', rate = '', ...rest] = line.split(',').map((cell) => cell.trim());
    const timestamp = /^\d{1,16}$/.test(time) ? Number(time) : NaN;
    if (rest.length > 0 || !isTimestamp(timestamp) || !/^-?\d+(\.\d{1,12})?$/.test(rate)) fault('is no funding rate');
    if (Math.abs(Number(rate)) > 1) fault('is more than the whole position');
    if (timestamps.length > 0 && timestamp <= timestamps[timestamps.length - 1]) fault('does not come after the line before');
    timestamps.push(timestamp);
    rates.push(rate);
  });
  if (timestamps.length === 0) throw new Refusal('bad-data', 'there are no funding rates', { where: file });
  return { timestamps, rates };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal('bad-data', `the funding rates cannot be read: ${error instanceof Error ? error.message : String(error)}`, { where: '--funding', hint: 'Give --funding FILE, or --funding ID=FILE for one of several instruments.' });
  }
}
