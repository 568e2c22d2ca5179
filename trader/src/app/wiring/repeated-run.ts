import { Refusal } from '../refusal.ts';
import { finishBacktest, type FinishedBacktest } from './backtest.ts';
import { OrderTrace } from './order-trace.ts';
import { tradesDigest, type StoredRun } from './run-store.ts';

/** A kept run that was run again, with every order followed. */
export interface RepeatedRun extends FinishedBacktest {
  readonly run: StoredRun;
  readonly trace: OrderTrace;
}

/**
 * Runs a kept run again. Refuses where its bars or series have changed since, or where this build trades
 * otherwise than the one that kept it: then nothing that is found would be about that run.
 */
export async function repeatRun(run: StoredRun, home: string, onProgress?: (what: 'load' | 'run', fraction: number) => void): Promise<RepeatedRun> {
  const trace = new OrderTrace();
  const finished = await finishBacktest(run.request, { home, audit: trace, ...(onProgress && { onProgress }) });
  checkRepeated(run, finished);
  return { ...finished, run, trace };
}

/** Refuses what came out of a kept run where it is not that run again. */
export function checkRepeated(run: StoredRun, finished: FinishedBacktest): void {
  const changed = run.request.bars.filter((_, i) => finished.barsSha256[i] !== run.barsSha256[i]);
  if (changed.length > 0) {
    throw new Refusal('bad-data', `run ${run.id} cannot be repeated: its bars have changed since`, {
      where: changed.map(({ file }) => file).join(', '), hint: 'Bring the bars back as they were, or run the backtest anew.',
    });
  }
  const revised = (run.seriesSha256 ?? []).findIndex((sha256, i) => finished.seriesSha256[i] !== sha256);
  if (revised >= 0) {
    throw new Refusal('bad-data', `run ${run.id} cannot be repeated: more is known by now of the series that it read`, { where: run.request.series?.[revised], hint: 'Run the backtest anew.' });
  }
  if (tradesDigest(finished) !== run.digest) {
    throw new Refusal('version', `run ${run.id} cannot be repeated: this build, or the strategy as it is now, trades otherwise`, {
      hint: `It was kept by version ${run.version}. Run the backtest anew.`,
    });
  }
}
