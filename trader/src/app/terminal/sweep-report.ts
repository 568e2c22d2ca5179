import type { Axis } from '../../research/grid.ts';
import type { SweepReport, SweepResult } from '../wiring/sweep.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatPlural, formatRatio, formatScaled, formatTime } from './format.ts';
import type { Style } from './style.ts';
import { renderTable, type Cell } from './table.ts';
import { clip, fit, wrap } from './text.ts';

/** From the worst of the map to the best. */
const SHADES = ['·', '░', '▒', '▓', '█'];
/** Columns of one field of the map. */
const FIELD = 2;

/** A sweep for people: the best combinations, where in the grid they lie, and how it was run. */
export function renderSweep(report: SweepReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  const span = `${report.interval}, ${formatTime(Date.parse(report.from))} to ${formatTime(Date.parse(report.to))} UTC`;
  if (report.combos === 0) return [style.warn('No combination passed the strategy\'s own check.')];
  const skipped = report.skipped === 0 ? '' : `, ${formatCount(report.skipped)} skipped by the strategy's own check`;
  return [
    clip(`${style.strong(report.strategy)} on ${style.strong(report.instrument)}  ${style.faint(span)}`, width),
    style.faint(clip(`${report.grid.map(axisText).join('  ')}: ${formatPlural(report.combos, 'combination')}${skipped}`, width)), '',
    ...bestLines(report, width, style), '',
    ...mapLines(report, width, style), '',
    style.heading('How it was run'), ...runTexts(report).flatMap((text) => wrap(text, width - 2)).map((line) => `  ${line}`),
  ];
}

function axisText({ name, values }: Axis): string {
  return values.length < 4 ? `${name}=${values.join(',')}` : `${name}=${values[0]}…${values.at(-1)} (${values.length})`;
}

function bestLines(report: SweepReport, width: number, style: Style): string[] {
  const swept = report.grid.map(({ name }) => name);
  const columns = [
    ...swept.map((title) => ({ title, align: 'right' as const })),
    { title: 'net return', align: 'right' as const }, { title: 'final equity', align: 'right' as const },
    { title: 'sharpe', align: 'right' as const, rank: 1 }, { title: 'max drawdown', align: 'right' as const, rank: 2 },
    { title: 'fills', align: 'right' as const, rank: 3 }, { title: 'fees', align: 'right' as const, rank: 4 },
  ];
  const row = (one: SweepResult): Cell[] => [
    ...swept.map((name) => String(one.parameters[name])),
    { text: formatPercent(one.netReturn, 2, { sign: true }), paint: one.netReturn > 0 ? style.good : style.bad }, formatMoney(one.finalEquity),
    formatRatio(one.sharpe), formatPercent(one.maxDrawdown), formatCount(one.fills), formatMoney(one.fees),
  ];
  return [style.heading(`The best ${report.best.length} by final equity`), ...renderTable(columns, report.best.map(row), { width, style })];
}

/** The best net return at each place of the grid, as shades: a lone dark field among pale ones is luck, a dark region may be more. */
function mapLines({ map, grid }: SweepReport, width: number, style: Style): string[] {
  const known = map.netReturns.filter((value) => value !== null);
  if (known.length < 2) return [];
  const worst = known.reduce((a, b) => Math.min(a, b));
  const best = known.reduce((a, b) => Math.max(a, b));
  const paint = (value: number | null) => {
    if (value === null) return ' '.repeat(FIELD);
    const shade = best === worst ? SHADES.length - 1 : Math.round((value - worst) / (best - worst) * (SHADES.length - 1));
    return (value > 0 ? style.good : style.bad)(SHADES[shade].repeat(FIELD));
  };
  const oneRow = map.row === map.column;
  const labels = Array.from({ length: map.rows }, (_, row) => (oneRow ? '' : edge(grid, map.row, row, map.rows)));
  const margin = Math.max(...labels.map((label) => label.length));
  const lines = labels.map((label, row) => {
    const fields = map.netReturns.slice(row * map.columns, (row + 1) * map.columns).map(paint).join('');
    return `  ${style.faint(fit(label, margin, 'right'))} ${fields}`;
  });
  const first = edge(grid, map.column, 0, map.columns);
  const last = String(grid.find(({ name }) => name === map.column)?.values.at(-1));
  const axis = `${' '.repeat(margin + 3)}${first}${' '.repeat(Math.max(1, map.columns * FIELD - first.length - last.length))}${last}  ${map.column}`;
  const title = oneRow ? `Net return by ${map.column}` : `Best net return by ${map.row} (down) and ${map.column} (across)`;
  const legend = `${SHADES[0]} ${formatPercent(worst, 2, { sign: true })} to ${SHADES.at(-1)} ${formatPercent(best, 2, { sign: true })}`;
  return [clip(`${style.heading(title)}  ${style.faint(legend)}`, width), ...lines.map((line) => clip(line, width)), style.faint(clip(axis, width))];
}

/** The first value at a place of an axis of the map. */
function edge(grid: readonly Axis[], name: string, place: number, places: number): string {
  const values = grid.find((axis) => axis.name === name)?.values ?? [];
  return String(values[Math.ceil(place * values.length / places)] ?? '');
}

function runTexts(report: SweepReport): string[] {
  const how = report.kernelCombos === report.combos ? 'over columns' : report.kernelCombos === 0 ? 'through the engine' : `${formatCount(report.kernelCombos)} over columns, the others through the engine`;
  const threads = report.workers === 0 ? 'in one thread' : `in ${formatPlural(report.workers, 'thread')}`;
  return [
    `Cash ${formatMoney(report.cash)}, sizing ${report.sizing}, fee ${report.fee}, fill ${report.fill}, ${report.venue === null ? 'plain profile' : `rules of ${report.venue}`}.`,
    `${formatPlural(report.combos, 'combination')} × ${formatPlural(report.bars, 'bar')} ${how} ${threads}: ${formatDuration(report.wallSeconds * 1000)}, ${formatDuration(report.cpuSeconds * 1000)} of CPU at ${formatScaled(report.comboBarsPerCpuSecond)} combination-bars/s; ${formatScaled(report.totalFills)} fills.`,
    'The best of many is partly luck: try it on bars that the sweep has not seen (--from, --to).',
  ];
}
