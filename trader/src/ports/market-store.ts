import type { Bar, Bars } from '../domain/bar.ts';
import type { Span } from '../domain/span.ts';
import type { Timestamp } from '../domain/time.ts';

/** What bars belong to. */
export interface SeriesId {
  /** As `BTC-USD.COINBASE`: letters, digits, dot, dash and underscore, at most 80. */
  readonly instrument: string;
  /** From the open of a bar to its close, milliseconds. */
  readonly intervalMs: number;
}

/** Bars that one source told at one moment. */
export interface BarBatch {
  /** Who told them, as `yahoo`; kept with every bar. */
  readonly source: string;
  /** When we learnt of them. What is read as of an earlier moment does not have them. */
  readonly knownAt: Timestamp;
  /** Times ascending, each once; every bar possible (`isPossibleBar`). May be empty where only `covers` is to be kept. */
  readonly bars: Bars;
  /** Times about which the source has hereby told all there is, with bars or without; in any order. */
  readonly covers?: readonly Span[];
}

/** What became of the bars of a batch. */
export interface AppendCounts {
  /** Of times that had no bar. */
  readonly added: number;
  /** Different from what was known: kept beside the older ones, and current from `knownAt` on. */
  readonly revised: number;
  /** The same as what was known; nothing was written, and source, `knownAt` and quarantine stay the first ones. */
  readonly equal: number;
}

/** Which bars are read. */
export interface RangeQuery {
  /** First open, inclusive; from the first bar where absent. */
  readonly from?: Timestamp;
  /** End of opens, exclusive; to the last bar where absent. */
  readonly to?: Timestamp;
  /** Read what was known at this moment, inclusive; what is known now where absent. */
  readonly asOf?: Timestamp;
  /** Read bars in quarantine too. Nobody may trade on them, so they are left out unless asked for. */
  readonly quarantined?: boolean;
}

/** Bars with what is known of each: one revision per time, in memory of their own. */
export interface StoredBars extends Bars {
  /** When each was learnt of. */
  readonly knownAt: Float64Array;
  /** Where each comes from, by its place in `sources`. */
  readonly source: Uint16Array;
  readonly sources: readonly string[];
  /** 1 where a bar is in quarantine, else 0. */
  readonly quarantined: Uint8Array;
}

/** One state that the bar of a time has had. */
export interface BarRevision extends Bar {
  readonly source: string;
  readonly knownAt: Timestamp;
  /** Why it is not to be traded on; undefined where it may be. */
  readonly quarantine: string | undefined;
}

/** A series as a whole, as it is known now. */
export interface SeriesSummary extends SeriesId {
  /** Times that have a bar, those in quarantine counted. */
  readonly bars: number;
  /** Opens of the first and of the last bar. */
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** States that bars have had beyond their first. */
  readonly revisions: number;
  /** Bars in quarantine. */
  readonly quarantined: number;
  readonly sources: readonly string[];
  /** When the newest state was learnt of. */
  readonly knownAt: Timestamp;
}

/**
 * Bars of many instruments and intervals, with their source and the moment at which they became known.
 * Nothing is overwritten: what differs from the known bar of its time is a revision beside it, so that
 * a run as of a past moment sees what could have been seen then. Every method throws `MarketStoreError`,
 * and one that throws has changed nothing, `unreachable` excepted. Appends are safe to repeat.
 */
export interface MarketStore {
  /**
   * Keeps a batch, whole or not at all; it is on the disk when this resolves. A bar is equal when the
   * state known at the batch's `knownAt` has its numbers, or any state of that very moment. A batch may
   * come late: it takes its place among the states by its `knownAt`.
   */
  append(series: SeriesId, batch: BarBatch): Promise<AppendCounts>;
  /** The bars of a series by time; of length 0 where there is none, or no such series. */
  range(series: SeriesId, query?: RangeQuery): Promise<StoredBars>;
  /** The bar of the latest time, out of quarantine, as known at `asOf` or now. */
  latest(series: SeriesId, asOf?: Timestamp): Promise<BarRevision | undefined>;
  /** All states of the bar of one time, in the order in which they became known. */
  revisions(series: SeriesId, time: Timestamp): Promise<readonly BarRevision[]>;
  /**
   * Puts the current bars of these times into quarantine for a reason, or takes them out with
   * `undefined`. It is a state like any other, known from `knownAt` on. A later append of other numbers
   * is out of quarantine. Resolves with how many changed; times without a bar are passed over.
   */
  quarantine(series: SeriesId, times: readonly Timestamp[], reason: string | undefined, knownAt: Timestamp): Promise<number>;
  /** Holes between the bars of a span, as `range` reads them now: each from the expected open to the next bar. What lies before the first and after the last bar is no gap; whether it was asked for, `coverage` says. */
  gaps(series: SeriesId, span?: Span): Promise<readonly Span[]>;
  /** Spans about which a source has told all there is: in order, apart from each other. */
  coverage(series: SeriesId): Promise<readonly Span[]>;
  /** Every series that has a bar, by instrument and interval; those of one instrument where it is given. */
  list(instrument?: string): Promise<readonly SeriesSummary[]>;
  close(): Promise<void>;
}
