import { Worker } from 'node:worker_threads';
import type { SweepPart } from '../../research/sweep.ts';
import { Refusal } from '../refusal.ts';
import type { SweepAnswer, SweepOrder } from '../sweep-worker.ts';
import type { SweepJob } from './sweep-job.ts';

/** Batches a worker gets: enough that none waits long for the last one. */
const BATCHES_PER_WORKER = 8;
/** And no batch is larger, so that progress and memory stay in bounds. */
const LARGEST_BATCH = 4096;

/**
 * Tries the first `size` combinations of a job in threads and returns the parts, in the order of
 * the grid. A signal to stop ends the threads and refuses as interrupted; a thread that dies ends
 * the sweep.
 */
export async function sweepInThreads(job: SweepJob, size: number, threads: number, onDone: (combos: number) => void): Promise<readonly SweepPart[]> {
  const orders = batches(size, threads);
  const parts: SweepPart[] = [];
  const done = orders.map(() => 0);
  const workers: Worker[] = [];
  let next = 0;
  const stop = Promise.withResolvers<never>();
  const interrupt = () => stop.reject(new Refusal('interrupted', 'stopped before the sweep was done'));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const drain = (worker: Worker) => new Promise<void>((resolve, reject) => {
    let at = -1;
    const report = (combos: number) => {
      done[at] = combos;
      onDone(done.reduce((sum, one) => sum + one, 0));
    };
    worker.on('message', (answer: SweepAnswer) => {
      if (answer.kind === 'progress') return report(answer.combos);
      if (answer.kind === 'part') {
        parts[at] = answer.part;
        report(orders[at].to - orders[at].from);
      }
      if (next === orders.length) return resolve();
      at = next++;
      worker.postMessage(orders[at]);
    });
    worker.on('error', (error) => reject(death(error)));
    worker.on('exit', (code) => reject(death(`exit code ${code}`)));
  });
  try {
    for (let i = 0; i < Math.min(threads, orders.length); i++) workers.push(new Worker(new URL('../sweep-worker.ts', import.meta.url), { workerData: job }));
    await Promise.race([stop.promise, Promise.all(workers.map(drain))]);
    return parts;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** What to say when a thread dies. Refusals lose their class on the way between threads, and keep their words. */
function death(cause: unknown): Refusal {
  const memory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return new Refusal('failure', `a thread of the sweep died: ${cause instanceof Error ? cause.message : String(cause)}`, {
    hint: memory ? 'Use fewer --workers, or fewer bars.' : 'Run again with --workers 1 to see whether it comes from the strategy.',
  });
}

function batches(size: number, threads: number): SweepOrder[] {
  const step = Math.max(1, Math.min(LARGEST_BATCH, Math.ceil(size / (threads * BATCHES_PER_WORKER))));
  return Array.from({ length: Math.ceil(size / step) }, (_, i) => ({ from: i * step, to: Math.min(size, (i + 1) * step) }));
}
