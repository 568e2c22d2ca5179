import type { Bars } from '../domain/bar.ts';
import { add, compare, parseDecimal, type Exact } from '../domain/exact.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import type { Engine, Market } from '../pipeline/engine.ts';
import type { Sizing } from '../pipeline/sizing.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { StrategyDefinition } from '../ports/strategy.ts';
import { BasisPointFee } from '../simulation/fees.ts';
import { moneyScaleOf, runBacktest } from './backtest.ts';
import { ColumnAccount, type Outcome } from './column-account.ts';
import type { Grid } from './grid.ts';

/** What stays the same for all combinations of a sweep. */
export interface SweepSpec {
  readonly definition: StrategyDefinition;
  readonly market: Market;
  readonly sizing: Sizing;
  /** Opening cash, a decimal in account currency. */
  readonly cash: string;
  readonly fees: FeeModel;
  readonly fill: 'next-open' | 'close';
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

/** What some combinations of a grid came to together. */
export interface SweepPart {
  readonly combos: number;
  /** How many of them a column kernel decided. */
  readonly byKernel: number;
  /** Combinations that the strategy's own check refused. */
  readonly skipped: number;
  readonly fills: number;
  readonly sumFinalEquity: Exact;
  /** The highest final equities, the highest first; of equals, the first of the grid. */
  readonly best: readonly Ranked[];
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

  constructor(spec: SweepSpec, bars: Bars, grid: Grid, top: number) {
    this.#spec = spec;
    this.#bars = bars;
    this.#grid = grid;
    this.#top = top;
    this.#account = spec.definition.columnKernel && columnAccount(spec, bars);
  }

  /** Whether a combination needs no engine. */
  byKernel(values: ParameterValues): boolean {
    return this.#account !== undefined && this.#spec.definition.columnKernel?.supports(values) === true;
  }

  /** Tries the combinations [from, to), telling how many are done as it goes. The parts of a grid may be tried in any order, anywhere. */
  run(from: number, to: number, onDone: (combos: number) => void = () => {}): SweepPart {
    const { definition } = this.#spec;
    const kernel: { readonly index: number; readonly values: ParameterValues }[] = [];
    const tally = new Tally(this.#grid, this.#top);
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
      definition.columnKernel?.decide(this.#bars, kernel.map(({ values }) => values), (set, targets) => take(kernel[set].index, account.settle(targets)));
    }
    return tally.part();
  }

  #byEngine(values: ParameterValues): Outcome {
    const { portfolio } = runCombination(this.#spec, this.#bars, values);
    return { fills: portfolio.fills, fees: portfolio.account.fees, finalEquity: portfolio.exactEquity() };
  }
}

/** One combination through the engine. */
export function runCombination({ definition, market, sizing, cash, fees, fill }: SweepSpec, bars: Bars, values: ParameterValues): Engine {
  return runBacktest({
    markets: [market], cash, fees, guards: [], latencyMs: 0, marketFill: fill,
    books: [{ strategyName: definition.name, strategy: definition.create(values), market: 0, sizing }],
  }, [[bars]]);
}

/** The account for columns; undefined where the rules are more than it knows. */
function columnAccount({ market: { instrument, intervalMs }, sizing, cash, fees, fill }: SweepSpec, bars: Bars): ColumnAccount | undefined {
  const { priceScale, quantityScale, tickSize, lotSize, minNotional } = instrument;
  const plain = tickSize === 1 && lotSize === 1 && minNotional === 0 && sizing.kind === 'units' && fees instanceof BasisPointFee;
  if (!plain || !opensAfterCloses(bars, intervalMs)) return undefined;
  const moneyScale = moneyScaleOf([instrument], fees, cash);
  return new ColumnAccount(bars, {
    priceScale, quantityScale, units: parseDecimal(sizing.units, quantityScale), moneyScale, cash: parseDecimal(cash, moneyScale), fees, fill,
  });
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
  readonly #grid: Grid;
  readonly #map: SweepMap;

  constructor(grid: Grid, top: number) {
    this.#grid = grid;
    this.#top = top;
    this.#map = emptyMap(grid);
  }

  take(index: number, outcome: Outcome): void {
    this.#combos += 1;
    this.#fills += outcome.fills;
    this.#sum = add(this.#sum, outcome.finalEquity);
    rank(this.#best, { index, ...outcome }, this.#top);
    const { rowAxis, columnAxis, rows, columns, cells } = this.#map;
    const cell = place(this.#grid, rowAxis, rows, index) * columns + place(this.#grid, columnAxis, columns, index);
    cells[cell] = better(cells[cell], outcome.finalEquity);
  }

  part(): SweepPart {
    return {
      combos: this.#combos, byKernel: this.byKernel, skipped: this.skipped, fills: this.#fills,
      sumFinalEquity: this.#sum, best: this.#best, map: this.#map,
    };
  }
}

/** Parts of one sweep, at least one, together: the same whatever the parts and their order. */
export function mergeParts(parts: readonly SweepPart[], top: number): SweepPart {
  const best: Ranked[] = [];
  for (const part of parts) for (const one of part.best) rank(best, one, top);
  const sum = (of: (part: SweepPart) => number) => parts.reduce((total, part) => total + of(part), 0);
  const cells = parts[0].map.cells.map((_, cell) => parts.reduce<Exact | null>((most, { map }) => better(most, map.cells[cell]), null));
  return {
    combos: sum(({ combos }) => combos), byKernel: sum(({ byKernel }) => byKernel), skipped: sum(({ skipped }) => skipped),
    fills: sum(({ fills }) => fills), sumFinalEquity: parts.reduce<Exact>((total, part) => add(total, part.sumFinalEquity), 0),
    best, map: { ...parts[0].map, cells },
  };
}

function better(a: Exact | null, b: Exact | null): Exact | null {
  return a === null || (b !== null && compare(b, a) > 0) ? b : a;
}

/** Puts one among the best where it belongs, and keeps `top` of them. */
function rank(best: Ranked[], one: Ranked, top: number): void {
  let at = best.length;
  while (at > 0 && comesBefore(one, best[at - 1])) at--;
  if (at >= top) return;
  best.splice(at, 0, one);
  if (best.length > top) best.pop();
}

function comesBefore(a: Ranked, b: Ranked): boolean {
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
