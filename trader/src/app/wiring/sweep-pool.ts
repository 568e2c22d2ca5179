import { Worker } from 'node:worker_threads';
import type { SweepPart } from '../../research/sweep.ts';
import { Refusal } from '../refusal.ts';
import type { SweepAnswer } from '../sweep-worker.ts';
import type { SweepJob, SweepOrder } from './sweep-job.ts';

/** Who hears how the threads get on. */
export interface PoolListener {
  /** An order is done; told once for each. What it throws ends the sweep. */
  onPart(order: SweepOrder, part: SweepPart): void;
  /** Combinations done so far, of all orders. */
  onDone(combos: number): void;
}

/** How often an order is given out: a thread may die of what another one did to the machine. */
const MOST_TRIES = 2;

/**
 * Works off the orders of a job in threads. A signal to stop ends the threads and refuses as
 * interrupted. Where a thread dies, its order is given to a new one, once; what the strategy itself
 * throws ends the sweep at once, since it would do so again.
 */
export async function sweepInThreads(job: SweepJob, orders: readonly SweepOrder[], threads: number, listener: PoolListener): Promise<void> {
  const pool = new Pool(job, orders, listener);
  const stop = Promise.withResolvers<never>();
  const interrupt = () => stop.reject(new Refusal('interrupted', 'stopped before all combinations were tried'));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await Promise.race([stop.promise, pool.run(threads)]);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await pool.end();
  }
}

class Pool {
  readonly #job: SweepJob;
  readonly #orders: readonly SweepOrder[];
  readonly #listener: PoolListener;
  readonly #done: number[];
  readonly #tries: number[];
  readonly #waiting: number[];
  readonly #workers = new Set<Worker>();
  #ended = false;

  constructor(job: SweepJob, orders: readonly SweepOrder[], listener: PoolListener) {
    this.#job = job;
    this.#orders = orders;
    this.#listener = listener;
    this.#done = orders.map(() => 0);
    this.#tries = orders.map(() => 0);
    this.#waiting = orders.map((_, at) => at).reverse();
  }

  async run(threads: number): Promise<void> {
    await Promise.all(Array.from({ length: Math.min(threads, this.#orders.length) }, () => this.#work()));
  }

  /** Ends all threads, whatever they are at. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }

  /** One thread after another takes orders until none is left. */
  async #work(): Promise<void> {
    while (!this.#ended) {
      const lost = await this.#drain(new Worker(new URL('../sweep-worker.ts', import.meta.url), { workerData: this.#job }));
      if (lost === undefined) return;
      if (lost.at === undefined || this.#tries[lost.at] >= MOST_TRIES) throw death(lost.cause, lost.at === undefined ? undefined : this.#orders[lost.at]);
      this.#waiting.push(lost.at);
    }
  }

  /** Has a thread take orders until none waits, or until it dies: then gives what of, and the order that it was at. */
  #drain(worker: Worker): Promise<{ readonly at: number | undefined; readonly cause: unknown } | undefined> {
    this.#workers.add(worker);
    return new Promise((resolve, reject) => {
      let at: number | undefined;
      worker.on('message', (answer: SweepAnswer) => {
        if (answer.kind === 'refused') return reject(new Refusal(answer.code, answer.message, answer));
        if (at !== undefined && answer.kind === 'progress') return this.#report(at, answer.combos);
        if (at !== undefined && answer.kind === 'part') {
          try {
            this.#listener.onPart(this.#orders[at], answer.part);
          } catch (error) {
            return reject(error instanceof Error ? error : new Error(String(error)));
          }
          this.#report(at, this.#orders[at].to - this.#orders[at].from);
        }
        at = this.#waiting.pop();
        if (at === undefined) return resolve(undefined);
        this.#tries[at] += 1;
        worker.postMessage(this.#orders[at]);
      });
      worker.on('error', (cause) => resolve({ at, cause }));
      worker.on('exit', (code) => {
        this.#workers.delete(worker);
        resolve({ at, cause: `exit code ${code}` });
      });
    });
  }

  #report(at: number, combos: number): void {
    this.#done[at] = combos;
    this.#listener.onDone(this.#done.reduce((sum, one) => sum + one, 0));
  }
}

/** What to say when a thread dies, and dies again. */
function death(cause: unknown, order: SweepOrder | undefined): Refusal {
  const memory = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  const at = order === undefined ? '' : `, twice on combinations ${order.from + 1} to ${order.to}`;
  return new Refusal('failure', `a thread of the sweep died${at}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    hint: memory ? 'Use fewer --workers, or fewer bars.' : 'Run again with --workers 1 to see whether it comes from the strategy.',
  });
}
