import type { Timestamp } from '../domain/time.ts';

/** Time for what waits on a network: the machine's in live trading, the simulator's in a test. */
export interface Clock {
  now(): Timestamp;
  /** Calls back once, after so long; the result takes the call back. */
  after(delayMs: number, work: () => void): () => void;
}
