import { dayOf } from '../domain/calendar.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';
import { finite } from './returns.ts';
import type { Series } from './sampling.ts';

/** First moment of the UTC day that a value seen at a moment counts for: midnight belongs to the day that it ends, as in `EquityCurve`. */
export function dayCounted(moment: Timestamp): Timestamp {
  return (Math.ceil(moment / DAY_MS) - 1) * DAY_MS;
}

/** Return of one calendar month or, without `month`, of one year; UTC. */
export interface CalendarReturn {
  readonly year: number;
  readonly month: number;
  readonly value: number;
}

/** Returns of the calendar months in which an equity has days, compounded from the opening equity on; what came before the first day is not known. */
export function monthlyReturns(opening: number, daily: Series): CalendarReturn[] {
  return byPeriod(opening, daily, ({ year, month }) => year * 12 + month - 1).map(({ period, value }) => ({ year: Math.floor(period / 12), month: period % 12 + 1, value }));
}

/** Returns of the calendar years in which an equity has days. */
export function yearlyReturns(opening: number, daily: Series): { readonly year: number; readonly value: number }[] {
  return byPeriod(opening, daily, ({ year }) => year).map(({ period, value }) => ({ year: period, value }));
}

function byPeriod(opening: number, { timestamps, values }: Series, periodOf: (day: ReturnType<typeof dayOf>) => number): { period: number; value: number }[] {
  const found: { period: number; value: number }[] = [];
  let before = opening;
  for (let i = 0; i < values.length; i++) {
    const period = periodOf(dayOf(timestamps[i]));
    const last = i === values.length - 1 || periodOf(dayOf(timestamps[i + 1])) !== period;
    if (!last) continue;
    found.push({ period, value: before > 0 ? values[i] / before - 1 : NaN });
    before = values[i];
  }
  return found;
}

/** Gain to pain: sum of the monthly returns / sum of the losses among them (J. Schwager, "Market Wizards", 2012). Null without a losing month. */
export function gainToPain(months: readonly CalendarReturn[]): number | null {
  const sum = months.reduce((total, { value }) => total + value, 0);
  const losses = months.reduce((total, { value }) => total - Math.min(value, 0), 0);
  return finite(sum / losses);
}
