import type { Bar } from '../domain/bar.ts';
import { Sma } from './moving-average.ts';
import { requirePeriod, RollingRange } from './window.ts';

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
 * Stochastic oscillator (Lane): where the close lies in the range of the last n bars, 0 to 100;
 * k is its simple average over `smooth` bars (1: the fast %K), d the simple average of k over `signal`.
 */
export class Stochastic {
  /** %K, 0 to 100. */
  k = NaN;
  /** %D, 0 to 100. */
  d = NaN;
  readonly warmup: number;
  readonly #range: RollingRange;
  /** Of the raw value, and of that again. */
  readonly #averages: readonly [k: Sma, d: Sma];

  constructor(period: number, smooth: number, signal: number) {
    this.#range = new RollingRange(period);
    this.#averages = [new Sma(smooth), new Sma(signal)];
    this.warmup = period + smooth + signal - 2;
  }

  get ready(): boolean { return !Number.isNaN(this.d); }

  /** Both averages are one call in a loop: as two, there is more code than the engine inlines, and numbers get boxed. */
  update(bar: Bar): void {
    const range = this.#range;
    range.update(bar.high, bar.low);
    const width = range.highest - range.lowest;
    const averages = this.#averages;
    let line = width === 0 ? 0 : 100 * (bar.close - range.lowest) / width;
    for (let i = 0; i < 2; i++) line = averages[i].update(line);
    if (Number.isNaN(line)) return;
    this.k = averages[0].value;
    this.d = line;
  }
}

/** Williams %R: how far the close lies under the highest high, in percent of the range of the last n bars; −100 to 0. */
export class WilliamsR {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #range: RollingRange;

  constructor(period: number) {
    this.#range = new RollingRange(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(bar: Bar): number {
    const range = this.#range;
    range.update(bar.high, bar.low);
    const width = range.highest - range.lowest;
    return this.value = width === 0 ? 0 : -100 * (range.highest - bar.close) / width;
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
  readonly #prices: Float64Array;
  #at = 0;

  constructor(period: number) {
    this.#mean = new Sma(period);
    this.#prices = new Float64Array(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(bar: Bar): number {
    const prices = this.#prices;
    const n = prices.length;
    const price = (bar.high + bar.low + bar.close) / 3;
    const at = this.#at;
    prices[at] = price;
    this.#at = at + 1 === n ? 0 : at + 1;
    const mean = this.#mean.update(price);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += Math.abs(prices[i] - mean);
    const deviation = sum / n;
    return this.value = deviation === 0 ? 0 : (price - mean) / (0.015 * deviation);
  }
}

/** Rate of change: the value's distance from the one n updates before, in percent of that one; 0 where that one is 0. */
export class Roc {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #ring: Float64Array;
  #at = 0;

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
