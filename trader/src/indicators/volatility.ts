import type { Bar } from '../domain/bar.ts';
import { requirePeriod, RollingMax, RollingMin, RollingMoments } from './window.ts';

/** Bollinger bands: the mean of the last n values and `deviations` population standard deviations to either side. */
export class Bollinger {
  upper = NaN;
  middle = NaN;
  lower = NaN;
  readonly warmup: number;
  readonly #deviations: number;
  readonly #moments: RollingMoments;

  constructor(period: number, deviations: number) {
    this.#moments = new RollingMoments(period);
    this.#deviations = deviations;
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.middle); }

  update(x: number): void {
    const moments = this.#moments;
    moments.update(x);
    const width = this.#deviations * Math.sqrt(moments.variance);
    const middle = moments.mean;
    this.upper = middle + width;
    this.middle = middle;
    this.lower = middle - width;
  }
}

/**
 * Average true range (Wilder): the range of a bar, widened to the previous close, averaged with
 * weight 1/n. It starts with the mean of n true ranges, for which n + 1 bars are needed, as in TA-Lib.
 */
export class Atr {
  /** In price; NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #weight: number;
  #missing: number;
  #sum = NaN;
  #close = NaN;

  constructor(period: number) {
    this.#weight = 1 / requirePeriod(period);
    this.warmup = this.#missing = period + 1;
    this.#sum = 0;
  }

  get ready(): boolean { return this.#missing === 0; }

  update(bar: Bar): number {
    const previous = this.#close;
    this.#close = bar.close;
    const range = Math.max(bar.high, previous) - Math.min(bar.low, previous);
    if (this.#missing > 0) return this.#seed(range);
    const value = this.value;
    return this.value = value + this.#weight * (range - value);
  }

  #seed(range: number): number {
    if (this.#missing < this.warmup) this.#sum += range;
    this.#missing -= 1;
    if (this.#missing === 0) this.value = this.#sum / (this.warmup - 1);
    return this.value;
  }
}

/** Donchian channel: highest high and lowest low of the last n bars, this one included, and their middle. */
export class Donchian {
  upper = NaN;
  middle = NaN;
  lower = NaN;
  readonly warmup: number;
  readonly #highest: RollingMax;
  readonly #lowest: RollingMin;

  constructor(period: number) {
    this.#highest = new RollingMax(period);
    this.#lowest = new RollingMin(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.middle); }

  update(bar: Bar): void {
    const upper = this.#highest.update(bar.high);
    const lower = this.#lowest.update(bar.low);
    this.upper = upper;
    this.middle = (upper + lower) / 2;
    this.lower = lower;
  }
}
