import { DAY_MS, type Timestamp } from './time.ts';

// Days as a prop firm in Prague counts them. Summer time by the rule of the European Union since 1996: from
// the last Sunday of March, 01:00 UTC, to the last Sunday of October, 01:00 UTC (Directive 2000/84/EC).

const HOUR_MS = 3_600_000;

/** The first midnight in Prague after `timestamp`; a day there has 23, 24 or 25 hours. From 1996 on. */
export function pragueMidnightAfter(timestamp: Timestamp): Timestamp {
  const local = timestamp + offsetAt(timestamp);
  const next = (Math.floor(local / DAY_MS) + 1) * DAY_MS;
  return next - offsetAt(next - offsetAt(timestamp));
}

/** Number of the day in Prague, counted from the epoch's. */
export function pragueDay(timestamp: Timestamp): number {
  return Math.floor((timestamp + offsetAt(timestamp)) / DAY_MS);
}

function offsetAt(timestamp: Timestamp): number {
  const year = yearOf(Math.floor(timestamp / DAY_MS));
  const summer = timestamp >= lastSunday(year, 89) * DAY_MS + HOUR_MS && timestamp < lastSunday(year, 303) * DAY_MS + HOUR_MS;
  return summer ? 2 * HOUR_MS : HOUR_MS;
}

/** Days from the epoch to the first of January. */
function daysBefore(year: number): number {
  const last = year - 1;
  return 365 * (year - 1970) + Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400) - 477;
}

function yearOf(day: number): number {
  let year = 1970 + Math.floor(day / 365.2425);
  while (daysBefore(year + 1) <= day) year += 1;
  while (daysBefore(year) > day) year -= 1;
  return year;
}

/** The last Sunday up to a month's last day, given as its place in a common year from 0; the epoch was a Thursday. */
function lastSunday(year: number, monthEnd: number): number {
  const leap = daysBefore(year + 1) - daysBefore(year) - 365;
  const day = daysBefore(year) + monthEnd + leap;
  return day - (day + 4) % 7;
}
