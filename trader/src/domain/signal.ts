/** What a strategy wrote into its signal is no opinion: a target beyond −1 to 1, a stop that is no price. */
export class OpinionError extends RangeError {}

/**
 * A strategy's opinion on one instrument: a level to hold, not an order to send. What it means
 * in units is the risk stage's business. The strategy writes it; the pipeline reads it.
 */
export class Signal {
  /** Share of the full size to hold: 1 fully long, 0 flat, −1 fully short, or anything between. */
  target = 0;
  /** Price at which the position is to be given up; NaN for none. */
  stop = NaN;
  /**
   * How far the stop follows the price from then on, as a share of the best price since: 0.02; NaN for a
   * stop that stays. It says how a stop is meant, so it is read when `stop` or `target` changes, and needs a `stop`.
   */
  trail = NaN;
  /** Price at which the profit is to be taken; NaN for none. */
  takeProfit = NaN;
}
