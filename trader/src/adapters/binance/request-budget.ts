import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';

/** What a request is for. When little is left, questions stop first, then orders; what takes risk off goes on to the last. */
export type Purpose = 'question' | 'order' | 'cancel';

/** One of the venue's limits: so much in each window, which begin on the venue's own clock. */
interface RateLimit {
  /** The header that says how much is used: `x-mbx-used-weight-1m`. */
  readonly header: string;
  /** Whether it counts weight, or orders alone. */
  readonly counts: 'weight' | 'orders';
  readonly windowMs: number;
  readonly limit: number;
}

/** Binance spot's limits as its documentation shows them (web-socket-api.md, "Rate limits"); an account may have more, and the venue says itself when it has less. */
export const SPOT_LIMITS: readonly RateLimit[] = [
  { header: 'x-mbx-used-weight-1m', counts: 'weight', windowMs: 60_000, limit: 6_000 },
  { header: 'x-mbx-order-count-10s', counts: 'orders', windowMs: 10_000, limit: 50 },
  { header: 'x-mbx-order-count-1d', counts: 'orders', windowMs: 86_400_000, limit: 160_000 },
];

/** USD-M futures' limits as `GET /fapi/v1/exchangeInfo` lists them. */
export const FUTURES_LIMITS: readonly RateLimit[] = [
  { header: 'x-mbx-used-weight-1m', counts: 'weight', windowMs: 60_000, limit: 2_400 },
  { header: 'x-mbx-order-count-10s', counts: 'orders', windowMs: 10_000, limit: 300 },
  { header: 'x-mbx-order-count-1m', counts: 'orders', windowMs: 60_000, limit: 1_200 },
];

/** How much of a limit each purpose may use up. */
const SHARE: Readonly<Record<Purpose, number>> = { question: 0.8, order: 0.95, cancel: 1 };

/** A limit, and what of it is used. */
interface Counter {
  readonly limit: RateLimit;
  window: number;
  used: number;
}

/**
 * Counts what the venue counts, and stops before the venue has to say so: a request that would go
 * beyond is refused here, unsent. What the venue's headers say replaces our own count where it is more
 * (others may use the same address). A pause that the venue asked for is kept to the millisecond.
 */
export class RequestBudget {
  readonly #counters: readonly Counter[];
  #pause: { readonly until: Timestamp; readonly failure: 'rate-limited' | 'banned' } | undefined;

  constructor(limits: readonly RateLimit[]) {
    this.#counters = limits.map((limit) => ({ limit, window: 0, used: 0 }));
  }

  /** Counts a request of a weight about to be sent. Throws `VenueError`, `rate-limited` or `banned`, where it may not be, and then counts nothing. */
  spend(weight: number, purpose: Purpose, now: Timestamp): void {
    if (this.#pause !== undefined && now < this.#pause.until) {
      throw new VenueError(this.#pause.failure, 'binance: not asked, since the venue has told us to wait', { retryAfterMs: this.#pause.until - now });
    }
    for (const counter of this.#counters) {
      turn(counter, now);
      const { limit, windowMs } = counter.limit;
      const amount = due(counter, weight, purpose);
      if (amount > 0 && counter.used + amount > limit * SHARE[purpose]) {
        throw new VenueError('rate-limited', `binance: not asked, since it would go beyond ${limit} in ${windowMs / 1000} s (${counter.limit.header})`, { retryAfterMs: windowMs - (now % windowMs) });
      }
    }
    for (const counter of this.#counters) counter.used += due(counter, weight, purpose);
  }

  /** Takes what the headers of an answer, named in small letters, say is used. */
  learn(headers: Readonly<Record<string, string | readonly string[] | undefined>>, now: Timestamp): void {
    for (const counter of this.#counters) {
      const told = Number(headers[counter.limit.header] ?? Number.NaN);
      if (!Number.isFinite(told)) continue;
      turn(counter, now);
      counter.used = Math.max(counter.used, told);
    }
  }

  /** Lets nothing out until then. */
  pause(failure: 'rate-limited' | 'banned', until: Timestamp): void {
    if (this.#pause === undefined || until > this.#pause.until) this.#pause = { until, failure };
  }
}

/** What a request counts for. */
function due({ limit }: Counter, weight: number, purpose: Purpose): number {
  return limit.counts === 'weight' ? weight : purpose === 'order' ? 1 : 0;
}

/** Begins a counter anew where its window is over. */
function turn(counter: Counter, now: Timestamp): void {
  const window = Math.floor(now / counter.limit.windowMs);
  if (window === counter.window) return;
  counter.window = window;
  counter.used = 0;
}
