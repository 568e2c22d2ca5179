/*
 * Sums, moments and extremes of the last n values, O(1) amortised and free of drift.
 *
 * The stream is cut into blocks of n. A window is then the tail of the last full block and the
 * head of the present one. The head is accumulated value by value; the tails of a block are
 * accumulated once, backwards, when it is full. Nothing is ever subtracted from a sum, so an
 * error cannot outlive the values that caused it, however long the stream is, and a NaN is gone
 * with the update in which it leaves the window. (For extremes this is van Herk's algorithm.)
 *
 * Before the first block is full its missing tails are NaN, which keeps every result NaN
 * for exactly n − 1 updates.
 *
 * What an update costs is the number of instructions that the engine makes of it. So fields that
 * hold numbers begin as numbers (0 for counts, NaN for the rest), here and in the indicators: one
 * that was once undefined is kept boxed. And rings are plain arrays, which take fewer checks than
 * typed ones.
 */

/** A window's length, asserted: a whole number of at least `min`. */
export function requirePeriod(period: number, min = 1): number {
  if (!Number.isInteger(period) || period < min) throw new RangeError(`period must be a whole number of at least ${min}, not ${period}`);
  return period;
}

/** Room for a block of n entries, all of them "not yet", and behind them the tail that holds nothing. */
export function emptyRing(n: number, tail: readonly number[]): number[] {
  const end = n * tail.length;
  return Array.from({ length: end + tail.length }, (_, i) => i < end ? NaN : tail[i - end]);
}

/** Sum of the last n numerators over the sum of the last n denominators: an average, where these are weights. */
export class RollingRatio {
  /** NaN before n updates, and while the denominators are all zero. */
  value = NaN;
  readonly #end: number = 0;
  /** Pairs (numerator, denominator): up to `#at` the present block's values, from there on the last block's tail sums. */
  readonly #ring: number[];
  #at: number = 0;
  #head = NaN;
  #headBelow = NaN;

  constructor(n: number) {
    this.#end = this.#at = 2 * requirePeriod(n);
    this.#ring = emptyRing(n, [0, 0]);
  }

  update(numerator: number, denominator: number): number {
    const ring = this.#ring;
    let at = this.#at;
    if (at === this.#end) at = this.#turn();
    ring[at] = numerator;
    ring[at + 1] = denominator;
    this.#at = at + 2;
    const head = this.#head + numerator;
    const headBelow = this.#headBelow + denominator;
    this.#head = head;
    this.#headBelow = headBelow;
    return this.value = (head + ring[at + 2]) / (headBelow + ring[at + 3]);
  }

  #turn(): 0 {
    const ring = this.#ring;
    let sum = 0;
    let sumBelow = 0;
    for (let i = this.#end - 2; i >= 0; i -= 2) {
      ring[i] = sum += ring[i];
      ring[i + 1] = sumBelow += ring[i + 1];
    }
    this.#head = 0;
    this.#headBelow = 0;
    return 0;
  }
}

/**
 * Mean and population variance of the last n values. Sums are taken of distances from the head's
 * first value, which is in the window as long as the head is, so cancellation costs at most a
 * factor of n: a constant window has exactly its value as mean and exactly 0 as variance.
 */
export class RollingMoments {
  /** NaN before n values. */
  mean = NaN;
  /** Population variance, never negative; NaN before n values. */
  variance = NaN;
  readonly #end: number = 0;
  /** 1/n. */
  readonly #share: number = NaN;
  /** Pairs: of the present block (value, unused), of the last one tail sums of (distance, its square). */
  readonly #ring: number[];
  #at: number = 0;
  #first = NaN;
  #head = NaN;
  #headSquares = NaN;

  constructor(n: number) {
    this.#end = this.#at = 2 * requirePeriod(n);
    this.#share = 1 / n;
    this.#ring = emptyRing(n, [0, 0]);
  }

  update(x: number): void {
    const ring = this.#ring;
    let at = this.#at;
    if (at === this.#end) at = this.#turn(x);
    ring[at] = x;
    at += 2;
    this.#at = at;
    const first = this.#first;
    const distance = x - first;
    const head = this.#head + distance;
    this.#head = head;
    const headSquares = this.#headSquares + distance * distance;
    this.#headSquares = headSquares;
    const share = this.#share;
    const offset = (head + ring[at]) * share;
    const variance = (headSquares + ring[at + 1]) * share - offset * offset;
    this.mean = first + offset;
    this.variance = variance < 0 ? 0 : variance;
  }

  #turn(x: number): 0 {
    const ring = this.#ring;
    let sum = 0;
    let squares = 0;
    for (let i = this.#end - 2; i >= 0; i -= 2) {
      const distance = ring[i] - x;
      ring[i] = sum += distance;
      ring[i + 1] = squares += distance * distance;
    }
    this.#first = x;
    this.#head = 0;
    this.#headSquares = 0;
    return 0;
  }
}

/**
 * What `RollingMoments` gives over a whole column, with the same operations in the same order: fills
 * `deviation` with the roots of the variances and, where it is wanted, `mean`; both are as long as x.
 */
export function fillMoments(x: Float64Array, n: number, deviation: Float64Array, mean?: Float64Array): void {
  const share = 1 / n;
  const tails = emptyRing(n, [0, 0]);
  for (let start = 0; start < x.length; start += n) {
    const first = x[start];
    let sum = 0;
    let squares = 0;
    for (let i = start - 1, at = 2 * n - 2; i >= 0 && at > 0; i--, at -= 2) {
      const distance = x[i] - first;
      tails[at] = sum += distance;
      tails[at + 1] = squares += distance * distance;
    }
    const end = Math.min(start + n, x.length);
    sum = squares = 0;
    for (let i = start, at = 2; i < end; i++, at += 2) {
      const distance = x[i] - first;
      sum += distance;
      squares += distance * distance;
      const offset = (sum + tails[at]) * share;
      const variance = (squares + tails[at + 1]) * share - offset * offset;
      deviation[i] = Math.sqrt(variance < 0 ? 0 : variance);
      if (mean) mean[i] = first + offset;
    }
  }
}

/** Lowest of the last n values. */
export class RollingMin {
  /** NaN before n values, and while one of them is NaN. */
  value = NaN;
  readonly #n: number = 0;
  readonly #ring: number[];
  #at: number = 0;
  #head = Infinity;

  constructor(n: number) {
    this.#n = this.#at = requirePeriod(n);
    this.#ring = emptyRing(n, [Infinity]);
  }

  update(x: number): number {
    const ring = this.#ring;
    let at = this.#at;
    if (at === this.#n) at = this.#turn();
    ring[at] = x;
    this.#at = at + 1;
    const head = Math.min(this.#head, x);
    this.#head = head;
    return this.value = Math.min(head, ring[at + 1]);
  }

  #turn(): 0 {
    const ring = this.#ring;
    for (let i = this.#n - 2; i >= 0; i--) ring[i] = Math.min(ring[i], ring[i + 1]);
    this.#head = Infinity;
    return 0;
  }
}

/**
 * Highest high and lowest low of the last n bars. Prices are numbers, never NaN. Of two values the
 * one to keep is picked by index, not by a branch: which bar makes a new extreme cannot be foreseen,
 * and wrong guesses cost as much again as everything else.
 */
export class RollingRange {
  /** NaN before n values. */
  highest = NaN;
  /** NaN before n values. */
  lowest = NaN;
  readonly #end: number = 0;
  /** Pairs (high, low): the present block's values, then the last block's tail extremes. */
  readonly #ring: number[];
  /** The head's highest and a rival, the head's lowest and a rival. */
  readonly #pick = [NaN, NaN, NaN, NaN];
  #at: number = 0;

  constructor(n: number) {
    this.#end = this.#at = 2 * requirePeriod(n);
    this.#ring = emptyRing(n, [-Infinity, Infinity]);
  }

  update(high: number, low: number): void {
    const ring = this.#ring;
    const pick = this.#pick;
    let at = this.#at;
    if (at === this.#end) at = this.#turn();
    ring[at] = high;
    ring[at + 1] = low;
    this.#at = at + 2;
    pick[1] = high;
    pick[3] = low;
    const head = pick[Number(high > pick[0])];
    const headLow = pick[2 + Number(low < pick[2])];
    pick[0] = head;
    pick[2] = headLow;
    // Against a tail, which wins if it is NaN: that stands for "not yet".
    const tail = ring[at + 2];
    const tailLow = ring[at + 3];
    pick[1] = tail;
    pick[3] = tailLow;
    this.highest = pick[Number(!(tail <= head))];
    this.lowest = pick[2 + Number(!(tailLow >= headLow))];
  }

  #turn(): 0 {
    const ring = this.#ring;
    const pick = this.#pick;
    let high = -Infinity;
    let low = Infinity;
    for (let i = this.#end - 2; i >= 0; i -= 2) {
      pick[0] = high;
      pick[1] = ring[i];
      pick[2] = low;
      pick[3] = ring[i + 1];
      ring[i] = high = pick[Number(!(pick[1] <= high))];
      ring[i + 1] = low = pick[2 + Number(!(pick[3] >= low))];
    }
    pick[0] = -Infinity;
    pick[2] = Infinity;
    return 0;
  }
}
