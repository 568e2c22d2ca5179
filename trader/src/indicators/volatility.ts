import { BarCursor } from '../domain/bar.ts';
import type { Bar, Bars } from '../domain/bar.ts';
import { Ema, Sma } from './moving-average.ts';
import { fillMoments, requirePeriod, RollingMoments, RollingRange } from './window.ts';

/** Bollinger bands: the mean of the last n values and `deviations` population standard deviations to either side. */
export class Bollinger {
  upper = NaN;
  middle = NaN;
  lower = NaN;
  readonly warmup: number;
  readonly #deviations: number = NaN;
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

  /** The bands after every value of a column. */
  static columns(period: number, deviations: number, x: Float64Array): [upper: Float64Array, middle: Float64Array, lower: Float64Array] {
    const [upper, middle, lower] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
    fillMoments(x, requirePeriod(period), upper, middle);
    for (let i = 0; i < x.length; i++) {
      const width = deviations * upper[i];
      upper[i] = middle[i] + width;
      lower[i] = middle[i] - width;
    }
    return [upper, middle, lower];
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
  readonly #weight: number = NaN;
  #missing: number = 0;
  #sum = 0;
  #close = NaN;

  constructor(period: number) {
    this.#weight = 1 / requirePeriod(period);
    this.warmup = this.#missing = period + 1;
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

  /** The value after every bar of a file. */
  static column(period: number, bars: Bars): Float64Array {
    const { high, low, close, length } = bars;
    const values = new Float64Array(length);
    const start = new Atr(period);
    const bar = new BarCursor(bars);
    for (; bar.index < length && !start.ready; bar.index++) values[bar.index] = start.update(bar);
    let value = start.value;
    for (let i = bar.index; i < length; i++) {
      const previous = close[i - 1];
      const range = Math.max(high[i], previous) - Math.min(low[i], previous);
      values[i] = value += start.#weight * (range - value);
    }
    return values;
  }
}

/** Donchian channel: highest high and lowest low of the last n bars, this one included, and their middle. */
export class Donchian {
  upper = NaN;
  middle = NaN;
  lower = NaN;
  readonly warmup: number;
  readonly #range: RollingRange;

  constructor(period: number) {
    this.#range = new RollingRange(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.middle); }

  update(bar: Bar): void {
    const range = this.#range;
    range.update(bar.high, bar.low);
    this.upper = range.highest;
    this.middle = (range.highest + range.lowest) / 2;
    this.lower = range.lowest;
  }
}

/**
 * Keltner channel: the average typical price (high + low + close) ÷ 3, and `multiplier` average true
 * ranges to either side. Both averages are simple (Keltner's own, LEAN's default) or exponential,
 * started with the mean of the first n. The first bar's true range is high − low.
 */
export class Keltner {
  upper = NaN;
  middle = NaN;
  lower = NaN;
  readonly warmup: number;
  readonly #multiplier: number = NaN;
  readonly #prices: Ema | Sma;
  readonly #ranges: Ema | Sma;
  #close = NaN;

  constructor(period: number, multiplier: number, average: 'ema' | 'sma') {
    const make = () => average === 'ema' ? new Ema(period, 'sma') : new Sma(period);
    this.#prices = make();
    this.#ranges = make();
    this.#multiplier = multiplier;
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.middle); }

  update(bar: Bar): void {
    const high = bar.high;
    const low = bar.low;
    const close = bar.close;
    const previous = Number.isNaN(this.#close) ? low : this.#close;
    this.#close = close;
    const middle = this.#prices.update((high + low + close) / 3);
    const width = this.#multiplier * this.#ranges.update(Math.max(high, previous) - Math.min(low, previous));
    this.upper = middle + width;
    this.middle = middle;
    this.lower = middle - width;
  }
}
