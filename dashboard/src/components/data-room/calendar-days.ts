/** What is known of a UTC day. */
export interface CoverageDay {
  readonly day: number;
  readonly bars: number;
  readonly expected: number;
  readonly quarantined: number;
  /** Whether a source was asked about it: else nothing is known, which is no gap. */
  readonly asked: boolean;
}

/** How a day looks: whole, with holes, empty though asked for, never asked for, or with bars that are not trusted. */
export type DayState = 'whole' | 'partial' | 'empty' | 'unasked' | 'quarantined';

const DAY_MS = 86_400_000;

/** The state of a day. */
export function dayState({ bars, expected, quarantined, asked }: CoverageDay): DayState {
  if (quarantined > 0) return 'quarantined';
  if (bars === 0) return asked ? 'empty' : 'unasked';
  return bars >= expected ? 'whole' : 'partial';
}

/** A month of days, in weeks from Monday to Sunday; undefined where a place belongs to another month. */
export interface CalendarMonth {
  readonly year: number;
  /** 0 is January. */
  readonly month: number;
  readonly weeks: readonly (readonly (CoverageDay | undefined)[])[];
}

/** Days as calendar months, oldest first; days that are not told are not asked for. */
export function calendarMonths(days: readonly CoverageDay[]): CalendarMonth[] {
  const [first, last] = [days[0], days[days.length - 1]];
  if (first === undefined || last === undefined) return [];
  const known = new Map(days.map((day) => [day.day, day]));
  const months: CalendarMonth[] = [];
  const start = new Date(first.day);
  for (let month = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), 1)); month.getTime() <= last.day; month = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1))) {
    const next = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1);
    const cells: (CoverageDay | undefined)[] = Array.from({ length: (month.getUTCDay() + 6) % 7 }, () => undefined);
    for (let day = month.getTime(); day < next; day += DAY_MS) cells.push(known.get(day) ?? { day, bars: 0, expected: 0, quarantined: 0, asked: false });
    while (cells.length % 7 !== 0) cells.push(undefined);
    months.push({ year: month.getUTCFullYear(), month: month.getUTCMonth(), weeks: Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7)) });
  }
  return months;
}
