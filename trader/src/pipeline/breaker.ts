import type { Random } from '../domain/random.ts';
import type { Timestamp } from '../domain/time.ts';

/** `closed`: asked as usual; `open`: left alone; `half-open`: asked one at a time, to see. */
export type BreakerState = 'closed' | 'open' | 'half-open';

const FAILURES = 5;
const FAILURE_WINDOW_MS = 60_000;
const OPEN_MS = 30_000;
const OPEN_MOST_MS = 600_000;
const SUCCESSES = 3;

/**
 * Leaves a provider alone that fails: five failures within a minute open it; after 30 s it is asked
 * again, one request at a time; three successes in a row close it. A failure meanwhile opens it again,
 * for twice as long as before, up to ten minutes. Each time is drawn out by up to a tenth, so that many
 * processes do not come back at once. (Nygard, Release It!, 2nd edition, 5.2.)
 */
export class Breaker {
  readonly #random: Random;
  #failures: Timestamp[] = [];
  #until: Timestamp | undefined;
  #waitMs = OPEN_MS;
  #successes = 0;
  #probing = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** In how long it can be asked again; 0 where it can be now. */
  restMs(now: Timestamp): number {
    return Math.max(0, (this.#until ?? now) - now);
  }

  state(now: Timestamp): BreakerState {
    return this.#until === undefined ? 'closed' : now < this.#until ? 'open' : 'half-open';
  }

  /** Whether a request may be made now; whoever is told so must tell how it ended. */
  admits(now: Timestamp): boolean {
    const state = this.state(now);
    if (state === 'closed') return true;
    if (state === 'open' || this.#probing) return false;
    this.#probing = true;
    return true;
  }

  /** An admitted request ended without saying anything about the provider's health. */
  passed(): void {
    this.#probing = false;
  }

  succeeded(): void {
    if (this.#until === undefined) return;
    this.#probing = false;
    this.#successes += 1;
    if (this.#successes < SUCCESSES) return;
    this.#until = undefined;
    this.#waitMs = OPEN_MS;
    this.#failures = [];
  }

  /** `restMs`: how long the provider itself wants to be left alone; then it is, at once. */
  failed(now: Timestamp, restMs = 0): void {
    const again = this.#until !== undefined;
    this.#probing = false;
    // What was sent before it opened says nothing new.
    if (this.state(now) === 'open' && restMs === 0) return;
    this.#failures = [...this.#failures.filter((at) => at > now - FAILURE_WINDOW_MS), now];
    if (!again && this.#failures.length < FAILURES && restMs === 0) return;
    this.#successes = 0;
    this.#until = Math.max(this.#until ?? 0, now + Math.max(restMs, this.#waitMs * (1 + this.#random.next() / 10)));
    if (again || restMs === 0) this.#waitMs = Math.min(OPEN_MOST_MS, this.#waitMs * 2);
  }
}
