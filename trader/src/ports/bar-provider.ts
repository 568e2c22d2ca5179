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
  /** What is known around the span: the close ahead of it and the open behind it, at which an answer in another scale shows. */
  readonly known?: { readonly before?: number | undefined; readonly after?: number | undefined };
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
  /** ISO 4217 as `USD`, or the exchange's own hundredth as `GBp`; undefined where the provider does not say. */
  readonly currency: string | undefined;
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
  /** The parts of the span asked for about which this is all there is, in order and apart: not the times of refused rows, nor what ends so close to now that a bar may yet come. */
  readonly covers: readonly Span[];
  /** Rows of the answer that were left out because they cannot be true, in words; where there are more than a few, the whole answer is refused. */
  readonly refused: readonly string[];
  readonly facts: BarFacts;
}

/** A price that a provider says is current. */
export interface ProvidedQuote {
  readonly source: string;
  readonly symbol: string;
  readonly price: number;
  readonly currency: string | undefined;
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

/** A source of bars. Wrappers (failover, quota, cache) are providers too. Nothing is thrown for what a provider does. */
export interface BarProvider {
  readonly name: string;
  bars(request: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>>;
  /** Absent where it has none. */
  quote?(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>>;
}
