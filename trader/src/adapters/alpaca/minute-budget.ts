import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';

/** What a request is for. When little is left, questions stop first, then orders; what takes risk off goes on to the last. */
export type Purpose = 'question' | 'order' | 'cancel';

/** Requests a minute and account (alpaca.markets/support, "Is there a usage limit for the number of API calls per second?"). */
const LIMIT = 200;
const MINUTE_MS = 60_000;
/** How much of the limit each purpose may use up. */
const SHARE: Readonly<Record<Purpose, number>> = { question: 0.8, order: 0.95, cancel: 1 };

/**
 * Counts requests before they are sent and refuses, unsent, what would go beyond the limit. Where the
 * venue's headers say that less is left (others may use the same account), they are believed. A pause
 * that the venue asked for is kept to the millisecond.
 */
export class MinuteBudget {
  #limit = LIMIT;
  #endsAt = 0;
  #used = 0;
  #pausedUntil = 0;

  /** Counts a request about to be sent. Throws `VenueError`, `rate-limited`, where it may not be, and then counts nothing. */
  spend(purpose: Purpose, now: Timestamp): void {
    if (now < this.#pausedUntil) throw new VenueError('rate-limited', 'alpaca: not asked, since the venue has told us to wait', { retryAfterMs: this.#pausedUntil - now });
    this.#turn(now);
    if (this.#used + 1 > this.#limit * SHARE[purpose]) {
      throw new VenueError('rate-limited', `alpaca: not asked, since it would go beyond ${this.#limit} requests a minute`, { retryAfterMs: this.#endsAt - now });
    }
    this.#used += 1;
  }

  /** Takes what an answer's `X-Ratelimit-Limit`, `-Remaining` and `-Reset` (a moment) say; nothing where they say nothing. */
  learn(limit: number, remaining: number, reset: Timestamp, now: Timestamp): void {
    if (!(limit > 0) || !(remaining >= 0)) return;
    this.#turn(now);
    // A clock that is off cannot make a minute longer.
    if (reset > now) this.#endsAt = Math.min(reset, now + MINUTE_MS);
    this.#limit = limit;
    this.#used = Math.max(this.#used, limit - remaining);
  }

  /** Lets nothing out until then. */
  pause(until: Timestamp): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  #turn(now: Timestamp): void {
    if (now < this.#endsAt) return;
    this.#endsAt = now - (now % MINUTE_MS) + MINUTE_MS;
    this.#used = 0;
  }
}
