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

/** The falls of an equity, in order of time. The first value is the first peak. */
export function drawdowns({ timestamps, values }: Series): Drawdown[] {
  const found: Drawdown[] = [];
  let peak = 0;
  let trough = 0;
  const end = (at: number, recovered: Timestamp | undefined) => {
    if (trough === peak) return;
    found.push({
      peak: timestamps[peak], trough: timestamps[trough], recovered,
      depth: 1 - values[trough] / values[peak], durationMs: timestamps[at] - timestamps[peak],
    });
  };
  for (let i = 1; i < values.length; i++) {
    if (values[i] >= values[peak]) {
      end(i, timestamps[i]);
      peak = trough = i;
    } else if (values[i] < values[trough]) {
      trough = i;
    }
  }
  if (values.length > 0) end(values.length - 1, undefined);
  return found;
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
