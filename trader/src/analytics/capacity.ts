import { quantile } from './quantile.ts';

/**
 * How many basis points of its value each fill may cost before nothing is left: profit before
 * costs ÷ value of all fills × 10 000. Below 0 where there was a loss before any cost; null without
 * a fill. To the first order: with less equity a strategy that bets a share of it trades less.
 */
export function breakEvenCost(profitBeforeCosts: number, turnover: number): number | null {
  return turnover > 0 ? (profitBeforeCosts / turnover) * 10_000 : null;
}

/** Up to which account size the market would have taken the fills. */
export interface Capacity {
  /** The account at which the first fill exceeds its share of a bar's volume; 0 where a bar without volume was traded on. */
  readonly first: number;
  /** The account at which one fill in twenty does. */
  readonly twentieth: number;
}

/**
 * Capacity by volume share: fills grow with the account, the market does not. `participations` are
 * each fill's quantity ÷ the volume of the bar that it traded on, as seen with an account of the
 * size `account`; `share` is how much of a bar's volume one may be (0.01 is 1 %). Infinity marks a
 * bar without volume, NaN one of which it is unknown, and is left out. Null where nothing is left.
 */
export function capacity(participations: ArrayLike<number>, account: number, share: number): Capacity | null {
  const known = Float64Array.from(participations).filter((participation) => participation > 0).sort();
  if (known.length === 0) return null;
  return { first: account * share / known[known.length - 1], twentieth: account * share / quantile(known, 0.95) };
}
