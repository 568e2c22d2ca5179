import { NOTHING_KNOWN, type Reading } from '../domain/dated-series.ts';
import type { ReadingRecord } from '../ports/journal.ts';
import type { SeriesReading } from '../ports/strategy.ts';

type Mutable = { -readonly [K in keyof SeriesReading]: SeriesReading[K] };

/** What the strategies of a run read of each series: what was admitted last. */
export class CurrentReadings {
  readonly #readings = new Map<string, Mutable>();

  /** What is read of a series, for a strategy to look at from now on. */
  of(series: string): SeriesReading {
    const reading = this.#readings.get(series) ?? { ...NOTHING_KNOWN };
    this.#readings.set(series, reading);
    return reading;
  }

  /** The series that are read. */
  get series(): readonly string[] {
    return [...this.#readings.keys()];
  }

  /** Whether a record says something new of a series that is read. */
  differs({ series, date, value, yearBefore }: ReadingRecord): boolean {
    const known = this.#readings.get(series);
    return known !== undefined && !(same(known.date, date) && same(known.value, value) && same(known.yearBefore, yearBefore));
  }

  take({ series, date, value, yearBefore }: ReadingRecord): void {
    const known = this.#readings.get(series);
    if (known !== undefined) Object.assign(known, { date: date ?? NaN, value: value ?? NaN, yearBefore: yearBefore ?? NaN });
  }
}

/** A reading as a journal holds it: JSON has no NaN. */
export function readingRecord(series: string, { availableAt, date, value, yearBefore }: Reading): ReadingRecord {
  const figure = (number: number) => (Number.isNaN(number) ? null : number);
  return { kind: 'reading', series, tsEvent: availableAt, date: figure(date), value: figure(value), yearBefore: figure(yearBefore) };
}

function same(known: number, told: number | null): boolean {
  return Object.is(known, told ?? NaN);
}
