/** Why a venue did not do what it was asked. */
export type VenueFailure =
  /** The venue said no for good: `reason` says why. */
  | 'rejected'
  /** The request may have been carried out: time-out, broken connection, a server error after it was sent. */
  | 'unknown-outcome'
  /** It surely was not: no connection was made, or the venue refused it unread. */
  | 'unreachable' | 'rate-limited' | 'banned' | 'maintenance' | 'clock-skew' | 'unauthorised'
  | 'not-found' | 'duplicate-id';

/** Why a venue rejects an order, in our words. */
export type RejectReason =
  | 'insufficient-balance' | 'below-minimum' | 'above-maximum' | 'bad-price' | 'bad-quantity' | 'would-take' | 'would-trigger' | 'would-not-reduce'
  | 'market-closed' | 'instrument-halted' | 'too-many-orders' | 'not-permitted' | 'position-limit' | 'other';

/** Any failure of a request to a venue. The message names the venue, what was asked and the venue's own words; never a secret. */
export class VenueError extends Error {
  readonly failure: VenueFailure;
  /** For `rejected`. */
  readonly reason: RejectReason | undefined;
  /** The venue's own code, as text. */
  readonly code: string | undefined;
  /** For `rate-limited` and `banned`: when it may be asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: VenueFailure, message: string, detail: { readonly reason?: RejectReason; readonly code?: string; readonly retryAfterMs?: number } = {}) {
    super(message);
    this.failure = failure;
    this.reason = detail.reason;
    this.code = detail.code;
    this.retryAfterMs = detail.retryAfterMs;
  }
}
