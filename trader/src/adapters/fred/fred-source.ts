import type { SeriesFacts, SeriesState } from '../../domain/dated-series.ts';
import { SeriesError } from '../../domain/series-error.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchedSeries, SeriesAsk, SeriesSource } from '../../ports/series-source.ts';
import type { FredSeries, Observation } from './answers.ts';
import { FredClient, type FredSpec } from './client.ts';
import { beginOf, dayAt, momentOf, periodsOf, statesOf } from './vintages.ts';

/** A series that a search found. */
export interface FoundSeries extends SeriesFacts {
  /** Dates of its first and last figure. */
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** How much it is asked for, 0 to 100, by FRED. */
  readonly popularity: number;
}

/** Before anything was published. */
const BEGIN_OF_TIME = '1776-07-04';

/**
 * The series of the Federal Reserve Bank of St. Louis, with the history of their revisions (ALFRED). With
 * vintages a figure is known from the end of the day on which it came out; without, from now on, since
 * FRED's figure of today may be another than that of the day.
 */
export class FredSource implements SeriesSource {
  readonly name = 'fred';
  readonly #client: FredClient;
  readonly #clock: Clock;

  constructor(spec: FredSpec) {
    this.#client = new FredClient(spec);
    this.#clock = spec.clock;
  }

  /** Series that a text is found in, the most fitting first, at most `limit`; and how many there are. Throws `SeriesError`. */
  async search(text: string, limit: number): Promise<{ readonly count: number; readonly series: readonly FoundSeries[] }> {
    const { count, series } = await this.#client.search(text, limit);
    return {
      count,
      series: series.map((each) => ({ ...this.#factsOf(each), first: momentOf(each.observation_start), last: momentOf(each.observation_end), popularity: each.popularity })),
    };
  }

  async fetch(id: string, { vintages, since }: SeriesAsk): Promise<FetchedSeries> {
    if (!/^[A-Za-z0-9_.-]{1,60}$/.test(id)) throw new SeriesError('not-found', `fred: "${id}" is no id of a series; ids read like CPIAUCSL`);
    const series = await this.#client.series(id);
    const updated = series.last_updated.slice(0, 10);
    const states = vintages ? statesOf(await this.#revisions(id, since)) : this.#current(await this.#client.observations(id));
    const next = (await this.#client.releaseDates(id, updated)).find((day) => day > updated);
    return { facts: this.#factsOf(series), states, dueAt: next === undefined ? undefined : beginOf(next) };
  }

  close(): void {
    this.#client.close();
  }

  async #revisions(id: string, since: Timestamp | undefined): Promise<readonly Observation[]> {
    const days = await this.#client.vintageDates(id, since === undefined ? BEGIN_OF_TIME : dayAt(since));
    const all: Observation[] = [];
    for (const period of periodsOf(days)) {
      for (const each of await this.#client.observations(id, period)) all.push(each);
    }
    return all;
  }

  #current(observations: readonly Observation[]): readonly SeriesState[] {
    const availableAt = this.#clock.now();
    return observations.map(({ date, value }) => ({ date: momentOf(date), value: value === '.' ? NaN : Number(value), availableAt }));
  }

  #factsOf({ id, title, units, frequency, seasonal_adjustment: adjustment }: FredSeries): SeriesFacts {
    return { id, source: this.name, title, units, frequency, adjustment };
  }
}
