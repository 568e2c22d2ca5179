import { fillMoments, linkedRing, requirePeriod, RollingMoments } from './window.ts';
import type { Linked } from './window.ts';

/** Population standard deviation of the last n values: exactly 0 when they are all equal. */
export class StandardDeviation {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #moments: RollingMoments;

  constructor(period: number) {
    this.#moments = new RollingMoments(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number): number {
    this.#moments.update(x);
    return this.value = Math.sqrt(this.#moments.variance);
  }

  /** The value after every one of a column. */
  static column(period: number, x: Float64Array): Float64Array {
    const values = new Float64Array(x.length);
    fillMoments(x, requirePeriod(period), values);
    return values;
  }
}

/** How many population standard deviations a value lies from the mean of the last n, itself included; 0 when all are equal. */
export class ZScore {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #moments: RollingMoments;

  constructor(period: number) {
    this.#moments = new RollingMoments(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number): number {
    const moments = this.#moments;
    moments.update(x);
    return this.value = moments.variance === 0 ? 0 : (x - moments.mean) / Math.sqrt(moments.variance);
  }
}

/** A pair of the present block (x and y alone), or of the last one tail sums of (x, y, y², xy, x²) as distances. */
class Pair implements Linked<Pair> {
  x = NaN;
  y = NaN;
  squaresY = NaN;
  products = NaN;
  squaresX = NaN;
  newer: Pair = this;
  older: Pair = this;
}

const NO_PAIR = new Pair();

/**
 * Correlation or beta of the last n pairs, of their moments as `RollingMoments` takes them. The value is
 * made where the sums are, since to hand over their moments would cost a tenth of the update.
 */
class PairStatistic {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  /** Whether it is the correlation; else it is beta. */
  readonly #both: boolean = false;
  /** A count, but used as a number. */
  readonly #n: number = NaN;
  /** The tail that holds nothing, between a block's newest pair and its oldest. */
  readonly #nothing: Pair = NO_PAIR;
  /** Where the next pair goes. */
  #next: Pair = NO_PAIR;
  #firstX = NaN;
  #firstY = NaN;
  #headX = NaN;
  #headY = NaN;
  #squaresX = NaN;
  #squaresY = NaN;
  #products = NaN;

  constructor(period: number, of: 'correlation' | 'beta') {
    this.#both = of === 'correlation';
    this.#n = this.warmup = requirePeriod(period, 2);
    const nothing = this.#nothing = this.#next = linkedRing(period + 1, () => new Pair());
    nothing.x = nothing.y = nothing.squaresY = nothing.products = nothing.squaresX = 0;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number, y: number): number {
    let entry = this.#next;
    let tail = entry.newer;
    if (entry === this.#nothing) {
      this.#firstX = x;
      this.#firstY = y;
      this.#turn();
      entry = tail;
      tail = entry.newer;
    }
    this.#next = tail;
    entry.x = x;
    entry.y = y;
    const dx = x - this.#firstX;
    const dy = y - this.#firstY;
    const n = this.#n;
    const sumX = (this.#headX += dx) + tail.x;
    const sumY = (this.#headY += dy) + tail.y;
    // n² times the variances and the covariance.
    const varianceY = ((this.#squaresY += dy * dy) + tail.squaresY) * n - sumY * sumY;
    const covariance = ((this.#products += dx * dy) + tail.products) * n - sumX * sumY;
    if (!this.#both) return this.value = varianceY <= 0 ? 0 : covariance / varianceY;
    const varianceX = ((this.#squaresX += dx * dx) + tail.squaresX) * n - sumX * sumX;
    if (varianceX <= 0 || varianceY <= 0) return this.value = 0;
    const root = Math.sqrt(varianceX * varianceY);
    return this.value = Math.abs(covariance) > root ? Math.sign(covariance) : covariance / root;
  }

  #turn(): void {
    const both = this.#both;
    const end = this.#nothing;
    const firstX = this.#firstX;
    const firstY = this.#firstY;
    let sumX = 0;
    let sumY = 0;
    let squaresX = 0;
    let squaresY = 0;
    let products = 0;
    for (let entry = end.older; entry !== end; entry = entry.older) {
      const dx = entry.x - firstX;
      const dy = entry.y - firstY;
      entry.x = sumX += dx;
      entry.y = sumY += dy;
      entry.squaresY = squaresY += dy * dy;
      entry.products = products += dx * dy;
      if (both) entry.squaresX = squaresX += dx * dx;
    }
    this.#headX = this.#headY = this.#squaresX = this.#squaresY = this.#products = 0;
  }
}

/** Pearson's correlation of the last n pairs, −1 to 1; 0 while either value does not move, as in TA-Lib. */
export class Correlation extends PairStatistic {
  constructor(period: number) {
    super(period, 'correlation');
  }
}

/**
 * Beta of x to a benchmark y over the last n pairs: covariance ÷ variance of y; 0 while y does not
 * move. Feed it returns, as beta is usually meant, or whatever levels are to be regressed.
 */
export class Beta extends PairStatistic {
  constructor(period: number) {
    super(period, 'beta');
  }
}
