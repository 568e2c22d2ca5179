import type { Clock } from '../../src/ports/clock.ts';

/** How much faster than the machine's the time of a contract test runs: a time-out of ten seconds takes one. */
const SPEED = 4;

/**
 * Time that runs faster than the machine's, on real timers, so that time-outs and back-off over real sockets are tested
 * in little time. It begins with a minute, so that what is short sees no bar end that it has not ended itself.
 */
export class FastClock implements Clock {
  readonly #began = Math.floor(Date.now() / 60_000) * 60_000;
  readonly #zero = performance.now();
  readonly #waiting = new Set<NodeJS.Timeout>();

  now(): number {
    return Math.floor(this.#began + (performance.now() - this.#zero) * SPEED);
  }

  after(delayMs: number, work: () => void): () => void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      work();
    }, delayMs / SPEED);
    this.#waiting.add(timer);
    return () => {
      clearTimeout(timer);
      this.#waiting.delete(timer);
    };
  }

  /** How many calls back are still waited for: what is closed leaves none. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Resolves after so much of its time. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => { this.after(ms, resolve); });
  }
}
