import type { BacktestReport, OptimisticBound, SourceQuality } from '../wiring/backtest-request.ts';
import { lineChart } from './chart.ts';
import {
  decimalSign, formatCount, formatDuration, formatMoney, formatPercent, formatPlural, formatQuantity, formatRatio, formatScaled, formatTime,
} from './format.ts';
import { shortName } from './paper-panels.ts';
import { propFirmLines } from './prop-firm-report.ts';
import type { Paint, Style } from './style.ts';
import { clip, fit, spread, visibleWidth, wrap } from './text.ts';

/** How a report is drawn. */
export interface ReportLayout {
  readonly columns: number;
  readonly style: Style;
  /** From the command's start to the result. */
  readonly wallMs: number;
}

/** Columns of a label with its value; so many fit side by side. */
const CELL_WIDTH = 32;
const LABEL_WIDTH = 15;
const AXIS_WIDTH = 14;
const CHART_ROWS = 6;

/** A backtest for people: what came out, what it cost, what the data was like, how it was run. */
export function renderBacktest(report: BacktestReport, { columns, style, wallMs }: ReportLayout): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  return [
    ...titleLines(report, width, style), '',
    ...equityLines(report, width, style), '',
    style.heading('Result'), ...gridLines(resultFacts(report, style), width, style), '',
    style.heading('Trades and costs'), ...gridLines(tradeFacts(report, style), width, style), '',
    ...boundsLines(report, width, style),
    ...(report.propFirm === null ? [] : [...propFirmLines(report.propFirm, width, style), '']),
    style.heading('Data'), ...report.quality.map((quality) => `  ${qualityLine(quality, style)}`),
    ...report.warnings.flatMap((warning) => wrap(warning, width - 2)).map((line) => `  ${style.warn(line)}`), '',
    style.heading('How it was run'), ...[
      `Cash ${formatMoney(report.cash)}, sizing ${report.sizing}, fee ${report.fee}, fill ${report.fill}, ${report.venue === null ? 'plain profile' : `rules of ${report.venue}, ${report.margin} margin, leverage ${report.leverage}`}.`,
      ...modelsSentence(report), ...boundsSentence(report),
      `${formatCount(report.bars)} bars in ${formatDuration(wallMs)}: load ${formatDuration(report.loadSeconds * 1000)}, run ${formatDuration(report.cpuSeconds * 1000)} of CPU at ${formatScaled(report.barsPerCpuSecond)} bars/s, peak ${report.peakRssMb.toFixed(0)} MB.`,
    ].flatMap((text) => wrap(text, width - 2)).map((line) => `  ${line}`),
  ];
}

/** What decided sizes, in a sentence; none where they have but one bound. */
function boundsSentence({ sizingBounds }: BacktestReport): string[] {
  if (sizingBounds === null) return [];
  const counts = Object.entries(sizingBounds).map(([bound, count]) => `${bound} ${formatCount(count)}`);
  return [`Sizes were decided by: ${counts.join(', ') || 'none was asked for'}.`];
}

/** What the venue did to orders, in a sentence; none for the plain profile. */
function modelsSentence({ venueModels }: BacktestReport): string[] {
  if (venueModels === null) return [];
  const { slippage, latency, volumeShare, fillPolicy } = venueModels;
  return [`Slippage ${slippage ?? 'none'}, latency ${latency ?? 'none'}, ${volumeShare === null ? 'no limit by volume' : volumeShare.endsWith('%') ? `at most ${volumeShare} of each bar's volume` : `at most ${volumeShare.slice('units:'.length)} units a bar`}, ${fillPolicy} where a bar does not tell.`];
}

/** The result beside its optimistic bound, where that was asked for. */
function boundsLines(report: BacktestReport, width: number, style: Style): string[] {
  const { optimistic } = report;
  if (optimistic === null) return [];
  const column = Math.min(CELL_WIDTH - LABEL_WIDTH, Math.floor((width - LABEL_WIDTH - 2) / 2));
  const line = (label: string, worst: string, best: string) => `  ${style.faint(fit(label, LABEL_WIDTH))}${fit(worst, column, 'right')}${fit(best, column, 'right')}`;
  const row = (label: string, of: (bound: OptimisticBound) => string) => line(label, of(report), of(optimistic));
  return [
    style.heading('What a bar cannot tell'),
    line('', style.faint('at worst'), style.faint('at best')),
    row('Final equity', ({ finalEquity }) => formatMoney(finalEquity)),
    row('Net return', ({ netReturn }) => formatPercent(netReturn, 2, { sign: true })),
    row('Max drawdown', ({ maxDrawdown }) => formatPercent(maxDrawdown)),
    row('Sharpe', ({ sharpe }) => formatRatio(sharpe)),
    row('Trades', ({ trades }) => formatCount(trades)), '',
  ];
}

function titleLines(report: BacktestReport, width: number, style: Style): string[] {
  const title = `${style.strong(report.strategy)} on ${style.strong(report.instrument)}`;
  const span = `${report.interval}, ${formatTime(Date.parse(report.from))} to ${formatTime(Date.parse(report.to))} UTC`;
  const parameters = Object.entries({ ...report.parameters, ...report.series }).map(([name, value]) => `${name}=${value}`).join('  ');
  const oneLine = visibleWidth(title) + span.length + 2 <= width;
  return [
    ...(oneLine ? [spread(title, style.faint(span), width)] : [clip(title, width), style.faint(span)]),
    ...wrap(parameters, width).map((line) => style.faint(line)),
  ];
}

type Fact = readonly [label: string, value: string, paint?: Paint];

function resultFacts(report: BacktestReport, style: Style): Fact[] {
  return [
    ['Final equity', formatMoney(report.finalEquity), style.strong],
    ['Net return', formatPercent(report.netReturn, 2, { sign: true }), netPaint(report, style)],
    ['Max drawdown', formatPercent(report.maxDrawdown)],
    ['Sharpe', formatRatio(report.sharpe)],
    ['Sortino', formatRatio(report.sortino)],
    ['Exposure', formatPercent(report.exposure, 1)],
  ];
}

function tradeFacts(report: BacktestReport, style: Style): Fact[] {
  return [
    ['Trades', formatCount(report.trades)],
    ['Win rate', formatPercent(report.winRate, 1)],
    ['Profit factor', formatRatio(report.profitFactor)],
    ['Fills', formatCount(report.fills)],
    ['Fees', formatMoney(report.fees)],
    ...costFacts(report),
    ...(report.liquidations === 0 ? [] : [['Liquidated', formatCount(report.liquidations), style.bad] as const]),
    ['Turnover', `${formatScaled(report.turnover)}×`],
    ...(report.denials === 0 ? [] : [['Denied orders', formatCount(report.denials), style.warn] as const]),
    ...heldFacts(report),
  ];
}

/** What is held at the end; where one instrument is traded, the heading names it. */
function heldFacts({ positions }: BacktestReport): Fact[] {
  const all = Object.entries(positions);
  return all.filter(([, quantity]) => decimalSign(quantity) !== 0)
    .map(([instrument, quantity]) => ['Still held', all.length === 1 ? formatQuantity(quantity) : `${formatQuantity(quantity)} ${shortName(instrument)}`]);
}

/** What trading cost besides fees, as far as it did. */
function costFacts({ costs }: BacktestReport): Fact[] {
  const facts = [['Funding', costs.funding], ['Borrow', costs.borrow], ['Swap', costs.swap], ['Liquidation', costs.liquidation]] as const;
  return facts.filter(([, paid]) => decimalSign(paid) !== 0).map(([label, paid]) => [label, formatMoney(paid)]);
}

/** A chart of the equity with its highest and its lowest value beside it. */
function equityLines(report: BacktestReport, width: number, style: Style): string[] {
  const { equityCurve } = report;
  if (equityCurve.length < 2) return [style.faint('Too few bars to draw the equity.')];
  const label = (value: number) => fit(formatMoney(value.toFixed(2)), AXIS_WIDTH - 2, 'right');
  return lineChart(equityCurve, width - AXIS_WIDTH, CHART_ROWS).map((line, i) => {
    const edge = i === 0 ? Math.max(...equityCurve) : i === CHART_ROWS - 1 ? Math.min(...equityCurve) : undefined;
    const axis = edge === undefined ? `${' '.repeat(AXIS_WIDTH - 2)} │` : `${label(edge)} ┤`;
    return style.faint(axis) + netPaint(report, style)(line);
  });
}

/** Labels and values, as many to a line as the width holds. */
function gridLines(facts: readonly Fact[], width: number, style: Style): string[] {
  const perLine = Math.max(1, Math.floor(width / CELL_WIDTH));
  const cells = facts.map(([label, value, paint]) => (
    `  ${style.faint(fit(label, LABEL_WIDTH))}${fit(paint ? paint(value) : value, CELL_WIDTH - LABEL_WIDTH - 2)}`
  ));
  return Array.from({ length: Math.ceil(cells.length / perLine) }, (_, i) => cells.slice(i * perLine, (i + 1) * perLine).join('').trimEnd());
}

function netPaint({ netReturn }: BacktestReport, style: Style): Paint {
  return netReturn > 0 ? style.good : netReturn < 0 ? style.bad : style.strong;
}

/** What one source of bars was like, in a sentence. */
function qualityLine(quality: SourceQuality, style: Style): string {
  const facts = [
    quality.gaps === 0 ? style.good('no gaps')
      : style.warn(`${formatPlural(quality.gaps, 'gap')} (${formatPlural(quality.missingBars, 'bar')} missing, longest ${formatDuration(quality.longestGapMs)})`),
    ...(quality.zeroVolume === 0 ? [] : [`${formatCount(quality.zeroVolume)} of zero volume`]),
    ...(quality.absentVolume === 0 ? [] : [`${formatCount(quality.absentVolume)} without volume`]),
  ];
  return `${quality.instrument}: ${formatPlural(quality.bars, 'bar')}, ${facts.join(', ')}`;
}
