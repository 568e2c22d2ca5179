import { requirePeriod, RollingMoments } from './window.ts';

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

/** Sums over the last n pairs of distances from a pair of the window: `RollingMoments` for two values at once. */
class RollingPairs {
  /** Population variance of x; NaN before n pairs. */
  varianceX = NaN;
  /** Population variance of y; NaN before n pairs. */
  varianceY = NaN;
  /** Population covariance; NaN before n pairs. */
  covariance = NaN;
  readonly #n: number;
  /** Fives: of the present block (x, y, unused …), of the last one tail sums of (x, y, x², y², xy) as distances. */
  readonly #ring: Float64Array;
  #at: number;
  readonly #head: Float64Array;

  constructor(n: number) {
    this.#n = this.#at = requirePeriod(n, 2);
    this.#ring = new Float64Array(5 * n + 5).fill(NaN, 0, 5 * n);
    this.#head = new Float64Array(9);
  }

  update(x: number, y: number): void {
    const n = this.#n;
    if (this.#at === n) this.#turn(x, y);
    const ring = this.#ring;
    const head = this.#head;
    let at = 5 * this.#at;
    ring[at] = x;
    ring[at + 1] = y;
    at += 5;
    const older = n - (this.#at += 1);
    const dx = x - head[5];
    const dy = y - head[6];
    const shiftX = head[7];
    const shiftY = head[8];
    const tailX = ring[at];
    const tailY = ring[at + 1];
    const meanX = ((head[0] += dx) + tailX + older * shiftX) / n;
    const meanY = ((head[1] += dy) + tailY + older * shiftY) / n;
    const squaresX = (head[2] += dx * dx) + ring[at + 2] + shiftX * (2 * tailX + older * shiftX);
    const squaresY = (head[3] += dy * dy) + ring[at + 3] + shiftY * (2 * tailY + older * shiftY);
    const products = (head[4] += dx * dy) + ring[at + 4] + shiftX * tailY + shiftY * (tailX + older * shiftX);
    const varianceX = squaresX / n - meanX * meanX;
    const varianceY = squaresY / n - meanY * meanY;
    this.varianceX = varianceX < 0 ? 0 : varianceX;
    this.varianceY = varianceY < 0 ? 0 : varianceY;
    this.covariance = products / n - meanX * meanY;
  }

  #turn(x: number, y: number): void {
    const ring = this.#ring;
    const end = 5 * this.#n - 5;
    const lastX = ring[end];
    const lastY = ring[end + 1];
    for (let i = end; i >= 0; i -= 5) {
      const dx = ring[i] - lastX;
      const dy = ring[i + 1] - lastY;
      ring[i] = ring[i + 5] + dx;
      ring[i + 1] = ring[i + 6] + dy;
      ring[i + 2] = ring[i + 7] + dx * dx;
      ring[i + 3] = ring[i + 8] + dy * dy;
      ring[i + 4] = ring[i + 9] + dx * dy;
    }
    const head = this.#head.fill(0);
    head[5] = x;
    head[6] = y;
    head[7] = Number.isNaN(lastX) ? 0 : lastX - x;
    head[8] = Number.isNaN(lastY) ? 0 : lastY - y;
    this.#at = 0;
  }
}

/** Pearson's correlation of the last n pairs, −1 to 1; 0 while either value does not move, as in TA-Lib. */
export class Correlation {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #pairs: RollingPairs;

  constructor(period: number) {
    this.#pairs = new RollingPairs(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number, y: number): number {
    const pairs = this.#pairs;
    pairs.update(x, y);
    const scale = Math.sqrt(pairs.varianceX) * Math.sqrt(pairs.varianceY);
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
    this.#pairs = new RollingPairs(period);
    this.warmup = period;
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  update(x: number, y: number): number {
    const pairs = this.#pairs;
    pairs.update(x, y);
    return this.value = pairs.varianceY === 0 ? 0 : pairs.covariance / pairs.varianceY;
  }
}
