import { DAY_MS, type Timestamp } from './time.ts';

/**
 * Equity as it was seen from moment to moment, kept as what metrics need: its value at each UTC
 * day's end, its deepest fall and its longest. Made for the hot loop: a record costs a few
 * comparisons and no memory but one number a day. (Its numbers are initialised where they are
 * declared: a field that begins as undefined would box every double that it is given. And they are
 * `private`, not `#`: V8's middle compiler makes a slow call of every store to a # name. The same
 * holds for the portfolio and the simulated venue.)
 */
export class EquityCurve {
  private days = new Float64Array(512);
  private dayCount = 1;
  private dayEnd = -Infinity;
  private timestamp = NaN;
  private equity = NaN;
  /** Highest equity so far. */
  peak = NaN;
  private peakTimestamp = NaN;
  /** Lowest since the peak. */
  private trough = NaN;
  private deepest = 0;
  private longestMs = 0;

  /** `start` is the equity before the first record: the first peak, and what the first day's return is measured from. */
  constructor(start: number) {
    this.days[0] = start;
    this.equity = start;
    this.peak = start;
    this.trough = start;
  }

  /**
   * Notes the equity at a moment, in order of time; a later value at the same moment replaces the
   * one before. Midnight belongs to the day that it ends, so that the close of a day's last bar
   * counts for that day.
   */
  record(timestamp: Timestamp, equity: number): void {
    if (timestamp > this.dayEnd) this.#beginDay(timestamp);
    this.timestamp = timestamp;
    this.equity = equity;
    if (equity >= this.peak) {
      if (this.trough < this.peak) this.#recover(timestamp);
      this.peak = equity;
      this.trough = equity;
      this.peakTimestamp = timestamp;
    } else if (equity < this.trough) {
      this.trough = equity;
    }
  }

  /**
   * Equity at the start, at the end of each UTC day that has a record, and last: at the end of the
   * day under way. A day without a record has no value, so weekends of an exchange do not count.
   */
  dailyEquity(): Float64Array {
    const count = this.dayCount;
    if (Number.isNaN(this.timestamp)) return this.days.slice(0, count);
    const daily = new Float64Array(count + 1);
    daily.set(this.days.subarray(0, count));
    daily[count] = this.equity;
    return daily;
  }

  /** Deepest fall from a peak as a share of that peak: 0.2 is 20 %, above 1 where equity went below zero. */
  get maxDrawdown(): number {
    return Math.max(this.deepest, 1 - this.trough / this.peak);
  }

  /** Longest time from a peak until equity was back there, or until the last record if it is not. */
  get longestDrawdownMs(): number {
    return this.trough < this.peak ? Math.max(this.longestMs, this.timestamp - this.peakTimestamp) : this.longestMs;
  }

  #beginDay(timestamp: Timestamp): void {
    this.dayEnd = Math.ceil(timestamp / DAY_MS) * DAY_MS;
    if (Number.isNaN(this.timestamp)) {
      this.peakTimestamp = timestamp;
      return;
    }
    if (this.dayCount === this.days.length) {
      const grown = new Float64Array(this.days.length * 2);
      grown.set(this.days);
      this.days = grown;
    }
    this.days[this.dayCount] = this.equity;
    this.dayCount += 1;
  }

  #recover(timestamp: Timestamp): void {
    this.deepest = this.maxDrawdown;
    this.longestMs = Math.max(this.longestMs, timestamp - this.peakTimestamp);
  }
}
