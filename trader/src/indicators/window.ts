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
 */

/** A window's length, asserted: a whole number of at least `min`. */
export function requirePeriod(period: number, min = 1): number {
  if (!Number.isInteger(period) || period < min) throw new RangeError(`period must be a whole number of at least ${min}, not ${period}`);
  return period;
}

/** n NaNs and a closing zero: the empty tail. */
function emptyTails(n: number): Float64Array {
  const tails = new Float64Array(n + 1).fill(NaN);
  tails[n] = 0;
  return tails;
}

/** Sum of the last n values. */
export class RollingSum {
  /** The sum; NaN before n values. */
  value = NaN;
  readonly #n: number;
  /** Up to `#at` the present block's values; from there on the last block's tail sums. */
  readonly #ring: Float64Array;
  #at = 0;
  #head = NaN;

  constructor(n: number) {
    this.#n = requirePeriod(n);
    this.#ring = emptyTails(n);
    this.#head = 0;
  }

  update(x: number): number {
    const ring = this.#ring;
    if (this.#at === this.#n) this.#turn();
    const at = this.#at;
    ring[at] = x;
    this.#at = at + 1;
    const head = this.#head + x;
    this.#head = head;
    return this.value = head + ring[at + 1];
  }

  #turn(): void {
    const ring = this.#ring;
    let sum = 0;
    for (let i = this.#n - 1; i >= 0; i--) ring[i] = sum += ring[i];
    this.#head = 0;
    this.#at = 0;
  }
}

/**
 * Mean and population variance of the last n values. Sums are taken of distances from a value
 * that is itself in the window (the head's first, the tail's last), so cancellation costs at most
 * a factor of n: a constant window has exactly its value as mean and exactly 0 as variance.
 */
export class RollingMoments {
  /** NaN before n values. */
  mean = NaN;
  /** Population variance, never negative; NaN before n values. */
  variance = NaN;
  readonly #n: number;
  readonly #ring: Float64Array;
  readonly #squares: Float64Array;
  #at = 0;
  #first = NaN;
  #last = NaN;
  #head = NaN;
  #headSquares = NaN;

  constructor(n: number) {
    this.#n = requirePeriod(n);
    this.#ring = emptyTails(n);
    this.#squares = emptyTails(n);
    this.#at = n;
  }

  update(x: number): void {
    const n = this.#n;
    const ring = this.#ring;
    if (this.#at === n) this.#turn(x);
    const first = this.#first;
    let at = this.#at;
    ring[at] = x;
    at += 1;
    this.#at = at;
    const distance = x - first;
    const head = this.#head + distance;
    this.#head = head;
    const headSquares = this.#headSquares + distance * distance;
    this.#headSquares = headSquares;
    const tail = ring[at];
    const shift = at === n ? 0 : this.#last - first;
    const shifted = (n - at) * shift;
    const sum = head + tail + shifted;
    const squares = headSquares + this.#squares[at] + shift * (2 * tail + shifted);
    const offset = sum / n;
    const variance = squares / n - offset * offset;
    this.mean = first + offset;
    this.variance = variance < 0 ? 0 : variance;
  }

  #turn(x: number): void {
    const ring = this.#ring;
    const squares = this.#squares;
    const last = ring[this.#n - 1];
    let sum = 0;
    let square = 0;
    for (let i = this.#n - 1; i >= 0; i--) {
      const distance = ring[i] - last;
      ring[i] = sum += distance;
      squares[i] = square += distance * distance;
    }
    this.#last = last;
    this.#first = x;
    this.#head = 0;
    this.#headSquares = 0;
    this.#at = 0;
  }
}

/** Highest of the last n values. */
export class RollingMax {
  /** NaN before n values. */
  value = NaN;
  readonly #n: number;
  readonly #ring: Float64Array;
  #at = 0;
  #head = NaN;

  constructor(n: number) {
    this.#n = requirePeriod(n);
    this.#ring = emptyTails(n);
    this.#ring[n] = -Infinity;
    this.#head = -Infinity;
  }

  update(x: number): number {
    const ring = this.#ring;
    if (this.#at === this.#n) this.#turn();
    const at = this.#at;
    ring[at] = x;
    this.#at = at + 1;
    const head = Math.max(this.#head, x);
    this.#head = head;
    return this.value = Math.max(head, ring[at + 1]);
  }

  #turn(): void {
    const ring = this.#ring;
    for (let i = this.#n - 2; i >= 0; i--) ring[i] = Math.max(ring[i], ring[i + 1]);
    this.#head = -Infinity;
    this.#at = 0;
  }
}

/** Lowest of the last n values. */
export class RollingMin {
  /** NaN before n values. */
  value = NaN;
  readonly #n: number;
  readonly #ring: Float64Array;
  #at = 0;
  #head = NaN;

  constructor(n: number) {
    this.#n = requirePeriod(n);
    this.#ring = emptyTails(n);
    this.#ring[n] = Infinity;
    this.#head = Infinity;
  }

  update(x: number): number {
    const ring = this.#ring;
    if (this.#at === this.#n) this.#turn();
    const at = this.#at;
    ring[at] = x;
    this.#at = at + 1;
    const head = Math.min(this.#head, x);
    this.#head = head;
    return this.value = Math.min(head, ring[at + 1]);
  }

  #turn(): void {
    const ring = this.#ring;
    for (let i = this.#n - 2; i >= 0; i--) ring[i] = Math.min(ring[i], ring[i + 1]);
    this.#head = Infinity;
    this.#at = 0;
  }
}
