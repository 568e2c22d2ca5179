import { emptyRing, fillMoments, NO_RING, requirePeriod, RollingMoments } from './window.ts';

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
  /** Fives: of the present block (x, y, unused …), of the last one tail sums of (x, y, y², xy, x²) as distances. */
  readonly #ring: number[] = NO_RING;
  #at: number = 0;
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
    this.#ring = emptyRing(period, [0, 0, 0, 0, 0]);
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number, y: number): number {
    const ring = this.#ring;
    let at = this.#at;
    if (at === 0) {
      this.#firstX = x;
      this.#firstY = y;
      this.#turn();
      at = (ring.length - 5) | 0;
    }
    const next = (at - 5) | 0;
    this.#at = next;
    ring[at] = x;
    ring[(at + 1) | 0] = y;
    const dx = x - this.#firstX;
    const dy = y - this.#firstY;
    const n = this.#n;
    const sumX = (this.#headX += dx) + ring[next];
    const sumY = (this.#headY += dy) + ring[(next + 1) | 0];
    // n² times the variances and the covariance.
    const varianceY = ((this.#squaresY += dy * dy) + ring[(next + 2) | 0]) * n - sumY * sumY;
    const covariance = ((this.#products += dx * dy) + ring[(next + 3) | 0]) * n - sumX * sumY;
    if (!this.#both) return this.value = varianceY <= 0 ? 0 : covariance / varianceY;
    const varianceX = ((this.#squaresX += dx * dx) + ring[(next + 4) | 0]) * n - sumX * sumX;
    if (varianceX <= 0 || varianceY <= 0) return this.value = 0;
    const value = covariance / Math.sqrt(varianceX * varianceY);
    return this.value = Math.abs(value) > 1 ? Math.sign(value) : value;
  }

  /** Here `| 0` spares each index a check for overflow. */
  #turn(): void {
    const both = this.#both;
    const ring = this.#ring;
    const length = ring.length;
    const firstX = this.#firstX;
    const firstY = this.#firstY;
    let sumX = 0;
    let sumY = 0;
    let squaresX = 0;
    let squaresY = 0;
    let products = 0;
    for (let i = 5; i < length; i = (i + 5) | 0) {
      const dx = ring[i] - firstX;
      const dy = ring[(i + 1) | 0] - firstY;
      ring[i] = sumX += dx;
      ring[(i + 1) | 0] = sumY += dy;
      ring[(i + 2) | 0] = squaresY += dy * dy;
      ring[(i + 3) | 0] = products += dx * dy;
      if (both) ring[(i + 4) | 0] = squaresX += dx * dx;
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
