import type { Bar } from '../domain/bar.ts';
import { Ema } from './moving-average.ts';
import type { Seed } from './moving-average.ts';
import { requirePeriod } from './window.ts';

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
  readonly #seeds: readonly [fast: Ema, slow: Ema, signal: Ema];
  readonly #fastAlpha: number = NaN;
  readonly #slowAlpha: number = NaN;
  readonly #signalAlpha: number = NaN;
  #slow = NaN;
  #missing: number = 0;

  constructor(fast: number, slow: number, signal: number, seed: Seed) {
    if (!(fast < slow)) throw new RangeError(`fast must be less than slow, not ${fast} and ${slow}`);
    this.#seeds = [new Ema(fast, seed), new Ema(slow, seed), new Ema(signal, seed)];
    this.#fastAlpha = 2 / (fast + 1);
    this.#slowAlpha = 2 / (slow + 1);
    this.#signalAlpha = 2 / (signal + 1);
    this.warmup = this.#missing = seed === 'first' ? 1 : slow + signal - 1;
  }

  get ready(): boolean { return this.#missing === 0; }

  /** Three averages written out, because as objects they cost more; `Ema` has the same arithmetic. */
  update(x: number): void {
    if (this.#missing > 0) return this.#seed(x);
    const fast = this.fast + this.#fastAlpha * (x - this.fast);
    const slow = this.#slow + this.#slowAlpha * (x - this.#slow);
    const macd = fast - slow;
    const signal = this.signal + this.#signalAlpha * (macd - this.signal);
    this.fast = fast;
    this.#slow = slow;
    this.macd = macd;
    this.signal = signal;
    this.histogram = macd - signal;
  }

  #seed(x: number): void {
    const [fast, slow, signal] = this.#seeds;
    fast.update(x);
    slow.update(x);
    if (slow.ready) signal.update(fast.value - slow.value);
    this.#missing -= 1;
    if (this.#missing > 0) return;
    this.fast = fast.value;
    this.#slow = slow.value;
    this.macd = fast.value - slow.value;
    this.signal = signal.value;
    this.histogram = this.macd - this.signal;
  }

  /** The lines after every value of a column. */
  static columns(fast: number, slow: number, signal: number, seed: Seed, x: Float64Array): [macd: Float64Array, signal: Float64Array, histogram: Float64Array] {
    const [macds, signals, histograms] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
    const start = new Macd(fast, slow, signal, seed);
    const [fastAlpha, slowAlpha, signalAlpha] = [start.#fastAlpha, start.#slowAlpha, start.#signalAlpha];
    let i = 0;
    for (; i < x.length && !start.ready; i++) {
      start.update(x[i]);
      macds[i] = start.macd;
      signals[i] = start.signal;
      histograms[i] = start.histogram;
    }
    let [fastValue, slowValue, signalValue] = [start.fast, start.#slow, start.signal];
    for (; i < x.length; i++) {
      fastValue += fastAlpha * (x[i] - fastValue);
      slowValue += slowAlpha * (x[i] - slowValue);
      const macd = fastValue - slowValue;
      signalValue += signalAlpha * (macd - signalValue);
      macds[i] = macd;
      signals[i] = signalValue;
      histograms[i] = macd - signalValue;
    }
    return [macds, signals, histograms];
  }
}

/**
 * Average directional index with its two lines (Wilder). Upward and downward movement and the true
 * range are summed with weight 1 − 1/n for what went before; DI = 100 × movement ÷ range,
 * DX = 100 × |+DI − −DI| ÷ (+DI + −DI), ADX its average with weight 1/n, started with the mean of the
 * first n. The sums start as in TA-Lib, with n − 1 bars (Wilder and LEAN take n: that is forgotten with time).
 * As in TA-Lib, both lines are 0 while there is no range, and the ADX stays where it is while nothing moves.
 */
export class Adx {
  /** 0 to 100. */
  adx = NaN;
  /** 0 to 100. */
  plusDi = NaN;
  /** 0 to 100. */
  minusDi = NaN;
  readonly warmup: number;
  readonly #n: number = 0;
  readonly #weight: number = NaN;
  #missing: number = 0;
  #high = NaN;
  #low = NaN;
  #close = NaN;
  #plus = NaN;
  #minus = NaN;
  #range = NaN;
  #sum = NaN;

  constructor(period: number) {
    this.#n = requirePeriod(period, 2);
    this.#weight = 1 / period;
    this.warmup = this.#missing = 2 * period;
  }

  get ready(): boolean { return this.#missing === 0; }

  update(bar: Bar): void {
    const high = bar.high;
    const low = bar.low;
    const close = this.#close;
    const up = high - this.#high;
    const down = this.#low - low;
    const range = Math.max(high, close) - Math.min(low, close);
    this.#high = high;
    this.#low = low;
    this.#close = bar.close;
    // The larger of the two, if it is positive; without a branch, which would be a coin toss.
    const plus = (up + Math.abs(up)) / 2 * Number(up > down);
    const minus = (down + Math.abs(down)) / 2 * Number(down > up);
    if (this.#missing > 0) return this.#seed(plus, minus, range);
    const index = this.#smooth(plus, minus, range);
    if (index >= 0) this.adx += this.#weight * (index - this.adx);
  }

  /** Moves the three sums and the lines; gives DX, NaN where nothing moved. */
  #smooth(plus: number, minus: number, range: number): number {
    const weight = this.#weight;
    const sumPlus = this.#plus += plus - weight * this.#plus;
    const sumMinus = this.#minus += minus - weight * this.#minus;
    const sumRange = this.#range += range - weight * this.#range;
    const scale = sumRange > 0 ? 100 / sumRange : 0;
    this.plusDi = scale * sumPlus;
    this.minusDi = scale * sumMinus;
    return 100 * Math.abs(sumPlus - sumMinus) / (sumPlus + sumMinus);
  }

  /** The first bar only gives a previous one, the next n − 1 are summed, and n DX make the first ADX. */
  #seed(plus: number, minus: number, range: number): void {
    const updates = this.warmup - this.#missing;
    this.#missing -= 1;
    if (updates === 0) this.#plus = this.#minus = this.#range = this.#sum = 0;
    else if (updates < this.#n) {
      this.#plus += plus;
      this.#minus += minus;
      this.#range += range;
    } else {
      const index = this.#smooth(plus, minus, range);
      if (index >= 0) this.#sum += index;
      if (this.#missing === 0) this.adx = this.#sum / this.#n;
      else this.plusDi = this.minusDi = NaN;
    }
  }
}
