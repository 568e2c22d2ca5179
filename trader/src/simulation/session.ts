import { DAY_MS, type Timestamp } from '../domain/time.ts';
import { newYorkBehind } from './trading-day.ts';

/** When a market trades. Plain data. */
export interface SessionTerms {
  readonly zone: 'UTC' | 'America/New_York';
  /** Minutes since Sunday 00:00 local time, [from, to) within one week, none overlapping another. */
  readonly hours: readonly { readonly from: number; readonly to: number }[];
  /** Days without trading, as days since the epoch. */
  readonly holidays: readonly number[];
}

const MINUTE_MS = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;

/** Whether a market trades at a moment. Early closes are not known: after one no bar follows. */
export function isOpen({ zone, hours, holidays }: SessionTerms, ts: Timestamp): boolean {
  const midnight = Math.floor(ts / DAY_MS) * DAY_MS;
  const local = zone === 'UTC' ? ts : ts - newYorkBehind(midnight) * 60 * MINUTE_MS;
  if (holidays.includes(Math.floor(local / DAY_MS))) return false;
  // The epoch was a Thursday.
  const minute = (Math.floor(local / MINUTE_MS) + 4 * 24 * 60) % WEEK_MINUTES;
  return hours.some(({ from, to }) => minute >= from && minute < to);
}
