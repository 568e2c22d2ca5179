import type { Paint } from './style.ts';
import { fit } from './text.ts';

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Columns with a higher rank are left out first where the table is too wide; 0 always stays. */
  readonly rank?: number;
}

/** A text, and the colour it is given after it has been measured. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

/** How wide a table may be and how its heading looks. */
export interface TableLayout {
  readonly width: number;
  readonly heading: Paint;
  /** Fills the width: what is left over goes between the columns. */
  readonly stretch?: boolean;
}

const GAP = 2;

/**
 * Lines of a table: a heading and the rows, each column as wide as its widest cell. Where the
 * width does not hold them all, columns are left out by rank, and at last the line is cut.
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], layout: TableLayout): string[] {
  const widths = columns.map((column, i) => Math.max(column.title.length, ...rows.map((row) => textOf(row[i] ?? '').length)));
  const kept = columns.map((_, i) => i);
  const total = () => kept.reduce((sum, i) => sum + (widths[i] as number), 0) + GAP * (kept.length - 1);
  while (total() > layout.width) {
    const least = kept.reduce((worst, i) => (rankOf(columns, i) >= rankOf(columns, worst) ? i : worst));
    if (rankOf(columns, least) === 0) break;
    kept.splice(kept.indexOf(least), 1);
  }
  const spare = layout.stretch === true && kept.length > 1 ? Math.max(0, layout.width - total()) : 0;
  const gap = ' '.repeat(GAP + Math.min(4, Math.floor(spare / Math.max(1, kept.length - 1))));
  const line = (cells: readonly Cell[], paint?: Paint) => kept.map((i, position) => {
    const cell = cells[i] ?? '';
    const align = columns[i]?.align ?? 'left';
    const last = position === kept.length - 1 && align === 'left';
    const text = last ? textOf(cell) : fit(textOf(cell), widths[i] as number, align);
    return paint ? paint(text) : typeof cell === 'string' ? text : cell.paint(text);
  }).join(gap);
  return [line(columns.map((column) => column.title), layout.heading), ...rows.map((row) => line(row))]
    .map((text) => fit(text, Math.min(layout.width, Number.MAX_SAFE_INTEGER)).trimEnd());
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function rankOf(columns: readonly Column[], index: number): number {
  return columns[index]?.rank ?? 0;
}
