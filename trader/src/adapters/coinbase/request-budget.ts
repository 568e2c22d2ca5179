import type { IncomingHttpHeaders } from 'node:http';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';

/** What a request is for. When little is left, questions wait first, then orders; what takes risk off goes on to the last. */
export type Purpose = 'question' | 'order' | 'cancel';

/** Requests a second, as Coinbase's pages on rate limits give them: of a user with keys, and of an address without. */
export const PRIVATE_PER_SECOND = 30;
export const PUBLIC_PER_SECOND = 10;

/** How much of the limit each purpose may use up. */
const SHARE: Readonly<Record<Purpose, number>> = { question: 0.7, order: 0.9, cancel: 1 };
const WINDOW_MS = 1_000;

/**
 * Spreads requests so that the venue never has to refuse one: a second's share is sent at once, and the
 * next waits its turn. What the venue says is left replaces our own count where it is less. A pause that
 * the venue asked for is kept to the millisecond, and what is asked in it fails, unsent.
 */
export class RequestBudget {
  readonly #perSecond: number;
  /** When each request of the last second was sent, oldest first. */
  #sent: Timestamp[] = [];
  #pause: { readonly until: Timestamp; readonly failure: 'rate-limited' | 'banned' } | undefined;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Counts a request about to be sent and returns 0, or returns how long it has to wait before it may ask again, and counts nothing. Throws `VenueError`, `rate-limited` or `banned`, in a pause. */
  spend(purpose: Purpose, now: Timestamp): number {
    if (this.#pause !== undefined && now < this.#pause.until) {
      throw new VenueError(this.#pause.failure, 'coinbase: not asked, since the venue has told us to wait', { retryAfterMs: this.#pause.until - now });
    }
    // A clock that was set back must not block for what it once showed.
    this.#sent = this.#sent.filter((time) => time > now - WINDOW_MS && time <= now);
    const over = this.#sent.length - Math.floor(this.#perSecond * SHARE[purpose]);
    if (over >= 0) return (this.#sent[over] ?? now) + WINDOW_MS - now;
    this.#sent.push(now);
    return 0;
  }

  /** Takes what the headers of an answer say is left of this second. */
  learn(headers: IncomingHttpHeaders, now: Timestamp): void {
    const left = String(headers['x-ratelimit-remaining'] ?? '');
    if (!/^\d+$/.test(left)) return;
    while (this.#perSecond - this.#sent.length > Number(left)) this.#sent.push(now);
  }

  /** Lets nothing out until then. */
  pause(failure: 'rate-limited' | 'banned', until: Timestamp): void {
    if (this.#pause === undefined || until > this.#pause.until) this.#pause = { until, failure };
  }
}
