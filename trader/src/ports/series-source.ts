import type { SeriesFacts, SeriesState } from '../domain/dated-series.ts';
import type { Timestamp } from '../domain/time.ts';

/** What a source knows of a series. */
export interface FetchedSeries {
  readonly facts: SeriesFacts;
  readonly states: readonly SeriesState[];
  /** When there should be something new; undefined where its source does not say. */
  readonly dueAt: Timestamp | undefined;
}

/** How much of a series is fetched. */
export interface SeriesAsk {
  /** Every figure that each date has had, with the days on which it had it; else only those of now, known from now on. */
  readonly vintages: boolean;
  /** Revisions from this moment on; all where absent. */
  readonly since?: Timestamp;
}

/** Whoever publishes series, or collects them. Throws `SeriesError`. */
export interface SeriesSource {
  /** As `fred`. */
  readonly name: string;
  fetch(id: string, ask: SeriesAsk): Promise<FetchedSeries>;
  /** Ends what is in flight; every later call fails. */
  close(): void;
}
