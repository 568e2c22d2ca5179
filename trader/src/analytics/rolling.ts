import { sharpe } from './returns.ts';

/** Annualised Sharpe ratio of each `window` returns in a row, by the convention of `sharpe`; the first stands for the first `window` returns. NaN where it is not defined. */
export function rollingSharpe(returns: Float64Array, window: number, periodsPerYear: number): Float64Array {
  return Float64Array.from({ length: Math.max(0, returns.length - window + 1) }, (_, i) => sharpe(returns.subarray(i, i + window), periodsPerYear) ?? NaN);
}
