import type { Bars } from '../domain/bar.ts';
import { parseDecimal } from '../domain/exact.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import type { Engine, Market } from '../pipeline/engine.ts';
import type { Sizing } from '../pipeline/sizing.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { TargetBits } from '../ports/kernel.ts';
import type { Strategy, StrategyDefinition } from '../ports/strategy.ts';
import type { AccountTerms } from '../simulation/account-terms.ts';
import type { VenueModels } from '../simulation/venue-rules.ts';
import { BasisPointFee } from '../simulation/fees.ts';
import { calmar, cagr, returnsInYear, sharpe, simpleReturns } from '../analytics/returns.ts';
import { moneyScaleOf, runBacktest, type BacktestSpec } from './backtest.ts';
import { ColumnAccount } from './column-account.ts';
import type { Grid } from './grid.ts';
import { SweepTally, type Outcome, type SweepPart } from './sweep-tally.ts';

/** What stays the same for all combinations of a sweep. */
export interface SweepSpec {
  readonly definition: StrategyDefinition;
  readonly market: Market;
  readonly sizing: Sizing;
  /** Opening cash, a decimal in account currency. */
  readonly cash: string;
  readonly fees: FeeModel;
  /** What a venue charges and demands; a fee schedule there is instead of `fees`, which has its decimals. */
  readonly account?: AccountTerms | undefined;
  /** What else the venue does to an order, made anew for each combination since models keep a state; undefined is the plain profile. */
  readonly models?: (() => VenueModels) | undefined;
  readonly fill: 'next-open' | 'close';
  readonly objective: Objective;
}

/** What combinations are ranked by: final equity, the Sharpe ratio of daily returns, or yearly growth over the deepest drawdown. */
export const OBJECTIVES = ['net', 'sharpe', 'calmar'] as const;

/** One of `OBJECTIVES`. */
export type Objective = (typeof OBJECTIVES)[number];

/**
 * Tries the combinations of a grid on one market. Those that the strategy's column kernel supports,
 * under the plain profile, are decided and settled over columns; the others run through the engine.
 * Both come to the same digits.
 */
export class Sweep {
  readonly #spec: SweepSpec;
  readonly #bars: Bars;
  readonly #grid: Grid;
  readonly #top: number;
  readonly #account: ColumnAccount | undefined;
  readonly #periodsPerYear: number;

  constructor(spec: SweepSpec, bars: Bars, grid: Grid, top: number) {
    this.#spec = spec;
    this.#bars = bars;
    this.#grid = grid;
    this.#top = top;
    this.#account = spec.definition.columnKernel && columnAccount(spec, bars);
    this.#periodsPerYear = returnsInYear([spec.market]);
  }

  /** Whether a combination needs no engine. */
  byKernel(values: ParameterValues): boolean {
    return this.#account !== undefined && this.#spec.definition.columnKernel?.supports(values) === true;
  }

  /**
   * Tries the combinations [from, to), telling how many are done as it goes. The parts of a grid may be
   * tried in any order, anywhere. Throws a `CombinationError` where a strategy throws.
   */
  run(from: number, to: number, onDone: (combos: number) => void = () => {}): SweepPart {
    const { definition } = this.#spec;
    const kernel: { readonly index: number; readonly values: ParameterValues }[] = [];
    const tally = new SweepTally(this.#grid, this.#top, from, to);
    let done = 0;
    const take = (index: number, outcome: Outcome) => {
      tally.take(index, outcome);
      onDone(++done);
    };
    for (let index = from; index < to; index++) {
      const values = this.#grid.at(index);
      if (definition.check?.(values) !== undefined) {
        tally.skipped += 1;
        onDone(++done);
      } else if (this.byKernel(values)) kernel.push({ index, values });
      else take(index, this.#byEngine(values));
    }
    tally.byKernel = kernel.length;
    const account = this.#account;
    if (account && kernel.length > 0) {
      definition.columnKernel?.decide(this.#bars, kernel.map(({ values }) => values), (set, targets) => take(kernel[set].index, this.#byColumns(account, targets)));
    }
    return tally.part();
  }

  #byColumns(account: ColumnAccount, targets: TargetBits): Outcome {
    const { fills, fees, finalEquity, dailyEquity } = account.settle(targets);
    const ratio = sharpe(simpleReturns(dailyEquity), this.#periodsPerYear);
    return { fills, fees, finalEquity, sharpe: ratio, score: this.#score(ratio, dailyEquity, () => account.maxDrawdown(targets)) };
  }

  #byEngine(values: ParameterValues): Outcome {
    const { portfolio } = this.#run(values);
    const daily = portfolio.curve.dailyEquity();
    const ratio = sharpe(simpleReturns(daily), this.#periodsPerYear);
    return {
      fills: portfolio.fills, fees: portfolio.account.fees, finalEquity: portfolio.exactEquity(), sharpe: ratio,
      score: this.#score(ratio, daily, () => portfolio.curve.maxDrawdown),
    };
  }

  /** What the objective makes of a combination; of final equity nothing, since it comes next anyway. */
  #score(ratio: number | null, daily: Float64Array, maxDrawdown: () => number): number | null {
    switch (this.#spec.objective) {
      case 'net': return 0;
      case 'sharpe': return ratio;
      case 'calmar': return calmar(cagr(daily, this.#periodsPerYear), maxDrawdown());
    }
  }

  #run(values: ParameterValues): Engine {
    try {
      return runCombination(this.#spec, this.#bars, values);
    } catch (error) {
      throw new CombinationError(values, error);
    }
  }
}

/** A combination could not be run to its end; `cause` is what was thrown. */
export class CombinationError extends Error {
  readonly values: ParameterValues;

  constructor(values: ParameterValues, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'CombinationError';
    this.values = values;
  }
}

/** One combination through the engine. */
export function runCombination(spec: SweepSpec, bars: Bars, values: ParameterValues): Engine {
  return runBacktest(backtestOf(spec, spec.definition.create(values)), [[bars]]);
}

/** The backtest that a strategy is put through, as one of a sweep. */
export function backtestOf({ definition, market, sizing, cash, fees, account, models, fill }: SweepSpec, strategy: Strategy): BacktestSpec {
  return {
    markets: [market], cash, fees, account, guards: [], latencyMs: 0, marketFill: fill, ...(models && { models: models() }),
    books: [{ strategyName: definition.name, strategy, market: 0, sizing }],
  };
}

/** The account for columns; undefined where the rules are more than it knows. */
function columnAccount({ market: { instrument, intervalMs }, account, models, sizing, cash, fees, fill, objective }: SweepSpec, bars: Bars): ColumnAccount | undefined {
  const { priceScale, quantityScale, tickSize, lotSize, minNotional } = instrument;
  const plain = account === undefined && models === undefined && tickSize === 1 && lotSize === 1 && minNotional === 0 && sizing.kind === 'units' && fees instanceof BasisPointFee;
  if (!plain || !opensAfterCloses(bars, intervalMs)) return undefined;
  const moneyScale = moneyScaleOf([instrument], fees, cash);
  const columns = new ColumnAccount(bars, {
    intervalMs, priceScale, quantityScale, units: parseDecimal(sizing.units, quantityScale), moneyScale, cash: parseDecimal(cash, moneyScale), fees, fill,
  });
  return objective === 'calmar' && !columns.tellsDrawdown ? undefined : columns;
}

/** Whether every bar opens when the one before has closed, or later: else its open is not the next price after a decision. */
function opensAfterCloses({ timestamp, length }: Bars, intervalMs: number): boolean {
  for (let i = 1; i < length; i++) if (timestamp[i] - timestamp[i - 1] < intervalMs) return false;
  return true;
}
