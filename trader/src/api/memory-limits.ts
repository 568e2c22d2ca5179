import type { Timestamp } from '../domain/time.ts';
import { BACKOFF, type LimitStore, type LimitVerdict, type RateLimit } from '../ports/limit-store.ts';

/** Names that are remembered at once; beyond it those longest unheard of are forgotten first. */
const NAMES_MAX = 50_000;

/** What is known of one name: the moments of its last events, in a ring of as many as its limit allows. */
interface Tally {
  readonly ring: Float64Array;
  /** Where the oldest moment stands, and the next goes. */
  next: number;
  strikes: number;
  struckAt: Timestamp;
  shutUntil: Timestamp;
}

/** Limits of one process. Exact: no stretch of a window's length ever holds more than the count. */
export class MemoryLimits implements LimitStore {
  readonly #tallies = new Map<string, Tally>();

  take(name: string, { count, windowMs }: RateLimit, now: Timestamp): LimitVerdict {
    const tally = this.#tallyOf(name, count);
    if (now < tally.shutUntil) return refused(tally.shutUntil - now);
    const oldest = tally.ring[tally.next];
    if (now - oldest < windowMs) return refused(strike(tally, oldest + windowMs, now));
    tally.ring[tally.next] = now;
    tally.next = (tally.next + 1) % count;
    return { allowed: true, remaining: this.#room(tally, count, now - windowMs), retryAfterMs: 0 };
  }

  /** By halves: the moments in the ring ascend from the oldest on. */
  #room({ ring, next }: Tally, count: number, since: Timestamp): number {
    let from = 0;
    let to = count;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (ring[(next + middle) % count] <= since) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #tallyOf(name: string, count: number): Tally {
    const known = this.#tallies.get(name);
    if (known !== undefined) return known;
    if (this.#tallies.size >= NAMES_MAX) this.#forget();
    const tally: Tally = { ring: new Float64Array(count).fill(-Infinity), next: 0, strikes: 0, struckAt: -Infinity, shutUntil: -Infinity };
    this.#tallies.set(name, tally);
    return tally;
  }

  /** Drops the tenth that was quiet for longest; who is shut out counts as heard of until then. */
  #forget(): void {
    const newest = (tally: Tally) => Math.max(tally.shutUntil, tally.ring[(tally.next + tally.ring.length - 1) % tally.ring.length]);
    const byAge = [...this.#tallies].toSorted(([, a], [, b]) => newest(a) - newest(b));
    for (const [name] of byAge.slice(0, NAMES_MAX / 10)) this.#tallies.delete(name);
  }
}

function strike(tally: Tally, roomAt: Timestamp, now: Timestamp): number {
  tally.strikes = now - tally.struckAt > BACKOFF.forgetMs ? 1 : tally.strikes + 1;
  tally.struckAt = now;
  tally.shutUntil = Math.max(roomAt, now + Math.min(BACKOFF.mostMs, BACKOFF.firstMs * 2 ** (tally.strikes - 1)));
  return tally.shutUntil - now;
}

function refused(retryAfterMs: number): LimitVerdict {
  return { allowed: false, remaining: 0, retryAfterMs };
}
