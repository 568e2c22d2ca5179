import type { Clock } from '../../ports/clock.ts';

/** The machine's time, and its timers. */
export const WALL_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    return () => { clearTimeout(timer); };
  },
};
