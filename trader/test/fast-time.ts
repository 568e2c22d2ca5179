// Loaded before the program: its clock and its timers run faster than the machine's. FAST_TIME says from
// when on, in milliseconds of the epoch, and how many times as fast: 1795212000000:12.
import type { Clock } from '../src/ports/clock.ts';

/** Time that runs so many times as fast as the machine's from a moment on, for a server beside a program that lives in it. */
export function fastTime(from: number, speed: number): Clock {
  const { now } = Date;
  return {
    now: () => Math.floor(from + (now() - from) * speed),
    after(delayMs, work) {
      const timer = setTimeout(work, delayMs / speed);
      return () => { clearTimeout(timer); };
    },
  };
}

const [from, speed] = (process.env['FAST_TIME'] ?? '').split(':').map(Number);
if (from > 0 && speed !== undefined) {
  const wait = globalThis.setTimeout;
  Date.now = fastTime(from, speed).now;
  Reflect.set(globalThis, 'setTimeout', (work: (...values: unknown[]) => void, delayMs = 0, ...values: unknown[]) => wait(work, delayMs / speed, ...values));
}
