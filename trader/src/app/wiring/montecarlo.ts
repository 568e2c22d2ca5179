import { breakEvenCost, capacity, type Capacity } from '../../analytics/capacity.ts';
import { simpleReturns } from '../../analytics/returns.ts';
import {
  annualisingFactor, autocorrelations, minimumTrackRecord, probabilisticSharpe, sharpeInterval, sharpeSample,
} from '../../analytics/sharpe-statistics.ts';
import { format } from '../../domain/exact.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { formatInterval } from '../../domain/time.ts';
import { tied } from '../../pipeline/informed.ts';
import { FillVolumes } from '../../research/fill-volume.ts';
import { MonteCarlo, type Method, type MethodResult, type Unfit } from '../../research/monte-carlo.ts';
import type { RunSpec } from '../../research/recorded-run.ts';
import { Refusal } from '../refusal.ts';
import { conditionsOf, netReturnOf, openMarkets, seconds } from './backtest.ts';
import type { BacktestRequest, RunSubject } from './backtest-request.ts';
import { chooseAll, joinBars, type ChosenBars } from './chosen-bars.ts';
import { createFees } from './profile.ts';
import { openSeriesInputs } from './series-inputs.ts';
import { faultOf, loadStrategy, readStrategyParameters } from './strategy.ts';
import { createVenueModels } from './venue-models.ts';

/** A Monte Carlo as asked for on the command line. */
export interface MonteCarloRequest extends BacktestRequest {
  readonly methods: readonly Method[];
  /** Courses per method; undefined for each method's own number. */
  readonly runs: number | undefined;
  readonly seed: number;
  /** Share of the opening cash whose loss is ruin. */
  readonly ruin: number;
}

/** What a Monte Carlo needs of its surroundings. */
export interface MonteCarloContext {
  /** The state folder. */
  readonly home: string;
  /** Hears what is going on and the fraction of it done. */
  readonly onProgress?: (what: 'load' | 'run' | Method, fraction: number) => void;
}

/** What the run itself says about luck; ratios are annualised, null where there is nothing to compute one from. */
export interface LuckStatistics {
  /** Daily returns. */
  readonly observations: number;
  readonly skewness: number | null;
  readonly kurtosis: number | null;
  /** Ends of the interval that holds the true Sharpe ratio with 95 % confidence. */
  readonly sharpeLow: number | null;
  readonly sharpeHigh: number | null;
  /** Sharpe ratio with the correlation of days with those before taken into account. */
  readonly correlatedSharpe: number | null;
  /** Probability that the true Sharpe ratio is above 0. */
  readonly probabilisticSharpe: number | null;
  /** Days that it takes to say so with 95 % confidence. */
  readonly minimumTrackRecord: number | null;
  /** Basis points of each fill's value at which nothing is left, in place of the fees. */
  readonly breakEvenBps: number | null;
  /** Accounts at which fills exceed 1 % of a bar's volume. */
  readonly capacity: Capacity | null;
}

/** The result: the object that `montecarlo --json` prints. Names may be added, never changed. */
export interface MonteCarloReport extends RunSubject {
  /** Every parameter with the value used. */
  readonly parameters: ParameterValues;
  readonly margin: string | null;
  readonly leverage: string | null;
  readonly seed: number;
  readonly ruin: number;
  /** The run as it is. */
  readonly finalEquity: string;
  readonly netReturn: number;
  readonly maxDrawdown: number;
  readonly sharpe: number | null;
  readonly trades: number;
  readonly statistics: LuckStatistics;
  readonly methods: readonly MethodResult[];
  /** Methods that say nothing about this run, and why. */
  readonly skipped: readonly Unfit[];
  readonly loadSeconds: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakRssMb: number;
}

const CONFIDENCE = 0.95;
/** Share of a bar's volume that one may be. */
const VOLUME_SHARE = 0.01;

/** Runs a strategy and asks in every chosen way what else it might have come to. Refuses what cannot be run. */
export async function runMonteCarlo(request: MonteCarloRequest, context: MonteCarloContext): Promise<MonteCarloReport> {
  const loadedStrategy = await loadStrategy(request.strategy, request.series);
  const values = readStrategyParameters(loadedStrategy, request.parameters);
  const started = performance.now();
  const loaded = await chooseAll(request.bars, { ...request, home: context.home, onProgress: (fraction) => context.onProgress?.('load', fraction) });
  try {
    const bars = loaded.map((chosen) => joinBars(chosen));
    const loadSeconds = (performance.now() - started) / 1000;
    const { markets, account, warnings } = await openMarkets(request, loaded);
    const inputs = await openSeriesInputs(context.home, request.series, loaded);
    const [{ intervalMs }] = loaded;
    if (inputs.courses.length > 0 && loaded.some((each) => each.intervalMs !== intervalMs)) throw new Refusal('usage', 'a strategy that reads series is asked for luck on bars of one length', { where: '--bars' });
    const definition = tied(loadedStrategy, intervalMs, inputs.courses);
    const spec: RunSpec = {
      definition, values, sizing: request.sizing, bars,
      backtest: () => ({
        markets, account, cash: request.cash, fees: createFees(request.fee), guards: [], latencyMs: 0, marketFill: request.fill,
        ...(request.models && { models: createVenueModels(request.models) }),
      }),
    };
    return { ...simulate(request, context, spec, loaded), warnings: [...warnings, ...inputs.warnings], loadSeconds };
  } catch (error) {
    throw faultOf(request.strategy, error);
  } finally {
    for (const { set } of loaded) set.close();
  }
}

function simulate(request: MonteCarloRequest, { onProgress }: MonteCarloContext, spec: RunSpec, loaded: readonly ChosenBars[]): Omit<MonteCarloReport, 'warnings' | 'loadSeconds'> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const volumes = new FillVolumes(spec.backtest().markets, spec.bars, request.fill);
  onProgress?.('run', 0);
  const simulation = new MonteCarlo(spec, request, { audit: volumes });
  const methods: MethodResult[] = [];
  const skipped: Unfit[] = [];
  for (const method of request.methods) {
    const found = simulation.ask(method, (fraction) => onProgress?.(method, fraction));
    if ('reason' in found) skipped.push(found);
    else methods.push(found);
  }
  const { portfolio } = simulation.run.engine;
  const finalEquity = format(portfolio.exactEquity(), portfolio.account.moneyScale);
  return {
    strategy: spec.definition.name, parameters: spec.values, instrument: loaded.map(({ id }) => id).join(','),
    interval: formatInterval(loaded[0].intervalMs), bars: loaded.reduce((sum, { length }) => sum + length, 0),
    from: new Date(Math.min(...loaded.map(({ first }) => first))).toISOString(), to: new Date(Math.max(...loaded.map(({ last }) => last))).toISOString(),
    cash: request.cash, ...conditionsOf(request), seed: request.seed, ruin: request.ruin,
    finalEquity, netReturn: netReturnOf(finalEquity, request.cash), maxDrawdown: portfolio.curve.maxDrawdown,
    sharpe: simulation.sharpe, trades: portfolio.trades.length,
    statistics: statisticsOf(simulation, volumes.participations),
    methods, skipped, cpuSeconds: seconds(process.cpuUsage(cpu)), wallSeconds: (performance.now() - started) / 1000,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

function statisticsOf({ run, dailyEquity, periodsPerYear }: MonteCarlo, participations: readonly number[]): LuckStatistics {
  const returns = simpleReturns(dailyEquity);
  const sample = sharpeSample(returns);
  const { portfolio: { turnover, account } } = run.engine;
  const cash = dailyEquity[0];
  const fees = Number(format(account.fees, account.moneyScale));
  const year = Math.sqrt(periodsPerYear);
  const [low, high] = sample === null ? [null, null] : sharpeInterval(sample, CONFIDENCE);
  // As many lags as Newey & West (1994) take for so many returns.
  const factor = sample && annualisingFactor(autocorrelations(returns, Math.floor(4 * (returns.length / 100) ** (2 / 9))), periodsPerYear);
  return {
    observations: returns.length,
    skewness: sample && sample.skewness,
    kurtosis: sample && sample.kurtosis,
    sharpeLow: low === null ? null : low * year,
    sharpeHigh: high === null ? null : high * year,
    correlatedSharpe: sample && factor && sample.sharpe * factor,
    probabilisticSharpe: sample && probabilisticSharpe(sample),
    minimumTrackRecord: sample && minimumTrackRecord(sample, CONFIDENCE),
    breakEvenBps: breakEvenCost(run.equity[run.equity.length - 1] - cash + fees, turnover),
    capacity: capacity(participations, cash, VOLUME_SHARE),
  };
}
