import type { SeriesFacts, SeriesState } from '../domain/dated-series.ts';
import type { Timestamp } from '../domain/time.ts';

/** What became of states that were told. */
export interface SeriesCounts {
  /** Of dates that had no state. */
  readonly added: number;
  /** Of dates that had states of other moments: kept beside them. */
  readonly revised: number;
  /** Of a date and moment that had another figure, which they take the place of: the last word of a moment counts. */
  readonly replaced: number;
  /** There already; nothing was written. */
  readonly equal: number;
}

/** When a series was asked for, and when it is to be asked for again. */
export interface SeriesFetch {
  /** When its source was last asked. */
  readonly fetchedAt: Timestamp;
  /** When its source should have something new; undefined where nobody says. */
  readonly dueAt: Timestamp | undefined;
  /** Whether its history of revisions was fetched, or only the figures as they were on that day. */
  readonly vintages: boolean;
}

/** A stored series as a whole. */
export interface SeriesSummary extends SeriesFacts, SeriesFetch {
  /** Dates, those without a figure counted. */
  readonly dates: number;
  /** First and last of them; NaN where there is none. */
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** States beyond the first of each date. */
  readonly revisions: number;
  /** The first moment at which anything of it was known; NaN where nothing is. */
  readonly knownFrom: Timestamp;
}

/**
 * Figures by their date, each with the moment from which it could be known. What was known at a moment
 * stays so: a later figure of the same date stands beside the earlier one. Every method throws
 * `SeriesError`, and one that throws has changed nothing.
 */
export interface SeriesStore {
  /** Keeps states and what is known about their series, whole or not at all; on the disk when this resolves. States may come in any order and again. */
  append(facts: SeriesFacts, fetch: SeriesFetch, states: readonly SeriesState[]): Promise<SeriesCounts>;
  /** The states that stood at a moment, one per date, by date; nothing that became available after it. Empty where there is no such series. */
  asOf(id: string, moment: Timestamp): Promise<readonly SeriesState[]>;
  /** All states, by the moment at which they became available and then by date. */
  history(id: string): Promise<readonly SeriesState[]>;
  /** Every stored series, by id. */
  list(): Promise<readonly SeriesSummary[]>;
  close(): Promise<void>;
}
