/** One measured figure, and what it is held against. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must reach, or may not exceed; undefined where it is only told. */
  readonly limit: number | undefined;
  /** Whether more is better (bars a second) or less (nanoseconds). */
  readonly better: 'more' | 'less';
}

/** How many times better than its limit a figure is: at least 1 where it is met. */
export function ratioOf({ value, limit, better }: Figure): number | undefined {
  if (limit === undefined) return undefined;
  return better === 'more' ? value / limit : limit / value;
}
