import { parentPort, workerData } from 'node:worker_threads';
import type { SweepPart } from '../research/sweep-tally.ts';
import { toRefusal, type Refusal } from './refusal.ts';
import { openSweep, type SweepJob, type SweepOrder } from './wiring/sweep-job.ts';

/** What a worker says: ready for an order, how far it is with one, what came out, or why nothing will. */
export type SweepAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly combos: number }
  | { readonly kind: 'part'; readonly part: SweepPart }
  | { readonly kind: 'refused' } & Pick<Refusal, 'code' | 'message' | 'where' | 'hint'>;

/** What a worker is started with. */
export interface SweepWorkerData {
  readonly job: SweepJob;
  /** Where it counts the combinations of its order that are done, in memory that whoever waits can read. */
  readonly count: Int32Array;
}

const TELL_EVERY_MS = 50;

const port = parentPort;
if (!port) throw new Error('sweep-worker.ts is started by a sweep, as a thread');
const { job, count } = workerData as SweepWorkerData;
const sweep = await openSweep(job);
const say = (answer: SweepAnswer) => port.postMessage(answer);

port.on('message', (order: SweepOrder) => {
  let told = performance.now();
  Atomics.store(count, 0, 0);
  try {
    const part = sweep.run(order, (combos) => {
      Atomics.store(count, 0, combos);
      const now = performance.now();
      if (now - told < TELL_EVERY_MS) return;
      told = now;
      say({ kind: 'progress', combos });
    });
    say({ kind: 'part', part });
  } catch (error) {
    // An error loses its class on the way between threads.
    const { code, message, where, hint } = toRefusal(error);
    say({ kind: 'refused', code, message, where, hint });
  }
});
say({ kind: 'ready' });
