import { BarCursor } from '../domain/bar.ts';
import type { Bar, Bars } from '../domain/bar.ts';
import { Ema } from './moving-average.ts';
import { emptyRing, fillMoments, linkedRing, NO_RING, requirePeriod, RollingMoments } from './window.ts';
import type { Linked } from './window.ts';

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

/** A bar's prices in a channel's ring; those of the last block are the extremes of its tail from there on. */
class Range implements Linked<Range> {
  high = NaN;
  low = NaN;
  newer: Range = this;
  older: Range = this;
}

const NO_RANGE = new Range();

/**
 * Donchian channel: highest high and lowest low of the last n bars, this one included, and their middle.
 *
 * Windows as in window.ts, of prices, which are numbers, never NaN. Which bar makes a new extreme cannot
 * be foreseen, and wrong guesses cost as much again as everything else, so the larger of two prices is
 * found by arithmetic: a + max(b − a, 0), where max(d, 0) = (d + |d|) ÷ 2. That is exact where b − a is
 * (Sterbenz: as long as neither is more than twice the other), which holds in a channel whose high is at
 * most one and a half times its low; rounding could not make a wider one look so narrow. Other channels
 * are compared in the ordinary way. Where b is the lowest number there is, the larger one is a, exactly;
 * where it is NaN, for "not yet", so is the larger one.
 */
export class Donchian {
  upper = NaN;
  lower = NaN;
  readonly warmup: number;
  /** The tail that holds nothing, between a block's newest bar and its oldest. */
  readonly #nothing: Range = NO_RANGE;
  /** Where the next bar goes: from here on the last block's tails, before it the present block's bars. */
  #next: Range = NO_RANGE;
  #head = -Number.MAX_VALUE;
  #headLow = Number.MAX_VALUE;

  constructor(period: number) {
    this.warmup = requirePeriod(period);
    const nothing = this.#nothing = linkedRing(period + 1, () => new Range());
    this.#next = nothing.newer;
    nothing.high = this.#head;
    nothing.low = this.#headLow;
  }

  get middle(): number { return (this.upper + this.lower) * 0.5; }
  get ready(): boolean { return !Number.isNaN(this.middle); }

  update(bar: Bar): void {
    const high = bar.high;
    const low = bar.low;
    const entry = this.#next;
    const tail = entry.newer;
    this.#next = tail;
    entry.high = high;
    entry.low = low;
    const rest = this.#head - high;
    const restLow = low - this.#headLow;
    const head = high + (rest + Math.abs(rest)) * 0.5;
    const headLow = low - (restLow + Math.abs(restLow)) * 0.5;
    const over = tail.high - head;
    const under = headLow - tail.low;
    const upper = head + (over + Math.abs(over)) * 0.5;
    const lower = headLow - (under + Math.abs(under)) * 0.5;
    // Before there are tails, upper and lower are NaN. A way that no bar has taken yet is no call in compiled code.
    if (upper > lower * 1.5 || head > headLow * 1.5) return this.#compare(bar);
    this.#head = head;
    this.#headLow = headLow;
    this.upper = upper;
    this.lower = lower;
    if (tail === this.#nothing) this.#turn();
  }

  /** What `update` does, at any distance. A tail of NaN wins here too. */
  #compare({ high, low }: Bar): void {
    const tail = this.#next;
    const head = this.#head = high > this.#head ? high : this.#head;
    const headLow = this.#headLow = low < this.#headLow ? low : this.#headLow;
    this.upper = tail.high <= head ? head : tail.high;
    this.lower = tail.low >= headLow ? headLow : tail.low;
    if (tail === this.#nothing) this.#turn();
  }

  /** Two bars in a step, which makes the chain of comparisons half as long. */
  #turn(): void {
    const end = this.#nothing;
    this.#next = end.newer;
    this.#head = end.high;
    this.#headLow = end.low;
    if (!(this.upper <= this.lower * 1.5)) return this.#compareTails();
    let upper = end.older.high;
    let lower = end.older.low;
    for (let entry = end.older; entry !== end;) {
      const next = entry.older;
      const high = entry.high;
      const low = entry.low;
      const rise = high - upper;
      const fall = lower - low;
      entry.high = upper + (rise + Math.abs(rise)) * 0.5;
      entry.low = lower - (fall + Math.abs(fall)) * 0.5;
      if (next === end) return;
      const over = next.high - high;
      const under = low - next.low;
      const rise2 = rise + (over + Math.abs(over)) * 0.5;
      const fall2 = fall + (under + Math.abs(under)) * 0.5;
      next.high = upper += (rise2 + Math.abs(rise2)) * 0.5;
      next.low = lower -= (fall2 + Math.abs(fall2)) * 0.5;
      entry = next.older;
    }
  }

  /** What `#turn` does, at any distance. */
  #compareTails(): void {
    const end = this.#nothing;
    let { high, low } = end.older;
    for (let entry = end.older; entry !== end; entry = entry.older) {
      entry.high = high = entry.high > high ? entry.high : high;
      entry.low = low = entry.low < low ? entry.low : low;
    }
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
  /** Of the typical price and of the true range, where the averages are exponential. */
  readonly #priceEma: Ema | undefined;
  readonly #rangeEma: Ema | undefined;
  /** 1/n. */
  readonly #share: number = NaN;
  /** Pairs: from `#at` up the present block's (price, range), under it the last block's tail sums of (distance, range). */
  readonly #ring: number[] = NO_RING;
  #at: number = 0;
  #first = NaN;
  #head = NaN;
  #headRange = NaN;
  #close = NaN;

  constructor(period: number, multiplier: number, average: 'ema' | 'sma') {
    this.warmup = requirePeriod(period);
    this.#multiplier = multiplier;
    this.#share = 1 / period;
    if (average === 'ema') {
      this.#priceEma = new Ema(period, 'sma');
      this.#rangeEma = new Ema(period, 'sma');
    } else this.#ring = emptyRing(period, [0, 0]);
  }

  get ready(): boolean { return !Number.isNaN(this.middle); }

  /** Simple averages: window sums as in window.ts, of the prices' distances from the head's first, so that a flat market gives a flat average. */
  update(bar: Bar): void {
    const high = bar.high;
    const low = bar.low;
    const close = bar.close;
    const previous = Number.isNaN(this.#close) ? low : this.#close;
    this.#close = close;
    const price = (high + low + close) / 3;
    const range = Math.max(high, previous) - Math.min(low, previous);
    let middle = NaN;
    let width = NaN;
    if (this.#priceEma !== undefined && this.#rangeEma !== undefined) {
      middle = this.#priceEma.update(price);
      width = this.#multiplier * this.#rangeEma.update(range);
    } else {
      const ring = this.#ring;
      let at = this.#at;
      if (at === 0) {
        this.#first = price;
        this.#turn();
        at = (ring.length - 2) | 0;
      }
      const next = (at - 2) | 0;
      this.#at = next;
      ring[at] = price;
      ring[(at + 1) | 0] = range;
      const first = this.#first;
      const head = this.#head + (price - first);
      const headRange = this.#headRange + range;
      this.#head = head;
      this.#headRange = headRange;
      middle = first + (head + ring[next]) * this.#share;
      width = this.#multiplier * ((headRange + ring[(next + 1) | 0]) * this.#share);
    }
    this.upper = middle + width;
    this.middle = middle;
    this.lower = middle - width;
  }

  #turn(): void {
    const ring = this.#ring;
    const length = ring.length;
    const first = this.#first;
    let sum = 0;
    let ranges = 0;
    for (let i = 2; i < length; i = (i + 2) | 0) {
      const range = (i + 1) | 0;
      ring[i] = sum += ring[i] - first;
      ring[range] = ranges += ring[range];
    }
    this.#head = 0;
    this.#headRange = 0;
  }
}
