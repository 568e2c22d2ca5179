import { sliceBars, type Bars } from '../../domain/bar.ts';
import type { Reading } from '../../domain/dated-series.ts';
import type { Market } from '../../pipeline/engine.ts';
import { tied } from '../../pipeline/informed.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import { createGrid, type Axis, type Grid } from '../../research/grid.ts';
import { CombinationError, Sweep, type Objective, type SweepSpec } from '../../research/sweep.ts';
import type { SweepPart } from '../../research/sweep-tally.ts';
import { accountFees, type AccountTerms } from '../../simulation/account-terms.ts';
import { Refusal } from '../refusal.ts';
import type { FeeRequest } from './backtest-request.ts';
import { createFees } from './profile.ts';
import { faultOf, loadStrategy, seriesParameters } from './strategy.ts';
import { createVenueModels, type VenueModelRequest } from './venue-models.ts';

/** A sweep in words and numbers alone, as it goes to another thread; the bars are shared memory there. */
export interface SweepJob {
  readonly strategy: string;
  /** Ids of the series that it reads, and what was known of each; absent where it reads none. */
  readonly series?: readonly string[] | undefined;
  readonly courses?: readonly (readonly Reading[])[];
  readonly market: Market;
  /** What a venue charges and demands; undefined in the plain profile. */
  readonly account?: AccountTerms | undefined;
  /** What the venue does to an order; undefined is the plain profile. */
  readonly models?: VenueModelRequest | undefined;
  readonly bars: Bars;
  readonly axes: readonly Axis[];
  /** Parameters that are not swept. */
  readonly fixed: Readonly<Record<string, string>>;
  readonly sizing: Sizing;
  readonly cash: string;
  readonly fee: FeeRequest;
  readonly fill: 'next-open' | 'close';
  readonly objective: Objective;
  /** How many of the best are kept. */
  readonly top: number;
}

/** Combinations [from, to) to try, on the bars [first, end). */
export interface SweepOrder {
  readonly first: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** A job that is ready to run in this thread. */
export interface OpenSweep {
  readonly spec: SweepSpec;
  readonly grid: Grid;
  /** The series that it reads, as parameters of a trial: the same values on another series are another try. */
  readonly series: Readonly<Record<string, string>>;
  /** A sweep over the bars [first, end). */
  over(first: number, end: number): Sweep;
  /** Works off one order. Refuses with the combination and the place where the strategy throws. */
  run(order: SweepOrder, onDone: (combos: number) => void): SweepPart;
}

/** Loads the strategy and lays the grid over it. Refuses what either of them refuses. */
export async function readGrid({ strategy, series, axes, fixed }: Pick<SweepJob, 'strategy' | 'series' | 'axes' | 'fixed'>): Promise<Grid> {
  const grid = createGrid(await loadStrategy(strategy, series), axes, fixed);
  if (!grid.ok) throw new Refusal('usage', grid.error.message, { where: '--grid or --param' });
  return grid.value;
}

/** Makes the job ready to run, in whatever thread. */
export async function openSweep(job: SweepJob): Promise<OpenSweep> {
  const loaded = await loadStrategy(job.strategy, job.series);
  const definition = tied(loaded, job.market.intervalMs, job.courses ?? []);
  const grid = await readGrid(job);
  const { market, account, models, sizing, cash, fill, objective } = job;
  const asked = createFees(job.fee);
  const spec = {
    definition, market, sizing, cash, account, fees: account ? accountFees(account, asked).models[0] : asked, models: models && (() => createVenueModels(models)), fill, objective,
  };
  let last: { readonly first: number; readonly end: number; readonly sweep: Sweep } | undefined;
  const over = (first: number, end: number): Sweep => {
    if (last === undefined || last.first !== first || last.end !== end) {
      last = { first, end, sweep: new Sweep(spec, sliceBars(job.bars, first, end), grid, job.top) };
    }
    return last.sweep;
  };
  return {
    spec, grid, over, series: seriesParameters(loaded, job.series),
    run({ first, end, from, to }, onDone) {
      try {
        return over(first, end).run(from, to, onDone);
      } catch (error) {
        throw error instanceof CombinationError ? strategyFault(job, error) : error;
      }
    },
  };
}

/** The fault of a strategy, with the swept values at which it came up. */
function strategyFault(job: SweepJob, { values, cause }: CombinationError): unknown {
  const fault = faultOf(job.strategy, cause);
  if (!(fault instanceof Refusal)) return fault;
  const at = job.axes.map(({ name }) => `${name}=${values[name]}`).join(' ');
  return new Refusal(fault.code, `${fault.message}, with ${at}`, fault);
}
