import type { SizingBound } from '../domain/sized.ts';

declare const calibrated: unique symbol;

/** A probability that was held against what happened. Only `calibrate` makes one: a model's raw output, a softmax above all, is none. */
export type CalibratedProbability = number & { readonly [calibrated]: true };

/** An isotonic map from scores to frequencies, both ascending, as it was fitted on outcomes that the model had not seen. */
export interface IsotonicMap {
  readonly scores: readonly number[];
  readonly frequencies: readonly number[];
}

/** The frequency with which what a model scored so came true: between two scores of the map by the straight line. Throws RangeError where the map is none, or the score is no number. */
export function calibrate(score: number, { scores, frequencies }: IsotonicMap): CalibratedProbability {
  const sorted = (values: readonly number[]) => values.every((value, i) => i === 0 || value >= values[i - 1]);
  if (scores.length === 0 || scores.length !== frequencies.length || !sorted(scores) || !sorted(frequencies) || !(frequencies[0] >= 0 && frequencies[frequencies.length - 1] <= 1) || Number.isNaN(score)) {
    throw new RangeError('a calibration maps ascending scores to ascending frequencies between 0 and 1');
  }
  const above = scores.findIndex((each) => each >= score);
  if (above <= 0) return frequencies[above === 0 ? 0 : frequencies.length - 1] as CalibratedProbability;
  const share = (score - scores[above - 1]) / (scores[above] - scores[above - 1]);
  return (frequencies[above - 1] + share * (frequencies[above] - frequencies[above - 1])) as CalibratedProbability;
}

/** Kelly's fraction of a bet that wins `odds` for each unit lost: f* = p − (1 − p) / b. Below 0 where it should not be taken. (Kelly 1956; Thorp 2006.) */
export function binaryKelly(probability: CalibratedProbability, odds: number): number {
  return probability - (1 - probability) / odds;
}

/** Kelly's fraction where returns are many and small: f* = μ / σ², both of the same period. (Thorp 2006.) */
export function continuousKelly(mean: number, variance: number): number {
  return variance > 0 ? mean / variance : 0;
}

/** Share of the greatest growth that is kept at `c` times Kelly's fraction: c (2 − c); none at twice it. */
export function growthKept(c: number): number {
  return c * (2 - c);
}

/** Probability of ever falling to the share `x` of the start at `c` times Kelly's fraction: x^(2/c − 1). (Thorp 2006, diffusion.) */
export function everFallsTo(x: number, c: number): number {
  return c >= 2 ? 1 : x ** (2 / c - 1);
}

/**
 * Probability of gaining the share `up` before losing the share `down` at `c` times Kelly's fraction: the scale
 * function of geometric Brownian motion, S^(1 − 2/c). Static limits of the capital, no daily one.
 */
export function gainsBeforeLosing(up: number, down: number, c: number): number {
  const power = 1 - 2 / c;
  const bottom = (1 - down) ** power;
  return (bottom - 1) / (bottom - (1 + up) ** power);
}

/** What is believed of the mean of returns that were seen. */
export interface Edge {
  readonly mean: number;
  readonly variance: number;
  readonly observations: number;
}

/** Standard normal quantile of 75 %. */
const QUARTILE = 0.674_489_750_196_081_7;

/**
 * The lower quartile of what the mean may be, shrunk towards 0: James and Stein's positive part says how much
 * of the observed mean is more than noise (1 − (s²/n) / x̄²), and a quarter of the posterior lies below the bound.
 * At most the mean itself; 0 or below says that no edge is to be relied on.
 */
export function lowerEdge({ mean, variance, observations }: Edge): number {
  const noise = variance / observations;
  if (!(observations > 1) || !(mean > 0)) return Math.min(mean || 0, 0);
  const shrinkage = Math.max(0, 1 - noise / (mean * mean));
  return shrinkage * mean - QUARTILE * Math.sqrt(shrinkage * noise);
}

/** Fewer closed trades than these say nothing of an edge. */
export const LEAST_TRADES = 100;
/** Share of equity that is put at risk until then. */
export const FIXED_RISK = 0.0025;
/** Share of the room to the nearest limit that one position may put at risk. */
export const ROOM_SHARE = 0.1;
/** Fall from the peak at which nothing is left of the Kelly fraction; it shrinks in proportion until then. */
export const DECAY_DRAWDOWN = 0.2;

/** What a size is made of. Money in any one currency; the result has the same. */
export interface KellyInputs {
  readonly equity: number;
  /** Times Kelly's fraction. */
  readonly fraction: number;
  /** Of returns on the value of a position; undefined for no Kelly bound. */
  readonly edge: Edge | undefined;
  /** What may be lost before the nearest limit, its buffer taken off; undefined without limits. */
  readonly room: number | undefined;
  /** How far the stop is from the price, as a share of it. */
  readonly stopDistance: number;
  /** Yearly standard deviation that is asked for and that is expected, NaN while unknown; undefined without a target. */
  readonly volatility: { readonly target: number; readonly forecast: number } | undefined;
  /** Largest share of equity. */
  readonly cap: number;
  /** Fall from the highest equity, as a share of it. */
  readonly drawdown: number;
}

/** The value of a full position: the smallest of all bounds, and which it was. Never below 0. */
export function kellySize({ equity, fraction, edge, room, stopDistance, volatility, cap, drawdown }: KellyInputs): { readonly value: number; readonly bound: SizingBound; readonly bounds: Readonly<Partial<Record<SizingBound, number>>> } {
  const bounds: Partial<Record<SizingBound, number>> = { cap: cap * equity };
  if (edge !== undefined && !(edge.observations >= LEAST_TRADES)) bounds['fixed-risk'] = FIXED_RISK * equity / stopDistance;
  else if (edge !== undefined) {
    const lower = lowerEdge(edge);
    const decay = Math.max(0, 1 - drawdown / DECAY_DRAWDOWN);
    if (lower > 0) bounds.kelly = fraction * decay * continuousKelly(lower, edge.variance) * equity;
    else bounds['no-edge'] = 0;
  }
  if (room !== undefined) bounds.room = Math.max(0, room) * ROOM_SHARE / stopDistance;
  if (volatility !== undefined && Number.isNaN(volatility.forecast)) bounds['no-forecast'] = 0;
  else if (volatility !== undefined) bounds.volatility = volatility.target / volatility.forecast * equity;
  let bound: SizingBound = 'cap';
  for (const name of Object.keys(bounds) as SizingBound[]) if ((bounds[name] ?? Infinity) < (bounds[bound] ?? Infinity)) bound = name;
  return { value: Math.max(0, bounds[bound] ?? 0), bound, bounds };
}

/**
 * Shares of equity of several positions at once: fraction × Σ⁻¹μ, scaled down where their sizes add up to more
 * than `grossCap`. Throws RangeError where the covariance is none (`shrunkCovariance` always is one).
 */
export function portfolioKelly(means: readonly number[], covariance: readonly (readonly number[])[], fraction: number, grossCap: number): readonly number[] {
  const full = solve(covariance, means).map((each) => each * fraction);
  const gross = full.reduce((sum, each) => sum + Math.abs(each), 0);
  return gross > grossCap ? full.map((each) => each * grossCap / gross) : full;
}

/** Covariances of columns of returns, shrunk towards equal variances without correlation by as much as the sample says (Ledoit and Wolf 2004, "A well-conditioned estimator"). */
export function shrunkCovariance(columns: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const p = columns.length;
  const n = columns[0]?.length ?? 0;
  const centred = columns.map((column) => {
    const mean = column.reduce((sum, each) => sum + each, 0) / n;
    return column.map((each) => each - mean);
  });
  const sample = centred.map((a) => centred.map((b) => a.reduce((sum, each, t) => sum + each * b[t], 0) / n));
  const level = sample.reduce((sum, row, i) => sum + row[i], 0) / p;
  const over = (each: (i: number, j: number) => number) => sample.reduce((sum, row, i) => sum + row.reduce((part, _, j) => part + each(i, j) ** 2, 0), 0) / p;
  const distance = over((i, j) => sample[i][j] - (i === j ? level : 0));
  let noise = 0;
  for (let t = 0; t < n; t++) noise += over((i, j) => centred[i][t] * centred[j][t] - sample[i][j]);
  const share = distance === 0 ? 0 : Math.min(1, noise / (n * n) / distance);
  return sample.map((row, i) => row.map((each, j) => (1 - share) * each + (i === j ? share * level : 0)));
}

/** x of A x = b for a positive definite A, by Cholesky's decomposition. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const lower: number[][] = [];
  for (let i = 0; i < n; i++) {
    lower.push([]);
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k];
      if (i === j && !(sum > 0)) throw new RangeError('a covariance matrix is positive definite');
      lower[i].push(i === j ? Math.sqrt(sum) : sum / lower[j][j]);
    }
  }
  const x = [...right];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i][k] * x[k];
    x[i] /= lower[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}
