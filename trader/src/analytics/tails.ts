import { normalQuantile } from './normal.ts';
import { quantile } from './quantile.ts';
import { finite, mean, standardDeviation } from './returns.ts';

/**
 * Skewness of a sample: the adjusted Fisher–Pearson coefficient G1, as Excel's SKEW, pandas and
 * PerformanceAnalytics' `skewness(method = "fisher")` give it. Null with fewer than three values, or none that differ.
 */
export function skewness(values: ArrayLike<number>): number | null {
  const n = values.length;
  const { second, third } = moments(values);
  return n < 3 ? null : finite(third / second ** 1.5 * Math.sqrt(n * (n - 1)) / (n - 2));
}

/**
 * Excess kurtosis of a sample: G2, as Excel's KURT, pandas and PerformanceAnalytics'
 * `kurtosis(method = "sample_excess")` give it; 0 for a normal distribution. Null with fewer than four values, or none that differ.
 */
export function excessKurtosis(values: ArrayLike<number>): number | null {
  const n = values.length;
  const { second, fourth } = moments(values);
  return n < 4 ? null : finite((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (fourth / second ** 2 - 3) + 6));
}

/** Historical value at risk: the return that so great a share of all returns does not exceed (quantile of type 7). Null without returns, or where one is not known. */
export function valueAtRisk(returns: ArrayLike<number>, share: number): number | null {
  return finite(quantile(ordered(returns), share));
}

/** Historical expected shortfall: the mean of the returns that are at most the value at risk. Null without returns, or where one is not known. */
export function conditionalValueAtRisk(returns: ArrayLike<number>, share: number): number | null {
  const sorted = ordered(returns);
  const limit = quantile(sorted, share);
  return finite(mean(sorted.filter((value) => value <= limit)));
}

/** Value at risk of a normal distribution with the returns' mean and sample deviation. Null with fewer than two returns. */
export function normalValueAtRisk(returns: ArrayLike<number>, share: number): number | null {
  return finite(mean(returns) + normalQuantile(share) * standardDeviation(returns));
}

/** Expected shortfall of a normal distribution with the returns' mean and sample deviation. Null with fewer than two returns. */
export function normalConditionalValueAtRisk(returns: ArrayLike<number>, share: number): number | null {
  const density = Math.exp(-(normalQuantile(share) ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return finite(mean(returns) - standardDeviation(returns) * density / share);
}

/** Tail ratio: the 95th percentile of the returns / the size of the 5th. Null without returns, where one is not known, or where the 5th is 0. */
export function tailRatio(returns: ArrayLike<number>): number | null {
  const sorted = ordered(returns);
  return finite(Math.abs(quantile(sorted, 0.95)) / Math.abs(quantile(sorted, 0.05)));
}

/** The returns from the worst on; none where one is NaN, as after ruin: what is not known has no place among them. */
function ordered(returns: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(returns).sort();
  return Number.isNaN(sorted.at(-1)) ? sorted.subarray(0, 0) : sorted;
}

/** Moments about the mean, divided by n. */
function moments(values: ArrayLike<number>): { readonly second: number; readonly third: number; readonly fourth: number } {
  const average = mean(values);
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const difference = values[i] - average;
    second += difference ** 2;
    third += difference ** 3;
    fourth += difference ** 4;
  }
  // What is left of equal values after rounding is no spread.
  if (Math.sqrt(second / values.length) <= Math.abs(average) * 1e-12) second = NaN;
  return { second: second / values.length, third: third / values.length, fourth: fourth / values.length };
}
