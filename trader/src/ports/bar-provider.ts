import type { Bars } from '../domain/bar.ts';
import type { Result } from '../domain/result.ts';
import type { Span } from '../domain/span.ts';
import type { Timestamp } from '../domain/time.ts';

/** Which bars are asked of a provider. */
export interface BarRequest {
  /** As its exchange writes it: `AAPL`, `BRK.B`. The adapter turns it into its provider's spelling. */
  readonly symbol: string;
  readonly intervalMs: number;
  readonly span: Span;
}

/** From its day on, each share is `ratio` shares: 4 for a split of four for one, 0.125 for a merger of eight into one. */
export interface Split {
  readonly time: Timestamp;
  readonly ratio: number;
}

/** Paid per share to those who held it before this day, in the currency of the bars and adjusted as they are. */
export interface Dividend {
  readonly time: Timestamp;
  readonly amount: number;
}

/** What a provider says about the bars it gives; without it bars of two sources cannot be compared. */
export interface BarFacts {
  /** ISO 4217 as `USD`, or the exchange's own hundredth as `GBp`. */
  readonly currency: string;
  /** IANA name of the zone whose days the sessions belong to, as `America/New_York`. */
  readonly timeZone: string;
  /** `splits`: every price and volume as if all splits known now had always been; `none` where there are none, as for coins. Dividends are never taken out. */
  readonly adjusted: 'none' | 'splits';
  /** Those within the answer, by time; empty where the provider does not say. */
  readonly splits: readonly Split[];
  readonly dividends: readonly Dividend[];
}

/**
 * An answer that holds. Bars are closed, possible (`isPossibleBar`), ascending, each time once, and
 * within the span asked for. A bar of a day or longer is stamped with midnight UTC of the day that its
 * session has in its own zone, so that the same day of two sources has one time.
 */
export interface ProvidedBars {
  /** Who told them, after all wrappers. */
  readonly source: string;
  readonly bars: Bars;
  /** The part of the span asked for about which this is all there is; what ends close to now may be shorter than asked. */
  readonly covers: Span;
  readonly facts: BarFacts;
}

/** A price that a provider says is current. */
export interface ProvidedQuote {
  readonly source: string;
  readonly symbol: string;
  readonly price: number;
  readonly currency: string;
  /** When it was traded at; a day's midnight UTC where the provider tells no more. */
  readonly tsEvent: Timestamp;
}

/**
 * Why there is no answer. `rate-limited`: asked too often, by the provider's word. `quota`: by our own
 * count there is no call left, and nothing was sent. `banned`, `unauthorised`: it will not answer this
 * address or key. `not-found`, `delisted`: it knows of no such symbol, or of one that trades no more.
 * `unsupported`: it has no such interval or quotes. `empty`, `wrong-shape`: the answer holds nothing or
 * cannot be read. `implausible`: it can be read and cannot be true. `stale`: it is older than it should
 * be. `timed-out`, `unreachable`, `server-error`: no answer, no connection, or the provider's own fault.
 * `breaker-open`: it failed too often just now, and nothing was sent.
 */
export type ProviderFailureKind =
  | 'rate-limited' | 'quota' | 'banned' | 'unauthorised' | 'not-found' | 'delisted' | 'unsupported'
  | 'empty' | 'wrong-shape' | 'implausible' | 'stale' | 'timed-out' | 'unreachable' | 'server-error' | 'breaker-open';

/** A failure of one provider. The message names it, what was asked and its own words; never a key. */
export interface ProviderFailure {
  readonly kind: ProviderFailureKind;
  readonly provider: string;
  readonly message: string;
  /** How long it wants to be left alone, where that is known. */
  readonly retryAfterMs?: number;
}

/** So many calls in any window of this length. */
export interface QuotaLimit {
  readonly calls: number;
  readonly windowMs: number;
}

/** What a provider allows. Windows slide, so that it holds wherever the provider's day begins. */
export interface ProviderQuota {
  /** All hold at once; the longest window is what a person calls the quota. */
  readonly limits: readonly QuotaLimit[];
  /** Whether the provider itself documents them; else they are our own restraint. */
  readonly documented: boolean;
}

/** A source of bars. Wrappers (failover, quota, cache) are providers too. Nothing is thrown for what a provider does. */
export interface BarProvider {
  readonly name: string;
  bars(request: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>>;
  /** Absent where it has none. */
  quote?(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>>;
}

/** Counts calls to providers, for every process of an installation. Throws only where its storage fails. */
export interface QuotaLedger {
  /** Takes one call if all limits leave one; else says in how long there will be one, and takes none. */
  take(provider: string, quota: ProviderQuota, now: Timestamp): { readonly waitMs: number };
  /** Calls taken since a moment. */
  used(provider: string, since: Timestamp): number;
}
