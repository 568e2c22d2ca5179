/** Upper bounds in ms, each inclusive; what is longer is counted behind the last. */
export const DELAY_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const;

/** How old things were when they came, counted by bounds: no memory that grows. */
export class DelayHistogram {
  /** One for each bound, and one for what is longer than all. */
  readonly counts = new Float64Array(DELAY_BOUNDS_MS.length + 1);
  #total = 0;

  /** A delay in ms; one below zero, as clocks that differ a little give, is none. */
  add(delayMs: number): void {
    let at = 0;
    while (at < DELAY_BOUNDS_MS.length && delayMs > DELAY_BOUNDS_MS[at]) at += 1;
    this.counts[at] += 1;
    this.#total += 1;
  }

  /** The bounds within which half and 99 of a hundred were; Infinity beyond the last, undefined before the first. */
  summary(): { readonly p50: number; readonly p99: number } | undefined {
    return this.#total === 0 ? undefined : { p50: this.#bound(0.5), p99: this.#bound(0.99) };
  }

  #bound(share: number): number {
    let left = Math.ceil(share * this.#total);
    const at = this.counts.findIndex((count) => (left -= count) <= 0);
    return DELAY_BOUNDS_MS[at] ?? Infinity;
  }
}
