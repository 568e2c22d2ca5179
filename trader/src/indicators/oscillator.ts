import type { Bar } from '../domain/bar.ts';
import { Sma } from './moving-average.ts';
import { Donchian } from './volatility.ts';
import { emptyRing, NO_RING, requirePeriod } from './window.ts';

/*
 * Where a definition divides by a range, a movement or a deviation that is zero (a flat market),
 * the value is 0, as in TA-Lib.
 */

/**
 * Relative strength index (Wilder): 100 × average gain ÷ (average gain + average loss), both with
 * weight 1/n and started with the mean of the first n changes, for which n + 1 values are needed.
 */
export class Rsi {
  /** 0 to 100; NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #n: number = 0;
  readonly #weight: number = NaN;
  #missing: number = 0;
  #previous = NaN;
  #gain = NaN;
  #loss = NaN;

  constructor(period: number) {
    this.#n = requirePeriod(period);
    this.#weight = 1 / period;
    this.warmup = this.#missing = period + 1;
  }

  get ready(): boolean { return this.#missing === 0; }

  /** A change is split into gain and loss without a branch: its sign is a coin toss. */
  update(x: number): number {
    const change = x - this.#previous;
    this.#previous = x;
    const size = Math.abs(change);
    if (this.#missing > 0) return this.#seed(change, size);
    const weight = this.#weight;
    const gain = this.#gain + weight * ((size + change) / 2 - this.#gain);
    const loss = this.#loss + weight * ((size - change) / 2 - this.#loss);
    this.#gain = gain;
    this.#loss = loss;
    const sum = gain + loss;
    return this.value = sum === 0 ? 0 : 100 * gain / sum;
  }

  #seed(change: number, size: number): number {
    const first = this.#missing === this.warmup;
    this.#gain = first ? 0 : this.#gain + (size + change) / 2 / this.#n;
    this.#loss = first ? 0 : this.#loss + (size - change) / 2 / this.#n;
    this.#missing -= 1;
    if (this.#missing > 0) return NaN;
    const sum = this.#gain + this.#loss;
    return this.value = sum === 0 ? 0 : 100 * this.#gain / sum;
  }

  /** The value after every one of a column. */
  static column(period: number, x: Float64Array): Float64Array {
    const values = new Float64Array(x.length);
    const start = new Rsi(period);
    const weight = start.#weight;
    let i = 0;
    for (; i < x.length && !start.ready; i++) values[i] = start.update(x[i]);
    let gain = start.#gain;
    let loss = start.#loss;
    for (; i < x.length; i++) {
      const change = x[i] - x[i - 1];
      const size = Math.abs(change);
      gain += weight * ((size + change) / 2 - gain);
      loss += weight * ((size - change) / 2 - loss);
      const sum = gain + loss;
      values[i] = sum === 0 ? 0 : 100 * gain / sum;
    }
    return values;
  }
}

/**
 * The running sum of the last n values of at most `most`, without drift: each is rounded to a multiple of the
 * smallest step in which a double counts to n times `most`, so that every sum of n of them is exact. That moves
 * a percentage by 3e-14 where n is 3, and by 6e-11 where it is 10 000.
 */
class SteppedSum {
  readonly #ring: number[] = NO_RING;
  /** Adding and taking off 1.5 times the largest power of two under n times `most` rounds to those steps. */
  readonly #rounder: number = NaN;
  #at: number = 0;
  #sum = 0;

  constructor(n: number, most: number) {
    this.#rounder = 1.5 * 2 ** (Math.ceil(Math.log2(most * n)) - 1);
    this.#ring = emptyRing(requirePeriod(n) - 1, [NaN]).fill(0);
  }

  /** Those of less than n updates count what is not there yet as 0. */
  update(value: number): number {
    const ring = this.#ring;
    const at = this.#at;
    this.#at = at + 1 === ring.length ? 0 : at + 1;
    const rounder = this.#rounder;
    const rounded = value + rounder - rounder;
    const sum = this.#sum + (rounded - ring[at]);
    this.#sum = sum;
    ring[at] = rounded;
    return sum;
  }
}

/**
 * Stochastic oscillator (Lane): where the close lies in the range of the last n bars, 0 to 100;
 * k is its simple average over `smooth` bars (1: the fast %K), d the simple average of k over `signal`.
 */
export class Stochastic {
  /** %K, 0 to 100. */
  k = NaN;
  /** %D, 0 to 100. */
  d = NaN;
  readonly warmup: number;
  readonly #channel: Donchian;
  /** Of percentages. */
  readonly #sum: SteppedSum;
  /** Of such sums. */
  readonly #sums: SteppedSum;
  /** Counts, but used as numbers: what both sums are divided by. */
  readonly #smooth: number = NaN;
  readonly #all: number = NaN;
  /** Updates still to come, once there is a channel, before both averages are whole. */
  #missing: number = 0;

  constructor(period: number, smooth: number, signal: number) {
    this.#channel = new Donchian(period);
    this.#sum = new SteppedSum(smooth, 100);
    this.#sums = new SteppedSum(signal, 100 * smooth);
    this.#smooth = smooth;
    this.#all = smooth * signal;
    this.#missing = smooth + signal - 2;
    this.warmup = period + smooth + signal - 2;
  }

  get ready(): boolean { return !Number.isNaN(this.d); }

  update(bar: Bar): void {
    const close = bar.close;
    const channel = this.#channel;
    channel.update(bar);
    const lower = channel.lower;
    const width = channel.upper - lower;
    if (Number.isNaN(width)) return;
    const sum = this.#sum.update(width === 0 ? 0 : 100 * (close - lower) / width);
    const sums = this.#sums.update(sum);
    if (this.#missing > 0) this.#missing -= 1;
    else {
      this.k = sum / this.#smooth;
      this.d = sums / this.#all;
    }
  }
}

/** Williams %R: how far the close lies under the highest high, in percent of the range of the last n bars; −100 to 0. */
export class WilliamsR {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #channel: Donchian;

  constructor(period: number) {
    this.#channel = new Donchian(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(bar: Bar): number {
    const close = bar.close;
    const channel = this.#channel;
    channel.update(bar);
    const upper = channel.upper;
    const width = upper - channel.lower;
    return this.value = width === 0 ? 0 : -100 * (upper - close) / width;
  }
}

/**
 * Commodity channel index (Lambert): the typical price's distance from its simple average, in units
 * of 0.015 mean absolute deviations. The deviation is taken anew from the n values of the window:
 * the one indicator whose update costs O(n), since every value's distance changes with the mean.
 */
export class Cci {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #mean: Sma;
  /** The window's values, made an even number by the mean, which lies at no distance from itself. */
  readonly #prices: number[] = NO_RING;
  /** The factor that makes a sum of absolute deviations the unit. */
  readonly #unit: number = NaN;
  #at: number = 0;

  constructor(period: number) {
    this.#mean = new Sma(period);
    this.#prices = emptyRing(period - 1 + period % 2, [NaN]);
    this.#unit = 0.015 / period;
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  /** Two sums, so that neither waits for the other. */
  update(bar: Bar): number {
    const price = bar.high + bar.low + bar.close; // three times the typical one, all of them
    const mean = this.#mean.update(price);
    const prices = this.#prices;
    const n = this.warmup;
    const length = prices.length;
    const at = this.#at;
    this.#at = at + 1 === n ? 0 : at + 1;
    prices[at] = price;
    if (length > n) prices[n] = mean;
    let even = 0;
    let odd = 0;
    for (let i = 0; i < length; i = (i + 2) | 0) {
      even += Math.abs(mean - prices[i]);
      odd += Math.abs(mean - prices[(i + 1) | 0]);
    }
    const unit = this.#unit * (even + odd);
    return this.value = unit === 0 ? 0 : (price - mean) / unit;
  }
}

/** Rate of change: the value's distance from the one n updates before, in percent of that one; 0 where that one is 0. */
export class Roc {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #ring: Float64Array;
  #at: number = 0;

  constructor(period: number) {
    this.#ring = new Float64Array(requirePeriod(period)).fill(NaN);
    this.warmup = period + 1;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number): number {
    const ring = this.#ring;
    const at = this.#at;
    const before = ring[at];
    ring[at] = x;
    this.#at = at + 1 === ring.length ? 0 : at + 1;
    return this.value = before === 0 ? 0 : 100 * (x / before - 1);
  }
}
