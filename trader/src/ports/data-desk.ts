import type { SeriesFacts } from '../domain/dated-series.ts';
import type { Span } from '../domain/span.ts';
import type { Timestamp } from '../domain/time.ts';

/** How a stored series stands. */
export interface SeriesStatus {
  readonly instrument: string;
  readonly interval: string;
  readonly bars: number;
  /** Opens of the first and of the last bar. */
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** Since the last bar closed, milliseconds; 0 while it is open. */
  readonly ageMs: number;
  /** Holes between bars that may be traded on; an exchange's nights, weekends and holidays are some. */
  readonly gaps: number;
  readonly longestGapMs: number;
  /** Spans that sources answered for. */
  readonly coverage: readonly Span[];
  /** Milliseconds between the first and the last bar that no source was asked for. */
  readonly unaskedMs: number;
  /** The share of bars that agreed where another source was asked too; null where none was. */
  readonly trust: number | null;
  /** Bars that it is the share of. */
  readonly compared: number;
  readonly quarantined: number;
  readonly revisions: number;
  readonly sources: readonly string[];
}

/** What a provider allows, and what was used of it. */
export interface ProviderStatus {
  readonly name: string;
  /** Whether the provider states the limits; else they are our own restraint. */
  readonly documented: boolean;
  /** Calls made in the window that ends now. */
  readonly limits: readonly { readonly calls: number; readonly windowMs: number; readonly used: number }[];
}

/** How an installation's market data stand. */
export interface DataStatus {
  readonly series: readonly SeriesStatus[];
  readonly providers: readonly ProviderStatus[];
  /** Requests of today (UTC) that the store answered alone, and those for which a provider was asked; the share of the former, null without any; and failures by provider and kind, as `yahoo timed-out`, those made good by another provider among them. */
  readonly today: { readonly hits: number; readonly misses: number; readonly hitRate: number | null; readonly failures: Readonly<Record<string, number>> };
  /** US dollars a year: what this costs, and what paid feeds ask. */
  readonly cost: { readonly paid: number; readonly paidFeeds: readonly [number, number] };
}

/** Bars that a backtest can run on, by the name under which it takes them. */
export interface BarSource {
  /** A shipped or imported file's name, or the id of stored bars. */
  readonly bars: string;
  readonly title: string;
  readonly instrument: string;
  /** Lengths that it can be run with. */
  readonly intervals: readonly string[];
  readonly first: Timestamp | null;
  readonly last: Timestamp | null;
  readonly count: number | null;
}

/** What an installation knows of its data beside the stores themselves. */
export interface DataDesk {
  status(now: Timestamp): Promise<DataStatus>;
  sources(): Promise<readonly BarSource[]>;
  /** Venues whose rules a backtest can be run under. */
  venues(): readonly string[];
  /** Series that a publisher offers; a sentence where it cannot be asked, as without a key. */
  findSeries(text: string, limit: number): Promise<{ readonly found: readonly SeriesFacts[]; readonly note: string | null }>;
}
