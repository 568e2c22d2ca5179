import { dayOf, minuteText, startOfDay } from '../../domain/calendar.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';

/** Where values lie between the two ends of an axis. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  /** Share of the way from the lower end to the upper. */
  at(value: number): number;
  /** Round values to write on the axis. */
  readonly ticks: readonly number[];
}

/** An even axis that holds these values, with a little room and about so many ticks. */
export function linearScale(low: number, high: number, ticks = 5): Scale {
  const [from, to] = widened(low, high);
  const room = (to - from) * 0.04;
  const min = low === 0 && from === 0 ? 0 : from - room;
  const max = high === 0 && to === 0 ? 0 : to + room;
  const step = roundStep((max - min) / ticks);
  const first = Math.ceil(min / step);
  return {
    min, max,
    at: (value) => (value - min) / (max - min),
    ticks: Array.from({ length: Math.max(0, Math.floor(max / step) - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12))),
  };
}

/** A logarithmic axis; undefined where a value is 0 or less. */
export function logScale(low: number, high: number): Scale | undefined {
  if (!(low > 0)) return undefined;
  const [from, to] = widened(low, high);
  const [bottom, top] = [Math.log(Math.max(from, low / 2)), Math.log(to)];
  const room = (top - bottom) * 0.04;
  const decades = (top - bottom) / Math.LN10;
  const values = decades < 0.8 ? linearScale(low, high).ticks : decadeTicks(bottom, top, decades > 6 ? [1] : decades > 2 ? [1, 3] : [1, 2, 5]);
  return {
    min: Math.exp(bottom - room), max: Math.exp(top + room),
    at: (value) => (Math.log(value) - bottom + room) / (top - bottom + 2 * room),
    ticks: values.filter((value) => Math.log(value) >= bottom - room && Math.log(value) <= top + room),
  };
}

function decadeTicks(bottom: number, top: number, digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(bottom / Math.LN10); power <= Math.ceil(top / Math.LN10); power++) {
    for (const digit of digits) ticks.push(Number((digit * 10 ** power).toPrecision(12)));
  }
  return ticks;
}

/** Two ends that differ. */
function widened(low: number, high: number): readonly [number, number] {
  if (high > low) return [low, high];
  const room = Math.abs(low) * 0.05 || 1;
  return [low - room, high + room];
}

/** The nearest of 1, 2, 2.5 and 5 times a power of ten that is at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (([1, 2, 2.5, 5].find((digit) => digit * power >= least * 0.999)) ?? 10) * power;
}

/** A moment to write on the axis. */
export interface TimeTick {
  readonly at: Timestamp;
  readonly label: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVEN_STEPS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS];
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Name of a month, 1 to 12, in three letters. */
export function monthName(month: number): string {
  return MONTHS[month - 1];
}

/** At most so many round moments of a span. */
export function timeTicks(from: Timestamp, to: Timestamp, most = 8): readonly TimeTick[] {
  const step = EVEN_STEPS.find((size) => (to - from) / size <= most);
  return step === undefined ? monthTicks(from, to, most) : evenTicks(from, to, step);
}

function evenTicks(from: Timestamp, to: Timestamp, step: number): readonly TimeTick[] {
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const { month, day } = dayOf(at);
    ticks.push({ at, label: step < DAY_MS && at % DAY_MS !== 0 ? minuteText(at).slice(11) : `${day} ${monthName(month)}` });
  }
  return ticks;
}

function monthTicks(from: Timestamp, to: Timestamp, most: number): readonly TimeTick[] {
  const months = (to - from) / DAY_MS / 30.44;
  const step = MONTH_STEPS.find((size) => months / size <= most) ?? Math.ceil(months / most / 120) * 120;
  const ticks: TimeTick[] = [];
  const begin = dayOf(from);
  for (let index = Math.floor((begin.year * 12 + begin.month - 1) / step) * step; ; index += step) {
    const [year, month] = [Math.floor(index / 12), index % 12 + 1];
    const at = startOfDay({ year, month, day: 1 });
    if (at > to) return ticks;
    if (at >= from) ticks.push({ at, label: step >= 12 || month === 1 ? String(year) : monthName(month) });
  }
}
