import type { Bars } from '../domain/bar.ts';
import { add, compare, parseDecimal, type Exact } from '../domain/exact.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import type { Engine, Market } from '../pipeline/engine.ts';
import type { Sizing } from '../pipeline/sizing.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { TargetBits } from '../ports/kernel.ts';
import type { Strategy, StrategyDefinition } from '../ports/strategy.ts';
import type { AccountTerms } from '../simulation/account-terms.ts';
import type { VenueModels } from '../simulation/venue.ts';
import { BasisPointFee } from '../simulation/fees.ts';
import { calmar, cagr, PERIODS_PER_YEAR, sharpe, simpleReturns } from '../analytics/returns.ts';
import { moneyScaleOf, runBacktest, type BacktestSpec } from './backtest.ts';
import { ColumnAccount } from './column-account.ts';
import type { Grid } from './grid.ts';

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

/** What one combination came to; money in units of 10^-moneyScale. */
export interface Outcome {
  readonly fills: number;
  readonly fees: Exact;
  readonly finalEquity: Exact;
  /** Annualised, of daily returns; null where there is none. */
  readonly sharpe: number | null;
  /** What it is ranked by before its final equity; null where the objective has no value, and it is never among the best. */
  readonly score: number | null;
}

/** A combination and what it came to. */
export interface Ranked extends Outcome {
  /** Its place in the grid. */
  readonly index: number;
}

/** Two axes of a grid, and the best final equity for each pair of their values (or of neighbours, where there are many). */
export interface SweepMap {
  /** Indices of the axes; the same axis twice where only one has several values. */
  readonly rowAxis: number;
  readonly columnAxis: number;
  readonly rows: number;
  readonly columns: number;
  /** Row by row; null where no combination was tried. */
  readonly cells: (Exact | null)[];
}

/** What some neighbouring combinations of a grid came to together. */
export interface SweepPart {
  /** Index of the first one. */
  readonly from: number;
  readonly combos: number;
  /** How many of them a column kernel decided. */
  readonly byKernel: number;
  /** Combinations that the strategy's own check refused. */
  readonly skipped: number;
  readonly fills: number;
  readonly sumFinalEquity: Exact;
  /** The best by the objective and then by final equity, the best first; of equals, the first of the grid. */
  readonly best: readonly Ranked[];
  /** The Sharpe ratio of each combination in turn; NaN where there is none, or it was skipped. */
  readonly sharpes: Float64Array;
  readonly map: SweepMap;
}

/** Rows and columns that a map has at most. */
const MAP_ROWS = 16;
const MAP_COLUMNS = 24;

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
    this.#periodsPerYear = PERIODS_PER_YEAR[spec.market.instrument.assetClass];
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
    const tally = new Tally(this.#grid, this.#top, from, to);
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

/** Adds outcomes up. */
class Tally {
  skipped = 0;
  byKernel = 0;
  #combos = 0;
  #fills = 0;
  #sum: Exact = 0;
  readonly #best: Ranked[] = [];
  readonly #top: number;
  readonly #from: number;
  readonly #sharpes: Float64Array;
  readonly #grid: Grid;
  readonly #map: SweepMap;

  constructor(grid: Grid, top: number, from: number, to: number) {
    this.#grid = grid;
    this.#top = top;
    this.#from = from;
    this.#sharpes = new Float64Array(to - from).fill(NaN);
    this.#map = emptyMap(grid);
  }

  take(index: number, outcome: Outcome): void {
    this.#combos += 1;
    this.#fills += outcome.fills;
    this.#sum = add(this.#sum, outcome.finalEquity);
    this.#sharpes[index - this.#from] = outcome.sharpe ?? NaN;
    rank(this.#best, { index, ...outcome }, this.#top);
    const { rowAxis, columnAxis, rows, columns, cells } = this.#map;
    const cell = place(this.#grid, rowAxis, rows, index) * columns + place(this.#grid, columnAxis, columns, index);
    cells[cell] = better(cells[cell], outcome.finalEquity);
  }

  part(): SweepPart {
    return {
      from: this.#from, combos: this.#combos, byKernel: this.byKernel, skipped: this.skipped, fills: this.#fills,
      sumFinalEquity: this.#sum, best: this.#best, sharpes: this.#sharpes, map: this.#map,
    };
  }
}

/** Parts of one sweep that together leave nothing out, at least one: the same whatever the parts and their order. */
export function mergeParts(parts: readonly SweepPart[], top: number): SweepPart {
  const best: Ranked[] = [];
  for (const part of parts) for (const one of part.best) rank(best, one, top);
  const from = Math.min(...parts.map((part) => part.from));
  const sharpes = new Float64Array(parts.reduce((total, part) => total + part.sharpes.length, 0));
  for (const part of parts) sharpes.set(part.sharpes, part.from - from);
  const sum = (of: (part: SweepPart) => number) => parts.reduce((total, part) => total + of(part), 0);
  const cells = parts[0].map.cells.map((_, cell) => parts.reduce<Exact | null>((most, { map }) => better(most, map.cells[cell]), null));
  return {
    from, combos: sum(({ combos }) => combos), byKernel: sum(({ byKernel }) => byKernel), skipped: sum(({ skipped }) => skipped),
    fills: sum(({ fills }) => fills), sumFinalEquity: parts.reduce<Exact>((total, part) => add(total, part.sumFinalEquity), 0),
    best, sharpes, map: { ...parts[0].map, cells },
  };
}

function better(a: Exact | null, b: Exact | null): Exact | null {
  return a === null || (b !== null && compare(b, a) > 0) ? b : a;
}

/** Puts one among the best where it belongs, and keeps `top` of them. */
function rank(best: Ranked[], one: Ranked, top: number): void {
  if (one.score === null) return;
  let at = best.length;
  while (at > 0 && comesBefore(one, best[at - 1])) at--;
  if (at >= top) return;
  best.splice(at, 0, one);
  if (best.length > top) best.pop();
}

function comesBefore(a: Ranked, b: Ranked): boolean {
  const lead = (a.score ?? 0) - (b.score ?? 0);
  if (lead !== 0) return lead > 0;
  const order = compare(a.finalEquity, b.finalEquity);
  return order > 0 || (order === 0 && a.index < b.index);
}

/** A map of the first two axes that have several values. */
function emptyMap({ axes }: Grid): SweepMap {
  const [rowAxis = 0, columnAxis = rowAxis] = axes.flatMap(({ values }, axis) => (values.length > 1 ? [axis] : []));
  const rows = rowAxis === columnAxis ? 1 : Math.min(MAP_ROWS, axes[rowAxis].values.length);
  const columns = axes.length === 0 ? 1 : Math.min(MAP_COLUMNS, axes[columnAxis].values.length);
  return { rowAxis, columnAxis, rows, columns, cells: Array.from({ length: rows * columns }, () => null) };
}

/** Which of `places` equal stretches of an axis a combination's value lies in. */
function place({ axes }: Grid, axis: number, places: number, index: number): number {
  if (places === 1) return 0;
  let rest = index;
  for (let faster = axes.length - 1; faster > axis; faster--) rest = Math.floor(rest / axes[faster].values.length);
  const { length } = axes[axis].values;
  return Math.floor(rest % length * places / length);
}
