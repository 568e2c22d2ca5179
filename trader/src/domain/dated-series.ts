import { dayOf, startOfDay } from './calendar.ts';
import { DAY_MS, type Timestamp } from './time.ts';

/** What a series is: a figure that somebody publishes again and again, such as a consumer price index. */
export interface SeriesFacts {
  /** Its publisher's own name for it, as `CPIAUCSL`. */
  readonly id: string;
  /** Who was asked, as `fred`. */
  readonly source: string;
  readonly title: string;
  /** As `Percent`. */
  readonly units: string;
  /** As `Monthly`. */
  readonly frequency: string;
  /** As `Seasonally Adjusted`; empty where nothing is said. */
  readonly adjustment: string;
}

/** One state that the figure of a date has had. */
export interface SeriesState {
  /** What the figure is of: midnight UTC of the day by which its publisher names it, or the very moment where there are several a day. March is named by its first day, and published in April. */
  readonly date: Timestamp;
  /** NaN where the publisher says that there is none, or takes it back. */
  readonly value: number;
  /** The first moment at which it could be known. */
  readonly availableAt: Timestamp;
}

/** The newest figure of a series, as it could be known from a moment on until the next reading. */
export interface Reading extends SeriesState {
  /** The figure of one year earlier, as known at the same moment: of the same date, or of the nearest before it within a month; NaN where there is none. */
  readonly yearBefore: number;
}

/** Of a series of which nothing is known. */
export const NOTHING_KNOWN: Pick<Reading, 'date' | 'value' | 'yearBefore'> = { date: NaN, value: NaN, yearBefore: NaN };

/** How far the figure of a year earlier may lie before its date: weekends and holidays of daily series, no more. */
const NEAR_MS = 31 * DAY_MS;

/**
 * What was known of a series, moment by moment: a reading for each moment at which the newest figure, or
 * that of a year before it, became another. States may come in any order; a reading holds nothing that
 * became available after it.
 */
export function readingsOf(states: readonly SeriesState[]): readonly Reading[] {
  const inOrder = [...states].sort((a, b) => a.availableAt - b.availableAt || a.date - b.date);
  const values = new Map<Timestamp, number>();
  /** Dates that have a figure, ascending. */
  const dates: Timestamp[] = [];
  const readings: Reading[] = [];
  for (let i = 0; i < inOrder.length; i++) {
    const { date, value, availableAt } = inOrder[i];
    const at = lastAtOrBefore(dates, date);
    const known = dates[at] === date;
    values.set(date, value);
    if (Number.isNaN(value) && known) dates.splice(at, 1);
    if (!Number.isNaN(value) && !known) dates.splice(at + 1, 0, date);
    // What becomes known at one moment is one reading.
    if (inOrder[i + 1]?.availableAt === availableAt) continue;
    const reading = newest(dates, values, availableAt);
    const before = readings.at(-1);
    if (before === undefined || !sameReading(before, reading)) readings.push(reading);
  }
  return readings;
}

function newest(dates: readonly Timestamp[], values: ReadonlyMap<Timestamp, number>, availableAt: Timestamp): Reading {
  const date = dates.at(-1);
  if (date === undefined) return { date: NaN, value: NaN, availableAt, yearBefore: NaN };
  const target = oneYearBefore(date);
  const earlier = dates[lastAtOrBefore(dates, target)];
  return { date, value: values.get(date) ?? NaN, availableAt, yearBefore: target - earlier <= NEAR_MS ? values.get(earlier) ?? NaN : NaN };
}

/** The same day of the year before; 28 February for the 29th. */
function oneYearBefore(date: Timestamp): Timestamp {
  const { year, month, day } = dayOf(date);
  return startOfDay({ year: year - 1, month, day: month === 2 ? Math.min(day, 28) : day });
}

function sameReading(a: Reading, b: Reading): boolean {
  return Object.is(a.date, b.date) && Object.is(a.value, b.value) && Object.is(a.yearBefore, b.yearBefore);
}

/** Place of the last of `ascending` that is not after `limit`; −1 where all are. */
export function lastAtOrBefore(ascending: readonly number[], limit: number): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ascending[middle] <= limit) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
