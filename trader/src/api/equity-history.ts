import type { EquityRow } from '../ports/engine-feed.ts';

/**
 * An equity curve of bounded length over a run of any length: when it is full, each four neighbours are merged into
 * two, the lowest and the highest of them, so that no peak and no trough is ever smoothed away. First and last point
 * always stand.
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
    while (this.#rows.length > this.#most) {
      const rows = this.#rows;
      const merged: EquityRow[] = [rows[0]];
      for (let from = 1; from < rows.length - 1; from += 4) merged.push(...extremes(rows.slice(from, Math.min(from + 4, rows.length - 1))));
      merged.push(rows[rows.length - 1]);
      this.#rows = merged;
    }
  }
}

/** The lowest and the highest, in the order of their times; all of them where there are no more than two. */
function extremes(rows: readonly EquityRow[]): readonly EquityRow[] {
  if (rows.length <= 2) return rows;
  let [low, high] = [0, 0];
  for (let i = 1; i < rows.length; i++) {
    if (Number(rows[i][1]) < Number(rows[low][1])) low = i;
    if (Number(rows[i][1]) > Number(rows[high][1])) high = i;
  }
  // A flat stretch: its ends say as much.
  if (low === high) [low, high] = [0, rows.length - 1];
  return low < high ? [rows[low], rows[high]] : [rows[high], rows[low]];
}
