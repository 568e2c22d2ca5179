import { add, compare, type Exact } from '../domain/exact.ts';
import type { Grid } from './grid.ts';

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
 * Adds up what the combinations [from, to) of a grid come to: outcomes one by one, or whole parts. Of
 * a combination it keeps its Sharpe ratio, eight bytes, unless it is among the best; the same sums come
 * out whatever the parts and their order.
 */
export class SweepTally {
  /** Combinations that the strategy's own check refused, and those that a column kernel decided. */
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

  /** Keeps the `top` best. */
  constructor(grid: Grid, top: number, from = 0, to = grid.size) {
    this.#grid = grid;
    this.#top = top;
    this.#from = from;
    this.#sharpes = new Float64Array(to - from).fill(NaN);
    this.#map = emptyMap(grid);
  }

  /** Takes the outcome of one combination. */
  take(index: number, outcome: Outcome): void {
    this.#combos += 1;
    this.#fills += outcome.fills;
    this.#sum = add(this.#sum, outcome.finalEquity);
    this.#sharpes[index - this.#from] = outcome.sharpe ?? NaN;
    rank(this.#best, index, outcome, this.#top);
    const { rowAxis, columnAxis, rows, columns, cells } = this.#map;
    const cell = place(this.#grid, rowAxis, rows, index) * columns + place(this.#grid, columnAxis, columns, index);
    cells[cell] = better(cells[cell], outcome.finalEquity);
  }

  /** Takes what another tally came to, of combinations that lie within these and in no other part. */
  add({ from, combos, byKernel, skipped, fills, sumFinalEquity, best, sharpes, map }: SweepPart): void {
    this.#combos += combos;
    this.byKernel += byKernel;
    this.skipped += skipped;
    this.#fills += fills;
    this.#sum = add(this.#sum, sumFinalEquity);
    this.#sharpes.set(sharpes, from - this.#from);
    for (const { index, ...outcome } of best) rank(this.#best, index, outcome, this.#top);
    const { cells } = this.#map;
    map.cells.forEach((equity, cell) => { cells[cell] = better(cells[cell], equity); });
  }

  /** What all of it came to so far. */
  part(): SweepPart {
    return {
      from: this.#from, combos: this.#combos, byKernel: this.byKernel, skipped: this.skipped, fills: this.#fills,
      sumFinalEquity: this.#sum, best: this.#best, sharpes: this.#sharpes, map: this.#map,
    };
  }
}

function better(a: Exact | null, b: Exact | null): Exact | null {
  return a === null || (b !== null && compare(b, a) > 0) ? b : a;
}

/** Puts one among the best where it belongs, and keeps `top` of them. */
function rank(best: Ranked[], index: number, outcome: Outcome, top: number): void {
  if (outcome.score === null) return;
  let at = best.length;
  while (at > 0 && comesBefore(index, outcome, best[at - 1])) at--;
  if (at >= top) return;
  best.splice(at, 0, { index, ...outcome });
  if (best.length > top) best.pop();
}

function comesBefore(index: number, outcome: Outcome, other: Ranked): boolean {
  const lead = (outcome.score ?? 0) - (other.score ?? 0);
  if (lead !== 0) return lead > 0;
  const order = compare(outcome.finalEquity, other.finalEquity);
  return order > 0 || (order === 0 && index < other.index);
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
