import { finite, mean, standardDeviation } from './returns.ts';

/** How returns compare with those of something else on the same days. */
export interface Comparison {
  /** Slope of the least-squares line of the returns on the benchmark's. Null where the benchmark does not move. */
  readonly beta: number | null;
  /** What beta leaves over, a year: (1 + mean(return − beta × benchmark))^periods − 1. */
  readonly alpha: number | null;
  /** Pearson's correlation. */
  readonly correlation: number | null;
  /** Annualised deviation of the difference (n − 1). */
  readonly trackingError: number | null;
  /** Mean difference / its deviation × √periods. Null where they never differ. */
  readonly informationRatio: number | null;
}

/** Compares returns with a benchmark's of the same days, risk-free rate 0. With fewer than two days nothing is defined. */
export function compare(returns: ArrayLike<number>, benchmark: ArrayLike<number>, periodsPerYear: number): Comparison {
  const difference = Float64Array.from(returns, (value, i) => value - benchmark[i]);
  const deviation = standardDeviation(difference);
  const slope = covariance(returns, benchmark) / standardDeviation(benchmark) ** 2;
  const beta = standardDeviation(benchmark) <= Math.abs(mean(benchmark)) * 1e-12 ? null : finite(slope);
  const left = beta === null ? NaN : mean(Float64Array.from(returns, (value, i) => value - beta * benchmark[i]));
  return {
    beta,
    alpha: finite((1 + left) ** periodsPerYear - 1),
    correlation: finite(covariance(returns, benchmark) / standardDeviation(returns) / standardDeviation(benchmark)),
    trackingError: finite(deviation * Math.sqrt(periodsPerYear)),
    informationRatio: deviation <= Math.abs(mean(difference)) * 1e-12 ? null : finite(mean(difference) / deviation * Math.sqrt(periodsPerYear)),
  };
}

/** Sample covariance (n − 1); NaN with fewer than two values. */
function covariance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - meanA) * (b[i] - meanB);
  return a.length < 2 ? NaN : sum / (a.length - 1);
}
