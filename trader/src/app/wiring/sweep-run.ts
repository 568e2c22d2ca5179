import { availableParallelism } from 'node:os';
import { SweepTally, type SweepPart } from '../../research/sweep-tally.ts';
import { findStrategy } from '../../strategies/catalog.ts';
import { SweepCheckpoint } from './sweep-checkpoint.ts';
import { openSweep, type OpenSweep, type SweepJob, type SweepOrder } from './sweep-job.ts';
import { sweepInThreads } from './sweep-pool.ts';
import { Refusal } from '../refusal.ts';

/** Bars [first, end) over which a whole grid is swept. */
export interface SweepSpan {
  readonly first: number;
  readonly end: number;
}

/** How a sweep is carried out. */
export interface SweepPlan {
  /** The state folder. */
  readonly home: string;
  /** Threads at most; undefined for as many as there are processors. */
  readonly workers: number | undefined;
  /** Forget what an earlier run of the same left unfinished. */
  readonly fresh: boolean;
  /** Hears, once, how many combinations of how many an earlier run left finished. */
  readonly onTakeOver?: (combos: number, of: number) => void;
  /** Hears the fraction done of what there was to do. */
  readonly onProgress?: (fraction: number) => void;
  /** Hears in a sentence which combination a thread has been at for long, and how to stop. */
  readonly onSilence?: (sentence: string) => void;
}

/** What a sweep over some spans came to. */
export interface SweptSpans {
  readonly open: OpenSweep;
  /** For each span, all its combinations together. */
  readonly parts: readonly SweepPart[];
  /** Threads that worked besides the first; 0 where starting them would have taken longer. */
  readonly workers: number;
  /** Combinations, of all spans, that an earlier run had finished. */
  readonly takenOver: number;
  /** Forgets what was kept in case of a stop; called when the result is safe. */
  forget(): void;
}

/** Combination-bars per CPU-second to reckon with, by kernel, the same with drawdowns, and by engine, and what a combination costs besides. */
const KERNEL_RATE = 400e6;
const DRAWDOWN_RATE = 80e6;
const ENGINE_RATE = 10e6;
const COMBO_SECONDS = 3e-6;
/** A thread takes about a tenth of a second to start: it must find this much to do. */
const SECONDS_PER_THREAD = 0.5;
/** A part is at most so much work: that is what a kill loses. */
const PART_SECONDS = 1;
/** A part is this share of what is left, and at least that share of all: the last ones are small, so that no thread waits long for another. */
const SHARE_OF_REST = 1 / 16;
const SMALLEST_SHARE = 1 / 256;
/** No part is larger, so that what a thread keeps of it stays small. */
const LARGEST_PART = 512;

/**
 * Sweeps a grid over each of some spans of bars. A short one runs here; a longer one in threads,
 * each finished part being kept on disk, so that after a stop of any kind the same call goes on.
 */
export async function sweepSpans(job: SweepJob, spans: readonly SweepSpan[], plan: SweepPlan): Promise<SweptSpans> {
  const open = await openSweep(job);
  const byKernel = open.over(0, job.bars.length).byKernel(open.grid.at(0));
  const rate = !byKernel ? ENGINE_RATE : job.objective === 'calmar' ? DRAWDOWN_RATE : KERNEL_RATE;
  const secondsOf = ({ first, end }: SweepSpan) => open.grid.size * ((end - first) / rate + COMBO_SECONDS);
  const seconds = spans.reduce((sum, span) => sum + secondsOf(span), 0);
  const orders = ordersOf(spans, open.grid.size, (span) => open.grid.size * PART_SECONDS / secondsOf(span));
  const sums = new Sums(orders.map((one) => ({ tally: new SweepTally(open.grid, job.top), orders: one })));
  const short = seconds < 2 * SECONDS_PER_THREAD;
  // A long sweep gets a thread even where only one is allowed, so that Ctrl-C is heard; and so does a strategy
  // from a file, which may loop for ever.
  const ours = findStrategy(job.strategy) !== undefined;
  const workers = short && ours ? 0 : Math.min(plan.workers ?? availableParallelism(), Math.max(1, Math.floor(seconds / SECONDS_PER_THREAD)));
  const checkpoint = short ? undefined : new SweepCheckpoint(plan.home, job);
  if (plan.fresh) checkpoint?.clear();
  if (checkpoint) sums.takeOver(checkpoint);
  const takenOver = sums.done;
  if (takenOver > 0) plan.onTakeOver?.(takenOver, sums.all);
  const left = sums.left();
  const toDo = combosOf(left);
  const onDone = (combos: number) => plan.onProgress?.(combos / toDo);
  if (workers === 0) {
    let before = 0;
    for (const order of left) {
      sums.take(order, open.run(order, (combos) => onDone(before + combos)));
      before += order.to - order.from;
    }
  } else if (left.length > 0) {
    await sweepInThreads(job, left, workers, {
      onDone,
      onSilence: (order, combos, after) => plan.onSilence?.(silenceOf(job, open, order, combos, after)),
      onPart(order, part) {
        checkpoint?.write(order, part);
        sums.take(order, part);
      },
    }).catch((error: unknown) => { throw afterStop(error, sums.done, sums.all); });
  }
  return { open, workers, takenOver, forget: () => checkpoint?.clear(), parts: sums.parts() };
}

/** What the parts of each span come to, and which orders are done. A part is added up and let go: what is kept does not grow with their number. */
class Sums {
  /** Combinations of all orders, and of those that are done. */
  readonly all: number;
  done = 0;
  readonly #tallies: readonly SweepTally[];
  /** The tally of each order that is still to be done. */
  readonly #open = new Map<SweepOrder, SweepTally>();

  constructor(spans: readonly { readonly tally: SweepTally; readonly orders: readonly SweepOrder[] }[]) {
    this.#tallies = spans.map(({ tally }) => tally);
    for (const { tally, orders } of spans) for (const order of orders) this.#open.set(order, tally);
    this.all = combosOf(this.left());
  }

  left(): SweepOrder[] {
    return [...this.#open.keys()];
  }

  /** Takes the parts that an earlier run left finished. */
  takeOver(checkpoint: SweepCheckpoint): void {
    for (const order of this.left()) {
      const part = checkpoint.read(order);
      if (part) this.take(order, part);
    }
  }

  take(order: SweepOrder, part: SweepPart): void {
    this.#open.get(order)?.add(part);
    this.#open.delete(order);
    this.done += order.to - order.from;
  }

  parts(): SweepPart[] {
    return this.#tallies.map((tally) => tally.part());
  }
}

/** Each span's combinations in parts, of which none has more than `most`. The same sweep has the same parts whatever does it. */
function ordersOf(spans: readonly SweepSpan[], size: number, most: (span: SweepSpan) => number): SweepOrder[][] {
  const all = spans.length * size;
  let left = all;
  return spans.map((span) => {
    const orders: SweepOrder[] = [];
    for (let from = 0; from < size;) {
      const step = Math.min(LARGEST_PART, most(span), Math.max(all * SMALLEST_SHARE, left * SHARE_OF_REST));
      const to = Math.min(size, from + Math.max(1, Math.ceil(step)));
      orders.push({ first: span.first, end: span.end, from, to });
      left -= to - from;
      from = to;
    }
    return orders;
  });
}

function combosOf(orders: readonly SweepOrder[]): number {
  return orders.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Which combination a thread is at that has finished `combos` of its order: those that run over columns come last. */
function silenceOf(job: SweepJob, open: OpenSweep, { from, to }: SweepOrder, combos: number, after: number): string {
  const sweep = open.over(0, job.bars.length);
  const indices = Array.from({ length: to - from }, (_, i) => from + i).filter((index) => !sweep.byKernel(open.grid.at(index)));
  const at = indices.at(combos);
  const values = at === undefined ? undefined : open.grid.at(at);
  const what = values === undefined ? 'its column kernel' : job.axes.map(({ name }) => `${name}=${values[name]}`).join(' ');
  return `${open.spec.definition.name} with ${what} has given no answer for ${after} s: it may loop for ever. Ctrl-C stops the command, and what is done is kept.`;
}

/** What ends a sweep, with what is kept of it. */
function afterStop(error: unknown, done: number, all: number): unknown {
  if (!(error instanceof Refusal) || done === 0) return error;
  const kept = `${done.toLocaleString('en')} of ${all.toLocaleString('en')} combinations are kept: the same command goes on from there, as long as the strategy stays as it is.`;
  return new Refusal(error.code, error.message, { where: error.where, hint: error.hint === undefined ? kept : `${error.hint} ${kept}` });
}
