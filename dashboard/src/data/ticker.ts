import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;

const listeners = new Set<() => void>();
let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls back once a second; the result ends that. */
export function watchNow(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time of the last tick. */
export function readNow(): number {
  return now === 0 ? (now = Date.now()) : now;
}

/** The time by this machine's clock, once a second for the whole page; 0 before the page is alive. */
export function useNow(): number {
  return useSyncExternalStore(watchNow, readNow, () => 0);
}
