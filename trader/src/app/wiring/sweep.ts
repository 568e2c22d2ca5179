import { availableParallelism } from 'node:os';
import { allocateBars, BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { format } from '../../domain/exact.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { formatInterval } from '../../domain/time.ts';
import { moneyScaleOf } from '../../research/backtest.ts';
import type { Axis, Grid } from '../../research/grid.ts';
import { mergeParts, runCombination, type Ranked, type Sweep, type SweepPart, type SweepSpec } from '../../research/sweep.ts';
import { Refusal } from '../refusal.ts';
import { conditionsOf, marketOf, metricsOf, netReturnOf, seconds } from './backtest.ts';
import type { BacktestRequest, BarsRequest } from './backtest-request.ts';
import { chooseBars, type ChosenBars } from './chosen-bars.ts';
import { openSweep, readGrid } from './sweep-job.ts';
import { sweepInThreads } from './sweep-pool.ts';

/** A sweep as asked for on the command line. */
export interface SweepRequest extends BacktestRequest {
  readonly axes: readonly Axis[];
  /** Threads at most; undefined for as many as there are processors. */
  readonly workers: number | undefined;
  /** How many of the best are listed. */
  readonly top: number;
}

/** What a sweep needs of its surroundings. */
export interface SweepContext {
  /** The state folder. */
  readonly home: string;
  /** Hears what is going on and the fraction of it done. */
  readonly onProgress?: (what: 'load' | 'run', fraction: number) => void;
}

/** One combination among the best, with what its own run through the engine shows besides. */
export interface SweepResult {
  /** Every parameter with the value used. */
  readonly parameters: ParameterValues;
  readonly finalEquity: string;
  /** finalEquity / cash − 1. */
  readonly netReturn: number;
  readonly fills: number;
  readonly fees: string;
  readonly trades: number;
  readonly sharpe: number | null;
  readonly maxDrawdown: number;
}

/** The result of a sweep: the object that `sweep --json` prints. Names may be added, never changed. */
export interface SweepReport {
  readonly strategy: string;
  readonly instrument: string;
  readonly interval: string;
  readonly bars: number;
  readonly from: string;
  readonly to: string;
  readonly cash: string;
  readonly fill: string;
  readonly fee: string;
  readonly sizing: string;
  readonly venue: string | null;
  readonly grid: readonly Axis[];
  /** Combinations that were tried. */
  readonly combos: number;
  /** Combinations that the strategy's own check refused. */
  readonly skipped: number;
  /** Of the combinations tried, how many the strategy's column kernel decided; the engine ran the others. */
  readonly kernelCombos: number;
  readonly totalFills: number;
  readonly sumFinalEquity: string;
  readonly best: readonly SweepResult[];
  /** The best net return for pairs of values of two parameters; neighbours are taken together where there are many. */
  readonly map: { readonly row: string; readonly column: string; readonly rows: number; readonly columns: number; readonly netReturns: readonly (number | null)[] };
  /** Threads that worked besides the first; 0 where starting them would have taken longer. */
  readonly workers: number;
  readonly loadSeconds: number;
  /** Process CPU, all threads, from the first bar until every combination's result was known. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly comboBarsPerCpuSecond: number;
  /** Process CPU of the best ones' runs through the engine, which follow. */
  readonly detailCpuSeconds: number;
  readonly peakRssMb: number;
}

/** Combination-bars per CPU-second to reckon with, by kernel and by engine, before anything is measured. */
const KERNEL_RATE = 400e6;
const ENGINE_RATE = 10e6;
/** A thread takes about a tenth of a second to start: it must find this much to do. */
const SECONDS_PER_THREAD = 0.5;

/** Tries every combination of the grid. Refuses what cannot be run; file faults pass through as `BarFileError`. */
export async function runSweep(request: SweepRequest, context: SweepContext): Promise<SweepReport> {
  await readGrid({ ...request, fixed: request.parameters });
  const loadStarted = performance.now();
  const chosen = await chooseBars(onlySource(request), { ...request, home: context.home, onProgress: (fraction) => context.onProgress?.('load', fraction) });
  const bars = inSharedMemory(chosen);
  const loadSeconds = (performance.now() - loadStarted) / 1000;

  const started = performance.now();
  const cpu = process.cpuUsage();
  const job = { ...request, bars, market: marketOf(chosen, request), fixed: request.parameters };
  const { sweep, spec, grid } = await openSweep(job);
  const workers = threadsFor(sweep, grid, bars, request.workers ?? availableParallelism());
  const onDone = (combos: number) => context.onProgress?.('run', combos / grid.size);
  const parts = workers === 0 ? [sweep.run(0, grid.size, onDone)] : await sweepInThreads(job, grid.size, workers, onDone);
  const all = mergeParts(parts, request.top);
  const cpuSeconds = seconds(process.cpuUsage(cpu));
  const wallSeconds = (performance.now() - started) / 1000;
  chosen.set.close();
  if (all.combos === 0) {
    throw new Refusal('usage', `the strategy refuses all ${all.skipped} combinations of the grid`, { where: '--grid', hint: 'Run one of them with backtest to see why.' });
  }

  const detail = process.cpuUsage();
  const moneyScale = moneyScaleOf([spec.market.instrument], spec.fees, spec.cash);
  const netReturn = (equity: string) => netReturnOf(equity, request.cash);
  const best = all.best.map((one): SweepResult => {
    const finalEquity = format(one.finalEquity, moneyScale);
    const fees = format(one.fees, moneyScale);
    return { parameters: grid.at(one.index), finalEquity, netReturn: netReturn(finalEquity), fills: one.fills, fees, ...detailsOf(spec, bars, grid, one) };
  });
  return {
    strategy: spec.definition.name, instrument: chosen.id, interval: formatInterval(chosen.intervalMs), bars: bars.length,
    from: new Date(chosen.first).toISOString(), to: new Date(chosen.last).toISOString(),
    cash: request.cash, ...conditionsOf(request),
    grid: grid.axes, combos: all.combos, skipped: all.skipped, kernelCombos: all.byKernel,
    totalFills: all.fills, sumFinalEquity: format(all.sumFinalEquity, moneyScale), best, map: mapOf(all, grid, (equity) => netReturn(format(equity, moneyScale))),
    workers, loadSeconds, cpuSeconds, wallSeconds, comboBarsPerCpuSecond: all.combos * bars.length / cpuSeconds,
    detailCpuSeconds: seconds(process.cpuUsage(detail)), peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

function onlySource({ bars }: SweepRequest): BarsRequest {
  const [source, second] = bars;
  if (second !== undefined) throw new Refusal('usage', 'a sweep runs on the bars of one instrument', { where: '--bars', hint: 'Run one sweep for each FILE.' });
  return source;
}

/** The bars whole, where all threads can read them. */
function inSharedMemory({ pieces, length }: ChosenBars): Bars {
  const bars = allocateBars(length, true);
  let at = 0;
  for (const piece of pieces) {
    for (const column of BAR_COLUMNS) bars[column].set(piece[column], at);
    at += piece.length;
  }
  return bars;
}

/** How many threads are worth starting; 0 for none. A long sweep gets one even where only one is allowed, so that Ctrl-C is heard. */
function threadsFor(sweep: Sweep, grid: Grid, bars: Bars, most: number): number {
  const rate = sweep.byKernel(grid.at(0)) ? KERNEL_RATE : ENGINE_RATE;
  const estimate = grid.size * bars.length / rate;
  return estimate < 2 * SECONDS_PER_THREAD ? 0 : Math.min(most, Math.floor(estimate / SECONDS_PER_THREAD));
}

/**
 * Runs one of the best through the engine for what columns do not tell. Throws if the engine comes
 * to another result: then kernel and strategy disagree, and nothing of the sweep is worth reading.
 */
function detailsOf(spec: SweepSpec, bars: Bars, grid: Grid, { index, fills, finalEquity }: Ranked): Pick<SweepResult, 'trades' | 'sharpe' | 'maxDrawdown'> {
  const engine = runCombination(spec, bars, grid.at(index));
  if (engine.portfolio.fills !== fills || engine.portfolio.exactEquity() !== finalEquity) {
    throw new Refusal('failure', `the column kernel of ${spec.definition.name} and its own class come to different results`, {
      where: JSON.stringify(grid.at(index)), hint: 'This is a defect of the strategy: its kernel must decide as its class does.',
    });
  }
  const { trades, sharpe, maxDrawdown } = metricsOf(engine, [spec.market]);
  return { trades, sharpe, maxDrawdown };
}

function mapOf({ map }: SweepPart, grid: Grid, netReturn: (equity: NonNullable<SweepPart['map']['cells'][number]>) => number): SweepReport['map'] {
  const { rowAxis, columnAxis, rows, columns, cells } = map;
  return {
    row: grid.axes[rowAxis].name, column: grid.axes[columnAxis].name, rows, columns,
    netReturns: cells.map((equity) => (equity === null ? null : netReturn(equity))),
  };
}
