import type { Paint, Style } from './style.ts';
import { clip, fit } from './text.ts';

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Columns with a higher rank are left out first where the table is too wide; 0 always stays. */
  readonly rank?: number;
}

/** A text, and the colour it is given after it has been measured. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

/** How wide a table may be, and how it looks. */
export interface TableLayout {
  readonly width: number;
  readonly style: Style;
  /** Draws the heading as a rule over the whole width, and spreads the columns a little. */
  readonly panel?: true;
}

const GAP = 2;
const GAP_MAX = 5;

/**
 * Lines of a table: a heading and the rows, each column as wide as its widest cell. Where the
 * width does not hold them all, columns are left out by rank, and at last the line is cut.
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], layout: TableLayout): string[] {
  const { width, style } = layout;
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => textOf(row[i]).length)));
  const kept = keptColumns(columns, widths, width);
  const spare = width - totalWidth(kept, widths);
  const more = layout.panel === true && kept.length > 1 ? Math.min(GAP_MAX - GAP, Math.max(0, Math.floor(spare / (kept.length - 1)))) : 0;
  const gap = ' '.repeat(GAP + more);
  const padded = (text: string, i: number) => fit(text, widths[i], columns[i]?.align ?? 'left');
  const heading = kept.map((i) => padded(columns[i]?.title ?? '', i)).join(gap);
  const body = rows.map((row) => kept.map((i) => {
    const cell = row[i] ?? '';
    return typeof cell === 'string' ? padded(cell, i) : cell.paint(padded(cell.text, i));
  }).join(gap));
  const top = layout.panel === true ? ruled(fit(heading, width), style) : style.heading(heading.trimEnd());
  return [top, ...body.map((line) => clip(line, width).trimEnd())];
}

/** Indices of the columns that fit, the least important left out first. */
function keptColumns(columns: readonly Column[], widths: readonly number[], width: number): number[] {
  const kept = columns.map((_, i) => i);
  const rank = (i: number) => columns[i]?.rank ?? 0;
  while (totalWidth(kept, widths) > width) {
    const least = kept.reduce((worst, i) => (rank(i) >= rank(worst) ? i : worst));
    if (rank(least) === 0) break;
    kept.splice(kept.indexOf(least), 1);
  }
  return kept;
}

function totalWidth(kept: readonly number[], widths: readonly number[]): number {
  return kept.reduce((sum, i) => sum + widths[i], 0) + GAP * (kept.length - 1);
}

/** A heading whose blanks are drawn as a rule: its first words name the panel, the others its columns. */
export function ruled(heading: string, style: Style): string {
  const name = /^\S+( \S+)*/.exec(heading)?.[0] ?? '';
  const rest = heading.slice(name.length).replace(/ {2,}/g, (blanks, at: number, whole: string) => {
    const atEnd = at + blanks.length === whole.length;
    return ` ${'─'.repeat(Math.max(0, blanks.length - (atEnd ? 1 : 2)))}${atEnd ? '' : ' '}`;
  });
  return style.heading(name) + style.faint(rest);
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined ? '' : typeof cell === 'string' ? cell : cell.text;
}
