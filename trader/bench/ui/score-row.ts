/** One line of the sheet. */
export interface ScoreRow {
  readonly number: number;
  readonly what: string;
  /** What was seen, with its unit. */
  readonly figure: string;
  /** What two points take. */
  readonly wanted: string;
  /** 0, 1 or 2; null where only a person can judge it, or a tool was not at hand. */
  readonly points: 0 | 1 | 2 | null;
}

/** Points of a figure that should be small: two up to `good`, one up to `fair`. */
export function atMost(value: number, good: number, fair: number): 0 | 1 | 2 {
  return value <= good ? 2 : value <= fair ? 1 : 0;
}

/** Points of a figure that should be large. */
export function atLeast(value: number, good: number, fair: number): 0 | 1 | 2 {
  return value >= good ? 2 : value >= fair ? 1 : 0;
}

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
