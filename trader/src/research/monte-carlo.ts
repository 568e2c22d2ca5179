import { Random } from '../domain/random.ts';
import type { RoundTrip } from '../pipeline/trade-log.ts';
import { returnsInYear } from '../analytics/returns.ts';
import { canMove, CostlierFee, costlierTerms, nearbyParameters, UnreliableStrategy, type Mishaps } from './perturbation.ts';
import { permuteBars } from './permuted-bars.ts';
import { PathTally, type PathScale, type Simulation } from './path-tally.ts';
import { RandomEntries } from './random-entries.ts';
import { dailySharpe, recordRun, type RecordedRun, type RunChange, type RunSpec } from './recorded-run.ts';
import { resampleReturns, shuffleTrades, type Draw } from './resampling.ts';

/** The ways to ask whether a result is luck. */
export const METHODS = ['order', 'blocks', 'entries', 'bars', 'parameters', 'costs', 'missed', 'late'] as const;
export type Method = typeof METHODS[number];

/** Runs where none are asked for: of methods that draw from one run, and of those that run the engine each time. */
const DRAWS = 1000;
const ENGINE_RUNS = 100;
const BY_ENGINE: ReadonlySet<Method> = new Set(['bars', 'parameters', 'costs', 'missed', 'late']);

/** What the engine's runs are changed by. */
export const PERTURBATION = {
  /** Each number of the parameters by up to this share of itself either way. */
  parameterReach: 0.1,
  /** Fees up to so many times as high, and up to so many basis points of each fill more. */
  feeFactor: 3,
  extraBps: 5,
  missed: { missed: 0.1, late: 0 },
  late: { missed: 0, late: 0.5 },
} as const;

/** What a method came to. */
export interface MethodResult extends Simulation {
  readonly method: Method;
  /** Only of `entries` and `bars`: probability that random entries, or the same strategy on bars without memory, do as well. */
  readonly pValue: number | null;
  /** Only of `blocks`: mean length of a block, and what is drawn. */
  readonly meanBlock: number | null;
  readonly step: 'trade' | 'day' | 'bar';
}

/** A method that says nothing about a run, and why. */
export interface Unfit {
  readonly method: Method;
  readonly reason: string;
}

/** How the simulations are made. */
export interface MonteCarloOptions {
  /** Courses per method; undefined for 1 000, or 100 where each one is a run of the engine. */
  readonly runs: number | undefined;
  /** Every method starts from it, so none depends on which others are asked for. */
  readonly seed: number;
  /** Share of the opening cash whose loss is ruin. */
  readonly ruin: number;
}

/** Days from which on days are drawn; with fewer, bars are. */
const ENOUGH_DAYS = 250;

/** One run, and what else it might have come to. */
export class MonteCarlo {
  readonly run: RecordedRun;
  readonly trips: readonly RoundTrip[];
  readonly periodsPerYear: number;
  readonly #spec: RunSpec;
  readonly #options: MonteCarloOptions;
  readonly #scale: Omit<PathScale, 'steps'>;
  readonly #cash: number;
  readonly #compounds: boolean;

  /** Runs the strategy once as it is; `watch` may look on. */
  constructor(spec: RunSpec, options: MonteCarloOptions, watch: Pick<RunChange, 'audit'> = {}) {
    this.#spec = spec;
    this.#options = options;
    this.run = recordRun(spec, watch);
    const { trades } = this.run.engine.portfolio;
    this.trips = Array.from({ length: trades.length }, (_, i) => trades.at(i));
    this.periodsPerYear = returnsInYear(spec.backtest().markets);
    this.#scale = { days: this.run.days, periodsPerYear: this.periodsPerYear, ruin: options.ruin };
    this.#cash = this.run.equity[0];
    this.#compounds = spec.sizing.kind !== 'units';
  }

  /** Equity at the opening and at each UTC day's end. */
  get dailyEquity(): Float64Array {
    return Float64Array.from(this.run.days, (place) => this.run.equity[place]);
  }

  /** Annualised Sharpe ratio of the run's days; null where there is none. */
  get sharpe(): number | null {
    return dailySharpe(this.run.equity, this.run.days, this.periodsPerYear);
  }

  /** Asks in one way; hears the fraction that is done. */
  ask(method: Method, onDone: (fraction: number) => void = () => {}): MethodResult | Unfit {
    const runs = this.#options.runs ?? (BY_ENGINE.has(method) ? ENGINE_RUNS : DRAWS);
    const draw: Draw = { runs, random: new Random(this.#options.seed), onDone: (done) => onDone(done / runs) };
    switch (method) {
      case 'order': return this.#order(draw);
      case 'blocks': return this.#blocks(draw);
      case 'entries': return this.#entries(draw);
      case 'bars': return this.#bars(draw);
      case 'parameters': return this.#parameters(draw);
      case 'costs': return this.#engineRuns(method, draw, () => this.#costlier(draw.random));
      case 'missed': return this.#engineRuns(method, draw, () => around(PERTURBATION.missed, draw.random));
      case 'late': return this.#engineRuns(method, draw, () => around(PERTURBATION.late, draw.random));
    }
  }

  #order(draw: Draw): MethodResult | Unfit {
    if (this.trips.length < 2) return { method: 'order', reason: 'it takes two finished trades to change their order' };
    let equity = this.#cash;
    const growths = this.trips.map(({ pnl }) => {
      const growth = this.#compounds ? pnl / equity : pnl;
      equity += pnl;
      return growth;
    });
    return result('order', 'trade', shuffleTrades(growths, this.#cash, this.#compounds, this.#scale, draw));
  }

  #blocks(draw: Draw): MethodResult | Unfit {
    const { equity, days } = this.run;
    if (equity.some((value) => !(value > 0))) return { method: 'blocks', reason: 'the account fell to nothing, and from there on there are no returns' };
    if (days.length < 3) return { method: 'blocks', reason: 'it takes two days of returns to draw from' };
    const daily = days.length > ENOUGH_DAYS;
    const path = daily ? this.dailyEquity : equity;
    const { meanBlock, ...simulation } = resampleReturns(path, { ...this.#scale, days: daily ? path.keys().toArray() : days }, draw);
    return { ...result('blocks', daily ? 'day' : 'bar', simulation), meanBlock };
  }

  #entries(draw: Draw): MethodResult | Unfit {
    const { definition, values, bars, backtest } = this.#spec;
    const { markets, marketFill } = backtest();
    const [one, second] = bars;
    if (second !== undefined) return { method: 'entries', reason: 'random entries are made on one market, not on several' };
    if (this.trips.length === 0) return { method: 'entries', reason: 'there is no finished trade' };
    const { pValue, ...simulation } = new RandomEntries(this.trips, {
      bars: one, intervalMs: markets[0].intervalMs, fill: marketFill, cash: this.#cash, compounds: this.#compounds, warmup: definition.warmup(values),
    }).simulate(this.#scale, draw);
    return { ...result('entries', 'bar', simulation), pValue };
  }

  #bars(draw: Draw): MethodResult | Unfit {
    const { bars, backtest } = this.#spec;
    const [one, second] = bars;
    if (second !== undefined) return { method: 'bars', reason: 'bars are shuffled on one market, not on several' };
    const { priceScale } = backtest().markets[0].instrument;
    return this.#engineRuns('bars', draw, () => ({ bars: [permuteBars(one, priceScale, draw.random)] }));
  }

  #parameters(draw: Draw): MethodResult | Unfit {
    const { definition, values } = this.#spec;
    if (!canMove(definition.parameters, values)) return { method: 'parameters', reason: 'the strategy has no number among its parameters' };
    const near = () => nearbyParameters(definition, values, PERTURBATION.parameterReach, draw.random);
    if (near() === undefined) return { method: 'parameters', reason: 'the strategy refuses all parameters nearby' };
    return this.#engineRuns('parameters', draw, () => ({ values: near() ?? values }));
  }

  #costlier(random: Random): RunChange {
    const backtest = this.#spec.backtest();
    const thousandths = Math.round(1000 * (1 + random.next() * (PERTURBATION.feeFactor - 1)));
    const more = Math.round(random.next() * PERTURBATION.extraBps * 1000);
    const { fees, account } = backtest;
    return { backtest: { ...backtest, fees: new CostlierFee(fees, thousandths, more), account: account && costlierTerms(account, thousandths, more) } };
  }

  /** So many runs through the engine, each changed anew. */
  #engineRuns(method: Method, { runs, onDone }: Draw, change: () => RunChange): MethodResult {
    const { equity } = this.run;
    const tally = new PathTally(runs, { ...this.#scale, steps: equity.length - 1 });
    for (let run = 0; run < runs; run++) {
      tally.add(recordRun(this.#spec, change()).equity);
      onDone?.(run + 1);
    }
    return { ...result(method, 'bar', tally.result(equity)), ...(method === 'bars' && { pValue: tally.pValue(equity) }) };
  }
}

function result(method: Method, step: MethodResult['step'], simulation: Simulation): MethodResult {
  return { method, step, pValue: null, meanBlock: null, ...simulation };
}

function around(mishaps: Mishaps, random: Random): RunChange {
  return { around: (strategy) => new UnreliableStrategy(strategy, mishaps, random) };
}
