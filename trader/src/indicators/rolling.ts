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

/** Moments of the last n pairs: `RollingMoments` for two values at once, that of x alone only where it is wanted. */
class RollingPairs {
  /** Population variance of x; NaN before n pairs, and where it is not wanted. */
  varianceX = NaN;
  /** Population variance of y; NaN before n pairs. */
  varianceY = NaN;
  /** Population covariance; NaN before n pairs. */
  covariance = NaN;
  /** 1/n. */
  readonly #share: number = NaN;
  /** Whether the variance of x is wanted. */
  readonly #both: boolean = false;
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

  constructor(n: number, wanted: 'both variances' | 'variance of y') {
    this.#share = 1 / n;
    this.#both = wanted === 'both variances';
    this.#ring = emptyRing(requirePeriod(n, 2), [0, 0, 0, 0, 0]);
  }

  update(x: number, y: number): void {
    if (this.#at === 0) {
      this.#firstX = x;
      this.#firstY = y;
      this.#turn();
    }
    const ring = this.#ring;
    const at = this.#at;
    const next = (at - 5) | 0;
    this.#at = next;
    ring[at] = x;
    ring[(at + 1) | 0] = y;
    const dx = x - this.#firstX;
    const dy = y - this.#firstY;
    const share = this.#share;
    const meanX = ((this.#headX += dx) + ring[next]) * share;
    const meanY = ((this.#headY += dy) + ring[(next + 1) | 0]) * share;
    const varianceY = ((this.#squaresY += dy * dy) + ring[(next + 2) | 0]) * share - meanY * meanY;
    this.covariance = ((this.#products += dx * dy) + ring[(next + 3) | 0]) * share - meanX * meanY;
    this.varianceY = varianceY < 0 ? 0 : varianceY;
    if (!this.#both) return;
    const varianceX = ((this.#squaresX += dx * dx) + ring[(next + 4) | 0]) * share - meanX * meanX;
    this.varianceX = varianceX < 0 ? 0 : varianceX;
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
    this.#at = length - 5;
    this.#headX = this.#headY = this.#squaresX = this.#squaresY = this.#products = 0;
  }
}

/** Pearson's correlation of the last n pairs, −1 to 1; 0 while either value does not move, as in TA-Lib. */
export class Correlation {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #pairs: RollingPairs;

  constructor(period: number) {
    this.#pairs = new RollingPairs(period, 'both variances');
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number, y: number): number {
    const pairs = this.#pairs;
    pairs.update(x, y);
    const scale = Math.sqrt(pairs.varianceX * pairs.varianceY);
    const value = scale === 0 ? 0 : pairs.covariance / scale;
    return this.value = value > 1 ? 1 : value < -1 ? -1 : value;
  }
}

/**
 * Beta of x to a benchmark y over the last n pairs: covariance ÷ variance of y; 0 while y does not
 * move. Feed it returns, as beta is usually meant, or whatever levels are to be regressed.
 */
export class Beta {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #pairs: RollingPairs;

  constructor(period: number) {
    this.#pairs = new RollingPairs(period, 'variance of y');
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number, y: number): number {
    const pairs = this.#pairs;
    pairs.update(x, y);
    return this.value = pairs.varianceY === 0 ? 0 : pairs.covariance / pairs.varianceY;
  }
}
