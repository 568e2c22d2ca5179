import type { Timestamp } from '../domain/time.ts';
import type { Series } from './sampling.ts';

/** A fall from a peak until the peak was reached again. */
export interface Drawdown {
  readonly peak: Timestamp;
  readonly trough: Timestamp;
  /** When equity was back at the peak; undefined where it is not. */
  readonly recovered: Timestamp | undefined;
  /** Share of the peak that was lost: 0.2 is 20 %, above 1 where equity went below zero. */
  readonly depth: number;
  /** From the peak to the recovery, or to the last value. */
  readonly durationMs: number;
}

/** Finds the falls of an equity from moment to moment, in memory that is bounded where not all of them are kept. */
export class FallTally {
  private readonly most: number;
  private readonly found: Drawdown[] = [];
  private peak = NaN;
  private tsPeak = NaN;
  private trough = NaN;
  private tsTrough = NaN;
  private tsLast = NaN;

  /** Keeps at least the deepest `most`. */
  constructor(most: number) {
    this.most = most;
  }

  /** Takes the next value, of a moment that is not before the last one's. The first value is the first peak. */
  add(timestamp: Timestamp, value: number): void {
    this.tsLast = timestamp;
    if (value >= this.peak || Number.isNaN(this.peak)) {
      if (this.trough < this.peak) this.#end(timestamp);
      this.peak = this.trough = value;
      this.tsPeak = this.tsTrough = timestamp;
    } else if (value < this.trough) {
      this.trough = value;
      this.tsTrough = timestamp;
    }
  }

  /** The falls so far, in order of time, the one under way among them. */
  falls(): readonly Drawdown[] {
    return this.trough < this.peak ? [...this.found, this.#fall(undefined)] : [...this.found];
  }

  #end(recovered: Timestamp): void {
    const { found, most } = this;
    found.push(this.#fall(recovered));
    if (found.length > 2 * most) found.splice(0, found.length, ...found.toSorted((a, b) => b.depth - a.depth).slice(0, most).sort((a, b) => a.peak - b.peak));
  }

  #fall(recovered: Timestamp | undefined): Drawdown {
    const { tsPeak, tsTrough, peak, trough, tsLast } = this;
    return { peak: tsPeak, trough: tsTrough, recovered, depth: 1 - trough / peak, durationMs: (recovered ?? tsLast) - tsPeak };
  }
}

/** The falls of an equity, in order of time. The first value is the first peak. */
export function drawdowns({ timestamps, values }: Series): readonly Drawdown[] {
  const tally = new FallTally(Infinity);
  for (let i = 0; i < values.length; i++) tally.add(timestamps[i], values[i]);
  return tally.falls();
}

/** How far each value lies below the highest before it, as a share of that: 0 at a peak, 0.2 at 20 % below. */
export function underwater(values: ArrayLike<number>): Float64Array {
  const below = new Float64Array(values.length);
  let peak = -Infinity;
  for (let i = 0; i < below.length; i++) {
    peak = Math.max(peak, values[i]);
    below[i] = 1 - values[i] / peak;
  }
  return below;
}

/** Ulcer index: root of the mean square of the fall from the peak, over all values (P. Martin 1987). Null without values. */
export function ulcerIndex(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  return Math.sqrt(underwater(values).reduce((sum, fall) => sum + fall ** 2, 0) / values.length);
}
