import { backtestOverfitting, type Overfitting } from '../../analytics/overfitting.ts';
import { returnsInYear, simpleReturns } from '../../analytics/returns.ts';
import { deflatedSharpe, minimumTrackRecord, probabilisticSharpe, sharpeSample } from '../../analytics/sharpe-statistics.ts';
import type { Bars } from '../../domain/bar.ts';
import type { Engine } from '../../pipeline/engine.ts';
import { tied } from '../../pipeline/informed.ts';
import { AccountWatch } from '../../research/account-history.ts';
import { runBacktest } from '../../research/backtest.ts';
import { spreadPlaces, type Axis } from '../../research/grid.ts';
import { axesNear } from '../../research/neighbour-axes.ts';
import { holdAgainst, type PropFirmOutcome } from '../../research/prop-firm-limits.ts';
import { backtestOf, runCombination, type SweepSpec } from '../../research/sweep.ts';
import { Refusal } from '../refusal.ts';
import type { BacktestRequest } from './backtest-request.ts';
import { chooseBars, joinBars } from './chosen-bars.ts';
import { openSeriesInputs } from './series-inputs.ts';
import { loadStrategy, readStrategyParameters } from './strategy.ts';
import { propFirmPrograms } from './prop-firm-rules.ts';
import { jobOf, onlySource, subjectOf, type GridRequest, type SweepContext } from './sweep.ts';
import { openSweep } from './sweep-job.ts';
import { trialsOf, type TrialRecord } from './trial-store.ts';
import { GATES, type Choice, type OutOfSample } from './verdict-gates.ts';
import { finishWalkForward } from './walkforward.ts';

/** The result on data that no parameter was chosen on, and how they were chosen; or why there is none. */
export type WalkEvidence = { readonly out: OutOfSample; readonly choice: Choice | undefined } | { readonly missing: string };

/** Combinations that are looked at for overfitting: each is a run of the engine. */
const MOST_OVERFITTING_TRIALS = 200;
/** Slices of time for it, the finest that the days allow. */
const SLICES = [16, 14, 12, 10, 8];

/** Bars on which it is looked whether a parameter changes anything. */
const LOOKED_AT = 20_000;

/**
 * The grid that a verdict chooses among: the axes that were asked for, or else the neighbourhood of
 * the parameters as given. A parameter that is swept is no longer fixed.
 */
export async function gridOf(request: BacktestRequest, asked: readonly Axis[], workers: number | undefined, home: string): Promise<GridRequest> {
  const axes = asked.length > 0 ? asked : await neighbourhood(request, home);
  const fixed = Object.fromEntries(Object.entries(request.parameters).filter(([name]) => !axes.some((axis) => axis.name === name)));
  return { ...request, parameters: fixed, axes, workers, fresh: false };
}

async function neighbourhood(request: BacktestRequest, home: string): Promise<readonly Axis[]> {
  const chosen = await chooseBars(request.bars[0], { ...request, home, first: Math.min(request.first ?? Infinity, LOOKED_AT) });
  chosen.set.close();
  const { courses } = await openSeriesInputs(home, request.series, [chosen]);
  const definition = tied(await loadStrategy(request.strategy, request.series), chosen.intervalMs, courses);
  const [bars] = chosen.pieces;
  return axesNear(definition, readStrategyParameters(definition, request.parameters), bars);
}

/** Chooses in windows and trades what follows. What cannot be laid or chosen is said, not thrown. */
export async function walk(grid: GridRequest, windows: number, context: SweepContext): Promise<WalkEvidence> {
  try {
    const { report, engine } = await finishWalkForward({ ...grid, plan: { windows, train: undefined, test: undefined, anchored: false, purge: 0 }, objective: 'sharpe' }, context);
    const { inSample, outOfSample, efficiency, profitableWindows, combos } = report;
    return {
      out: outOfSampleOf(engine, outOfSample),
      choice: { windows: report.windows.length, profitableWindows, combos, inSampleYearly: inSample.yearlyReturn, outOfSampleYearly: outOfSample.yearlyReturn, efficiency },
    };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'usage') return { missing: error.message };
    throw error;
  }
}

/** A run's own figures as those of data that nothing was chosen on. */
export function outOfSampleOf(engine: Engine, { netReturn, sharpe, maxDrawdown, trades, winRate }: Pick<OutOfSample, 'netReturn' | 'sharpe' | 'maxDrawdown' | 'trades' | 'winRate'>): OutOfSample {
  const returns = simpleReturns(engine.portfolio.curve.dailyEquity());
  const sample = sharpeSample(returns);
  return {
    netReturn, sharpe, maxDrawdown, trades, winRate, days: returns.length,
    probabilisticSharpe: sample && probabilisticSharpe(sample), minimumTrackRecord: sample && minimumTrackRecord(sample, GATES.confidence),
  };
}

/** What is measured of the strategy as given, over all bars. */
export interface Measured {
  readonly trials: TrialRecord;
  readonly deflatedSharpe: number | null;
  readonly overfitting: Overfitting | null;
  /** Combinations that it was looked for among. */
  readonly overfittingTrials: number;
  readonly propFirm: readonly PropFirmOutcome[];
}

/** Counts the trials on record, deflates by them, looks for overfitting, which is most of the work and tells how much of it is done, and holds the account against a prop firm's limits. */
export async function measure(request: BacktestRequest, grid: GridRequest, home: string, onDone: (fraction: number) => void): Promise<Measured> {
  const chosen = await chooseBars(onlySource(grid), { ...grid, home });
  try {
    const bars = joinBars(chosen, true);
    const { job } = await jobOf({ ...grid, top: 1 }, chosen, bars, home);
    const { spec, grid: combinations } = await openSweep({ ...job, objective: 'sharpe' });
    const tried = spreadPlaces(combinations.size, MOST_OVERFITTING_TRIALS).map((place) => combinations.at(place)).filter((values) => spec.definition.check?.(values) === undefined);
    const returns = tried.map((values, i) => {
      onDone(i / tried.length);
      return simpleReturns(runCombination(spec, bars, values).portfolio.curve.dailyEquity());
    });
    const trials = trialsOf(home, subjectOf(request.strategy, spec.definition.name, chosen));
    const { engine, propFirm } = account(spec, bars, readStrategyParameters(spec.definition, request.parameters));
    return {
      trials, overfittingTrials: tried.length, propFirm, deflatedSharpe: deflate(engine, spec, trials),
      overfitting: tried.length < 2 ? null : SLICES.map((slices) => backtestOverfitting(returns, slices)).find((found) => found !== null) ?? null,
    };
  } finally {
    chosen.set.close();
  }
}

/** The account of the strategy as given, bar by bar, against each of FTMO's evaluations. */
function account(spec: SweepSpec, bars: Bars, values: ReturnType<typeof readStrategyParameters>): { readonly engine: Engine; readonly propFirm: readonly PropFirmOutcome[] } {
  const watch = new AccountWatch([spec.market], bars.length);
  const engine = runBacktest({ ...backtestOf(spec, watch.wrap(spec.definition.create(values), 0)), audit: watch }, [[bars]], 1, (_, running) => watch.look(running));
  const history = watch.history(engine);
  return { engine, propFirm: propFirmPrograms().filter(({ id, phase }) => phase === 'evaluation' && id !== 'ftmo-verification').map((rules) => holdAgainst(rules, history)) };
}

/** The deflated Sharpe ratio of the strategy as given, by all trials of it on these bars, whatever its wording was. */
function deflate({ portfolio }: Engine, { market }: SweepSpec, { allWordings: { trials, varianceSharpe } }: TrialRecord): number | null {
  const sample = sharpeSample(simpleReturns(portfolio.curve.dailyEquity()));
  if (sample === null || (trials > 1 && varianceSharpe === null)) return null;
  return deflatedSharpe(sample, { count: Math.max(1, trials), variance: (varianceSharpe ?? 0) / returnsInYear([market]) });
}
