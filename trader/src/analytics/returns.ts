import { DAY_MS } from '../domain/time.ts';

/**
 * Ratios of a series of returns. Conventions, the same everywhere: simple returns per period,
 * risk-free rate and required return 0, sample standard deviation (n − 1), annualised by the
 * square root of the periods in a year. A ratio that is not defined is null, never NaN or infinite.
 */

/** Daily periods in a year: crypto trades every day, an exchange on about 252. */
export const PERIODS_PER_YEAR = { crypto: 365, equity: 252, fx: 252 } as const;

/**
 * How many returns by day an account has in a year, as it trades these markets: those of the market that has
 * the most, since a day on which any of them has a bar is one. A market has the days of its class, and where
 * its bars are longer than a day no more than there are of them: 52.14 weeks.
 */
export function returnsInYear(markets: readonly { readonly instrument: { readonly assetClass: keyof typeof PERIODS_PER_YEAR }; readonly intervalMs: number }[]): number {
  return Math.max(...markets.map(({ instrument, intervalMs }) => Math.min(PERIODS_PER_YEAR[instrument.assetClass], 365 / Math.max(1, intervalMs / DAY_MS))));
}

/** Simple returns between neighbours of an equity series, one fewer than the series; NaN after equity of 0 or less. */
export function simpleReturns(equity: ArrayLike<number>): Float64Array {
  const returns = new Float64Array(Math.max(0, equity.length - 1));
  for (let i = 0; i < returns.length; i++) {
    const before = equity[i];
    returns[i] = before > 0 ? equity[i + 1] / before - 1 : NaN;
  }
  return returns;
}

/** Annualised Sharpe ratio: mean / standard deviation × √periods. Null with fewer than two returns or none that differ. */
export function sharpe(returns: ArrayLike<number>, periodsPerYear: number): number | null {
  const average = mean(returns);
  const deviation = standardDeviation(returns);
  // What is left of equal returns after rounding is no variance.
  if (deviation <= Math.abs(average) * 1e-12) return null;
  return finite((average / deviation) * Math.sqrt(periodsPerYear));
}

/**
 * Annualised Sortino ratio: mean / downside deviation × √periods. The downside deviation is the
 * root of the mean square of min(return, 0) over all returns, gains counting as 0, as Sortino
 * defines it. Null with fewer than two returns or no loss.
 */
export function sortino(returns: ArrayLike<number>, periodsPerYear: number): number | null {
  if (returns.length < 2) return null;
  return finite((mean(returns) / downside(returns)) * Math.sqrt(periodsPerYear));
}

/** Annualised downside deviation, as `sortino` divides by. Null without returns. */
export function downsideDeviation(returns: ArrayLike<number>, periodsPerYear: number): number | null {
  return finite(downside(returns) * Math.sqrt(periodsPerYear));
}

/** Omega ratio at a threshold of 0: sum of gains / sum of losses (Keating & Shadwick 2002). Null without a loss. */
export function omega(returns: ArrayLike<number>): number | null {
  let gains = 0;
  let losses = 0;
  for (let i = 0; i < returns.length; i++) {
    if (returns[i] > 0) gains += returns[i];
    else losses -= returns[i];
  }
  return finite(gains / losses);
}

/** Annualised standard deviation. Null with fewer than two returns. */
export function volatility(returns: ArrayLike<number>, periodsPerYear: number): number | null {
  return finite(standardDeviation(returns) * Math.sqrt(periodsPerYear));
}

/**
 * Compound annual growth rate over an equity series: (last / first)^(periods in a year / periods
 * seen) − 1. Null with fewer than two values, from nothing, to less than nothing, or where a
 * short span's growth is too great to annualise.
 */
export function cagr(equity: ArrayLike<number>, periodsPerYear: number): number | null {
  if (equity.length < 2) return null;
  const first = equity[0];
  const last = equity[equity.length - 1];
  if (!(first > 0 && last >= 0)) return null;
  return finite((last / first) ** (periodsPerYear / (equity.length - 1)) - 1);
}

/** Calmar ratio: compound annual growth rate / maximum drawdown. Null without growth rate or drawdown. */
export function calmar(growth: number | null, maxDrawdown: number): number | null {
  return growth === null ? null : finite(growth / maxDrawdown);
}

/** Root of the mean square of min(return, 0) over all returns. */
function downside(returns: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < returns.length; i++) squares += Math.min(returns[i], 0) ** 2;
  return Math.sqrt(squares / returns.length);
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Sample standard deviation (n − 1) in two passes; NaN with fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const average = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - average) ** 2;
  return values.length < 2 ? NaN : Math.sqrt(squares / (values.length - 1));
}

/** A figure, or null where it is NaN or infinite. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
