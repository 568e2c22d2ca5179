import { allocateBars, sliceBars, type Bar, type Bars } from '../domain/bar.ts';
import type { Timestamp } from '../domain/time.ts';

/** Values at moments, in order of time; two columns of equal length. */
export interface Series {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/**
 * A line of any length kept as at most `2 × buckets + 2` of its points, so that its picture is the
 * same: of each bucket of consecutive points the lowest and the highest, and the first and the last
 * of all. The length need not be known: when the buckets are full, neighbours are merged.
 */
export class LineSampler {
  private readonly lowTimes: Float64Array;
  private readonly lows: Float64Array;
  private readonly highTimes: Float64Array;
  private readonly highs: Float64Array;
  private used = 0;
  /** Points that go into one bucket, and points in the last one. */
  private width = 1;
  private inLast = 1;
  private firstTime = NaN;
  private first = NaN;
  private lastTime = NaN;
  private last = NaN;

  /** `buckets` is even. */
  constructor(buckets: number) {
    this.lowTimes = new Float64Array(buckets);
    this.lows = new Float64Array(buckets);
    this.highTimes = new Float64Array(buckets);
    this.highs = new Float64Array(buckets);
  }

  /** Takes the next point. */
  add(timestamp: Timestamp, value: number): void {
    this.lastTime = timestamp;
    this.last = value;
    if (this.inLast === this.width) {
      this.#begin(timestamp, value);
      return;
    }
    const at = this.used - 1;
    this.inLast += 1;
    if (value < this.lows[at]) {
      this.lows[at] = value;
      this.lowTimes[at] = timestamp;
    } else if (value > this.highs[at]) {
      this.highs[at] = value;
      this.highTimes[at] = timestamp;
    }
  }

  /** What is kept of the line so far. */
  series(): Series {
    const timestamps: number[] = [];
    const values: number[] = [];
    const push = (timestamp: number, value: number) => {
      if (timestamps.length > 0 && timestamp <= (timestamps.at(-1) as number)) return;
      timestamps.push(timestamp);
      values.push(value);
    };
    if (this.used > 0) push(this.firstTime, this.first);
    for (let i = 0; i < this.used; i++) {
      const lowFirst = this.lowTimes[i] <= this.highTimes[i];
      push(lowFirst ? this.lowTimes[i] : this.highTimes[i], lowFirst ? this.lows[i] : this.highs[i]);
      push(lowFirst ? this.highTimes[i] : this.lowTimes[i], lowFirst ? this.highs[i] : this.lows[i]);
    }
    if (this.used > 0) push(this.lastTime, this.last);
    return { timestamps: Float64Array.from(timestamps), values: Float64Array.from(values) };
  }

  #begin(timestamp: Timestamp, value: number): void {
    if (this.used === 0) {
      this.firstTime = timestamp;
      this.first = value;
    }
    if (this.used === this.lows.length) this.#merge();
    const at = this.used;
    this.lowTimes[at] = this.highTimes[at] = timestamp;
    this.lows[at] = this.highs[at] = value;
    this.used += 1;
    this.inLast = 1;
  }

  #merge(): void {
    const { lows, lowTimes, highs, highTimes } = this;
    for (let to = 0; to < lows.length / 2; to++) {
      const left = 2 * to;
      const low = lows[left + 1] < lows[left] ? left + 1 : left;
      const high = highs[left + 1] > highs[left] ? left + 1 : left;
      lows[to] = lows[low];
      lowTimes[to] = lowTimes[low];
      highs[to] = highs[high];
      highTimes[to] = highTimes[high];
    }
    this.used = lows.length / 2;
    this.width *= 2;
  }
}

/** The mean of a value over time, kept as at most `buckets` means of equally many consecutive values. */
export class MeanSampler {
  private readonly times: Float64Array;
  private readonly sums: Float64Array;
  private used = 0;
  private width = 1;
  private inLast = 1;

  /** `buckets` is even. */
  constructor(buckets: number) {
    this.times = new Float64Array(buckets);
    this.sums = new Float64Array(buckets);
  }

  /** Takes the next value. */
  add(timestamp: Timestamp, value: number): void {
    if (this.inLast === this.width) {
      if (this.used === this.sums.length) this.#merge();
      this.sums[this.used] = 0;
      this.used += 1;
      this.inLast = 0;
    }
    this.times[this.used - 1] = timestamp;
    this.sums[this.used - 1] += value;
    this.inLast += 1;
  }

  /** The means so far, each at the moment of its last value. */
  series(): Series {
    const { used, width } = this;
    const values = this.sums.slice(0, used).map((sum, i) => sum / (i === used - 1 ? this.inLast : width));
    return { timestamps: this.times.slice(0, used), values };
  }

  #merge(): void {
    this.used = this.sums.length / 2;
    for (let to = 0; to < this.used; to++) {
      this.sums[to] = this.sums[2 * to] + this.sums[2 * to + 1];
      this.times[to] = this.times[2 * to + 1];
    }
    this.width *= 2;
    this.inLast = this.width;
  }
}

/** Bars of any number kept as at most `buckets` longer ones, each of equally many consecutive bars. */
export class BarSampler {
  private readonly kept: Bars;
  private used = 0;
  private width = 1;
  private inLast = 1;

  /** `buckets` is even. */
  constructor(buckets: number) {
    this.kept = allocateBars(buckets);
  }

  /** Takes the next bar. */
  add({ timestamp, open, high, low, close, volume }: Bar): void {
    const { kept } = this;
    if (this.inLast === this.width) {
      if (this.used === kept.length) this.#merge();
      kept.timestamp[this.used] = timestamp;
      kept.open[this.used] = open;
      kept.high[this.used] = high;
      kept.low[this.used] = low;
      kept.volume[this.used] = 0;
      this.used += 1;
      this.inLast = 0;
    }
    const at = this.used - 1;
    kept.high[at] = Math.max(kept.high[at], high);
    kept.low[at] = Math.min(kept.low[at], low);
    kept.close[at] = close;
    kept.volume[at] += volume;
    this.inLast += 1;
  }

  /** The bars so far. */
  bars(): Bars {
    return sliceBars(this.kept, 0, this.used);
  }

  #merge(): void {
    const { kept } = this;
    this.used = kept.length / 2;
    for (let to = 0; to < this.used; to++) {
      const left = 2 * to;
      kept.timestamp[to] = kept.timestamp[left];
      kept.open[to] = kept.open[left];
      kept.high[to] = Math.max(kept.high[left], kept.high[left + 1]);
      kept.low[to] = Math.min(kept.low[left], kept.low[left + 1]);
      kept.close[to] = kept.close[left + 1];
      kept.volume[to] = kept.volume[left] + kept.volume[left + 1];
    }
    this.width *= 2;
    this.inLast = this.width;
  }
}
