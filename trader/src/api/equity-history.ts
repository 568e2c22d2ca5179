import type { EquityRow } from '../ports/engine-feed.ts';

/**
 * An equity curve of bounded length over a run of any length: when it is full it is thinned to half, evenly in
 * time, so that the first days of a long run are told as well as the last.
 */
export class EquityHistory {
  readonly #most: number;
  #rows: EquityRow[];

  /** `most` is at least 8. */
  constructor(most: number, rows: readonly EquityRow[]) {
    this.#most = most;
    this.#rows = [...rows];
    this.#shorten();
  }

  push(row: EquityRow): void {
    const last = this.#rows.at(-1);
    // The same moment told again, with all its fills.
    if (last?.[0] === row[0]) this.#rows.pop();
    this.#rows.push(row);
    this.#shorten();
  }

  /** A copy, oldest first. */
  all(): EquityRow[] {
    return this.#rows.slice();
  }

  #shorten(): void {
    if (this.#rows.length > this.#most) this.#rows = thinned(this.#rows, this.#most >> 1);
  }
}

/**
 * At most so many points (4 or more) of a curve: the first, the last, and of each of as many equal stretches of time
 * as that leaves room for the lowest and the highest, so that no peak and no trough of it is smoothed away.
 */
export function thinned(rows: readonly EquityRow[], most: number): EquityRow[] {
  if (rows.length <= most) return [...rows];
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const stretches = Math.max(1, (most - 2) >> 1);
  const stretchOf = ([at]: EquityRow) => Math.min(stretches - 1, Math.floor((at - first[0]) / (last[0] - first[0]) * stretches));
  const kept: EquityRow[] = [first];
  let from = 1;
  while (from < rows.length - 1) {
    let to = from + 1;
    while (to < rows.length - 1 && stretchOf(rows[to]) === stretchOf(rows[from])) to += 1;
    kept.push(...extremes(rows, from, to));
    from = to;
  }
  kept.push(last);
  return kept;
}

/** The lowest and the highest of the points from one place to before another, in the order of their times. */
function extremes(rows: readonly EquityRow[], from: number, to: number): readonly EquityRow[] {
  let [low, high] = [from, from];
  for (let i = from + 1; i < to; i++) {
    if (Number(rows[i][1]) < Number(rows[low][1])) low = i;
    if (Number(rows[i][1]) > Number(rows[high][1])) high = i;
  }
  if (low === high) return [rows[low]];
  return low < high ? [rows[low], rows[high]] : [rows[high], rows[low]];
}
