import { lineChart, sparkline } from './chart.ts';
import {
  decimalSign, formatBytes, formatCount, formatDuration, formatMoney, formatPercent, formatQuantity, formatScaled,
  formatSignificant, formatTime,
} from './format.ts';
import type { AccountView, HealthView, InstrumentView, OrderView, PaperView, PositionView } from './paper-view.ts';
import type { Paint, Style } from './style.ts';
import { renderTable, type Cell, type Column } from './table.ts';
import { fit, spread } from './text.ts';

// The panels of the paper screen. Each gives lines of at most `width` columns; how they are put
// together is paper-screen.ts's business.

const PRICE_DIGITS = 7;

/** `BTC-USDT-PERP.BINANCE` → `BTC`; the whole id stands in the journal. */
export function shortName(instrument: string): string {
  return instrument.split(/[-.]/)[0] ?? instrument;
}

/** The colour of a profit, a loss, or neither. */
export function signPaint(sign: number, style: Style): Paint {
  return sign > 0 ? style.good : sign < 0 ? style.bad : style.faint;
}

function signedMoney(text: string, style: Style): Cell {
  return { text: formatMoney(text, { sign: true }), paint: signPaint(decimalSign(text), style) };
}

function change(ratio: number | undefined, style: Style): Cell {
  return { text: formatPercent(ratio, 2, { sign: true }), paint: signPaint(ratio ?? 0, style) };
}

/** A heading with a rule to its right, and a remark at the end. */
export function panelTitle(title: string, remark: string, width: number, style: Style): string {
  const tail = remark === '' ? '' : ` ${remark}`;
  const rule = '─'.repeat(Math.max(0, width - title.length - 1 - tail.length));
  return fit(`${style.heading(title)} ${style.faint(rule)}${style.faint(tail)}`, width);
}

/** Prices and the quality of their data. */
export function pricesPanel(instruments: readonly InstrumentView[], width: number, style: Style): string[] {
  const spark = Math.max(8, Math.min(32, width - 68));
  const columns: Column[] = [
    { title: '' }, { title: 'Last', align: 'right' }, { title: '24 h', align: 'right' },
    { title: 'Start', align: 'right', rank: 1 }, { title: '', rank: 2 },
    { title: 'Low', align: 'right', rank: 4 }, { title: 'High', align: 'right', rank: 3 },
    { title: 'Data', align: 'right', rank: 1 },
  ];
  const rows = instruments.map((instrument): Cell[] => [
    { text: shortName(instrument.id), paint: style.strong },
    { text: formatSignificant(instrument.last, PRICE_DIGITS), paint: style.strong },
    change(instrument.change24h, style), change(instrument.changeSinceStart, style),
    { text: sparkline(instrument.history, spark), paint: signPaint(instrument.change24h ?? 0, style) },
    { text: formatSignificant(instrument.low24h, PRICE_DIGITS), paint: style.faint },
    { text: formatSignificant(instrument.high24h, PRICE_DIGITS), paint: style.faint },
    dataQuality(instrument, style),
  ]);
  return renderTable(columns, rows, { width, heading: style.faint });
}

function dataQuality({ bars, gaps, rejected, ageMs }: InstrumentView, style: Style): Cell {
  const troubles = [
    ...(gaps > 0 ? [`${formatCount(gaps)} ${gaps === 1 ? 'gap' : 'gaps'}`] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} bad`] : []),
    ...(ageMs >= 120_000 ? [`${formatDuration(ageMs)} old`] : []),
  ];
  const paint = troubles.length > 0 ? style.warn : style.faint;
  return { text: [`${formatScaled(bars)} bars`, ...troubles].join(', '), paint };
}

/** One line per strategy and instrument. */
export function positionsPanel(positions: readonly PositionView[], width: number, style: Style): string[] {
  const columns: Column[] = [
    { title: 'Strategy' }, { title: '' }, { title: 'Want', align: 'right' },
    { title: 'Holds', align: 'right' }, { title: 'Average', align: 'right', rank: 2 }, { title: 'Mark', align: 'right', rank: 6 },
    { title: 'Stop', align: 'right', rank: 3 }, { title: 'Profit at', align: 'right', rank: 7 },
    { title: 'Open P&L', align: 'right' }, { title: 'Realised', align: 'right', rank: 1 }, { title: 'Fees', align: 'right', rank: 5 },
  ];
  const price = (text: string | undefined): Cell => (
    text === undefined ? { text: '–', paint: style.faint } : formatSignificant(text, PRICE_DIGITS)
  );
  const rows = positions.map((position): Cell[] => {
    const sign = decimalSign(position.quantity);
    const flat = sign === 0;
    return [
      position.strategy, { text: shortName(position.instrument), paint: style.strong }, wish(position, style),
      flat ? { text: 'flat', paint: style.faint } : { text: formatQuantity(position.quantity, 6), paint: signPaint(sign, style) },
      price(flat ? undefined : position.averagePrice), price(flat ? undefined : position.mark), price(position.stop), price(position.takeProfit),
      flat ? { text: '–', paint: style.faint } : signedMoney(position.unrealised, style),
      signedMoney(position.realised, style), { text: formatMoney(position.fees), paint: style.faint },
    ];
  });
  return renderTable(columns, rows, { width, heading: style.faint });
}

/** What the strategy wants to hold: a direction, or how long until it knows. */
function wish({ target, warmupLeft }: PositionView, style: Style): Cell {
  if (warmupLeft > 0) return { text: `in ${formatCount(warmupLeft)} bars`, paint: style.faint };
  if (target === 0) return { text: 'flat', paint: style.faint };
  const size = Math.abs(target) === 1 ? '' : ` ${formatPercent(Math.abs(target), 0)}`;
  return { text: `${target > 0 ? '▲ long' : '▼ short'}${size}`, paint: signPaint(target, style) };
}

/** Equity in figures, on two lines. */
export function accountLines(account: AccountView, width: number, style: Style): string[] {
  const pnl = (text: string) => signPaint(decimalSign(text), style)(formatMoney(text, { sign: true }));
  const label = style.faint;
  const first = [
    `${style.strong(`${formatMoney(account.equity)} ${account.currency}`)}`,
    `${label('today')} ${pnl(account.dayPnl)}`, `${label('total')} ${pnl(account.totalPnl)}`,
    `${label('open')} ${pnl(account.unrealised)}`,
  ];
  const second = [
    `${label('drawdown')} ${account.drawdown > 0.1 ? style.warn(formatPercent(account.drawdown)) : formatPercent(account.drawdown)}`,
    `${label('worst')} ${formatPercent(account.maxDrawdown)}`, `${label('exposure')} ${formatPercent(account.exposure, 0)}`,
    `${label('fees')} ${formatMoney(account.fees)}`, `${label('cash')} ${formatMoney(account.cash)}`,
  ];
  return [first, second].map((facts) => fit(facts.join('   '), width));
}

/** The equity as a picture, with its range at the right. */
export function equityChart(account: AccountView, width: number, height: number, style: Style): string[] {
  const { equityHistory } = account;
  if (equityHistory.length < 2) return [style.faint(fit('The equity will be drawn here.', width))];
  const paint = signPaint(decimalSign(account.totalPnl), style);
  if (height < 2) return [paint(sparkline(equityHistory, width))];
  const labels = [Math.max(...equityHistory), Math.min(...equityHistory)].map((value) => formatMoney(value.toFixed(2)));
  const labelWidth = Math.max(...labels.map((text) => text.length)) + 2;
  return lineChart(equityHistory, width - labelWidth, height).map((line, i) => {
    const edge = i === 0 ? labels[0] : i === height - 1 ? labels[1] : undefined;
    return `${paint(fit(line, width - labelWidth))}${style.faint(edge === undefined ? '│' : `┤${edge}`)}`;
  });
}

/** Orders that the venue holds. */
export function orderLines(orders: readonly OrderView[], style: Style): string[] {
  if (orders.length === 0) return [style.faint('none working')];
  return orders.map(({ side, type, leg, quantity, filled, price, instrument, strategy }) => {
    const progress = decimalSign(filled) === 0 ? '' : style.faint(` (${formatQuantity(filled, 6)} filled)`);
    const at = price === undefined ? type : `${type} ${formatSignificant(price, PRICE_DIGITS)}`;
    return `${sideText(side, style)} ${formatQuantity(quantity, 6)} ${style.strong(shortName(instrument))} ${at}${progress} ${style.faint(`${leg}, ${strategy}`)}`;
  });
}

/** The latest fills, newest first. */
export function fillLines({ fills }: PaperView, style: Style): string[] {
  if (fills.length === 0) return [style.faint('none yet')];
  return fills.map(({ tsEvent, side, quantity, instrument, price, realised, leg, strategy }) => {
    const profit = realised === undefined ? '' : ` ${signPaint(decimalSign(realised), style)(formatMoney(realised, { sign: true }))}`;
    return `${style.faint(formatTime(tsEvent).slice(5))} ${sideText(side, style)} ${formatQuantity(quantity, 6)} ${style.strong(shortName(instrument))} at ${formatSignificant(price, PRICE_DIGITS)}${profit} ${style.faint(leg === 'target' ? strategy : `${leg}, ${strategy}`)}`;
  });
}

/** The latest orders that risk refused: which rule, the value and the limit. */
export function denialLines({ denials }: PaperView, style: Style): string[] {
  if (denials.length === 0) return [style.faint('none')];
  return denials.map(({ tsEvent, side, quantity, instrument, rule, value, limit, strategy }) => (
    `${style.faint(formatTime(tsEvent).slice(5))} ${style.warn(rule)} ${value} over ${limit}: ${side} ${formatQuantity(quantity, 6)} ${style.strong(shortName(instrument))} ${style.faint(strategy)}`
  ));
}

function sideText(side: 'buy' | 'sell', style: Style): string {
  return side === 'buy' ? style.good('buy ') : style.bad('sell');
}

/** How the engine does, in one line. */
export function healthLine(health: HealthView, width: number, style: Style): string {
  const latency = health.decisionMicros === undefined ? '' : `decision ${health.decisionMicros.p50.toFixed(0)}/${health.decisionMicros.p99.toFixed(0)} µs`;
  const facts = [
    `${formatScaled(health.barsPerSecond)} bars/s`, latency,
    `${formatCount(health.orders)} orders, ${formatCount(health.fills)} fills, ${formatCount(health.denials)} denied`,
    `journal ${formatBytes(health.journalBytes)}`, `queue ${formatCount(health.queue)}`, `${health.rssMb.toFixed(0)} MB`,
  ].filter((fact) => fact !== '');
  return style.faint(spread(facts.join('  ·  '), '', width));
}
