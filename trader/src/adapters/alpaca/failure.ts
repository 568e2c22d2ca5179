import { VenueError, type RejectReason, type VenueFailure } from '../../domain/venue-error.ts';

/** An answer that is no success. */
export interface Refusal {
  /** What was asked: `POST /v2/orders`. */
  readonly what: string;
  readonly status: number;
  /** Alpaca's own, where there is one: its first three digits are a status, too. */
  readonly code: number | undefined;
  readonly message: string;
  /** Whether the request could change something. */
  readonly acts: boolean;
  readonly retryAfterMs: number | undefined;
  /** What the key itself says of where it belongs. */
  readonly world: 'paper' | 'live' | undefined;
}

/** Codes 40310000 and 42210000 stand for everything that Alpaca refuses, so its words decide; `docs/venues/alpaca.md` says where they were seen. */
const BY_WORDS: readonly (readonly [RegExp, RejectReason])[] = [
  [/pattern day trad|wash trade|not (be )?allowed|not authorized to trade|cannot be sold short|account is restricted|not eligible/, 'not-permitted'],
  [/insufficient .*(buying power|qty|balance)|insufficient (buying power|qty|balance)/, 'insufficient-balance'],
  [/cost basis must be >=|minimal (amount|qty)|minimum order/, 'below-minimum'],
  [/market hours|market is (closed|not open)|must be submitted (after|before)/, 'market-closed'],
  [/is not (active|tradable)|halted|no available quote/, 'instrument-halted'],
  [/sub-penny|(limit|stop)[ _]price|trail_p/, 'bad-price'],
  [/fractional|fractionable|\bqty\b|increment|precision/, 'bad-quantity'],
];

/**
 * What an answer that is no success means to us. Whatever leaves open whether a request that acts was
 * carried out is an unknown outcome; only what Alpaca refuses by a code of its own surely was not.
 */
export function failureOf(refusal: Refusal): VenueError {
  const { what, status, code, message, retryAfterMs, world } = refusal;
  const { failure, reason } = meaning(refusal);
  const hint = failure !== 'unauthorised' ? '' : world === undefined
    ? '; keys of a paper account work at the paper host alone, and live keys at the live host alone'
    : `; this is a key of a ${world} account, which works at the ${world} host alone`;
  return new VenueError(failure, `alpaca: ${what} was answered ${status}${code === undefined ? '' : ` ${code}`}: ${message}${hint}`, {
    ...(reason === undefined ? {} : { reason }), ...(code === undefined ? {} : { code: String(code) }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function meaning({ status, code, message, acts }: Refusal): { readonly failure: VenueFailure; readonly reason?: RejectReason } {
  if (status === 429) return { failure: 'rate-limited' };
  if (status >= 500) return { failure: status === 503 && !acts ? 'maintenance' : 'unknown-outcome' };
  if (status === 401 || (status === 403 && (code === undefined || /^(forbidden|request is not authorized)/.test(message)))) return { failure: 'unauthorised' };
  if (code === undefined) return { failure: 'unknown-outcome' };
  if (status === 404) return { failure: 'not-found' };
  if (/client[ _]order[ _]id must be unique/.test(message)) return { failure: 'duplicate-id' };
  if (/^order is (not cancelable|already in)/.test(message)) return { failure: 'not-found' };
  return { failure: 'rejected', reason: BY_WORDS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other' };
}
