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
  /** The last moment, and what the account was worth then: what it means for peaks and falls is settled by the next one. */
  private timestamp = NaN;
  private equity = NaN;
  /** Highest equity before the last moment. */
  private top = NaN;
  private peakTimestamp = NaN;
  /** Lowest since that peak. */
  private trough = NaN;
  private deepest = 0;
  private longestMs = 0;

  /** `start` is the equity before the first record: the first peak, and what the first day's return is measured from. */
  constructor(start: number) {
    this.days[0] = start;
    this.equity = start;
    this.top = start;
    this.trough = start;
  }

  /**
   * Notes the equity at a moment, in order of time; a later value at the same moment replaces the
   * one before, as where several markets close together. Midnight belongs to the day that it ends, so
   * that the close of a day's last bar counts for that day.
   */
  record(timestamp: Timestamp, equity: number): void {
    if (timestamp !== this.timestamp) {
      const last = this.equity;
      if (last >= this.top) {
        if (this.trough < this.top) this.#recover();
        this.top = last;
        this.trough = last;
        this.peakTimestamp = this.timestamp;
      } else if (last < this.trough) {
        this.trough = last;
      }
      if (timestamp > this.dayEnd) this.#beginDay(timestamp);
      this.timestamp = timestamp;
    }
    this.equity = equity;
  }

  /** Highest equity so far. */
  get peak(): number {
    return this.equity > this.top ? this.equity : this.top;
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
    const lowest = this.equity < this.top ? Math.min(this.trough, this.equity) : this.trough;
    return Math.max(this.deepest, 1 - lowest / this.top);
  }

  /** Longest time from a peak until equity was back there, or until the last record if it is not. */
  get longestDrawdownMs(): number {
    return Math.min(this.trough, this.equity) < this.top ? Math.max(this.longestMs, this.timestamp - this.peakTimestamp) : this.longestMs;
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

  #recover(): void {
    this.deepest = Math.max(this.deepest, 1 - this.trough / this.top);
    this.longestMs = Math.max(this.longestMs, this.timestamp - this.peakTimestamp);
  }
}
