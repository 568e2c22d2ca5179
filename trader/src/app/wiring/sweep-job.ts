import type { Bars } from '../../domain/bar.ts';
import type { Market } from '../../pipeline/engine.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import { createGrid, type Axis, type Grid } from '../../research/grid.ts';
import { Sweep, type SweepSpec } from '../../research/sweep.ts';
import { Refusal } from '../refusal.ts';
import type { FeeRequest } from './backtest-request.ts';
import { createFees } from './profile.ts';
import { loadStrategy } from './strategy.ts';

/** A sweep in words and numbers alone, as it goes to another thread; the bars are shared memory there. */
export interface SweepJob {
  readonly strategy: string;
  readonly market: Market;
  readonly bars: Bars;
  readonly axes: readonly Axis[];
  /** Parameters that are not swept. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly sizing: Sizing;
  readonly cash: string;
  readonly fee: FeeRequest;
  readonly fill: 'next-open' | 'close';
  /** How many of the best are kept. */
  readonly top: number;
}

/** Loads the strategy and lays the grid over it. Refuses what either of them refuses. */
export async function readGrid({ strategy, axes, fixed }: Pick<SweepJob, 'strategy' | 'axes' | 'fixed'>): Promise<Grid> {
  const grid = createGrid(await loadStrategy(strategy), axes, fixed);
  if (!grid.ok) throw new Refusal('usage', grid.error.message, { where: '--grid or --param' });
  return grid.value;
}

/** Makes the job ready to run, in whatever thread. */
export async function openSweep(job: SweepJob): Promise<{ readonly sweep: Sweep; readonly spec: SweepSpec; readonly grid: Grid }> {
  const definition = await loadStrategy(job.strategy);
  const grid = await readGrid(job);
  const { market, sizing, cash, fill } = job;
  const spec = { definition, market, sizing, cash, fees: createFees(job.fee), fill };
  return { sweep: new Sweep(spec, job.bars, grid, job.top), spec, grid };
}
