import type { BacktestReport, QualityReport } from '../wiring/backtest-request.ts';
import { lineChart } from './chart.ts';
import {
  decimalSign, formatCount, formatDuration, formatMoney, formatPercent, formatQuantity, formatRatio, formatScaled, formatTime,
} from './format.ts';
import type { Paint, Style } from './style.ts';
import { fit, spread } from './text.ts';

/** How a report is drawn. */
export interface ReportLayout {
  readonly columns: number;
  readonly style: Style;
  /** From the command's start to the result. */
  readonly wallMs: number;
}

const LABEL_WIDTH = 15;
const VALUE_WIDTH = 19;

/** A backtest for people: what came out, what it cost, what the data was like, how it was run. */
export function renderBacktest(report: BacktestReport, { columns, style, wallMs }: ReportLayout): string[] {
  const width = Math.min(columns, 100);
  const signed = signPaint(style);
  const net = Math.sign(report.netReturn);
  const title = `${style.strong(report.strategy)} on ${style.strong(report.instrument)} ${report.interval}`;
  const span = style.faint(`${formatTime(Date.parse(report.from))} to ${formatTime(Date.parse(report.to))} UTC`);
  const pairs = (rows: readonly (readonly [string, string, Paint?])[]) => gridLines(rows, width, style);
  return [
    spread(title, span, width).trimEnd(),
    style.faint(Object.entries(report.parameters).map(([name, value]) => `${name}=${value}`).join('  ')),
    '',
    ...equityLines(report, width, style, signed(net)),
    '', style.heading('Result'),
    ...pairs([
      ['Final equity', formatMoney(report.finalEquity), style.strong],
      ['Net return', formatPercent(report.netReturn, 2, { sign: true }), signed(net)],
      ['Max drawdown', formatPercent(report.maxDrawdown)],
      ['Sharpe', formatRatio(report.sharpe)],
      ['Sortino', formatRatio(report.sortino)],
      ['Exposure', formatPercent(report.exposure, 1)],
    ]),
    '', style.heading('Trades and costs'),
    ...pairs([
      ['Trades', formatCount(report.trades)],
      ['Win rate', formatPercent(report.winRate, 1)],
      ['Profit factor', formatRatio(report.profitFactor)],
      ['Fills / orders', `${formatCount(report.fills)} / ${formatCount(report.orders)}`],
      ['Fees', formatMoney(report.fees)],
      ['Turnover', `${formatScaled(report.turnover)}×`],
      ...(report.denials === 0 ? [] : [['Denied orders', formatCount(report.denials), style.warn] as const]),
      ...Object.entries(report.positions).filter(([, quantity]) => decimalSign(quantity) !== 0)
        .map(([instrument, quantity]) => ['Still held', `${formatQuantity(quantity)} ${instrument.split('-')[0]}`] as const),
    ]),
    '', style.heading('Data'),
    ...report.quality.map((quality) => qualityLine(quality, style)),
    '', style.heading('How it was run'),
    `  Cash ${formatMoney(report.cash)}, sizing ${report.sizing}, fee ${report.fee}, fill ${report.fill}, ${report.venue === null ? 'plain profile' : `rules of ${report.venue}`}`,
    `  ${formatCount(report.bars)} bars in ${formatDuration(wallMs)}: load ${formatDuration(report.loadSeconds * 1000)}, run ${formatDuration(report.cpuSeconds * 1000)} CPU, ${formatScaled(report.barsPerCpuSecond)} bars/s, peak ${report.peakRssMb.toFixed(0)} MB`,
  ];
}

/** A chart of the equity with its highest, first and lowest value beside it. */
function equityLines(report: BacktestReport, width: number, style: Style, paint: Paint): string[] {
  const { equityCurve } = report;
  if (equityCurve.length < 2) return [style.faint('Too few bars to draw the equity.')];
  const labelled = 14;
  const lines = lineChart(equityCurve, width - labelled, 5);
  const label = (value: number) => fit(formatMoney(value.toFixed(2)), labelled - 2, 'right');
  return lines.map((line, i) => {
    const edge = i === 0 ? label(Math.max(...equityCurve)) : i === lines.length - 1 ? label(Math.min(...equityCurve)) : ' '.repeat(labelled - 2);
    return `${style.faint(`${edge} ${i === 0 || i === lines.length - 1 ? '┤' : '│'}`)}${paint(line)}`;
  });
}

/** Labels and values, as many to a line as the width holds. */
function gridLines(rows: readonly (readonly [string, string, Paint?])[], width: number, style: Style): string[] {
  const perLine = Math.max(1, Math.floor(width / (LABEL_WIDTH + VALUE_WIDTH - 1)));
  const cells = rows.map(([label, value, paint]) => `  ${style.faint(fit(label, LABEL_WIDTH - 2))}${fit((paint ?? ((text: string) => text))(value), VALUE_WIDTH - 2, 'left')}`);
  return Array.from({ length: Math.ceil(cells.length / perLine) }, (_, i) => cells.slice(i * perLine, (i + 1) * perLine).join('').trimEnd());
}

/** What one source of bars was like, in a sentence. */
export function qualityLine(quality: QualityReport, style: Style): string {
  const facts = [
    quality.gaps === 0 ? style.good('no gaps')
      : style.warn(`${formatCount(quality.gaps)} ${quality.gaps === 1 ? 'gap' : 'gaps'}, ${formatCount(quality.missingBars)} bars missing, longest ${formatDuration(quality.longestGapMs)}`),
    ...(quality.zeroVolume === 0 ? [] : [`${formatCount(quality.zeroVolume)} without trades`]),
    ...(quality.absentVolume === 0 ? [] : [`${formatCount(quality.absentVolume)} without volume`]),
  ];
  return `  ${quality.instrument}  ${formatCount(quality.bars)} bars, ${facts.join(', ')}`;
}


function signPaint(style: Style): (sign: number) => Paint {
  return (sign) => (sign > 0 ? style.good : sign < 0 ? style.bad : style.strong);
}
