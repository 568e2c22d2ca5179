import { dayText } from '../../domain/calendar.ts';
import type { SeriesState } from '../../domain/dated-series.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { Observation } from './answers.ts';

/** FRED refuses a request over more days of publication than this. */
const MOST_VINTAGES = 2_000;
/** What FRED writes for days to come. */
const END_OF_TIME = '9999-12-31';
/** FRED's days are those of St. Louis. They end at 06:00 UTC in winter and an hour earlier in summer. */
const DAY_END_MS = DAY_MS + 6 * 3_600_000;

/** First moment of a day that FRED wrote, in UTC. */
export function momentOf(day: string): Timestamp {
  return Date.parse(`${day}T00:00:00Z`);
}

/** When a day of FRED's begins. */
export function beginOf(day: string): Timestamp {
  return momentOf(day) + DAY_END_MS - DAY_MS;
}

/** The day of FRED's in which a moment lies, or the one before it: never a later one. */
export function dayAt(moment: Timestamp): string {
  return dayText(moment - 6 * 3_600_000);
}

/**
 * From when on a figure of that day of publication may be used: FRED does not say at which hour it
 * came, so it counts as known when the day is over.
 */
export function knownFrom(day: string): Timestamp {
  return momentOf(day) + DAY_END_MS;
}

/** Periods that hold all the days of publication, each as many as one request may. Each begins on such a day, so that no figure is cut in two but where it was looked at anyway. */
export function periodsOf(vintages: readonly string[]): readonly { readonly from: string; readonly to: string }[] {
  const periods = [];
  for (let i = 0; i < vintages.length; i += MOST_VINTAGES) {
    const next = vintages[i + MOST_VINTAGES];
    periods.push({ from: vintages[i], to: next === undefined ? END_OF_TIME : dayText(momentOf(next) - DAY_MS) });
  }
  return periods;
}

/**
 * The states that observations with their days tell of. A figure whose days end without another
 * following was taken back on the next day. Of figures that were cut in two by periods, one state is left.
 */
export function statesOf(observations: readonly Observation[]): readonly SeriesState[] {
  const inOrder = observations.map((each) => ({ ...each, begin: momentOf(each.realtime_start), end: each.realtime_end === END_OF_TIME ? Infinity : momentOf(each.realtime_end) }))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.begin - b.begin));
  const states: SeriesState[] = [];
  inOrder.forEach(({ date, value, realtime_start: from, begin, end }, i) => {
    const figure = value === '.' ? NaN : Number(value);
    const [before, after] = [inOrder[i - 1], inOrder[i + 1]];
    const goesOn = before?.date === date && before.value === value && before.end + DAY_MS === begin;
    if (!goesOn) states.push({ date: momentOf(date), value: figure, availableAt: knownFrom(from) });
    const follows = after?.date === date && after.begin <= end + DAY_MS;
    if (end !== Infinity && !follows && !Number.isNaN(figure)) states.push({ date: momentOf(date), value: NaN, availableAt: knownFrom(dayText(end + DAY_MS)) });
  });
  return states;
}
