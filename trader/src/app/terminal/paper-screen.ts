import { formatClock, formatCount, formatPercent, formatTime } from './format.ts';
import { KEY_HINTS } from './keyboard.ts';
import {
  denialsPanel, equityFixedRows, equityPanel, fillsPanel, healthLine, ordersPanel, positionsPanel, priceFormat, pricesPanel,
} from './paper-panels.ts';
import type { PaperView } from './paper-view.ts';
import type { Style } from './style.ts';
import { clip, fit, spread } from './text.ts';

/** From this width on, panels stand in two columns. */
const WIDE = 130;
const GUTTER = 3;
/** Header, feed, health and keys. */
const FRAME_ROWS = 4;
const CHART_ROWS_MAX = 20;
/** What the keys take of the last line. */
const KEYS_WIDTH = 62;

/** The size of a terminal in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The paper screen as exactly `rows` lines of at most `columns` columns. What matters most stays
 * where room is short: the header, prices, positions and equity; then fills, denials and orders.
 */
export function renderPaper(view: PaperView, size: ScreenSize, style: Style): string[] {
  const width = Math.max(1, size.columns - 2);
  const airy = size.rows >= 36 ? 1 : 0;
  // What a person is told has a line of its own where it does not fit beside the keys: it may be an address to open.
  const told = view.note !== undefined && view.note.length > width - KEYS_WIDTH ? [style.warn(view.note)] : [];
  const room = Math.max(0, size.rows - FRAME_ROWS - 2 * airy - told.length);
  const body = width >= WIDE ? twoColumns(view, width, room, style) : oneColumn(view, width, room, style);
  const air = Array.from({ length: airy }, () => '');
  const middle = [...body, ...Array.from({ length: room }, () => '')].slice(0, room);
  return [
    headerLine(view, width, style), feedLine(view, width, style), ...air, ...middle, ...air,
    healthLine(view.health, view.orders.length, width, style), ...told, keyLine(view, width, style, told.length === 0),
  ].slice(0, size.rows).map((line) => ` ${clip(line, width)}`.trimEnd());
}

/** Columns below which the header has no room for the time. */
const TIMELESS = 60;

/** Whether no new risk is taken until somebody resumes; of a feed that is paused or has ended, too. */
function isHalted({ state, haltReason }: PaperView): boolean {
  return state === 'halted' || (haltReason !== undefined && (state === 'paused' || state === 'ended'));
}

/** What is traded with, how it goes, and what time it is in the market. */
function headerLine(view: PaperView, width: number, style: Style): string {
  const { state, haltReason } = view;
  const badge = isHalted(view) || state === 'liquidated' ? style.badge.bad : state === 'active' ? style.badge.good : style.badge.warn;
  const words = isHalted(view) && haltReason !== undefined ? `${state === 'halted' ? '' : `${state.toUpperCase()}, `}HALTED: ${haltReason}` : state.toUpperCase().replace('-', ' ');
  const speed = view.feed.total === undefined ? 'live' : Number.isFinite(view.speed) ? `×${formatCount(view.speed)}` : 'full speed';
  return spread(
    `${(view.mode === 'live' ? style.badge.bad : style.badge.paper)(` AlgoTrendy ${view.mode.toUpperCase()} `)} ${badge(` ${words} `)}`,
    width < TIMELESS ? '' : ` ${style.strong(`${formatTime(view.tsEvent)} UTC`)}  ${style.accent(speed)}  ${style.faint(formatClock(view.elapsedMs))}`, width,
  );
}

/** What a person is told where a replay has no more data. */
export const END_OF_DATA = 'The data has come to its end. Begin anew with: ./algotrendy paper --fresh';

/** How far the feed has come, and the journal with it. */
function feedLine(view: PaperView, width: number, style: Style): string {
  const { feed, health } = view;
  if (view.state === 'ended') return style.warn(END_OF_DATA);
  const resumed = health.resumedFrom > 1 ? ` from #${formatCount(health.resumedFrom)}` : '';
  const journal = `journal #${formatCount(health.journalSequence)}${resumed}`;
  if (feed.total === undefined) return spread(style.faint(feed.name), style.faint(`  ${journal}`), width);
  const share = feed.total > 0 ? Math.min(1, feed.done / feed.total) : 0;
  const percent = formatPercent(share, 1);
  const bar = Math.max(6, Math.min(40, width - journal.length - feed.name.length - percent.length - 4));
  const full = Math.round(share * bar);
  return spread(
    `${style.faint(feed.name)} ${style.accent('━'.repeat(full))}${style.faint('─'.repeat(bar - full))} ${style.faint(percent)}`,
    style.faint(`  ${journal}`), width,
  );
}

const MONEY_WORDS = { paper: 'simulated, no real money', sandbox: 'a sandbox, no real money', live: 'REAL MONEY' } as const;

function keyLine(view: PaperView, width: number, style: Style, withNote: boolean): string {
  const keys = KEY_HINTS.filter(([key]) => (key === 'h' ? !isHalted(view) : key === 'r' ? isHalted(view) : view.feed.total !== undefined || (key !== 'p' && key !== '+/-')));
  return spread(
    keys.map(([key, what]) => `${style.strong(key)} ${style.faint(what)}`).join('   '), view.note === undefined || !withNote ? style.faint(MONEY_WORDS[view.mode]) : style.warn(view.note), width,
  );
}

/** Everything below each other: equity and lists share what prices and positions leave. */
function oneColumn(view: PaperView, width: number, rows: number, style: Style): string[] {
  const price = priceFormat(view.instruments);
  const prices = pricesPanel(view.instruments, price, width, style);
  const positions = positionsPanel(view.positions, price, width, style);
  const rest = rows - prices.length - positions.length - equityFixedRows(view.account, width);
  const blank = rest >= 18;
  const free = rest - (blank ? 5 : 0);
  const chartRows = Math.max(1, Math.min(CHART_ROWS_MAX, Math.floor((free - 4) / 3)));
  const lists = [
    fillsPanel(view.fills, price, width, style), denialsPanel(view.denials, width, style), ordersPanel(view.orders, price, width, style),
  ];
  return stack([prices, positions, equityPanel(view.account, width, chartRows, style), ...shareRows(free - chartRows, lists)], blank);
}

/** Prices, positions and fills on the left; equity, orders and denials on the right. */
function twoColumns(view: PaperView, width: number, rows: number, style: Style): string[] {
  const left = Math.max(78, Math.floor((width - GUTTER) * 0.58));
  const right = width - GUTTER - left;
  const blank = rows >= 28;
  const gaps = blank ? 2 : 0;
  const price = priceFormat(view.instruments);
  const tables = [pricesPanel(view.instruments, price, left, style), positionsPanel(view.positions, price, left, style)];
  const fills = fillsPanel(view.fills, price, left, style).slice(0, Math.max(0, rows - gaps - tables.flat().length));
  const lists = [denialsPanel(view.denials, right, style), ordersPanel(view.orders, price, right, style)];
  const fixed = equityFixedRows(view.account, right);
  const listRows = Math.min(lists.flat().length, Math.floor(rows / 2));
  const chartRows = Math.max(1, Math.min(CHART_ROWS_MAX, rows - gaps - fixed - listRows));
  const [denials = [], orders = []] = shareRows(rows - gaps - fixed - chartRows, lists);
  const leftLines = stack([...tables, fills], blank);
  const rightLines = stack([equityPanel(view.account, right, chartRows, style), orders, denials], blank);
  return Array.from({ length: Math.max(leftLines.length, rightLines.length) }, (_, i) => (
    `${fit(leftLines[i] ?? '', left)}${' '.repeat(GUTTER)}${rightLines[i] ?? ''}`
  ));
}

/** Sections below each other, with a blank line between where there is room. */
function stack(sections: readonly (readonly string[])[], blank: boolean): string[] {
  return sections.filter((lines) => lines.length > 0).flatMap((lines, i) => (i > 0 && blank ? ['', ...lines] : lines));
}

/**
 * Cuts lists, each a heading and its lines, so that together they take at most `rows`: first a
 * heading and one line each, in order, then one more line each in turn.
 */
function shareRows(rows: number, lists: readonly (readonly string[])[]): readonly string[][] {
  const heights = lists.map(() => 0);
  let left = rows;
  lists.forEach((_, i) => {
    if (left < 2) return;
    heights[i] = 2;
    left -= 2;
  });
  for (let grew = true; grew && left > 0;) {
    grew = false;
    lists.forEach((list, i) => {
      const height = heights[i];
      if (height === 0 || height >= list.length || left === 0) return;
      heights[i] = height + 1;
      left--;
      grew = true;
    });
  }
  return lists.map((list, i) => list.slice(0, heights[i]));
}
