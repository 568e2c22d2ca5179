import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readReturnsFile, type DatedEquity } from '../../adapters/returns/returns-file.ts';
import { PERIODS_PER_YEAR } from '../../analytics/returns.ts';
import { plural } from '../../analytics/tear-sheet/format.ts';
import type { FactGroup, TearSheet } from '../../analytics/tear-sheet/sheet.ts';
import { dayText } from '../../domain/calendar.ts';
import { DAY_MS } from '../../domain/time.ts';
import { Refusal } from '../refusal.ts';
import { versionFacts } from './run-sheet.ts';

/** The tear sheet of a file of dated returns, beside another one where given. Faults of files pass through as `ReturnsFileError`. */
export function returnsSheet(file: string, benchmarkFile: string | undefined, command: string): TearSheet {
  const equity = readReturnsFile(file);
  const benchmark = benchmarkFile === undefined ? undefined : readReturnsFile(benchmarkFile);
  return {
    kind: 'Returns', title: nameOf(file), subject: benchmarkFile === undefined ? 'daily returns' : `daily returns, beside ${nameOf(benchmarkFile)}`,
    periodsPerYear: tradesOnWeekends(equity) ? PERIODS_PER_YEAR.crypto : PERIODS_PER_YEAR.equity,
    cash: equity.opening, daily: equity, command, warnings: holesOf(equity),
    benchmark: benchmark === undefined || benchmarkFile === undefined ? undefined : { name: nameOf(benchmarkFile), values: onSameDays(equity, benchmark, benchmarkFile) },
    facts: [
      fileFacts('Returns', file, equity),
      ...(benchmark === undefined || benchmarkFile === undefined ? [] : [fileFacts('Benchmark', benchmarkFile, benchmark)]),
      versionFacts([]),
    ],
  };
}

/** Longest time between two values that holidays make. */
const LONGEST_HOLIDAY_MS = 11 * DAY_MS;

/** What is to be said of stretches without a value. */
function holesOf({ timestamps }: DatedEquity): readonly string[] {
  const holes = Array.from(timestamps.keys()).filter((i) => i > 0 && timestamps[i] - timestamps[i - 1] > LONGEST_HOLIDAY_MS).sort((a, b) => timestamps[b] - timestamps[b - 1] - timestamps[a] + timestamps[a - 1]);
  const [longest] = holes;
  if (longest === undefined) return [];
  const others = holes.length > 1 ? `, and ${plural(holes.length - 1, 'more hole')} like it` : '';
  return [`No value between ${dayText(timestamps[longest - 1])} and ${dayText(timestamps[longest])}${others}: what happened there is in the value after it, which counts as one day.`];
}

function nameOf(file: string): string {
  return basename(file).replace(/\.(csv|gz|txt|tsv)/gi, '');
}

/** Whether any value is of a Saturday: an exchange's are not, a coin's are. */
function tradesOnWeekends({ timestamps }: DatedEquity): boolean {
  // The epoch was a Thursday, so Saturday is day 2 of the week that begins there.
  return timestamps.some((day) => (day / DAY_MS) % 7 === 2);
}

/** The benchmark's equity on the days of another, from the same opening: on a day that it lacks, as it was last. */
function onSameDays({ timestamps, opening }: DatedEquity, other: DatedEquity, file: string): Float64Array {
  const [from, to] = [timestamps[0], timestamps[timestamps.length - 1]];
  const [first, last] = [other.timestamps[0], other.timestamps[other.timestamps.length - 1]];
  if (first > from || last < to) {
    throw new Refusal('bad-data', `the benchmark runs from ${dayText(first)} to ${dayText(last)}, the returns from ${dayText(from)} to ${dayText(to)}`, {
      where: file, hint: 'Give a benchmark that covers every day of the returns.',
    });
  }
  let next = 0;
  let known = other.opening;
  while (next < other.timestamps.length && other.timestamps[next] < from) known = other.values[next++];
  const base = known;
  return timestamps.map((day) => {
    while (next < other.timestamps.length && other.timestamps[next] <= day) known = other.values[next++];
    return opening * known / base;
  });
}

function fileFacts(title: string, file: string, { holds, timestamps }: DatedEquity): FactGroup {
  return {
    title, facts: [
      ['File', basename(file)], ['It holds', holds === 'return' ? 'a return a day' : 'an equity a day'], ['Days', String(timestamps.length)],
      ['First day', dayText(timestamps[0])], ['Last day', dayText(timestamps[timestamps.length - 1])],
      ['SHA-256', createHash('sha256').update(readFileSync(file)).digest('hex')],
    ],
  };
}
