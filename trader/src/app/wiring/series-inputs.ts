import { createHash } from 'node:crypto';
import { dayText, minuteText } from '../../domain/calendar.ts';
import { readingsOf, type Reading } from '../../domain/dated-series.ts';
import { Refusal } from '../refusal.ts';
import type { ChosenBars } from './chosen-bars.ts';
import { findSeries, openSeries } from './economic.ts';

/** The series that a run reads. */
export interface SeriesInputs {
  /** Of each, what was known moment by moment up to the end of the run. */
  readonly courses: readonly (readonly Reading[])[];
  /** SHA-256 of each course. */
  readonly sha256: readonly string[];
  /** What is to be known about them, in sentences. */
  readonly warnings: readonly string[];
}

/** No series. */
const NO_SERIES: SeriesInputs = { courses: [], sha256: [], warnings: [] };

/**
 * Reads stored series for a run over these bars. Refuses a series that is not stored, and one of which
 * nothing was known before the run ends. Throws `SeriesError`.
 */
export async function openSeriesInputs(home: string, ids: readonly string[] | undefined, loaded: readonly ChosenBars[]): Promise<SeriesInputs> {
  if (ids === undefined || ids.length === 0) return NO_SERIES;
  const from = Math.min(...loaded.map(({ first, intervalMs }) => first + intervalMs));
  const to = Math.max(...loaded.map(({ last, intervalMs }) => last + intervalMs));
  const store = openSeries(home);
  try {
    const courses: (readonly Reading[])[] = [];
    const warnings: string[] = [];
    for (const id of ids) {
      const summary = await findSeries(store, id);
      const course = readingsOf((await store.history(summary.id)).filter(({ availableAt }) => availableAt <= to));
      const [first] = course;
      if (first === undefined) {
        throw new Refusal('bad-data', `nothing of ${summary.id} was known before these bars end`, {
          hint: summary.vintages || summary.source !== 'fred' ? `The first of it is known from ${minuteText(summary.knownFrom)} on.` : `What was known when was not fetched: ./algotrendy economic fetch ${summary.id} --vintages`,
        });
      }
      if (first.availableAt > from) warnings.push(`Nothing of ${summary.id} was known before ${dayText(first.availableAt)}; until then the strategy read that there is none.`);
      courses.push(course);
    }
    return { courses, sha256: courses.map((course) => createHash('sha256').update(JSON.stringify(course)).digest('hex')), warnings };
  } finally {
    await store.close();
  }
}
