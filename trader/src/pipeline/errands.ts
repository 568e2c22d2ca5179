import { VenueError } from '../domain/venue-error.ts';
import type { Clock } from '../ports/clock.ts';

/** Waits before asking the first, second, … time again; the last one goes on. */
export const ASK_AFTER_MS = [250, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** How long to wait before asking again. */
export function waitOf(attempt: number): number {
  return ASK_AFTER_MS[Math.min(attempt, ASK_AFTER_MS.length - 1)];
}

/** What somebody means to do later, in one place, so that all of it can be called off. */
export class Errands {
  readonly #clock: Clock;
  readonly #onRetry: (what: string, reason: string) => void;
  readonly #waiting = new Set<() => void>();
  #over = false;

  /** `onRetry` hears of each attempt that failed. */
  constructor(clock: Clock, onRetry: (what: string, reason: string) => void) {
    this.#clock = clock;
    this.#onRetry = onRetry;
  }

  /** Does this once, after so long; the result calls it off. Nothing is done any more once all is called off. */
  after(delayMs: number, work: () => void): () => void {
    if (this.#over) return () => {};
    const callOff = this.#clock.after(delayMs, () => {
      this.#waiting.delete(callOff);
      work();
    });
    this.#waiting.add(callOff);
    return () => {
      this.#waiting.delete(callOff);
      callOff();
    };
  }

  /** Does what changes nothing but knowledge, and does it again until the venue answers. */
  again(what: string, work: () => Promise<void>, attempt = 0): void {
    if (this.#over) return;
    work().catch((error: unknown) => {
      if (!(error instanceof VenueError)) throw error;
      if (this.#over) return;
      this.#onRetry(what, error.message);
      this.after(Math.max(error.retryAfterMs ?? 0, waitOf(attempt)), () => this.again(what, work, attempt + 1));
    });
  }

  /** Calls all of it off, and whatever is asked for from now on. */
  end(): void {
    this.#over = true;
    for (const callOff of this.#waiting) callOff();
    this.#waiting.clear();
  }
}
