import type { LimitRoom } from '../../domain/prop-firm.ts';
import { lineChart, sparkline } from './chart.ts';
import {
  decimalSign, decimalsOf, formatBytes, formatCount, formatDecimal, formatDuration, formatGrouped, formatMoney, formatPercent, formatPlural, formatQuantity, formatScaled,
  formatSignificant, formatTime,
} from './format.ts';
import type { AccountView, DenialView, FillView, HealthView, InstrumentView, OrderView, PositionView } from './paper-view.ts';
import type { Paint, Style } from './style.ts';
import { renderTable, ruled, type Cell, type Column } from './table.ts';
import { clip, fit, spread, visibleWidth } from './text.ts';

// The panels of the paper screen. Each gives lines of at most `width` columns; how they are put
// together is paper-screen.ts's business.

const PRICE_DIGITS = 7;
const QUANTITY_DIGITS = 6;

/** `BTC-USDT-PERP.BINANCE` → `BTC`; the whole id stands in the journal. */
export function shortName(instrument: string): string {
  return instrument.split(/[-.]/)[0] ?? instrument;
}

/** The colour of a profit, a loss, or neither. */
export function signPaint(sign: number, style: Style): Paint {
  return sign > 0 ? style.good : sign < 0 ? style.bad : style.faint;
}

/** Writes a price of an instrument with the decimals that its prices have, so that columns align. */
export type PriceFormat = (instrument: string, price: string) => string;

/** The prices' decimals as far as the instruments show them: the most of last, high and low. */
export function priceFormat(instruments: readonly InstrumentView[]): PriceFormat {
  const decimals = new Map(instruments.map(({ id, last, high24h, low24h }) => [id, Math.max(...[last, high24h ?? '', low24h ?? ''].map(decimalsOf))]));
  return (instrument, price) => {
    const known = decimals.get(instrument) ?? PRICE_DIGITS;
    const fitting = PRICE_DIGITS - (price.replace('-', '').split('.')[0]?.length ?? 0);
    return known <= fitting ? formatDecimal(price, known) : formatSignificant(price, PRICE_DIGITS);
  };
}

/** Prices and the quality of their data. */
export function pricesPanel(instruments: readonly InstrumentView[], format: PriceFormat, width: number, style: Style): string[] {
  const pictureWidth = Math.max(8, Math.min(40, width - 72));
  const columns: Column[] = [
    { title: 'Prices' }, { title: 'Last', align: 'right' }, { title: '24 h', align: 'right' },
    { title: 'Start', align: 'right', rank: 1 }, { title: '', rank: 2 },
    { title: 'Low', align: 'right', rank: 4 }, { title: 'High', align: 'right', rank: 3 }, { title: 'Data', rank: 1 },
  ];
  const extreme = (id: string, price: string | undefined): Cell => ({ text: price === undefined ? '–' : format(id, price), paint: style.faint });
  const rows = instruments.map((instrument): Cell[] => [
    { text: shortName(instrument.id), paint: style.strong },
    { text: format(instrument.id, instrument.last), paint: style.strong },
    change(instrument.change24h, style), change(instrument.changeSinceStart, style),
    { text: sparkline(instrument.history, pictureWidth), paint: signPaint(instrument.change24h ?? instrument.changeSinceStart ?? 0, style) },
    extreme(instrument.id, instrument.low24h), extreme(instrument.id, instrument.high24h),
    dataQuality(instrument, style),
  ]);
  return renderTable(columns, rows, { width, style, panel: true });
}

function change(ratio: number | undefined, style: Style): Cell {
  return { text: formatPercent(ratio, 2, { sign: true }), paint: signPaint(ratio ?? 0, style) };
}

function dataQuality({ bars, gaps, rejected, ageMs }: InstrumentView, style: Style): Cell {
  const troubles = [
    ...(gaps > 0 ? [formatPlural(gaps, 'gap')] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} bad`] : []),
    ...(ageMs >= 120_000 ? [`${formatDuration(ageMs)} old`] : []),
  ];
  const paint = troubles.length > 0 ? style.warn : style.faint;
  return { text: [`${formatScaled(bars)} bars`, ...troubles].join(', '), paint };
}

/** One line per strategy and instrument. */
export function positionsPanel(positions: readonly PositionView[], format: PriceFormat, width: number, style: Style): string[] {
  const columns: Column[] = [
    { title: 'Positions' }, { title: '' }, { title: 'Wants' },
    { title: 'Holds', align: 'right' }, { title: 'Average', align: 'right', rank: 2 }, { title: 'Mark', align: 'right', rank: 6 },
    { title: 'Stop', align: 'right', rank: 3 }, { title: 'Profit at', align: 'right', rank: 7 },
    { title: 'Open P&L', align: 'right' }, { title: 'Realised', align: 'right', rank: 1 }, { title: 'Fees', align: 'right', rank: 5 },
  ];
  const none: Cell = { text: '–', paint: style.faint };
  const rows = positions.map((position, i): Cell[] => {
    const price = (text: string | undefined) => (text === undefined ? none : format(position.instrument, text));
    const sign = decimalSign(position.quantity);
    const flat = sign === 0;
    return [
      positions[i - 1]?.strategy === position.strategy ? '' : position.strategy,
      { text: shortName(position.instrument), paint: style.strong }, wish(position, style),
      flat ? { text: 'flat', paint: style.faint } : { text: formatQuantity(position.quantity, QUANTITY_DIGITS), paint: signPaint(sign, style) },
      price(flat ? undefined : position.averagePrice), price(flat ? undefined : position.mark),
      price(position.stop), price(position.takeProfit), flat ? none : signedMoney(position.unrealised, style),
      signedMoney(position.realised, style), { text: formatMoney(position.fees), paint: style.faint },
    ];
  });
  return renderTable(columns, rows, { width, style, panel: true });
}

/** What the strategy wants to hold: a direction, or how long until it knows. */
function wish({ target, warmupLeft }: PositionView, style: Style): Cell {
  if (warmupLeft > 0) return { text: `in ${formatCount(warmupLeft)} bars`, paint: style.faint };
  if (target === 0) return { text: 'flat', paint: style.faint };
  const size = Math.abs(target) === 1 ? '' : ` ${formatPercent(Math.abs(target), 0)}`;
  return { text: `${target > 0 ? '▲ long' : '▼ short'}${size}`, paint: signPaint(target, style) };
}

function signedMoney(text: string, style: Style): Cell {
  return { text: formatMoney(text, { sign: true }), paint: signPaint(decimalSign(text), style) };
}

/** Equity and what it is made of, then its course in `chartRows` lines. */
export function equityPanel(account: AccountView, width: number, chartRows: number, style: Style): string[] {
  const totalPaint = signPaint(decimalSign(account.totalPnl), style);
  const share = Number(account.totalPnl) / Number(account.startEquity);
  const title = `${style.heading('Equity')} ${style.strong(`${formatMoney(account.equity)} ${account.currency}`)}  ${totalPaint(`${formatMoney(account.totalPnl, { sign: true })}  ${formatPercent(share, 2, { sign: true })}`)} `;
  return [
    title + style.faint('─'.repeat(Math.max(0, width - visibleWidth(title)))),
    ...accountGrid(account, width, style), ...limitsLine(account, width, style), ...equityChart(account, width, chartRows, style),
  ];
}

/** Lines that the equity panel takes beside its chart. */
export function equityFixedRows({ propFirm }: AccountView, width: number): number {
  return 1 + Math.ceil(8 / gridColumns(width)) + (propFirm === undefined ? 0 : 1);
}

/** What is left to each limit of a prop firm's rules, in one line, what matters most first. */
function limitsLine({ propFirm }: AccountView, width: number, style: Style): string[] {
  if (propFirm === undefined) return [];
  const { rules, daily, afterMidnight, total, target, tradingDays } = propFirm;
  const room = (label: string, { room: left, share }: LimitRoom) => `${style.faint(label)} ${(share > 0.5 ? style.good : share > 0.2 ? style.warn : style.bad)(`${formatMoney(left)} ${formatPercent(share, 0)}`)}`;
  const parts = [
    room('day', daily), room('total', total), room('midnight', afterMidnight),
    ...(target === null ? [] : [`${style.faint('target')} ${formatPercent(target.share, 0)}`]), ...(tradingDays.needed > 0 ? [`${style.faint('days')} ${tradingDays.counted}/${tradingDays.needed}`] : []), style.faint(rules),
  ];
  return [clip(parts.join('  '), width)];
}

function gridColumns(width: number): number {
  return width >= 76 ? 4 : width >= 54 ? 3 : 2;
}

function accountGrid(account: AccountView, width: number, style: Style): string[] {
  const pnl = (text: string) => signPaint(decimalSign(text), style)(formatMoney(text, { sign: true }));
  const facts: readonly (readonly [string, string])[] = [
    ['today', pnl(account.dayPnl)], ['open', pnl(account.unrealised)], ['realised', pnl(account.realised)],
    ['fees', formatMoney(account.fees)],
    ['drawdown', account.drawdown >= 0.1 ? style.warn(formatPercent(account.drawdown)) : formatPercent(account.drawdown)],
    ['worst', formatPercent(account.maxDrawdown)], ['exposure', formatPercent(account.exposure, 0)],
    ['cash', formatMoney(account.cash)],
  ];
  const perLine = gridColumns(width);
  const cellWidth = Math.floor(width / perLine);
  const cells = facts.map(([label, text]) => fit(`${style.faint(label)} ${text}`, cellWidth - 1));
  return Array.from({ length: Math.ceil(cells.length / perLine) }, (_, i) => cells.slice(i * perLine, (i + 1) * perLine).join(' ').trimEnd());
}

/** The equity as a picture, with its range at the right and its start as a faint line. */
function equityChart(account: AccountView, width: number, height: number, style: Style): string[] {
  const { equityHistory } = account;
  if (height <= 0) return [];
  if (equityHistory.length < 2) return [style.faint(fit('The equity will be drawn here.', width))];
  const paint = signPaint(decimalSign(account.totalPnl), style);
  if (height < 3) return [paint(sparkline(equityHistory, width))];
  const high = Math.max(...equityHistory);
  const low = Math.min(...equityHistory);
  const labels = [high, low].map((value) => formatMoney(value.toFixed(2)));
  const chartWidth = width - Math.max(...labels.map((text) => text.length)) - 2;
  const startRow = high > low ? Math.round(((high - equityHistory[0]) / (high - low)) * (height - 1)) : -1;
  return lineChart(equityHistory, chartWidth, height).map((line, i) => {
    const edge = i === 0 ? labels[0] : i === height - 1 ? labels[1] : undefined;
    const blank = i === startRow ? '┄' : ' ';
    const drawn = fit(line, chartWidth).replace(/[\u2800 ]+|[^\u2800 ]+/g, (run) => (
      /[\u2800 ]/.test(run) ? style.faint(blank.repeat(run.length)) : paint(run)
    ));
    return `${drawn} ${style.faint(edge === undefined ? '│' : `┤${edge}`)}`;
  });
}

/** The latest fills, newest first. */
export function fillsPanel(fills: readonly FillView[], format: PriceFormat, width: number, style: Style): string[] {
  const columns: Column[] = [
    { title: 'Fills' }, { title: '' }, { title: 'Quantity', align: 'right' }, { title: '' }, { title: 'Price', align: 'right' },
    { title: 'Fee', align: 'right', rank: 2 }, { title: 'Realised', align: 'right', rank: 1 }, { title: 'By', rank: 1 },
  ];
  const rows = fills.map((fill): Cell[] => [
    { text: shortTime(fill.tsEvent), paint: style.faint }, sideCell(fill.side, style),
    formatQuantity(fill.quantity, QUANTITY_DIGITS), { text: shortName(fill.instrument), paint: style.strong },
    format(fill.instrument, fill.price), { text: formatMoney(fill.fee), paint: style.faint },
    fill.realised === undefined ? '' : signedMoney(fill.realised, style),
    { text: fill.leg === 'target' ? fill.strategy : `${fill.strategy}, ${fill.leg}`, paint: style.faint },
  ]);
  return listPanel(columns, rows, 'none yet', width, style);
}

/** Orders that the venue holds. */
export function ordersPanel(orders: readonly OrderView[], format: PriceFormat, width: number, style: Style): string[] {
  const columns: Column[] = [
    { title: 'Working' }, { title: 'Quantity', align: 'right' }, { title: '' }, { title: '' },
    { title: 'Price', align: 'right' }, { title: 'Filled', align: 'right', rank: 1 }, { title: 'By', rank: 2 },
  ];
  const rows = orders.map((order): Cell[] => [
    sideCell(order.side, style), formatQuantity(order.quantity, QUANTITY_DIGITS),
    { text: shortName(order.instrument), paint: style.strong }, order.type,
    order.price === undefined ? '' : format(order.instrument, order.price),
    decimalSign(order.filled) === 0 ? '' : formatQuantity(order.filled, QUANTITY_DIGITS),
    { text: order.leg === 'target' ? order.strategy : `${order.strategy}, ${order.leg}`, paint: style.faint },
  ]);
  return listPanel(columns, rows, 'none', width, style);
}

/** The latest orders that risk refused: which rule, the value, the limit, and what was wanted. */
export function denialsPanel(denials: readonly DenialView[], width: number, style: Style): string[] {
  const columns: Column[] = [
    { title: 'Denied' }, { title: 'Rule' }, { title: 'Value', align: 'right' }, { title: 'Limit', align: 'right' },
    { title: 'Order', rank: 1 }, { title: 'By', rank: 2 },
  ];
  const rows = denials.map((denial): Cell[] => [
    { text: shortTime(denial.tsEvent), paint: style.faint }, { text: denial.rule, paint: style.warn }, formatGrouped(denial.value), formatGrouped(denial.limit),
    `${denial.side} ${formatQuantity(denial.quantity, QUANTITY_DIGITS)} ${shortName(denial.instrument)}`,
    { text: denial.strategy, paint: style.faint },
  ]);
  return listPanel(columns, rows, 'nothing so far', width, style);
}

function listPanel(
  columns: readonly Column[], rows: readonly (readonly Cell[])[], empty: string, width: number, style: Style,
): string[] {
  return rows.length === 0
    ? [ruled(fit(columns[0]?.title ?? '', width), style), style.faint(empty)]
    : renderTable(columns, rows, { width, style, panel: true });
}

function shortTime(timestamp: number): string {
  return formatTime(timestamp).slice(5);
}

function sideCell(side: 'buy' | 'sell', style: Style): Cell {
  return { text: side, paint: side === 'buy' ? style.good : style.bad };
}

/** How the engine does: as many facts as the line holds. */
export function healthLine(health: HealthView, working: number, width: number, style: Style): string {
  const facts = [
    `${formatCount(health.orders)} orders, ${formatCount(working)} working, ${formatCount(health.fills)} fills, ${formatCount(health.denials)} denied`,
    `${formatScaled(health.barsPerSecond)} bars/s`,
    ...(health.decisionMicros === undefined ? [] : [`decision ${health.decisionMicros.p50.toFixed(0)}/${health.decisionMicros.p99.toFixed(0)} µs`]),
    `journal ${formatBytes(health.journalBytes)}`, `${health.rssMb.toFixed(0)} MB`,
  ];
  let line = '';
  for (const fact of facts) {
    const longer = line === '' ? fact : `${line}  ·  ${fact}`;
    if (longer.length > width) break;
    line = longer;
  }
  return style.faint(spread(line, '', width));
}
