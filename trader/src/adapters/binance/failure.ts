import { VenueError, type RejectReason, type VenueFailure } from '../../domain/venue-error.ts';

/** An answer that is no success. */
export interface Refusal {
  /** What was asked: `POST /api/v3/order`. */
  readonly what: string;
  /** HTTP's, or that of the WebSocket API, which means the same. */
  readonly status: number;
  /** Binance's own, where there is one. */
  readonly code: number | undefined;
  readonly message: string;
  /** Whether the request could change something. */
  readonly acts: boolean;
  /** From the `Retry-After` header. */
  readonly retryAfterMs: number | undefined;
}

/** Codes with one meaning, whatever was asked (errors.md, "10xx" to "20xx"). */
const BY_CODE: Readonly<Record<number, VenueFailure>> = {
  [-1003]: 'rate-limited', [-1015]: 'rate-limited', [-1034]: 'rate-limited', [-1016]: 'maintenance', [-1021]: 'clock-skew',
  [-1002]: 'unauthorised', [-1022]: 'unauthorised', [-2014]: 'unauthorised', [-2015]: 'unauthorised', [-2013]: 'not-found',
};

/** Codes by which Binance says that it does not know itself what became of a request, or does not say that it was not carried out. */
const UNSURE: ReadonlySet<number> = new Set([-1000, -1001, -1006, -1007, -1008]);

/** The words of the matching engine and of the filters, by what they begin with (errors.md, "Messages for …" and "Filter failures"). */
const BY_WORDS: readonly (readonly [RegExp, RejectReason])[] = [
  [/^Account has insufficient balance/, 'insufficient-balance'],
  [/^Market is closed|API trading is not enabled/, 'market-closed'],
  [/^Order would immediately match and take/, 'would-take'],
  [/^(Order|Stop price) would trigger immediately/, 'would-trigger'],
  [/^Filter failure: (PRICE_FILTER|PERCENT_PRICE|PERCENT_PRICE_BY_SIDE|TRAILING_DELTA)|^Invalid price|'?(price|stopPrice)'? has too much precision/, 'bad-price'],
  [/^Filter failure: (LOT_SIZE|MARKET_LOT_SIZE|ICEBERG_PARTS)|^Invalid quantity|has too much precision/, 'bad-quantity'],
  [/^Filter failure: (MIN_NOTIONAL|NOTIONAL)|^Price \* QTY is zero/, 'below-minimum'],
  [/^Filter failure: MAX_ASSET/, 'above-maximum'],
  [/^Filter failure: MAX_POSITION/, 'position-limit'],
  [/^Filter failure: (EXCHANGE_)?MAX_NUM_/, 'too-many-orders'],
  [/disabled on this account|may not place or cancel|(not permitted|restricted) for this account|not supported for this symbol|^Invalid symbol/, 'not-permitted'],
];

/**
 * What an answer that is no success means to us. Whatever leaves open whether a request that acts was
 * carried out is an unknown outcome: a 5xx is one by Binance's own word (rest-api.md, "HTTP Return Codes").
 */
export function failureOf(refusal: Refusal): VenueError {
  const { failure, reason } = meaning(refusal);
  return refused(refusal, failure, reason);
}

/** An answer that is no success, with its meaning. */
export function refused({ what, status, code, message, retryAfterMs }: Refusal, failure: VenueFailure, reason?: RejectReason): VenueError {
  return new VenueError(failure, `binance: ${what} was answered ${status}${code === undefined ? '' : ` ${code}`}: ${message}`, {
    ...(reason === undefined ? {} : { reason }), code: code === undefined ? `http-${status}` : String(code), ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function meaning({ status, code, message, acts }: Refusal): { readonly failure: VenueFailure; readonly reason?: RejectReason } {
  if (status === 418) return { failure: 'banned' };
  if (status === 429) return { failure: 'rate-limited' };
  if (status >= 500) return { failure: status === 503 && !acts ? 'maintenance' : 'unknown-outcome' };
  // The firewall in front refuses a request unread (rest-api.md, "HTTP Return Codes").
  if (code === undefined) return { failure: status === 403 ? 'banned' : status === 401 ? 'unauthorised' : 'unknown-outcome' };
  if (UNSURE.has(code)) return { failure: 'unknown-outcome' };
  const plain = BY_CODE[code];
  if (plain !== undefined) return { failure: plain };
  if (message.startsWith('Unknown order sent')) return { failure: 'not-found' };
  if (message.startsWith('Duplicate order sent')) return { failure: 'duplicate-id' };
  return { failure: 'rejected', reason: BY_WORDS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other' };
}
