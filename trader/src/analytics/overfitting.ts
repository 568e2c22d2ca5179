/** What choosing the best of many trials in one half of the time says about the other half. */
export interface Overfitting {
  /** Trials that were chosen among. */
  readonly trials: number;
  /**
   * Probability of backtest overfitting: the share of splits in which the best trial of one half is
   * at most the median in the other. About 0.5 where the choice says nothing, near 0 where the
   * best one is truly better; above 0.05 the authors would reject.
   */
  readonly probability: number;
  /** Ways in which the slices were split in two halves: choose slices / 2 of them. */
  readonly splits: number;
  /** Share of splits in which the chosen trial loses in the half that it was not chosen by. */
  readonly lossProbability: number;
  /** Straight line through the chosen trials' Sharpe ratios per period: out of sample = intercept + slope × in sample; `r2` is the share of variance that it explains. Null where none differ. */
  readonly degradation: { readonly slope: number; readonly intercept: number; readonly r2: number } | null;
}

/**
 * Combinatorially symmetric cross-validation over the returns of many trials in the same periods:
 * the periods are cut into `slices` of equal length, and for every way to take half of the slices
 * the trial with the best Sharpe ratio there is looked up in the other half. (D. H. Bailey, J.
 * Borwein, M. López de Prado, Q. J. Zhu, "The probability of backtest overfitting", J. Comp. Finance
 * 20 (2017).) A trial whose returns do not differ has a ratio of 0; equal ratios share their rank.
 * One that was ruined, and so has returns that are NaN, is left out: nobody would choose it, and
 * whatever is chosen would only seem the better for it.
 * `slices` is even, from 2 to 16: 16 makes 12 870 splits. Null with fewer than two trials, or with
 * fewer than two periods a slice. Throws RangeError for another number of slices, or trials of unequal length.
 */
export function backtestOverfitting(all: readonly ArrayLike<number>[], slices = 16): Overfitting | null {
  if (slices % 2 !== 0 || slices < 2 || slices > 16) throw new RangeError(`slices are an even number from 2 to 16, not ${slices}`);
  const periods = all[0]?.length ?? 0;
  if (all.some(({ length }) => length !== periods)) throw new RangeError('all trials must have a return for every period');
  const trials = all.filter((returns) => !Number.isNaN(mean(returns)));
  if (trials.length < 2 || periods < 2 * slices) return null;
  const table = new SliceTable(trials, slices);
  const chosen: number[] = [];
  const after: number[] = [];
  let overfit = 0;
  for (let half = 0; half < 2 ** slices; half++) {
    if (bitsOf(half) !== slices / 2) continue;
    table.split(half);
    const { inside, outside } = table;
    const best = largest(inside);
    chosen.push(inside[best]);
    after.push(outside[best]);
    if (!isAboveMedian(outside, outside[best])) overfit += 1;
  }
  const splits = chosen.length;
  return {
    trials: trials.length, probability: overfit / splits, splits, lossProbability: after.filter((ratio) => ratio < 0).length / splits, degradation: line(chosen, after),
  };
}

/** Whether more values lie below than above: the relative rank r / (N + 1) exceeds a half. */
function isAboveMedian(values: Float64Array, value: number): boolean {
  let balance = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < value) balance += 1;
    else if (values[i] > value) balance -= 1;
  }
  return balance > 0;
}

/** Sums of returns by slice and trial, from which the Sharpe ratios of any set of slices follow. */
class SliceTable {
  /** Sharpe ratios of all trials in the half that was taken, and in the rest. */
  readonly inside: Float64Array;
  readonly outside: Float64Array;
  private readonly slices: number;
  private readonly lengths: Float64Array;
  /** Slice by slice, of each trial: sum of its returns, and of their squares, about the trial's own mean, so that digits are not lost. */
  private readonly sums: Float64Array;
  private readonly squares: Float64Array;
  private readonly means: Float64Array;
  private readonly sum: Float64Array;
  private readonly square: Float64Array;

  constructor(trials: readonly ArrayLike<number>[], slices: number) {
    const count = trials.length;
    const periods = trials[0].length;
    this.slices = slices;
    this.lengths = new Float64Array(slices);
    this.sums = new Float64Array(slices * count);
    this.squares = new Float64Array(slices * count);
    this.means = Float64Array.from(trials, mean);
    this.sum = new Float64Array(count);
    this.square = new Float64Array(count);
    this.inside = new Float64Array(count);
    this.outside = new Float64Array(count);
    for (let slice = 0; slice < slices; slice++) {
      const from = Math.floor((slice * periods) / slices);
      const to = Math.floor(((slice + 1) * periods) / slices);
      this.lengths[slice] = to - from;
      trials.forEach((returns, trial) => {
        const at = slice * count + trial;
        for (let i = from; i < to; i++) {
          const away = returns[i] - this.means[trial];
          this.sums[at] += away;
          this.squares[at] += away * away;
        }
      });
    }
  }

  /** Takes the slices whose bits are set. */
  split(half: number): void {
    this.#ratios(half, this.inside);
    this.#ratios(~half, this.outside);
  }

  #ratios(half: number, ratios: Float64Array): void {
    const { slices, lengths, sums, squares, means, sum, square } = this;
    const trials = ratios.length;
    let length = 0;
    sum.fill(0);
    square.fill(0);
    for (let slice = 0; slice < slices; slice++) {
      if ((half >> slice & 1) === 0) continue;
      length += lengths[slice];
      for (let trial = 0, at = slice * trials; trial < trials; trial++, at++) {
        sum[trial] += sums[at];
        square[trial] += squares[at];
      }
    }
    for (let trial = 0; trial < trials; trial++) {
      const away = sum[trial] / length;
      const deviation = Math.sqrt(Math.max(0, (square[trial] - away * sum[trial]) / (length - 1)));
      const average = means[trial] + away;
      ratios[trial] = deviation > Math.abs(average) * 1e-12 ? average / deviation : 0;
    }
  }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function largest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

function bitsOf(word: number): number {
  let bits = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

/** Least squares of y on x. */
function line(x: readonly number[], y: readonly number[]): Overfitting['degradation'] {
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0, xy = 0, yy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - meanX) ** 2;
    xy += (x[i] - meanX) * (y[i] - meanY);
    yy += (y[i] - meanY) ** 2;
  }
  if (!(xx > 0 && yy > 0)) return null;
  return { slope: xy / xx, intercept: meanY - (xy / xx) * meanX, r2: (xy * xy) / (xx * yy) };
}
