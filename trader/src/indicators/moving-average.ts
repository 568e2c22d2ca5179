import { emptyRing, NO_RING, requirePeriod } from './window.ts';

/**
 * How an exponential average starts. `first`: at the first value, defined from the first update.
 * `sma`: at the mean of the first n values, defined from update n (as TA-Lib and LEAN do).
 */
export type Seed = 'first' | 'sma';

/** Simple moving average: the mean of the last n values, exactly the value itself when they are all equal. */
export class Sma {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #n: number = 0;
  readonly #ring: number[] = NO_RING;
  #at: number = 0;
  #first = NaN;
  #head = NaN;

  constructor(period: number) {
    this.#n = this.warmup = requirePeriod(period);
    this.#ring = emptyRing(period, [0]);
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  /** Window sums as in window.ts, of distances from the head's first value, so that a flat market gives a flat average. */
  update(x: number): number {
    const ring = this.#ring;
    let at = this.#at;
    if (at === 0) {
      this.#first = x;
      this.#turn();
      at = this.#n;
    }
    const next = (at - 1) | 0;
    this.#at = next;
    ring[at] = x;
    const first = this.#first;
    const head = this.#head + (x - first);
    this.#head = head;
    return this.value = first + (head + ring[next]) / this.#n;
  }

  #turn(): void {
    const ring = this.#ring;
    const first = this.#first;
    let sum = 0;
    for (let i = 1; i < ring.length; i++) ring[i] = sum += ring[i] - first;
    this.#head = 0;
  }

  /** The value after every one of a column. */
  static column(period: number, x: Float64Array): Float64Array {
    const n = requirePeriod(period);
    const values = new Float64Array(x.length);
    const tails = emptyRing(n, [0]);
    for (let start = 0; start < x.length; start += n) {
      const first = x[start];
      let sum = 0;
      for (let i = start - 1, at = 1; i >= 0 && at < n; i--, at++) tails[at] = sum += x[i] - first;
      const end = Math.min(start + n, x.length);
      sum = 0;
      for (let i = start, at = n - 1; i < end; i++, at--) {
        sum += x[i] - first;
        values[i] = first + (sum + tails[at]) / n;
      }
    }
    return values;
  }
}

/** Weighted moving average: the mean of the last n values with weights 1 (oldest) to n (newest). */
export class Wma {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #n: number = 0;
  /** From `#at` up the present block's values; under it the last block's weighted tail sums. */
  readonly #ring: number[] = NO_RING;
  readonly #weights: number = NaN;
  #at: number = 0;
  #first = NaN;
  #head = NaN;
  #headWeighted = NaN;

  constructor(period: number) {
    this.#n = this.warmup = requirePeriod(period);
    this.#weights = period * (period + 1) / 2;
    this.#ring = emptyRing(period, [0]);
  }

  get ready(): boolean { return !Number.isNaN(this.value); }

  /** Window sums as in `Sma`: the head's k values weigh n − k + 1 to n, the tail's 1 to n − k. */
  update(x: number): number {
    const ring = this.#ring;
    let at = this.#at;
    if (at === 0) {
      this.#first = x;
      this.#turn();
      at = this.#n;
    }
    const next = (at - 1) | 0;
    this.#at = next;
    ring[at] = x;
    const first = this.#first;
    const distance = x - first;
    const head = this.#head + distance;
    this.#head = head;
    const headWeighted = this.#headWeighted + (this.#n - next) * distance;
    this.#headWeighted = headWeighted;
    return this.value = first + (headWeighted + next * head + ring[next]) / this.#weights;
  }

  #turn(): void {
    const ring = this.#ring;
    const first = this.#first;
    let sum = 0;
    let weighted = 0;
    for (let i = 1; i < ring.length; i++) {
      sum += ring[i] - first;
      ring[i] = weighted += sum;
    }
    this.#head = 0;
    this.#headWeighted = 0;
  }

  /** The value after every one of a column. */
  static column(period: number, x: Float64Array): Float64Array {
    const n = requirePeriod(period);
    const weights = n * (n + 1) / 2;
    const values = new Float64Array(x.length);
    const tails = emptyRing(n, [0]);
    for (let start = 0; start < x.length; start += n) {
      const first = x[start];
      let sum = 0;
      let weighted = 0;
      for (let i = start - 1, at = 1; i >= 0 && at < n; i--, at++) {
        sum += x[i] - first;
        tails[at] = weighted += sum;
      }
      const end = Math.min(start + n, x.length);
      sum = weighted = 0;
      for (let i = start, at = n - 1; i < end; i++, at--) {
        const distance = x[i] - first;
        sum += distance;
        weighted += (n - at) * distance;
        values[i] = first + (weighted + at * sum + tails[at]) / weights;
      }
    }
    return values;
  }
}

/** Exponential moving average, smoothing 2/(n + 1): each update moves the value by that share of its distance to x. */
export class Ema {
  /** NaN before `warmup` updates. */
  value = NaN;
  readonly warmup: number;
  readonly #alpha: number = NaN;
  #missing: number = 0;
  #sum = 0;

  constructor(period: number, seed: Seed) {
    this.#alpha = 2 / (requirePeriod(period) + 1);
    this.warmup = this.#missing = seed === 'first' ? 1 : period;
  }

  get ready(): boolean { return this.#missing === 0; }

  update(x: number): number {
    if (this.#missing > 0) return this.#seed(x);
    const value = this.value;
    return this.value = value + this.#alpha * (x - value);
  }

  #seed(x: number): number {
    this.#sum += x;
    this.#missing -= 1;
    if (this.#missing === 0) this.value = this.#sum / this.warmup;
    return this.value;
  }

  /** The value after every one of a column. */
  static column(period: number, seed: Seed, x: Float64Array): Float64Array {
    const values = new Float64Array(x.length);
    const start = new Ema(period, seed);
    const alpha = start.#alpha;
    let i = 0;
    for (; i < x.length && !start.ready; i++) values[i] = start.update(x[i]);
    let value = start.value;
    for (; i < x.length; i++) values[i] = value += alpha * (x[i] - value);
    return values;
  }
}
