import type { Bar } from '../domain/bar.ts';
import { Donchian } from './volatility.ts';
import { emptyRing, linkedRing, NO_RING, requirePeriod } from './window.ts';
import type { Linked } from './window.ts';

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
 * What a value is rounded by when this is added and taken off again: to a multiple of the smallest step in which a
 * double counts to `most`, so that running sums of at most that are exact, and never drift.
 */
function rounderOf(most: number): number {
  return 1.5 * 2 ** (Math.ceil(Math.log2(most)) - 1);
}

/** A number that leaves a running sum n updates later; 0 before there is one. */
class Held implements Linked<Held> {
  value = 0;
  newer: Held = this;
  older: Held = this;
}

const NO_HELD = new Held();

/**
 * Stochastic oscillator (Lane): where the close lies in the range of the last n bars, 0 to 100;
 * k is its simple average over `smooth` bars (1: the fast %K), d the simple average of k over `signal`.
 * Both come of running sums of rounded values, which moves a percentage by 3e-14 over 3 bars, by 6e-11 over 10 000.
 */
export class Stochastic {
  /** %K, 0 to 100. */
  k = NaN;
  /** %D, 0 to 100. */
  d = NaN;
  readonly warmup: number;
  readonly #channel: Donchian;
  /** The oldest of the last `smooth` percentages. */
  #percents: Held = NO_HELD;
  readonly #rounder: number = NaN;
  #sum = 0;
  /** The oldest of the last `signal` sums of percentages. */
  #sums: Held = NO_HELD;
  readonly #sumRounder: number = NaN;
  #sumOfSums = 0;
  /** Counts, but used as numbers: what both sums are divided by. */
  readonly #smooth: number = NaN;
  readonly #all: number = NaN;
  /** Updates still to come, once there is a channel, before both averages are whole. */
  #missing: number = 0;

  constructor(period: number, smooth: number, signal: number) {
    this.#channel = new Donchian(period);
    this.#percents = linkedRing(requirePeriod(smooth), () => new Held());
    this.#rounder = rounderOf(100 * smooth);
    this.#sums = linkedRing(requirePeriod(signal), () => new Held());
    this.#sumRounder = rounderOf(100 * smooth * signal);
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

    const held = this.#percents;
    this.#percents = held.newer;
    const percent = (width === 0 ? 0 : 100 * (close - lower) / width) + this.#rounder - this.#rounder;
    const sum = this.#sum + (percent - held.value);
    this.#sum = sum;
    held.value = percent;

    const heldSum = this.#sums;
    this.#sums = heldSum.newer;
    const rounded = sum + this.#sumRounder - this.#sumRounder;
    const sumOfSums = this.#sumOfSums + (rounded - heldSum.value);
    this.#sumOfSums = sumOfSums;
    heldSum.value = rounded;

    if (this.#missing > 0) this.#missing -= 1;
    else {
      this.k = sum / this.#smooth;
      this.d = sumOfSums / this.#all;
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
  /** The window's values: under `#at` those of the last block that are still in it. */
  readonly #prices: number[] = NO_RING;
  /** Of the last block, as in `Sma`. They lie apart from the values, which the deviation still needs. */
  readonly #tails: number[] = NO_RING;
  /** 1/n. */
  readonly #share: number = NaN;
  /** The factor that makes a sum of absolute deviations the unit. */
  readonly #unit: number = NaN;
  #at: number = 0;
  #first = NaN;
  #head = NaN;

  constructor(period: number) {
    this.#prices = emptyRing(requirePeriod(period) - 1, [NaN]);
    this.#tails = emptyRing(period, [0]);
    this.#share = 1 / period;
    this.#unit = 0.015 / period;
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(bar: Bar): number {
    const price = bar.high + bar.low + bar.close; // three times the typical one, all of them
    const prices = this.#prices;
    let at = this.#at;
    if (at === 0) {
      this.#first = price;
      this.#turn();
      at = prices.length;
    }
    at = (at - 1) | 0;
    this.#at = at;
    prices[at] = price;
    const first = this.#first;
    const head = this.#head + (price - first);
    this.#head = head;
    const mean = first + (head + this.#tails[at]) * this.#share;
    let deviations = 0;
    for (let i = 0; i < prices.length; i = (i + 1) | 0) deviations += Math.abs(mean - prices[i]);
    const unit = this.#unit * deviations;
    return this.value = unit === 0 ? 0 : (price - mean) / unit;
  }

  #turn(): void {
    const prices = this.#prices;
    const tails = this.#tails;
    const first = this.#first;
    let sum = 0;
    for (let i = 0; i < prices.length; i = (i + 1) | 0) tails[(i + 1) | 0] = sum += prices[i] - first;
    this.#head = 0;
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
