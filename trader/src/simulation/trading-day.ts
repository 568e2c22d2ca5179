import type { Instrument } from '../domain/instrument.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';

const HOUR_MS = 3_600_000;

/**
 * When the trading day under way at `ts` ends: a day order's end. Coins trade around the clock and end
 * theirs at UTC midnight; shares end at 16:00 in New York, currencies at 17:00 there. Early closes and
 * holidays are not known: on those days no bar follows in which an order could trade.
 */
export function tradingDayEnd(assetClass: Instrument['assetClass'], ts: Timestamp): Timestamp {
  if (assetClass === 'crypto') return (Math.floor(ts / DAY_MS) + 1) * DAY_MS;
  const local = assetClass === 'equity' ? 16 : 17;
  const today = Math.floor(ts / DAY_MS) * DAY_MS;
  const end = (midnight: Timestamp) => midnight + (local + newYorkBehind(midnight)) * HOUR_MS;
  return end(today) > ts ? end(today) : end(today + DAY_MS);
}

/**
 * Hours that New York is behind UTC in the afternoon of a UTC day: 4 in summer, else 5. Summer time goes from the second
 * Sunday of March to the first of November, before 2007 from the first of April to the last of October (US Code 15 § 260a).
 */
export function newYorkBehind(midnight: Timestamp): number {
  const day = midnight / DAY_MS;
  const year = marchYear(day);
  const [begins, ends] = year >= 2007
    ? [sundayFrom(dayOf(year, 3, 8)), sundayFrom(dayOf(year, 11, 1))]
    : [sundayFrom(dayOf(year, 4, 1)), sundayFrom(dayOf(year, 10, 25))];
  return day >= begins && day < ends ? 4 : 5;
}

/** The first Sunday from a day on, both counted from the epoch, which was a Thursday. */
function sundayFrom(day: number): number {
  return day + (10 - day % 7) % 7;
}

/** Days from 1 March of the year 0 to the epoch. */
const EPOCH = 719_468;

/** Days from the epoch to a date in March or later (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function dayOf(year: number, month: number, day: number): number {
  return 365 * year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + Math.floor((153 * (month - 3) + 2) / 5) + day - 1 - EPOCH;
}

/** The year of a day, where a year begins in March (same source): January belongs to the year before, which is winter as well. */
function marchYear(day: number): number {
  const sinceEra = (day + EPOCH) % 146_097;
  const inEra = Math.floor((sinceEra - Math.floor(sinceEra / 1_460) + Math.floor(sinceEra / 36_524) - Math.floor(sinceEra / 146_096)) / 365);
  return inEra + Math.floor((day + EPOCH) / 146_097) * 400;
}
