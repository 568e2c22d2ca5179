import { VenueError, type RejectReason, type VenueFailure } from '../../domain/venue-error.ts';

/** An answer whose status is no success. */
export interface Refusal {
  /** What was asked: `POST /api/v3/brokerage/orders`. */
  readonly what: string;
  readonly status: number;
  /** Coinbase's own word, where there is one: `INVALID_ARGUMENT`. */
  readonly code: string | undefined;
  readonly message: string;
  /** Whether the request could change something. */
  readonly acts: boolean;
  readonly retryAfterMs: number | undefined;
}

/**
 * What an answer that is no success means to us. Whatever leaves open whether a request that acts was
 * carried out is an unknown outcome. A 401 is told as unauthorised: Coinbase refuses an unknown key, a
 * wrong signature and a token out of its time with the same word, so only the clocks can tell more.
 */
export function failureOf({ what, status, code, message, acts, retryAfterMs }: Refusal): VenueError {
  const words = `coinbase: ${what} was answered ${status}${code === undefined ? '' : ` ${code}`}: ${message}`;
  const failure = meaning(status, code, acts);
  return new VenueError(failure, words, {
    ...(failure === 'rejected' ? { reason: 'other' } : {}), ...(code === undefined ? {} : { code }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function meaning(status: number, code: string | undefined, acts: boolean): VenueFailure {
  if (status === 401) return 'unauthorised';
  // With a word of Coinbase's the key lacks a permission; without one the firewall in front has refused the address.
  if (status === 403) return code === undefined ? 'banned' : 'unauthorised';
  if (status === 404 && code === 'NOT_FOUND') return 'not-found';
  if (status === 429) return 'rate-limited';
  if (status === 503) return acts ? 'unknown-outcome' : 'maintenance';
  return status === 400 && code !== undefined ? 'rejected' : 'unknown-outcome';
}

/** Reasons why an order failed, in Coinbase's words and ours ("Create Order", `new_order_failure_reason`; the preview's have `PREVIEW_` before them). */
const BY_WORD: readonly (readonly [RegExp, RejectReason])[] = [
  [/^INSUFFICIENT_|^INVALID_LEDGER_BALANCE$/, 'insufficient-balance'],
  [/_TOO_SMALL$|_BELOW_MIN|_SMALLER_THAN_|FRACTIONAL_MINIMUM$/, 'below-minimum'],
  [/^INVALID_(RFQ_)?(BASE|QUOTE)_SIZE_TOO_LARGE$|^MAX_.*_BREACHED/, 'above-maximum'],
  [/^INVALID_LIMIT_PRICE_POST_ONLY$/, 'would-take'],
  [/^REDUCE_ONLY_INCREASED_POSITION_SIZE$/, 'would-not-reduce'],
  [/SIZE_PRECISION$|^NON_NUMERIC_ORDER_SIZE$/, 'bad-quantity'],
  [/^BREACHED_PRICE_LIMIT$|PRICE_BAND|PRICE_TOO_(LARGE|FAR|HIGH|LOW)|^INVALID_(PRICE|LIMIT_PRICE|STOP_)|^STOP_(PRICE|TRIGGER)/, 'bad-price'],
  [/^STOP_ALREADY_TRIGGERED$/, 'would-trigger'],
  [/^BREACHED_|^(POSITION_SIZE|ASSET_BALANCE)_INCREASE_REJECT$/, 'position-limit'],
  [/^(PRODUCT_TRADING_HALTED|TRADING_DISABLED|UNTRADABLE_PRODUCT)$/, 'instrument-halted'],
  [/^(ORDER_ENTRY_DISABLED|NOT_ALLOWED_BY_MARKET_STATE|INVALID_FCM_TRADING_SESSION)$/, 'market-closed'],
  [/^TOO_MANY_/, 'too-many-orders'],
  [/^(INELIGIBLE_PAIR|GEOFENCING_RESTRICTION|UNSUPPORTED_ORDER_CONFIGURATION|INVALID_PRODUCT_ID|FOK_DISABLED)$|_NOT_(SUPPORTED|ALLOWED|PERMITTED)|COMPLIANCE/, 'not-permitted'],
];

/** An order or a change of one that Coinbase has not made, as its answer of status 200 says. */
export interface Declined {
  readonly what: string;
  /** The reasons that the answer names, the one that counts most first; `UNKNOWN_…` stands for none. */
  readonly reasons: readonly (string | undefined)[];
  readonly message: string;
}

/** What a declined order means to us. An answer that names no reason says too little to be a refusal: its outcome is unknown. */
export function declined({ what, reasons, message }: Declined): VenueError {
  const code = reasons.find((reason) => reason !== undefined && reason !== '' && !reason.startsWith('UNKNOWN_'));
  if (code === undefined) return new VenueError('unknown-outcome', `coinbase: ${what} was declined without a reason: ${message}`);
  const word = code.replace(/^PREVIEW_/, '');
  const words = `coinbase: ${what} was declined, ${code}: ${message}`;
  if (word === 'DUPLICATE_CLIENT_ORDER_ID') return new VenueError('duplicate-id', words, { code });
  return new VenueError('rejected', words, { code, reason: BY_WORD.find(([pattern]) => pattern.test(word))?.[1] ?? 'other' });
}
