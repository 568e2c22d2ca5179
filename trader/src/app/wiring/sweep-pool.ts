import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { SweepPart } from '../../research/sweep-tally.ts';
import { Refusal } from '../refusal.ts';
import type { SweepAnswer, SweepWorkerData } from '../sweep-worker.ts';
import type { SweepJob, SweepOrder } from './sweep-job.ts';

/** Who hears how the threads get on. */
export interface PoolListener {
  /** An order is done; told once for each. What it throws ends the sweep. */
  onPart(order: SweepOrder, part: SweepPart): void;
  /** Combinations done so far, of all orders. */
  onDone(combos: number): void;
  /** A thread has finished `combos` of an order and then nothing for `seconds`; told once for each such silence. */
  onSilence?(order: SweepOrder, combos: number, seconds: number): void;
}

/** How often an order is given out: a thread may die of what another one did to the machine. */
const MOST_TRIES = 2;
/** How long one combination may take before somebody is told. */
const PATIENCE_MS = 5000;

/** What a thread's heap begins with, and what its young generation may grow to: what a combination leaves behind is small and soon dead. */
const HEAP_MB = 1;
const YOUNG_MB = 2;
/** How much of a thread's heap may be garbage before it is collected, in percent of what is alive: else each would hold 20 MB of it. */
const GROWTH_PERCENT = 100;

/** A thread at an order. */
interface Thread {
  readonly worker: Worker;
  /** Memory that it counts the finished combinations of its order in: a thread that loops says nothing. */
  readonly count: Int32Array;
  order: SweepOrder | undefined;
  seen: number;
  since: number;
  told: boolean;
}

/**
 * Works off the orders of a job in threads. A signal to stop ends the threads and refuses as
 * interrupted. Where a thread dies, its order is given to a new one, once; what the strategy itself
 * throws ends the sweep at once, since it would do so again. What loops for ever is told of after
 * `patienceMs`, and goes on until it is stopped: nobody knows that it is not merely slow.
 */
export async function sweepInThreads(job: SweepJob, orders: readonly SweepOrder[], threads: number, listener: PoolListener, patienceMs = PATIENCE_MS): Promise<void> {
  // The launcher has heaps begin large, which suits one short command; it would hold for every thread.
  setFlagsFromString(`--initial-heap-size=${HEAP_MB}`);
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  const pool = new Pool(job, orders, listener);
  const watch = setInterval(() => pool.watch(performance.now(), patienceMs), patienceMs / 5);
  const stop = Promise.withResolvers<never>();
  const interrupt = () => stop.reject(new Refusal('interrupted', 'stopped before all combinations were tried'));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await Promise.race([stop.promise, pool.run(threads)]);
  } finally {
    clearInterval(watch);
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
  readonly #threads = new Set<Thread>();
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
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  /** Tells of each thread whose combination has taken `patienceMs`. */
  watch(now: number, patienceMs: number): void {
    for (const thread of this.#threads) {
      const done = Atomics.load(thread.count, 0);
      if (thread.order === undefined || done !== thread.seen) Object.assign(thread, { seen: done, since: now, told: false });
      else if (!thread.told && now - thread.since >= patienceMs) {
        thread.told = true;
        this.#listener.onSilence?.(thread.order, done, Math.round((now - thread.since) / 1000));
      }
    }
  }

  /** One thread after another takes orders until none is left. */
  async #work(): Promise<void> {
    while (!this.#ended) {
      const count = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(new URL('../sweep-worker.mjs', import.meta.url), { workerData: { job: this.#job, count } satisfies SweepWorkerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
      const lost = await this.#drain({ worker, count, order: undefined, seen: 0, since: 0, told: false });
      if (lost === undefined) return;
      if (lost.at === undefined || this.#tries[lost.at] >= MOST_TRIES) throw death(lost.cause, lost.at === undefined ? undefined : this.#orders[lost.at]);
      this.#waiting.push(lost.at);
    }
  }

  /** Has a thread take orders until none waits, or until it dies: then gives what of, and the order that it was at. */
  #drain(thread: Thread): Promise<{ readonly at: number | undefined; readonly cause: unknown } | undefined> {
    const { worker } = thread;
    this.#threads.add(thread);
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
        Object.assign(thread, { order: this.#orders[at], seen: -1 });
        worker.postMessage(this.#orders[at]);
      });
      worker.on('error', (cause) => resolve({ at, cause }));
      worker.on('exit', (code) => {
        this.#threads.delete(thread);
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
    hint: memory ? 'Use fewer --workers, or fewer bars.' : cause instanceof Error ? 'Run again with --workers 1 to see whether it comes from the strategy.' : 'Take process.exit out of the strategy; one that cannot go on throws an error.',
  });
}
