import { DAY_MS, parseInterval } from '../../domain/time.ts';
import { PERTURBATION, type Method, type MethodResult } from '../../research/monte-carlo.ts';
import type { Band, Histogram, Quantiles } from '../../research/path-tally.ts';
import type { LuckStatistics, MonteCarloReport } from '../wiring/montecarlo.ts';
import { conditionsText, warningLines } from './conditions-text.ts';
import { formatCount, formatDecimal, formatDuration, formatMoney, formatPercent, formatPlural, formatRatio, formatScaled, formatTime } from './format.ts';
import type { Paint, Style } from './style.ts';
import { renderTable, type Column } from './table.ts';
import { clip, fit, spread, wrap } from './text.ts';

const AXIS_WIDTH = 14;
const FAN_ROWS = 10;
const HISTOGRAM_ROWS = 5;
/** Probability up to which chance is thought too little to explain a result. */
const SIGNIFICANT = 0.05;
/** Trades below which the figures are mostly chance. */
const FEW_TRADES = 30;

/** A Monte Carlo for people: what the run itself says about luck, what else it might have come to, and two pictures. */
export function renderMonteCarlo(report: MonteCarloReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  const by = (method: Method) => report.methods.find((one) => one.method === method);
  const fan = by('blocks') ?? report.methods.find(({ step }) => step !== 'trade') ?? by('order');
  const entries = by('entries');
  const paragraph = (text: string) => wrapWhole(text, width - 2).map((line) => `  ${line}`);
  return [
    ...titleLines(report, width, style), '',
    style.heading('The run'), ...runTexts(report).flatMap(paragraph), '',
    ...(fan ? [...fanLines(fan, width, style), ''] : []),
    ...(entries ? [...histogramLines(entries, width, style), ''] : []),
    style.heading('What else it might have come to'),
    ...report.methods.flatMap((method) => bullet(method.method, readingOf(method, report), width, style)),
    ...report.skipped.flatMap(({ method, reason }) => bullet(method, `left out: ${reason}.`, width, style)), '',
    ...tableLines(report, width, style), '',
    ...warningLines(report, width, style),
    style.heading('How it was run'), ...howTexts(report).flatMap(paragraph),
  ];
}

function titleLines(report: MonteCarloReport, width: number, style: Style): string[] {
  const title = `${style.strong(report.strategy)} on ${style.strong(report.instrument)}`;
  const span = `${report.interval}, ${formatTime(Date.parse(report.from))} to ${formatTime(Date.parse(report.to))} UTC`;
  const parameters = Object.entries(report.parameters).map(([name, value]) => `${name}=${value}`).join('  ');
  const oneLine = report.strategy.length + report.instrument.length + span.length + 6 <= width;
  return [
    ...(oneLine ? [spread(title, style.faint(span), width)] : [clip(title, width), style.faint(clip(span, width))]),
    ...wrap(parameters, width).map((line) => style.faint(line)),
  ];
}

function runTexts({ finalEquity, netReturn, maxDrawdown, sharpe, trades, statistics, interval }: MonteCarloReport): string[] {
  return [
    `Final equity ${formatMoney(finalEquity)} (${formatPercent(netReturn, 2, { sign: true })}), drawdown ${formatPercent(maxDrawdown)}, ${formatPlural(trades, 'trade')}.`,
    // Bars that are longer than a day have a return each.
    sharpeText(sharpe, maxDrawdown, statistics, (parseInterval(interval) ?? 0) > DAY_MS ? 'bar' : 'day'),
    trades > 0 && trades < FEW_TRADES ? `${formatPlural(trades, 'trade')}: too few for any of this to say much.` : '',
    [costText(statistics), capacityText(statistics)].filter((text) => text !== '').join(' '),
  ].filter((text) => text !== '');
}

function sharpeText(sharpe: number | null, maxDrawdown: number, { sharpeLow, sharpeHigh, correlatedSharpe, probabilisticSharpe, minimumTrackRecord, observations }: LuckStatistics, period: 'day' | 'bar'): string {
  if (sharpe === null && maxDrawdown >= 1) return 'No Sharpe ratio: the account fell to nothing, and from there on there are no returns.';
  if (sharpe === null || probabilisticSharpe === null) return `No Sharpe ratio: the returns of ${formatPlural(observations, period)} are too few, or do not differ.`;
  const needed = minimumTrackRecord === null ? `no number of ${period}s like these would prove more`
    : `proof at 95 % takes ${formatPlural(Math.ceil(minimumTrackRecord), period)} like these, and there are ${formatCount(observations)}`;
  const other = correlatedSharpe === null || Math.abs(correlatedSharpe - sharpe) < 0.05 ? '' : `, or ${formatRatio(correlatedSharpe)} counting that ${period}s depend on each other`;
  return `Sharpe ${formatRatio(sharpe)}${other}; with 95 % confidence it is truly ${formatRatio(sharpeLow)} to ${formatRatio(sharpeHigh)}. Above 0 with ${formatPercent(probabilisticSharpe, 1)} probability: ${needed}.`;
}

function costText({ breakEvenBps }: LuckStatistics): string {
  if (breakEvenBps === null) return '';
  return breakEvenBps > 0 ? `Nothing is left where a fill costs ${breakEvenBps.toFixed(1)} bp of its value.` : 'It loses before any cost.';
}

function capacityText({ capacity }: LuckStatistics): string {
  if (capacity === null) return '';
  const twentieth = `one fill in twenty exceeds 1 % of its bar's volume from an account of ${formatScaled(capacity.twentieth)} on`;
  return capacity.first > 0 ? `Capacity: the first fill, with ${formatScaled(capacity.first)}; ${twentieth}.` : `Capacity: ${twentieth}.`;
}

/** What a method says, in a sentence. */
function readingOf(found: MethodResult, { ruin, cash }: MonteCarloReport): string {
  const { maxDrawdown, finalEquity, lossProbability, ruinProbability, sharpe } = found;
  const range = `${wholeMoney(finalEquity.p05)} to ${wholeMoney(finalEquity.p95)} in nine of ten`;
  const lose = `${formatPercent(lossProbability, 1)} end below ${wholeMoney(Number(cash))}`;
  switch (found.method) {
    case 'order':
      return `the same trades in another order: drawdown ${formatPercent(maxDrawdown.p50)} in the middle, above ${formatPercent(maxDrawdown.p95)} one time in twenty; it was ${formatPercent(found.actual.maxDrawdown)}, seen after each trade.`;
    case 'blocks':
      return `returns drawn again in blocks of ${(found.meanBlock ?? 1).toFixed(1)} ${found.step}s: ${range}; ${lose}, ${formatPercent(ruinProbability, 1)} lose ${formatPercent(ruin, 0)} on the way.`;
    case 'entries': {
      const p = found.pValue ?? 1;
      return `${formatPercent(p, p < 0.01 ? 2 : 1)} of runs with the same trades at random times do at least as well: ${p <= SIGNIFICANT ? 'the timing does more than chance explains' : 'no sign that the timing earns'}.`;
    }
    case 'bars': {
      const p = found.pValue ?? 1;
      return `${formatPercent(p, 1)} of runs on the same bars in another order do at least as well: ${p <= SIGNIFICANT ? 'it finds more in their order than chance explains' : 'no sign that it finds anything in their order'}.`;
    }
    case 'parameters': return `parameters within ${formatPercent(PERTURBATION.parameterReach, 0)}: ${range}; ${lose}; Sharpe ${sharpeRange(sharpe)}.`;
    case 'costs': return `fees up to ${PERTURBATION.feeFactor} times as high and up to ${PERTURBATION.extraBps} bp more: ${range}; ${lose}; Sharpe ${sharpeRange(sharpe)}.`;
    case 'missed': return `${formatPercent(PERTURBATION.missed.missed, 0)} of the entries missed: ${range}; ${lose}; Sharpe ${sharpeRange(sharpe)}.`;
    case 'late': return `${formatPercent(PERTURBATION.late.late, 0)} of the decisions a bar late: ${range}; ${lose}; Sharpe ${sharpeRange(sharpe)}.`;
  }
}

/** An amount without cents: what is drawn at random is not known to the cent. */
function wholeMoney(value: number): string {
  return formatDecimal(value.toFixed(2), 0);
}

function sharpeRange(sharpe: Quantiles | null): string {
  return sharpe === null ? '–' : `${formatRatio(sharpe.p05)} to ${formatRatio(sharpe.p95)}`;
}

/** Breaks words into lines, but no number from its percent sign. */
function wrapWhole(text: string, width: number): string[] {
  return wrap(text.replaceAll(' %', '\u0000%'), width).map((line) => line.replaceAll('\u0000', ' '));
}

function bullet(name: string, text: string, width: number, style: Style): string[] {
  return wrapWhole(text, width - 15).map((line, i) => `  ${i === 0 ? style.accent(fit(name, 11)) : ' '.repeat(11)} ${line}`);
}

function tableLines({ methods }: MonteCarloReport, width: number, style: Style): string[] {
  const rows = methods.map(({ method, runs, finalEquity, maxDrawdown, sharpe, lossProbability, ruinProbability, pValue }) => [
    method, wholeMoney(finalEquity.p05), wholeMoney(finalEquity.p50), wholeMoney(finalEquity.p95), formatPercent(maxDrawdown.p50, 1), formatPercent(maxDrawdown.p95, 1),
    formatRatio(sharpe?.p50), formatPercent(lossProbability, 1), formatPercent(ruinProbability, 1), pValue === null ? '' : formatRatio(pValue, 3), formatCount(runs),
  ]);
  const columns: readonly Column[] = [
    { title: 'method' }, { title: 'end 5 %', align: 'right' }, { title: 'median', align: 'right' }, { title: '95 %', align: 'right' },
    { title: 'drawdown', align: 'right', rank: 1 }, { title: '95 %', align: 'right', rank: 3 }, { title: 'sharpe', align: 'right', rank: 5 },
    { title: 'loss', align: 'right', rank: 2 }, { title: 'ruin', align: 'right', rank: 4 }, { title: 'p', align: 'right', rank: 6 }, { title: 'runs', align: 'right', rank: 7 },
  ];
  const shown = methods.some(({ pValue }) => pValue !== null) ? columns.map((_, i) => i) : columns.flatMap(({ title }, i) => (title === 'p' ? [] : i));
  return rows.length === 0 ? [] : renderTable(shown.map((i) => columns[i]), rows.map((row) => shown.map((i) => row[i])), { width, style });
}

/** The band of equity over the run: 5 to 95 % pale, 25 to 75 % dark, and what really happened as a line. */
function fanLines({ method, band }: MethodResult, width: number, style: Style): string[] {
  const columns = Math.min(width - AXIS_WIDTH, band.at.length);
  const place = (x: number) => Math.round((x * (band.at.length - 1)) / Math.max(1, columns - 1));
  const low = Math.min(...band.p05, ...band.actual);
  const high = Math.max(...band.p95, ...band.actual);
  const range = high - low || 1;
  const rowOf = (value: number) => Math.min(FAN_ROWS - 1, Math.floor(((high - value) / range) * FAN_ROWS));
  const lines = Array.from({ length: FAN_ROWS }, (_, row) => {
    const cells = Array.from({ length: columns }, (_cell, x) => fanCell(band, place(x), row, rowOf)).join('').trimEnd();
    const edge = row === 0 ? high : row === FAN_ROWS - 1 ? low : undefined;
    return style.faint(axis(edge)) + cells.replace(/●+|▒+|░+/g, (same) => paintOf(same[0], style)(same));
  });
  return [
    clip(`${style.heading(`Equity by ${method}`)}  ${style.faint('░ 5 to 95 %  ▒ 25 to 75 %  ● what happened')}`, width),
    ...lines,
  ];
}

function fanCell(band: Band, at: number, row: number, rowOf: (value: number) => number): string {
  if (rowOf(band.actual[at]) === row) return '●';
  if (row >= rowOf(band.p75[at]) && row <= rowOf(band.p25[at])) return '▒';
  return row >= rowOf(band.p95[at]) && row <= rowOf(band.p05[at]) ? '░' : ' ';
}

function paintOf(mark: string | undefined, style: Style): Paint {
  return mark === '●' ? style.strong : mark === '▒' ? style.accent : style.faint;
}

function axis(value: number | undefined): string {
  return value === undefined ? `${' '.repeat(AXIS_WIDTH - 2)} │` : `${fit(formatMoney(value.toFixed(2)), AXIS_WIDTH - 2, 'right')} ┤`;
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Where the random runs ended, as bars, with a mark where the real trades did. */
function histogramLines({ histogram, actual, runs, pValue }: MethodResult, width: number, style: Style): string[] {
  const { from, to, counts } = histogram;
  const most = Math.max(...counts, 1);
  const wide = width >= AXIS_WIDTH + 2 * counts.length ? 2 : 1;
  const bin = binOf(histogram, actual.finalEquity);
  const paint = (pValue ?? 1) <= SIGNIFICANT ? style.good : style.warn;
  const lines = Array.from({ length: HISTOGRAM_ROWS }, (_, row) => {
    const bars = counts.map((count, i) => {
      const eighths = Math.round((count / most) * HISTOGRAM_ROWS * 8) - (HISTOGRAM_ROWS - 1 - row) * 8;
      const block = (BLOCKS[Math.max(0, Math.min(8, eighths))] ?? ' ').repeat(wide);
      return i === bin ? paint(block) : block;
    }).join('');
    return `${style.faint(row === 0 ? fit(`${formatCount(most)} │`, AXIS_WIDTH, 'right') : `${' '.repeat(AXIS_WIDTH - 1)}│`)}${bars.trimEnd()}`;
  });
  return [
    clip(`${style.heading('Where random entries end')}  ${style.faint(`of ${formatCount(runs)} runs; ▲ what the real trades came to`)}`, width),
    ...lines, markerLine(bin, counts.length * wide, wide, actual.finalEquity, paint),
    style.faint(`${' '.repeat(AXIS_WIDTH)}${spread(wholeMoney(from), wholeMoney(to), counts.length * wide)}`),
  ];
}

/** Bin of a value; −1 and as many as there are for what lies beyond. */
function binOf({ from, to, counts }: Histogram, value: number): number {
  if (value < from) return -1;
  if (value > to) return counts.length;
  return to > from ? Math.min(counts.length - 1, Math.floor(((value - from) / (to - from)) * counts.length)) : 0;
}

function markerLine(bin: number, columns: number, wide: number, value: number, paint: Paint): string {
  const at = AXIS_WIDTH + Math.max(-1, Math.min(columns, bin * wide));
  return `${' '.repeat(at)}${paint(`▲ ${formatMoney(value.toFixed(2))}`)}`;
}

function howTexts(report: MonteCarloReport): string[] {
  return [
    `${conditionsText(report)}; seed ${report.seed}.`,
    `${formatCount(report.bars)} bars: load ${formatDuration(report.loadSeconds * 1000)}, ask ${formatDuration(report.wallSeconds * 1000)} (${formatDuration(report.cpuSeconds * 1000)} of CPU), peak ${report.peakRssMb.toFixed(0)} MB.`,
    'None of it sees what no past has shown: docs/monte-carlo.md says what each method can and cannot tell.',
  ];
}
