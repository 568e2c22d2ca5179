import type { Timestamp } from './time.ts';

/** One bar as a strategy sees it. Prices in the quote currency, volume in base units. */
export interface Bar {
  /** When the bar opened. */
  readonly timestamp: Timestamp;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Base units traded; NaN where the source has no volume. */
  readonly volume: number;
}

/** Bars of one instrument as columns of equal length, timestamps strictly increasing. */
export interface Bars {
  readonly length: number;
  /** Bar open, milliseconds UTC. */
  readonly timestamp: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Base units traded; NaN where the source has no volume. */
  readonly volume: Float64Array;
}

/**
 * Whether a bar can be: four positive prices, open and close within low and high, and a volume that
 * is at least 0 and finite, or absent. Written so that a price of NaN fails: it compares false.
 */
export function isPossibleBar(open: number, high: number, low: number, close: number, volume: number): boolean {
  return low > 0 && open >= low && close >= low && high >= open && high >= close && high < Infinity && !(volume < 0 || volume === Infinity);
}

/** The six columns in their stored order. */
export const BAR_COLUMNS = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Room for `length` bars, in shared memory when workers are to read them. */
export function allocateBars(length: number, shared = false): Bars {
  const column = () => new Float64Array(shared ? new SharedArrayBuffer(length * 8) : new ArrayBuffer(length * 8));
  return {
    length, timestamp: column(), open: column(), high: column(), low: column(), close: column(), volume: column(),
  };
}

/** The bars of [from, to) as views on the same memory. */
export function sliceBars(bars: Bars, from: number, to: number): Bars {
  return {
    length: to - from,
    timestamp: bars.timestamp.subarray(from, to),
    open: bars.open.subarray(from, to),
    high: bars.high.subarray(from, to),
    low: bars.low.subarray(from, to),
    close: bars.close.subarray(from, to),
    volume: bars.volume.subarray(from, to),
  };
}

/**
 * A bar read from columns at `index`: one object moves over the columns, so that
 * looking at a bar costs nothing and a strategy cannot look past it. (Fields are declared as in `Order`.)
 */
export class BarCursor implements Bar {
  declare bars: Bars;
  index = 0;

  constructor(bars: Bars) {
    this.bars = bars;
  }

  get timestamp(): Timestamp { return this.bars.timestamp[this.index]; }
  get open(): number { return this.bars.open[this.index]; }
  get high(): number { return this.bars.high[this.index]; }
  get low(): number { return this.bars.low[this.index]; }
  get close(): number { return this.bars.close[this.index]; }
  get volume(): number { return this.bars.volume[this.index]; }
}

/** Words that hold one bit for each of so many bars. */
export function bitWords(bars: number): number {
  return Math.ceil(bars / 32);
}
