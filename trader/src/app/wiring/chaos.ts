import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { runExchangeTrial } from '../../research/exchange-chaos.ts';
import { INVARIANTS, type Invariant } from '../../research/exchange-judge.ts';
import { MUTANTS } from '../../research/exchange-mutants.ts';
import { emptyTally, mergeTally, type ChaosTally } from '../../research/exchange-tally.ts';
import { Refusal } from '../refusal.ts';
import { runSeeds, type SeedRange } from './chaos-seeds.ts';

/** A chaos run as it was asked for. */
export interface ChaosRequest extends SeedRange {
  /** Threads at most; undefined for as many as there are processors. */
  readonly workers: number | undefined;
}

/** What a chaos run came to, as `--json` prints it. */
export interface ChaosReport extends ChaosTally {
  readonly from: number;
  readonly to: number;
  /** The planted bug; null for none. */
  readonly mutant: string | null;
  readonly workers: number;
  readonly wallSeconds: number;
  readonly seedsPerMinute: number;
}

/** Seeds that a thread takes at a time. */
const BATCH = 25;
/** Fewer are done before threads have started. */
const FEW_SEEDS = 4 * BATCH;

/** Runs the seeds, in threads where there are many. A thread that dies ends the run: it names the seeds that it was at. */
export async function runChaos(request: ChaosRequest, onProgress: (fraction: number) => void): Promise<ChaosReport> {
  const { from, to, mutant } = request;
  const began = performance.now();
  const total = emptyTally();
  const batches: SeedRange[] = [];
  for (let first = from; first <= to; first += BATCH) batches.push({ from: first, to: Math.min(to, first + BATCH - 1), mutant });
  const workers = to - from < FEW_SEEDS ? 0 : Math.min(request.workers ?? availableParallelism(), batches.length);
  const take = (tally: ChaosTally) => {
    mergeTally(total, tally);
    onProgress(total.seeds / (to - from + 1));
  };
  if (workers === 0) for (const batch of batches) take(await runSeeds(batch));
  else await Promise.all(Array.from({ length: workers }, () => drain(batches, take)));
  const wallSeconds = (performance.now() - began) / 1000;
  return { from, to, mutant: mutant ?? null, ...total, workers, wallSeconds, seedsPerMinute: (total.seeds / wallSeconds) * 60 };
}

/** One thread that takes batches until none is left. */
async function drain(batches: SeedRange[], take: (tally: ChaosTally) => void): Promise<void> {
  const worker = new Worker(new URL('../chaos-worker.ts', import.meta.url));
  try {
    for (let batch = batches.shift(); batch; batch = batches.shift()) take(await answerOf(worker, batch));
  } finally {
    await worker.terminate();
  }
}

function answerOf(worker: Worker, batch: SeedRange): Promise<ChaosTally> {
  return new Promise((resolve, reject) => {
    const death = (cause: unknown) => reject(new Refusal('failure', `a thread died between seeds ${batch.from} and ${batch.to}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Each of them runs alone with --trace SEED, which shows what came before.',
    }));
    worker.removeAllListeners();
    worker.once('message', resolve).once('error', death).once('exit', (code) => death(`exit code ${code}`));
    worker.postMessage(batch);
  });
}

/** Runs one seed and tells it as it happens: `00:14:20.330  venue  fills …`. Gives what did not hold. */
export async function traceSeed(seed: number, mutant: string | undefined, onLine: (line: string) => void): Promise<readonly { readonly invariant: Invariant; readonly rule: string; readonly detail: string }[]> {
  const { violations } = await runExchangeTrial(seed, mutant === undefined ? undefined : MUTANTS[mutant], (at, who, text) => {
    onLine(`${new Date(at).toISOString().slice(11, 23)}  ${who.padEnd(5)}  ${text}`);
  });
  return violations.map((violation) => ({ ...violation, rule: INVARIANTS[violation.invariant] }));
}
