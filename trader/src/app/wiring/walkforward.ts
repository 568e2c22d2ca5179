import { BarCursor, type Bars } from '../../domain/bar.ts';
import { format } from '../../domain/exact.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { formatInterval } from '../../domain/time.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { MOST_COMBOS, type Axis } from '../../research/grid.ts';
import { RunWatch, type RunDetail } from '../../research/run-detail.ts';
import type { Objective } from '../../research/sweep.ts';
import {
  efficiencyOf, layWindows, stabilityOf, tradeWindows, yearlyReturn, type ChosenWindow, type Stability, type TimedReturn, type WalkPlan, type WalkWindow, type WindowOutcome,
} from '../../research/walk-forward.ts';
import { Refusal } from '../refusal.ts';
import { conditionsOf, metricsOf, netReturnOf, seconds } from './backtest.ts';
import type { RunSubject } from './backtest-request.ts';
import { chooseBars, joinBars, type ChosenBars } from './chosen-bars.ts';
import { allRefused, jobOf, onlySource, planOf, proveRecord, subjectOf, trialsIn, type GridRequest, type SweepContext } from './sweep.ts';
import { readGrid, type OpenSweep, type SweepJob } from './sweep-job.ts';
import { sweepSpans, type SweepPlan, type SweptSpans } from './sweep-run.ts';
import { faultOf } from './strategy.ts';
import { recordTrials, trialsOf, type TrialRecord } from './trial-store.ts';

/** A walk-forward as asked for on the command line. */
export interface WalkForwardRequest extends GridRequest {
  readonly plan: WalkPlan;
  /** What the choice is made by. */
  readonly objective: Objective;
}

/** A stretch of bars in words: opening times of its first and last bar. */
export interface WalkSpan {
  readonly from: string;
  readonly to: string;
  readonly bars: number;
}

/** One window of a walk-forward. */
export interface WindowReport {
  readonly train: WalkSpan;
  readonly test: WalkSpan;
  /** The parameters chosen on the training; null where no combination had a value of the objective, and nothing was traded. */
  readonly parameters: ParameterValues | null;
  /** The chosen combination's own backtest over the training; null where none was chosen. */
  readonly inSample: { readonly netReturn: number; readonly sharpe: number | null } | null;
  readonly outOfSample: WindowOutcome;
}

/** The result of a walk-forward: the object that `walkforward --json` prints. Names may be added, never changed. */
export interface WalkForwardReport extends RunSubject {
  readonly grid: readonly Axis[];
  readonly objective: Objective;
  readonly anchored: boolean;
  readonly purge: number;
  /** Combinations tried in every window, and those that the strategy refused. */
  readonly combos: number;
  readonly skipped: number;
  readonly kernelCombos: number;
  readonly windows: readonly WindowReport[];
  /** The tests as one run on one account. */
  readonly outOfSample: WalkSpan & ReturnType<typeof metricsOf> & {
    readonly finalEquity: string; readonly netReturn: number; readonly yearlyReturn: number | null; readonly fills: number; readonly fees: string;
  };
  /** What the chosen combinations had made on their trainings: means over the windows. */
  readonly inSample: { readonly yearlyReturn: number | null; readonly sharpe: number | null };
  /** Yearly return out of sample over that in sample; null where the trainings made nothing. */
  readonly efficiency: number | null;
  /** Windows whose test ended above where it began. */
  readonly profitableWindows: number;
  readonly stability: readonly Stability[];
  /** At most 240 equities of the stitched run, evenly spaced, for a picture. */
  readonly equityCurve: readonly number[];
  /** What has been tried by now of this strategy on these bars, by all sweeps, walk-forwards and backtests. */
  readonly trials: TrialRecord;
  /** Combinations, of all windows, that an earlier run of the same had finished before it was stopped. */
  readonly takenOver: number;
  readonly workers: number;
  readonly loadSeconds: number;
  /** Process CPU, all threads, from the first bar until the result. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakRssMb: number;
}

/** A walk-forward that is over, with the engine of its stitched run, for those who want more than the report. */
export interface FinishedWalkForward {
  readonly report: WalkForwardReport;
  readonly engine: Engine;
  readonly windows: readonly ChosenWindow[];
  readonly barsSha256: string;
  /** Of the stitched run; undefined unless it was asked for. */
  readonly detail: RunDetail | undefined;
}

/** Equities in the picture. */
const PICTURE_POINTS = 240;

/** Runs a walk-forward as asked for. Refuses what cannot be run; file faults pass through as `BarFileError`. */
export async function finishWalkForward(request: WalkForwardRequest, context: SweepContext & { readonly detailed?: boolean }): Promise<FinishedWalkForward> {
  const grid = await readGrid({ ...request, fixed: request.parameters });
  const loadStarted = performance.now();
  const chosen = await chooseBars(onlySource(request), { ...request, home: context.home, onProgress: (fraction) => context.onProgress?.('load', fraction) });
  const bars = joinBars(chosen, true);
  chosen.set.close();
  const windows = layWindows(bars, chosen.intervalMs, request.plan);
  if (!windows.ok) throw new Refusal('usage', windows.error.message, { where: '--windows, --train, --test or --purge', hint: 'Use shorter or fewer windows, or more bars.' });
  if (grid.size * windows.value.length > MOST_COMBOS) {
    throw new Refusal('usage', `${grid.size} combinations in ${windows.value.length} windows are too many; together there may be ${MOST_COMBOS.toLocaleString('en')}`, { where: '--grid', hint: 'Take larger steps, or fewer windows.' });
  }
  const loadSeconds = (performance.now() - loadStarted) / 1000;

  await proveRecord(request, chosen, context.home);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const { job, warnings } = await jobOf({ ...request, top: 1 }, chosen, bars, context.home);
  const { chosenWindows, swept } = await chooseParameters({ ...job, objective: request.objective }, windows.value, planOf(request, context));
  if (swept.parts.every(({ combos }) => combos === 0)) throw allRefused(swept.parts[0].skipped);
  const traded = tradeOut(request, swept.open, bars, chosenWindows, context.detailed === true);
  const cost = { loadSeconds, cpuSeconds: seconds(process.cpuUsage(cpu)), wallSeconds: (performance.now() - started) / 1000 };

  const subject = subjectOf(request.strategy, swept.open.spec.definition.name, chosen);
  recordTrials(context.home, subject, trialsIn(swept.open, (index) => meanSharpe(swept, index), context));
  swept.forget();
  const report = reportOf(request, { chosen, bars, windows: chosenWindows, swept, ...traded });
  return {
    engine: traded.engine, windows: chosenWindows, barsSha256: chosen.set.sha256, detail: traded.seen?.detail(traded.engine),
    report: { ...report, warnings, trials: trialsOf(context.home, subject), takenOver: swept.takenOver, workers: swept.workers, ...cost, peakRssMb: process.resourceUsage().maxRSS / 1024 },
  };
}

/** Chooses each window's parameters by a sweep over its training alone: a slice of the bars that ends with it. */
export async function chooseParameters(job: SweepJob, windows: readonly WalkWindow[], plan: SweepPlan): Promise<{ readonly chosenWindows: readonly ChosenWindow[]; readonly swept: SweptSpans }> {
  const swept = await sweepSpans(job, windows.map(({ trainFirst, trainEnd }) => ({ first: trainFirst, end: trainEnd })), plan);
  const chosenWindows = windows.map((window, i) => {
    const best = swept.parts[i].best.at(0);
    return { ...window, values: best && swept.open.grid.at(best.index) };
  });
  return { chosenWindows, swept };
}

/** The stitched run, with its picture. */
function tradeOut(request: WalkForwardRequest, { spec }: OpenSweep, bars: Bars, windows: readonly ChosenWindow[], watched: boolean) {
  const total = (windows.at(-1)?.testEnd ?? 0) - windows[0].testFirst;
  const every = Math.max(1, Math.ceil(total / PICTURE_POINTS));
  const equityCurve: number[] = [];
  const seen = watched ? new RunWatch([spec.market]) : undefined;
  const bar = new BarCursor(bars);
  try {
    const { engine, outcomes } = tradeWindows(spec, bars, windows, (done, running) => {
      if (done % every === 0 || done === total) equityCurve.push(running.portfolio.equity());
      bar.index = windows[0].testFirst + done - 1;
      seen?.bar(0, bar);
      seen?.look(running);
    }, seen);
    return { engine, outcomes, equityCurve, seen };
  } catch (error) {
    throw faultOf(request.strategy, error);
  }
}

/** The mean of a combination's Sharpe ratios over all trainings that have one; NaN where none has. */
function meanSharpe({ parts }: SweptSpans, index: number): number {
  const known = parts.map(({ sharpes }) => sharpes[index]).filter((ratio) => !Number.isNaN(ratio));
  return known.reduce((sum, ratio) => sum + ratio, 0) / known.length;
}

interface Walked {
  readonly chosen: ChosenBars;
  readonly bars: Bars;
  readonly windows: readonly ChosenWindow[];
  readonly swept: SweptSpans;
  readonly engine: Engine;
  readonly outcomes: readonly WindowOutcome[];
  readonly equityCurve: readonly number[];
}

function reportOf(request: WalkForwardRequest, { chosen, bars, windows, swept, engine, outcomes, equityCurve }: Walked) {
  const { spec, grid } = swept.open;
  const { moneyScale, fees } = engine.portfolio.account;
  const equityText = format(engine.portfolio.exactEquity(), moneyScale);
  const span = (first: number, end: number): WalkSpan => ({ from: new Date(bars.timestamp[first]).toISOString(), to: new Date(bars.timestamp[end - 1]).toISOString(), bars: end - first });
  const ms = (first: number, end: number) => bars.timestamp[end - 1] + chosen.intervalMs - bars.timestamp[first];
  const trained: TimedReturn[] = [];
  const tested = outcomes.map(({ netReturn }, i): TimedReturn => ({ netReturn: netReturn ?? -1, ms: ms(windows[i].testFirst, windows[i].testEnd) }));
  const reports = windows.map(({ trainFirst, trainEnd, testFirst, testEnd, values }, i): WindowReport => {
    const best = swept.parts[i].best.at(0);
    const netReturn = best && netReturnOf(format(best.finalEquity, moneyScale), request.cash);
    if (netReturn !== undefined) trained.push({ netReturn, ms: ms(trainFirst, trainEnd) });
    return {
      train: span(trainFirst, trainEnd), test: span(testFirst, testEnd), parameters: values ?? null,
      inSample: best && netReturn !== undefined ? { netReturn, sharpe: best.sharpe } : null, outOfSample: outcomes[i],
    };
  });
  const ratios = reports.flatMap(({ inSample }) => inSample?.sharpe ?? []);
  return {
    strategy: spec.definition.name, instrument: chosen.id, interval: formatInterval(chosen.intervalMs), bars: bars.length,
    from: new Date(chosen.first).toISOString(), to: new Date(chosen.last).toISOString(), cash: request.cash, ...conditionsOf(request),
    grid: grid.axes, objective: request.objective, anchored: request.plan.anchored, purge: request.plan.purge,
    combos: swept.parts[0].combos, skipped: swept.parts[0].skipped, kernelCombos: swept.parts[0].byKernel,
    windows: reports,
    outOfSample: {
      ...span(windows[0].testFirst, windows.at(-1)?.testEnd ?? 0), finalEquity: equityText, netReturn: netReturnOf(equityText, request.cash), yearlyReturn: yearlyReturn(tested),
      fills: engine.portfolio.fills, fees: format(fees, moneyScale), ...metricsOf(engine, [spec.market]),
    },
    inSample: { yearlyReturn: yearlyReturn(trained), sharpe: ratios.length === 0 ? null : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length },
    efficiency: efficiencyOf(trained, tested), profitableWindows: outcomes.filter(({ netReturn }) => netReturn !== null && netReturn > 0).length,
    stability: stabilityOf(grid.axes, windows.map(({ values }) => values)), equityCurve,
  };
}
