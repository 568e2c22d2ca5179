import type { Timestamp } from '../../domain/time.ts';

/** Equity at one moment. */
export interface EquityPoint {
  readonly tsEvent: Timestamp;
  readonly equity: number;
}

/** Equity at the end of every moment of a run, in order of time: sixteen bytes a minute of market time, eight megabytes a year. */
export class EquityHistory {
  /** Moments so far. */
  length = 0;
  #times = new Float64Array(4096);
  #equities = new Float64Array(4096);

  /** Notes the equity at a moment; a later value at the same moment replaces the one before. */
  record(tsEvent: Timestamp, equity: number): void {
    if (this.length === 0 || tsEvent !== this.#times[this.length - 1]) this.length += 1;
    if (this.length > this.#times.length) {
      this.#times = grown(this.#times);
      this.#equities = grown(this.#equities);
    }
    this.#times[this.length - 1] = tsEvent;
    this.#equities[this.length - 1] = equity;
  }

  /** The point at `index`, from the end where that is negative; undefined where there is none. */
  at(index: number): EquityPoint | undefined {
    const at = index < 0 ? this.length + index : index;
    if (at < 0 || at >= this.length) return undefined;
    return { tsEvent: this.#times[at], equity: this.#equities[at] };
  }

  /** The last point at `tsEvent` or before; undefined where there is none. */
  before(tsEvent: Timestamp): EquityPoint | undefined {
    let low = 0; // points known to be at `tsEvent` or before
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[middle] <= tsEvent) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? undefined : this.at(low - 1);
  }

  /** Equities at even steps, at most `count` of them, the last one always: what a chart needs. */
  thinned(count: number): readonly number[] {
    const step = Math.max(1, Math.ceil(this.length / count));
    const thin: number[] = [];
    for (let at = (this.length - 1) % step; at < this.length; at += step) thin.push(this.#equities[at]);
    return thin;
  }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(values.length * 2);
  longer.set(values);
  return longer;
}
