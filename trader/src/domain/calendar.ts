import { DAY_MS, type Timestamp } from './time.ts';

/** A day of the Gregorian calendar, UTC; months and days count from 1. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day in which a moment lies. (H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.) */
export function dayOf(timestamp: Timestamp): CalendarDay {
  const sinceMarch0 = Math.floor(timestamp / DAY_MS) + 719_468;
  const era = Math.floor(sinceMarch0 / 146_097);
  const dayOfEra = sinceMarch0 - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1 };
}

/** First moment of a day of the calendar. (H. Hinnant, days_from_civil.) */
export function startOfDay({ year, month, day }: CalendarDay): Timestamp {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return (era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468) * DAY_MS;
}

/** `2024-02-29`. */
export function dayText(timestamp: Timestamp): string {
  const { year, month, day } = dayOf(timestamp);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** `2024-02-29 14:05`, the minute in which a moment lies. */
export function minuteText(timestamp: Timestamp): string {
  const minutes = Math.floor((timestamp - Math.floor(timestamp / DAY_MS) * DAY_MS) / 60_000);
  return `${dayText(timestamp)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
