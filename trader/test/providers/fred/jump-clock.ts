import type { Clock } from '../../../src/ports/clock.ts';

/** Longer than any pause, shorter than a time-out or as long. */
const TIMEOUT_MS = 45_000;

/** Time in which pauses are over at once, and are counted; time-outs are real, and shorter than they are said to be. */
export class JumpClock implements Clock {
  /** Pauses that were made, in milliseconds. */
  readonly slept: number[] = [];
  #now = Date.parse('2026-11-21T15:00:00Z');

  now(): number {
    return this.#now;
  }

  after(delayMs: number, work: () => void): () => void {
    const pause = delayMs < TIMEOUT_MS;
    const timer = setTimeout(() => {
      if (pause) {
        this.slept.push(delayMs);
        this.#now += delayMs;
      }
      work();
    }, pause ? 0 : 400);
    return () => { clearTimeout(timer); };
  }
}
