import type { Stability } from '../../research/walk-forward.ts';
import type { WalkForwardReport, WindowReport } from '../wiring/walkforward.ts';
import { lineChart } from './chart.ts';
import { conditionsText, warningLines } from './conditions-text.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatPlural, formatRatio, formatTime } from './format.ts';
import type { Paint, Style } from './style.ts';
import { axisText, titleLines } from './sweep-report.ts';
import { renderTable, type Cell, type Column } from './table.ts';
import { clip, fit, wrap } from './text.ts';

const AXIS_WIDTH = 14;
const CHART_ROWS = 6;
/** Windows that are listed, the newest. */
const MOST_WINDOWS = 36;
/** Columns of a bar that shows a share. */
const BAR = 10;

/** A walk-forward for people: what choosing on the past made of what followed, window by window, and how steady the choice was. */
export function renderWalkForward(report: WalkForwardReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  const indent = (texts: readonly string[]) => texts.flatMap((text) => wrap(text, width - 2)).map((line) => `  ${line}`);
  return [
    ...titleLines(report, width, style),
    ...wrap(`${report.grid.map(axisText).join('  ')}: ${formatPlural(report.combos, 'combination')} in each of ${formatPlural(report.windows.length, 'window')}`, width).map((line) => style.faint(line)), '',
    style.heading('Out of sample, all tests as one run'), ...equityLines(report, width, style), '',
    ...decayLines(report, width, style), '',
    ...windowLines(report, width, style), '',
    ...stabilityLines(report, width, style), '',
    style.heading('What it says'), ...indent(verdictTexts(report)), '',
    ...warningLines(report, width, style),
    style.heading('How it was run'), ...indent(runTexts(report)),
  ];
}

/** The stitched equity, and under it where each test begins. */
function equityLines({ equityCurve, outOfSample, windows }: WalkForwardReport, width: number, style: Style): string[] {
  if (equityCurve.length < 2) return [style.faint('  Too few bars to draw the equity.')];
  const high = Math.max(...equityCurve);
  const low = Math.min(...equityCurve);
  const label = (value: number) => fit(formatMoney(value.toFixed(2)), AXIS_WIDTH - 2, 'right');
  const chart = lineChart(equityCurve, width - AXIS_WIDTH, CHART_ROWS).map((line, i) => {
    const edge = i === 0 ? high : i === CHART_ROWS - 1 ? low : undefined;
    return style.faint(edge === undefined ? `${' '.repeat(AXIS_WIDTH - 2)} │` : `${label(edge)} ┤`) + signPaint(outOfSample.netReturn, style)(line);
  });
  const room = Math.ceil(Math.min(equityCurve.length, 2 * (width - AXIS_WIDTH)) / 2);
  const marks = Array.from({ length: room }, () => '─');
  for (let i = 0, bars = 0; i < windows.length; bars += windows[i].test.bars, i++) marks[Math.min(room - 1, Math.floor(bars / outOfSample.bars * room))] = '┬';
  return [...chart, style.faint(`${' '.repeat(AXIS_WIDTH - 2)} └${marks.join('')}`)];
}

/** In sample against out of sample. */
function decayLines({ inSample, outOfSample, efficiency }: WalkForwardReport, width: number, style: Style): string[] {
  const columns: Column[] = ['', 'in sample', 'out of sample', 'kept'].map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' }));
  const percent = (value: number | null): Cell => ({ text: formatPercent(value, 2, { sign: true }), paint: signPaint(value, style) });
  const kept = inSample.sharpe !== null && outOfSample.sharpe !== null && inSample.sharpe > 0 ? outOfSample.sharpe / inSample.sharpe : null;
  const rows: Cell[][] = [
    ['yearly return', percent(inSample.yearlyReturn), percent(outOfSample.yearlyReturn), formatPercent(efficiency, 0)],
    ['Sharpe', formatRatio(inSample.sharpe), formatRatio(outOfSample.sharpe), formatPercent(kept, 0)],
  ];
  const facts = [
    ['net return', formatPercent(outOfSample.netReturn, 2, { sign: true })], ['max drawdown', formatPercent(outOfSample.maxDrawdown)],
    ['trades', formatCount(outOfSample.trades)], ['fees', formatMoney(outOfSample.fees)],
  ].map(([name, value]) => `${style.faint(name ?? '')} ${value ?? ''}`).join('   ');
  return [...renderTable(columns, rows, { width, style }), clip(facts, width)];
}

function windowLines({ windows, grid }: WalkForwardReport, width: number, style: Style): string[] {
  const most = Math.max(...windows.map(({ outOfSample }) => Math.abs(outOfSample.netReturn ?? 0)), 1e-12);
  const columns: Column[] = [
    { title: 'window', align: 'right' }, { title: 'test from', rank: 1 }, ...grid.map(({ name }) => ({ title: name, align: 'right' as const })),
    { title: 'in sample', align: 'right', rank: 2 }, { title: 'out of sample', align: 'right' }, { title: '', rank: 3 },
    { title: 'sharpe', align: 'right', rank: 4 }, { title: 'drawdown', align: 'right', rank: 5 }, { title: 'fills', align: 'right', rank: 6 },
  ];
  const row = ({ test, parameters, inSample, outOfSample }: WindowReport, i: number): Cell[] => {
    const paint = signPaint(outOfSample.netReturn ?? -1, style);
    return [
      String(i + 1), formatTime(Date.parse(test.from)).slice(0, 10), ...grid.map(({ name }) => (parameters === null ? '–' : String(parameters[name]))),
      formatPercent(inSample?.netReturn, 2, { sign: true }), { text: formatPercent(outOfSample.netReturn, 2, { sign: true }), paint },
      { text: shareBar(Math.abs(outOfSample.netReturn ?? 0) / most), paint },
      formatRatio(outOfSample.sharpe), formatPercent(outOfSample.maxDrawdown), formatCount(outOfSample.fills),
    ];
  };
  const [heading, ...lines] = renderTable(columns, windows.map(row), { width, style });
  const left = Math.max(0, lines.length - MOST_WINDOWS);
  return [heading, ...(left === 0 ? [] : [style.faint(`  … ${formatPlural(left, 'window')} before; --json has them all`)]), ...lines.slice(left)];
}

/** For each parameter, how often each of its values was chosen; values that never were are left out where there are many. */
function stabilityLines({ stability, windows }: WalkForwardReport, width: number, style: Style): string[] {
  const most = Math.max(...stability.flatMap(({ chosen }) => chosen.map((one) => one.windows)), 1);
  const margin = Math.max(...stability.flatMap(({ chosen }) => chosen.map(({ value }) => String(value).length)));
  const lines = ({ name, chosen, changes, spread: share }: Stability): string[] => {
    const shown = chosen.length <= 8 ? chosen : chosen.filter((one) => one.windows > 0);
    const how = share === null ? '' : share === 0 ? ', always the same' : `, over ${formatPercent(share, 0)} of its range`;
    return [
      clip(`  ${style.strong(name)} ${style.faint(`changed ${changes} of ${windows.length - 1} times${how}`)}`, width),
      ...shown.map((one) => clip(`  ${fit(String(one.value), margin, 'right')} ${style.accent(shareBar(one.windows / most))} ${one.windows === 0 ? style.faint('0') : one.windows}`, width)),
    ];
  };
  return [style.heading('How often each value was chosen'), ...stability.flatMap(lines)];
}

/** A share of 1 as a bar of blocks, filled up with blanks. */
function shareBar(share: number): string {
  const eighths = Math.round(share * BAR * 8);
  const part = eighths % 8 === 0 ? '' : String.fromCharCode(0x2590 - (eighths % 8));
  return fit('█'.repeat(eighths >> 3) + part, BAR);
}

/** What the figures mean, in sentences; no figure is judged that has no meaning. */
function verdictTexts({ efficiency, profitableWindows, windows, outOfSample, inSample, trials }: WalkForwardReport): string[] {
  const promised = inSample.yearlyReturn === null || inSample.yearlyReturn <= 0
    ? 'Even on the trainings the chosen parameters made nothing: there was nothing to keep.'
    : efficiency === null ? '' : efficiency <= 0 ? 'Nothing of what the trainings promised was left in the tests.'
      : `The tests kept ${formatPercent(efficiency, 0)} of the yearly return that the trainings promised.`;
  const untraded = windows.filter(({ parameters }) => parameters === null).length;
  return [
    promised,
    `${formatCount(profitableWindows)} of ${formatPlural(windows.length, 'test')} ended higher than ${windows.length === 1 ? 'it' : 'they'} began${outOfSample.trades < 30 ? `; ${formatPlural(outOfSample.trades, 'trade')} in all are too few to tell skill from luck` : ''}.`,
    untraded === 0 ? '' : `In ${formatPlural(untraded, 'window')} no combination had a value of the objective, and nothing was traded.`,
    `${formatPlural(trials.trials, 'set')} of parameters ${trials.trials === 1 ? 'has' : 'have'} been tried on these bars by now.`,
  ].filter((text) => text !== '');
}

function runTexts(report: WalkForwardReport): string[] {
  const how = report.kernelCombos === report.combos ? 'over columns' : report.kernelCombos === 0 ? 'through the engine' : `${formatCount(report.kernelCombos)} of them over columns`;
  const threads = report.workers === 0 ? 'in one thread' : `in ${formatPlural(report.workers, 'thread')}`;
  const [{ train }] = report.windows;
  const trained = report.anchored ? `${formatPlural(train.bars, 'bar')} and growing` : formatPlural(train.bars, 'bar');
  return [
    `${conditionsText(report)}.`,
    `Trained on ${trained}, chosen by ${report.objective}${report.purge === 0 ? '' : `, ${formatPlural(report.purge, 'bar')} left out`}, tested on the ${formatPlural(report.windows[0].test.bars, 'bar')} that ${report.windows[0].test.bars === 1 ? 'follows' : 'follow'}; positions are carried over boundaries.`,
    `${formatCount(report.combos * report.windows.length)} backtests ${how} ${threads}: ${formatDuration(report.wallSeconds * 1000)}, ${formatDuration(report.cpuSeconds * 1000)} of CPU.`,
  ];
}

function signPaint(value: number | null, style: Style): Paint {
  return value === null || value === 0 ? style.strong : value > 0 ? style.good : style.bad;
}
