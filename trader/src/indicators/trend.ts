import { Ema } from './moving-average.ts';
import type { Seed } from './moving-average.ts';

/**
 * Moving average convergence/divergence (Appel): EMA(fast) − EMA(slow), its EMA(signal), and the
 * difference of the two.
 *
 * Seed `first`: all three averages start at the first bar, and everything is defined from there.
 * Seed `sma`: each average starts with the mean of its own first values, the signal line with those
 * of the MACD from bar `slow` on: LEAN's convention. TA-Lib's differs at the start: it delays the
 * fast average until both first means end on bar `slow`.
 */
export class Macd {
  macd = NaN;
  signal = NaN;
  /** macd − signal. */
  histogram = NaN;
  /** The fast average, in which some rules measure the distance of the lines. */
  fast = NaN;
  readonly warmup: number;
  readonly #fast: Ema;
  readonly #slow: Ema;
  readonly #signal: Ema;

  constructor(fast: number, slow: number, signal: number, seed: Seed) {
    if (!(fast < slow)) throw new RangeError(`fast must be less than slow, not ${fast} and ${slow}`);
    this.#fast = new Ema(fast, seed);
    this.#slow = new Ema(slow, seed);
    this.#signal = new Ema(signal, seed);
    this.warmup = this.#slow.warmup + this.#signal.warmup - 1;
  }

  get ready(): boolean { return this.#signal.ready; }

  update(x: number): void {
    const fast = this.#fast.update(x);
    const macd = fast - this.#slow.update(x);
    if (!this.#slow.ready) return;
    const signal = this.#signal.update(macd);
    if (!this.#signal.ready) return;
    this.fast = fast;
    this.macd = macd;
    this.signal = signal;
    this.histogram = macd - signal;
  }
}
