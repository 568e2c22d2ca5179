/** How long decisions took lately, and how many bars a second were worked off. */
export class DecisionTimes {
  readonly #micros: number[] = [];
  #rate = { bars: 0, wall: 0, perSecond: 0 };

  /** Takes the time of one moment, in seconds. */
  add(seconds: number): void {
    this.#micros.push(seconds * 1e6);
    if (this.#micros.length > 2_000) this.#micros.splice(0, 1_000);
  }

  /** Median and 99th percentile of the last thousand or two, in microseconds; undefined before the first. */
  percentiles(): { readonly p50: number; readonly p99: number } | undefined {
    if (this.#micros.length === 0) return undefined;
    const sorted = [...this.#micros].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)];
    return { p50: at(0.5), p99: at(0.99) };
  }

  /** Bars a second over the last second, where so many were worked off by now. */
  barsPerSecond(bars: number): number {
    const now = performance.now();
    const { wall } = this.#rate;
    if (now - wall >= 1_000) this.#rate = { bars, wall: now, perSecond: wall === 0 ? 0 : ((bars - this.#rate.bars) * 1_000) / (now - wall) };
    return this.#rate.perSecond;
  }
}
