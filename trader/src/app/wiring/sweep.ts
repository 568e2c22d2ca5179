import type { Bars } from '../../domain/bar.ts';
import { format } from '../../domain/exact.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { formatInterval } from '../../domain/time.ts';
import { moneyScaleOf } from '../../research/backtest.ts';
import type { Axis, Grid } from '../../research/grid.ts';
import { runCombination, type SweepSpec } from '../../research/sweep.ts';
import type { Ranked, SweepPart } from '../../research/sweep-tally.ts';
import { Refusal } from '../refusal.ts';
import { conditionsOf, openMarkets, metricsOf, netReturnOf, seconds } from './backtest.ts';
import type { BacktestRequest, BarsRequest, RunSubject } from './backtest-request.ts';
import { chooseBars, joinBars, type ChosenBars } from './chosen-bars.ts';
import { readGrid, type OpenSweep, type SweepJob } from './sweep-job.ts';
import { openSeriesInputs } from './series-inputs.ts';
import { loadStrategy } from './strategy.ts';
import { sweepSpans, type SweepPlan } from './sweep-run.ts';
import { recordTrials, strategyContent, trialsOf, type Trial, type TrialRecord, type TrialSubject } from './trial-store.ts';

/** A grid to be tried, as asked for on the command line. */
export interface GridRequest extends BacktestRequest {
  readonly axes: readonly Axis[];
  /** Threads at most; undefined for as many as there are processors. */
  readonly workers: number | undefined;
  /** Begin anew instead of going on from where an earlier run of the same was stopped. */
  readonly fresh: boolean;
}

/** A sweep as asked for on the command line. */
export interface SweepRequest extends GridRequest {
  /** How many of the best are listed. */
  readonly top: number;
}

/** Trials after which it is told how far their recording is. */
const TOLD_TRIALS = 10_000;

/** What a sweep needs of its surroundings. */
export interface SweepContext {
  /** The state folder. */
  readonly home: string;
  /** Hears what is going on and the fraction of it done. */
  readonly onProgress?: (what: 'load' | 'run' | 'record', fraction: number) => void;
  /** Hears, once, how many combinations of how many an earlier run left finished. */
  readonly onTakeOver?: SweepPlan['onTakeOver'];
  /** Hears which combination takes suspiciously long. */
  readonly onSilence?: SweepPlan['onSilence'];
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
export interface SweepReport extends RunSubject {
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
  /** What has been tried by now of this strategy on these bars, by all sweeps, walk-forwards and backtests. */
  readonly trials: TrialRecord;
  /** Combinations that an earlier run of the same sweep had finished before it was stopped. */
  readonly takenOver: number;
  /** Threads that worked besides the first; 0 where starting them would have taken longer. */
  readonly workers: number;
  readonly loadSeconds: number;
  /** Process CPU, all threads, from the first bar until every combination's result was known; what was taken over is not in it. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly comboBarsPerCpuSecond: number;
  /** Process CPU of the best ones' runs through the engine, which follow. */
  readonly detailCpuSeconds: number;
  readonly peakRssMb: number;
}

/** Tries every combination of the grid. Refuses what cannot be run; file faults pass through as `BarFileError`. */
export async function runSweep(request: SweepRequest, context: SweepContext): Promise<SweepReport> {
  await readGrid({ ...request, fixed: request.parameters });
  const loadStarted = performance.now();
  const chosen = await chooseBars(onlySource(request), { ...request, home: context.home, onProgress: (fraction) => context.onProgress?.('load', fraction) });
  const bars = joinBars(chosen, true);
  chosen.set.close();
  const loadSeconds = (performance.now() - loadStarted) / 1000;

  const { job, warnings } = await jobOf(request, chosen, bars, context.home);
  await proveRecord(request, chosen, context.home);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const swept = await sweepSpans({ ...job, objective: 'net' }, [{ first: 0, end: bars.length }], planOf(request, context));
  const cpuSeconds = seconds(process.cpuUsage(cpu));
  const wallSeconds = (performance.now() - started) / 1000;
  const { open, parts: [all], workers, takenOver } = swept;
  if (all.combos === 0) throw allRefused(all.skipped);

  const detail = process.cpuUsage();
  const { spec, grid } = open;
  const moneyScale = moneyScaleOf([spec.market.instrument], spec.fees, spec.cash, spec.account !== undefined);
  const netReturn = (equity: string) => netReturnOf(equity, request.cash);
  const best = all.best.map((one): SweepResult => {
    const finalEquity = format(one.finalEquity, moneyScale);
    const fees = format(one.fees, moneyScale);
    return { parameters: grid.at(one.index), finalEquity, netReturn: netReturn(finalEquity), fills: one.fills, fees, ...detailsOf(spec, bars, grid, one) };
  });
  const detailCpuSeconds = seconds(process.cpuUsage(detail));
  const subject = subjectOf(request.strategy, spec.definition.name, chosen);
  recordTrials(context.home, subject, trialsIn(open, (index) => all.sharpes[index], context));
  swept.forget();
  return {
    strategy: spec.definition.name, instrument: chosen.id, interval: formatInterval(chosen.intervalMs), bars: bars.length,
    from: new Date(chosen.first).toISOString(), to: new Date(chosen.last).toISOString(),
    cash: request.cash, ...conditionsOf(request), warnings,
    grid: grid.axes, combos: all.combos, skipped: all.skipped, kernelCombos: all.byKernel,
    totalFills: all.fills, sumFinalEquity: format(all.sumFinalEquity, moneyScale), best, map: mapOf(all, grid, (equity) => netReturn(format(equity, moneyScale))),
    trials: trialsOf(context.home, subject), takenOver, workers, loadSeconds, cpuSeconds, wallSeconds,
    comboBarsPerCpuSecond: (grid.size - takenOver) * bars.length / cpuSeconds,
    detailCpuSeconds, peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

/** What a sweep over these bars hands to its threads, and what is to be said about the venue's rules, the bars and the series. */
export async function jobOf(request: SweepRequest, chosen: ChosenBars, bars: Bars, home: string): Promise<{ readonly job: Omit<SweepJob, 'objective'>; readonly warnings: readonly string[] }> {
  const { strategy, series, axes, parameters: fixed, models, sizing, cash, fee, fill, top } = request;
  const { markets: [market], account, warnings } = await openMarkets(request, [chosen]);
  const inputs = await openSeriesInputs(home, series, [chosen]);
  return { job: { strategy, series, courses: inputs.courses, market, account, models, bars, axes, fixed, sizing, cash, fee, fill, top }, warnings: [...warnings, ...inputs.warnings] };
}

/** What the trials of a strategy on these bars are counted under. */
export function subjectOf(nameOrPath: string, strategy: string, { id, intervalMs, set }: ChosenBars): TrialSubject {
  return { strategy, content: strategyContent(nameOrPath), instrument: id, interval: formatInterval(intervalMs), data: set.sha256 };
}

/** Has the record of trials opened for this strategy before anything is tried: a state folder that cannot be written must not come to light hours later. */
export async function proveRecord({ strategy, series }: GridRequest, chosen: ChosenBars, home: string): Promise<void> {
  recordTrials(home, subjectOf(strategy, (await loadStrategy(strategy, series)).name, chosen), []);
}

/** The combinations of a grid that the strategy does not refuse, with their Sharpe ratios; NaN is none. */
export function* trialsIn({ spec, grid, series }: OpenSweep, sharpeAt: (index: number) => number, { onProgress }: SweepContext): Generator<Trial> {
  for (let index = 0; index < grid.size; index++) {
    if (index % TOLD_TRIALS === 0 && index > 0) onProgress?.('record', index / grid.size);
    const parameters = grid.at(index);
    const sharpe = sharpeAt(index);
    if (spec.definition.check?.(parameters) === undefined) yield { parameters: { ...parameters, ...series } as ParameterValues, sharpe: Number.isNaN(sharpe) ? null : sharpe };
  }
}

/** Says that there is nothing to choose from. */
export function allRefused(combos: number): Refusal {
  return new Refusal('usage', `the strategy refuses all ${combos} combinations of the grid`, { where: '--grid', hint: 'Run one of them with backtest to see why.' });
}

/** How a grid is worked off. */
export function planOf({ workers, fresh }: GridRequest, { home, onProgress, onTakeOver, onSilence }: SweepContext): SweepPlan {
  return { home, workers, fresh, onProgress: (fraction) => onProgress?.('run', fraction), ...(onTakeOver && { onTakeOver }), ...(onSilence && { onSilence }) };
}

/** The one source of bars that a grid is tried on. Refuses several. */
export function onlySource({ bars }: GridRequest): BarsRequest {
  const [source, second] = bars;
  if (second !== undefined) throw new Refusal('usage', 'a grid is tried on the bars of one instrument', { where: '--bars', hint: 'Run the command once for each FILE.' });
  return source;
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
