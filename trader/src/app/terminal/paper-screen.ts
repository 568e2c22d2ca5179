import { formatClock, formatCount, formatPercent, formatTime } from './format.ts';
import { KEY_HINTS } from './keyboard.ts';
import {
  accountLines, denialLines, equityChart, fillLines, healthLine, orderLines, panelTitle, positionsPanel, pricesPanel,
} from './paper-panels.ts';
import type { PaperView } from './paper-view.ts';
import type { Style } from './style.ts';
import { clip, fit, spread } from './text.ts';

/** From this width on, panels stand beside each other. */
const WIDE = 120;
const GUTTER = 3;

/** The size of a terminal in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The paper screen as exactly `rows` lines of at most `columns` columns. What matters most stays
 * where room is short: the header, prices, positions and equity; then fills, orders and denials.
 */
export function renderPaper(view: PaperView, size: ScreenSize, style: Style): string[] {
  const width = Math.max(20, size.columns - 2);
  const body = width >= WIDE ? wideBody(view, width, size.rows - 4, style) : narrowBody(view, width, size.rows - 4, style);
  const room = Math.max(0, size.rows - 4);
  const middle = [...body.slice(0, room), ...Array.from({ length: Math.max(0, room - body.length) }, () => '')];
  return [headerLine(view, width, style), feedLine(view, width, style), ...middle, healthLine(view.health, width, style), keyLine(view, width, style)]
    .slice(0, size.rows).map((line) => ` ${clip(line, width)}`.trimEnd());
}

/** That this is paper, how it goes, and what time it is in the market. */
function headerLine(view: PaperView, width: number, style: Style): string {
  const { state, haltReason } = view;
  const badge = state === 'halted' ? style.badge.bad : state === 'active' ? style.badge.good : style.badge.warn;
  const words = state === 'halted' && haltReason !== undefined ? `HALTED: ${haltReason}` : state.toUpperCase();
  const speed = Number.isFinite(view.speed) ? `×${formatCount(view.speed)}` : 'full speed';
  return spread(
    `${style.badge.paper(' AlgoTrendy PAPER ')} ${badge(` ${words} `)}`,
    `${style.strong(`${formatTime(view.tsEvent)} UTC`)}  ${style.accent(speed)}  ${style.faint(formatClock(view.elapsedMs))}`, width,
  );
}

/** How far the feed has come, and the journal with it. */
function feedLine(view: PaperView, width: number, style: Style): string {
  const { feed, health } = view;
  const journal = `journal #${formatCount(health.journalSequence)}${health.resumedFrom > 0 ? `, resumed at #${formatCount(health.resumedFrom)}` : ''}`;
  const share = feed.total > 0 ? Math.min(1, feed.done / feed.total) : 0;
  const bar = Math.max(8, Math.min(30, width - journal.length - feed.name.length - 16));
  const full = Math.round(share * bar);
  return spread(
    `${style.faint(feed.name)} ${style.accent('━'.repeat(full))}${style.faint('─'.repeat(bar - full))} ${style.faint(formatPercent(share, 1))}`,
    style.faint(journal), width,
  );
}

function keyLine(view: PaperView, width: number, style: Style): string {
  const keys = KEY_HINTS.filter(([key]) => (key === 'h' ? view.state !== 'halted' : key === 'r' ? view.state === 'halted' : true));
  return fit(keys.map(([key, what]) => `${style.strong(key)} ${style.faint(what)}`).join('   '), width);
}

function narrowBody(view: PaperView, width: number, rows: number, style: Style): string[] {
  const prices = [panelTitle('Prices', '', width, style), ...pricesPanel(view.instruments, width, style)];
  const positions = [panelTitle('Positions', '', width, style), ...positionsPanel(view.positions, width, style)];
  const account = accountLines(view.account, width, style);
  const left = rows - prices.length - positions.length - account.length - 1;
  const chartRows = Math.max(1, Math.min(6, left - 9));
  const lists = shareRows(left - chartRows, [fillLines(view, style), orderLines(view.orders, style), denialLines(view, style)]);
  return [
    ...prices, ...positions,
    panelTitle('Equity', '', width, style), ...account, ...equityChart(view.account, width, chartRows, style),
    ...lists.flatMap((lines, i) => (lines.length === 0 ? [] : listPanel(LIST_TITLES[i] as string, lines, view, width, style))),
  ];
}

const LIST_TITLES = ['Fills', 'Working orders', 'Denied'];

function listPanel(title: string, lines: readonly string[], view: PaperView, width: number, style: Style): string[] {
  const count = { Fills: view.health.fills, 'Working orders': view.orders.length, Denied: view.health.denials }[title] ?? 0;
  return [panelTitle(title, count === 0 ? '' : formatCount(count), width, style), ...lines];
}

/** Gives each list a heading and lines until the rows are used: two lines each in turn, the rest to the first. */
function shareRows(rows: number, lists: readonly (readonly string[])[]): string[][] {
  const shared: string[][] = lists.map(() => []);
  let left = rows;
  lists.forEach((list, i) => {
    const lines = Math.min(list.length, 2, left - 1);
    if (lines <= 0) return;
    shared[i] = list.slice(0, lines);
    left -= lines + 1;
  });
  lists.forEach((list, i) => {
    const more = Math.min(left, list.length - (shared[i] as string[]).length);
    if (more <= 0 || (shared[i] as string[]).length === 0) return;
    shared[i] = list.slice(0, (shared[i] as string[]).length + more);
    left -= more;
  });
  return shared;
}

/** Prices and positions on the left, equity on the right; fills, orders and denials below. */
function wideBody(view: PaperView, width: number, rows: number, style: Style): string[] {
  const left = Math.max(84, Math.floor((width - GUTTER) * 0.6));
  const right = width - GUTTER - left;
  const tables = [
    panelTitle('Prices', '', left, style), ...pricesPanel(view.instruments, left, style), '',
    panelTitle('Positions', '', left, style), ...positionsPanel(view.positions, left, style),
  ];
  const account = accountLines(view.account, right, style);
  const equity = [
    panelTitle('Equity', '', right, style), ...account, '',
    ...equityChart(view.account, right, Math.max(1, Math.min(12, tables.length - account.length - 2)), style),
  ];
  const top = sideBySide(tables, equity, left);
  const room = rows - top.length - 2;
  const fills = listPanel('Fills', fillLines(view, style), view, left, style);
  const orders = listPanel('Working orders', orderLines(view.orders, style), view, right, style);
  const denied = listPanel('Denied', denialLines(view, style), view, right, style);
  const orderRows = Math.min(orders.length, Math.max(2, room - 1 - Math.min(denied.length, Math.ceil(room / 2))));
  return [...top, '', ...sideBySide(
    fills.slice(0, Math.max(0, room)), [...orders.slice(0, orderRows), '', ...denied.slice(0, Math.max(0, room - orderRows - 1))], left,
  )];
}

function sideBySide(left: readonly string[], right: readonly string[], leftWidth: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => (
    `${fit(left[i] ?? '', leftWidth)}${' '.repeat(GUTTER)}${right[i] ?? ''}`
  ));
}
