import { parentPort, workerData } from 'node:worker_threads';
import type { SweepPart } from '../research/sweep.ts';
import { openSweep, type SweepJob } from './wiring/sweep-job.ts';

/** Combinations [from, to) to try. */
export interface SweepOrder {
  readonly from: number;
  readonly to: number;
}

/** What a worker says: ready for an order, how far it is with one, and what came out. */
export type SweepAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly combos: number }
  | { readonly kind: 'part'; readonly part: SweepPart };

const TELL_EVERY_MS = 50;

const port = parentPort;
if (!port) throw new Error('sweep-worker.ts is started by a sweep, as a thread');
const { sweep } = await openSweep(workerData as SweepJob);
const say = (answer: SweepAnswer) => port.postMessage(answer);

port.on('message', ({ from, to }: SweepOrder) => {
  let told = performance.now();
  const part = sweep.run(from, to, (combos) => {
    const now = performance.now();
    if (now - told < TELL_EVERY_MS) return;
    told = now;
    say({ kind: 'progress', combos });
  });
  say({ kind: 'part', part });
});
say({ kind: 'ready' });
