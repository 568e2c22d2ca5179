import type { Overfitting } from '../../analytics/overfitting.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { DAY_MS, parseInterval } from '../../domain/time.ts';
import type { Axis } from '../../research/grid.ts';
import type { PropFirmOutcome } from '../../research/prop-firm-limits.ts';
import { Refusal } from '../refusal.ts';
import { formatPlural } from '../terminal/format.ts';
import { finishBacktest, seconds, type FinishedBacktest } from './backtest.ts';
import type { BacktestReport, BacktestRequest, RunSubject } from './backtest-request.ts';
import { check, type LineState } from './check.ts';
import { runMonteCarlo, type MonteCarloReport } from './montecarlo.ts';
import { keepRun, runOf } from './run-store.ts';
import type { TrialRecord } from './trial-store.ts';
import { gridOf, measure, outOfSampleOf, walk, type WalkEvidence } from './verdict-evidence.ts';
import { costGates, honestyGates, luckGates, outOfSampleGates, propFirmGates, type Chance, type Choice, type Gate, type OutOfSample } from './verdict-gates.ts';
import { nextSteps } from './verdict-steps.ts';

/** A verdict as asked for on the command line. */
export interface VerdictRequest extends BacktestRequest {
  /** What parameters are chosen among; none for the neighbourhood of those given. */
  readonly axes: readonly Axis[];
  /** Windows of the walk-forward. */
  readonly windows: number;
  readonly seed: number;
  /** Threads at most; undefined for as many as there are processors. */
  readonly workers: number | undefined;
}

/** The result of a verdict: the object that `verdict --json` prints. Names may be added, never changed. */
export interface VerdictReport extends RunSubject {
  readonly parameters: ParameterValues;
  /** Whether every line that decides is a pass, or a warning: what cannot be measured is neither. */
  readonly ready: boolean;
  readonly headline: string;
  readonly lines: readonly Gate[];
  readonly counts: Readonly<Record<LineState, number>>;
  /** What to do, the most important first. */
  readonly next: readonly string[];
  /** The kept run of the strategy as given, over all bars; null where it could not be kept. */
  readonly run: string | null;
  readonly asGiven: Pick<BacktestReport, 'netReturn' | 'sharpe' | 'maxDrawdown' | 'trades' | 'fees' | 'finalEquity'>;
  readonly outOfSample: OutOfSample | null;
  readonly choice: Choice | null;
  readonly grid: readonly Axis[];
  readonly trials: TrialRecord;
  readonly overfitting: Overfitting | null;
  readonly deflatedSharpe: number | null;
  readonly statistics: MonteCarloReport['statistics'];
  readonly propFirm: readonly PropFirmOutcome[];
  readonly seed: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** What a verdict does, one after the other. */
export const VERDICT_PHASES = ['Checking', 'Running', 'Walking forward', 'Looking for overfitting', 'Asking for luck'] as const;

/** One of them. */
export type VerdictPhase = (typeof VERDICT_PHASES)[number];

/** What a verdict needs of its surroundings. */
export interface VerdictContext {
  readonly home: string;
  /** Hears what is going on and the fraction of it done. */
  readonly onProgress?: (what: VerdictPhase, fraction: number) => void;
  /** Hears which combination of the walk-forward takes suspiciously long. */
  readonly onSilence?: (sentence: string) => void;
}

/** The ways in which chance is asked. */
const CHANCES = ['entries', 'bars'] as const;
/** Places of the check: half of what the command takes by itself. */
const PLACES = 16;

/**
 * Everything that is known against a strategy, in one report. Nothing is tuned: each line falls as it
 * falls, and what cannot be measured says why and is no pass. Refuses what cannot be run at all.
 */
export async function verdict(request: VerdictRequest, { home, onProgress = () => {}, onSilence = () => {} }: VerdictContext): Promise<VerdictReport> {
  if (request.bars.length > 1) {
    throw new Refusal('usage', 'a verdict is given on the bars of one instrument', {
      where: '--bars', hint: 'A walk-forward chooses, and chance is asked, on one market at a time; on several, a good one would hide a bad one. Ask once for each FILE.',
    });
  }
  const started = performance.now();
  const cpu = process.cpuUsage();
  onProgress('Checking', 0);
  const checked = await check({ ...request, places: PLACES }, { home });
  onProgress('Running', 0);
  const finished = await finishBacktest(request, { home, followed: true });
  const grid = await gridOf(request, request.axes, request.workers, home);
  const walked: WalkEvidence = grid.axes.length === 0 ? { out: outOfSampleOf(finished.engine, finished.report), choice: undefined }
    : await walk(grid, request.windows, { home, onSilence, onProgress: (what, fraction) => void (what === 'run' && onProgress('Walking forward', fraction)) });
  const measured = await measure(request, grid, home, (fraction) => onProgress('Looking for overfitting', fraction));
  const luck = await runMonteCarlo({ ...request, methods: CHANCES, runs: undefined, ruin: 1 }, {
    home, onProgress: (what, fraction) => onProgress('Asking for luck', Math.max(0, CHANCES.findIndex((one) => one === what) + fraction) / CHANCES.length),
  });
  const out = 'out' in walked ? walked.out : undefined;
  const lines = [
    ...checked.markets.flatMap((market) => honestyGates(market.lines)), ...outOfSampleGates(walked),
    ...luckGates({ out, period: (parseInterval(finished.report.interval) ?? 0) > DAY_MS ? 'bar' : 'day', ...measured, trials: measured.trials.allWordings.trials, entries: chanceOf(luck, 'entries'), bars: chanceOf(luck, 'bars') }),
    ...costGates(luck.statistics, { paidBps: paidBps(finished), slipped: request.models?.slippage !== undefined }, Number(request.cash)), ...propFirmGates(measured.propFirm),
  ];
  const { report } = finished;
  const run = keep(request, finished, home);
  const found = conclude(lines);
  const { strategy, parameters, instrument, interval, bars, from, to, cash, fill, fee, sizing, venue, venueModels, warnings, netReturn, sharpe, maxDrawdown, trades, fees, finalEquity } = report;
  return {
    strategy, parameters, instrument, interval, bars, from, to, cash, fill, fee, sizing, venue, venueModels, warnings, ...found, lines, next: nextSteps(lines, { run, ready: found.ready }),
    run, asGiven: { netReturn, sharpe, maxDrawdown, trades, fees, finalEquity }, outOfSample: out ?? null, choice: ('choice' in walked ? walked.choice : undefined) ?? null, grid: grid.axes,
    trials: measured.trials, overfitting: measured.overfitting, deflatedSharpe: measured.deflatedSharpe, statistics: luck.statistics, propFirm: measured.propFirm,
    seed: request.seed, cpuSeconds: seconds(process.cpuUsage(cpu)), wallSeconds: (performance.now() - started) / 1000,
  };
}

/** The backtest of the strategy as given: what a verdict asks besides is none of its business, nor of its id. */
export function asGiven(request: VerdictRequest): BacktestRequest {
  const asked: Partial<VerdictRequest> & BacktestRequest = { ...request };
  for (const own of ['axes', 'windows', 'seed', 'workers'] as const) delete asked[own];
  return asked;
}

/** Keeps that run, so that its trades can be explained. */
function keep(request: VerdictRequest, finished: FinishedBacktest, home: string): string | null {
  const run = runOf(asGiven(request), finished);
  return keepRun(home, run) === undefined ? run.id : null;
}

function chanceOf({ methods, skipped, trades }: MonteCarloReport, wanted: (typeof CHANCES)[number]): Chance {
  const found = methods.find(({ method }) => method === wanted);
  if (found === undefined || found.pValue === null) return { missing: skipped.find(({ method }) => method === wanted)?.reason ?? 'it could not be tried' };
  return trades === 0 ? { missing: 'there is no finished trade' } : { pValue: found.pValue, runs: found.runs };
}

/** Fees in basis points of what was traded; null without a trade. */
function paidBps({ report, engine }: FinishedBacktest): number | null {
  const { turnover } = engine.portfolio;
  return turnover > 0 ? Number(report.fees) / turnover * 10_000 : null;
}

/** What all lines come to; those that do not decide are not counted. */
export function conclude(lines: readonly Gate[]): Pick<VerdictReport, 'ready' | 'headline' | 'counts'> {
  const counts: Record<LineState, number> = { pass: 0, warn: 0, fail: 0, 'not-measurable': 0 };
  const deciding = lines.filter(({ decides }) => decides);
  for (const { state } of deciding) counts[state] += 1;
  const ready = counts.fail === 0 && counts['not-measurable'] === 0;
  const open = counts['not-measurable'] === 0 ? '' : `, ${counts['not-measurable']} cannot be measured`;
  const passed = counts.warn === 0 ? `all ${deciding.length} lines pass` : `${counts.pass} of ${deciding.length} lines pass, and ${formatPlural(counts.warn, 'warning')} should be heeded`;
  const headline = ready ? `Ready for paper: ${passed}.` : `Not ready: ${formatPlural(counts.fail, 'line')} of ${deciding.length} fail${counts.fail === 1 ? 's' : ''}${open}.`;
  const beside = lines.length - deciding.length;
  return { ready, headline: beside === 0 ? headline : `${headline} The ${beside === 1 ? 'one' : beside} of a prop firm ${beside === 1 ? 'does' : 'do'} not decide.`, counts };
}
