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
 * What an update costs is the number of instructions that the engine makes of it; so, here and in the
 * indicators:
 * - Fields begin as what they hold: 0 for counts, NaN for other numbers, `NO_RING` for rings. One that
 *   was once undefined is kept boxed, or checked at every use.
 * - A ring is filled from its end down to the tail that holds nothing, so that its end is index 0.
 * - A field that a method may have set is read anew after it; so where a block begins is not kept, but known.
 * - An update whose bytecode is longer than 460 bytes is called, no longer compiled into the loop that it is for.
 * - What may be absent is compared with undefined: asking whether it is truthy takes seven comparisons.
 * - What happens once a block stands in a method that neither takes nor gives numbers: between
 *   functions they are boxed.
 * - Where an update comes by many numbers of a ring, its entries are objects that know their neighbours
 *   (`linkedRing`): an index is checked at every access, and what goes into an array is checked for NaN.
 */

/** A window's length, asserted: a whole number of at least `min`. */
export function requirePeriod(period: number, min = 1): number {
  if (!Number.isInteger(period) || period < min) throw new RangeError(`period must be a whole number of at least ${min}, not ${period}`);
  return period;
}

/** What a field for a ring holds until there is one. */
export const NO_RING: number[] = [NaN];

/**
 * The tail that holds nothing, then room for a block of n entries, all of them "not yet". A plain array, made so that the
 * engine knows that it holds numbers alone and none is left out: that takes fewer checks than a typed one.
 */
export function emptyRing(n: number, tail: readonly number[]): number[] {
  const ring = [NaN];
  for (let i = 0; i < (n + 1) * tail.length; i++) ring[i] = i < tail.length ? tail[i] : NaN;
  return ring;
}

/** An entry of a ring of objects: beside its numbers, the entries that are filled after and before it. */
export interface Linked<Entry> {
  newer: Entry;
  older: Entry;
}

/** One of n entries in a circle. `make` gives one that is its own neighbour. */
export function linkedRing<Entry extends Linked<Entry>>(n: number, make: () => Entry): Entry {
  const first = make();
  for (let i = 1; i < n; i++) {
    const entry = make();
    entry.older = first.older;
    entry.newer = first;
    first.older.newer = entry;
    first.older = entry;
  }
  return first;
}

/** Sum of the last n numerators over the sum of the last n denominators: an average, where these are weights. */
export class RollingRatio {
  /** Pairs (numerator, denominator): from `#at` up the present block's values, under it the last block's tail sums. */
  readonly #ring: number[] = NO_RING;
  #at: number = 0;
  #head = NaN;
  #headBelow = NaN;

  constructor(n: number) {
    this.#ring = emptyRing(requirePeriod(n), [0, 0]);
  }

  /** NaN before n updates, and while the denominators are all zero. */
  update(numerator: number, denominator: number): number {
    const ring = this.#ring;
    let at = this.#at;
    if (at === 0) {
      this.#turn();
      at = (ring.length - 2) | 0;
    }
    const next = (at - 2) | 0;
    this.#at = next;
    ring[at] = numerator;
    ring[(at + 1) | 0] = denominator;
    const head = this.#head + numerator;
    const headBelow = this.#headBelow + denominator;
    this.#head = head;
    this.#headBelow = headBelow;
    return (head + ring[next]) / (headBelow + ring[(next + 1) | 0]);
  }

  #turn(): void {
    const ring = this.#ring;
    let sum = 0;
    let sumBelow = 0;
    const length = ring.length;
    for (let i = 2; i < length; i = (i + 2) | 0) {
      const below = (i + 1) | 0;
      ring[i] = sum += ring[i];
      ring[below] = sumBelow += ring[below];
    }
    this.#head = 0;
    this.#headBelow = 0;
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
  /** 1/n. */
  readonly #share: number = NaN;
  /** Pairs: of the present block (value, unused), of the last one tail sums of (distance, its square). */
  readonly #ring: number[] = NO_RING;
  #at: number = 0;
  #first = NaN;
  #head = NaN;
  #headSquares = NaN;

  constructor(n: number) {
    this.#share = 1 / n;
    this.#ring = emptyRing(requirePeriod(n), [0, 0]);
  }

  update(x: number): void {
    const ring = this.#ring;
    let at = this.#at;
    if (at === 0) {
      this.#first = x;
      this.#turn();
      at = (ring.length - 2) | 0;
    }
    const next = (at - 2) | 0;
    this.#at = next;
    ring[at] = x;
    const first = this.#first;
    const distance = x - first;
    const head = this.#head + distance;
    this.#head = head;
    const headSquares = this.#headSquares + distance * distance;
    this.#headSquares = headSquares;
    const share = this.#share;
    const offset = (head + ring[next]) * share;
    const variance = (headSquares + ring[(next + 1) | 0]) * share - offset * offset;
    this.mean = first + offset;
    this.variance = variance < 0 ? 0 : variance;
  }

  #turn(): void {
    const ring = this.#ring;
    const first = this.#first;
    let sum = 0;
    let squares = 0;
    for (let i = 2; i < ring.length; i = (i + 2) | 0) {
      const distance = ring[i] - first;
      ring[i] = sum += distance;
      ring[(i + 1) | 0] = squares += distance * distance;
    }
    this.#head = 0;
    this.#headSquares = 0;
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
    for (let i = start - 1, at = 2; i >= 0 && at < 2 * n; i--, at += 2) {
      const distance = x[i] - first;
      tails[at] = sum += distance;
      tails[at + 1] = squares += distance * distance;
    }
    const end = Math.min(start + n, x.length);
    sum = squares = 0;
    for (let i = start, at = 2 * n - 2; i < end; i++, at -= 2) {
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
  readonly #ring: number[] = NO_RING;
  #at: number = 0;
  #head = Infinity;

  constructor(n: number) {
    this.#ring = emptyRing(requirePeriod(n), [Infinity]);
  }

  update(x: number): number {
    const ring = this.#ring;
    let at = this.#at;
    if (at === 0) {
      this.#turn();
      at = ring.length - 1;
    }
    const next = (at - 1) | 0;
    this.#at = next;
    ring[at] = x;
    const head = Math.min(this.#head, x);
    this.#head = head;
    return this.value = Math.min(head, ring[next]);
  }

  #turn(): void {
    const ring = this.#ring;
    for (let i = 2; i < ring.length; i++) ring[i] = Math.min(ring[i], ring[i - 1]);
    this.#head = Infinity;
  }
}
