/** Milliseconds since the Unix epoch, UTC: a whole number, at most 8.64e15 either way (the year 275760). */
export type Timestamp = number;

/** Whether a number is a timestamp: whole, and within what a date can name. */
export function isTimestamp(value: number): boolean {
  return Math.abs(value) <= 8.64e15 && value === Math.floor(value);
}

/** Days of the months of a leap year. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text such as `2024-02-29T12:00` begins with a day that the calendar has: `Date.parse` takes 30 February for 2 March. */
export function beginsWithDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (MONTH_DAYS[month - 1] ?? 0) - (month === 2 && !leap ? 1 : 0);
}

/** One day in milliseconds. */
export const DAY_MS = 86_400_000;

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS };

/** Reads an interval such as `1m`, `4h` or `1d` as milliseconds; undefined when it is not one. */
export function parseInterval(text: string): number | undefined {
  const match = /^([1-9]\d{0,4})([smhdw])$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]] : undefined;
}

/** Writes milliseconds in the largest unit that they are a whole number of, as `parseInterval` reads them: 3 600 000 → `1h`; less than seconds as `500ms`, for display only. */
export function formatInterval(intervalMs: number): string {
  for (const unit of ['w', 'd', 'h', 'm', 's']) {
    const size = UNITS[unit];
    if (intervalMs >= size && intervalMs % size === 0) return `${intervalMs / size}${unit}`;
  }
  return `${intervalMs}ms`;
}
