import type { Axis } from '../../research/grid.ts';
import type { SweepReport, SweepResult } from '../wiring/sweep.ts';
import { conditionsText, warningLines } from './conditions-text.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatPlural, formatRatio, formatScaled, formatTime } from './format.ts';
import type { Style } from './style.ts';
import { renderTable, type Cell } from './table.ts';
import { clip, fit, spread, visibleWidth, wrap } from './text.ts';

/** From the worst of the map to the best. */
const SHADES = ['·', '░', '▒', '▓', '█'];
/** Columns of one field of the map, by how many there are. */
const FIELD_LEAST = 2;
const FIELD_MOST = 6;
/** Fills the field that the best combination lies in. */
const WINNER = '◆';

/** A sweep for people: the best combinations, where in the grid they lie, and how it was run. */
export function renderSweep(report: SweepReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  if (report.combos === 0) return [style.warn('No combination passed the strategy\'s own check.')];
  const skipped = report.skipped === 0 ? '' : `, ${formatCount(report.skipped)} skipped by the strategy's own check`;
  return [
    ...titleLines(report, width, style),
    ...wrap(`${report.grid.map(axisText).join('  ')}: ${formatPlural(report.combos, 'combination')}${skipped}`, width).map((line) => style.faint(line)), '',
    ...bestLines(report, width, style), '',
    ...mapLines(report, width, style), '',
    ...warningLines(report, width, style),
    style.heading('How it was run'), ...runTexts(report).flatMap((text) => wrap(text, width - 2)).map((line) => `  ${line}`),
  ];
}

/** What was run over which bars: a line, or two where they do not fit one. */
export function titleLines({ strategy, instrument, interval, from, to }: Pick<SweepReport, 'strategy' | 'instrument' | 'interval' | 'from' | 'to'>, width: number, style: Style): string[] {
  const title = `${style.strong(strategy)} on ${style.strong(instrument)}`;
  const span = style.faint(`${interval}, ${formatTime(Date.parse(from))} to ${formatTime(Date.parse(to))} UTC`);
  return visibleWidth(title) + 2 + visibleWidth(span) <= width ? [spread(title, span, width)] : [clip(title, width), span];
}

/** An axis of a grid: its values, or the first, the last and their number. */
export function axisText({ name, values }: Axis): string {
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

/**
 * The best net return at each place of the grid, as shades: a lone dark field among pale ones is luck,
 * a dark region may be more. What lost is red, what gained is green.
 */
function mapLines({ map, grid, best }: SweepReport, width: number, style: Style): string[] {
  const known = map.netReturns.filter((value) => value !== null);
  if (known.length < 2) return [];
  const lowest = known.reduce((a, b) => Math.min(a, b));
  const highest = known.reduce((a, b) => Math.max(a, b));
  const field = (value: number | null, at: number) => {
    if (value === null) return ' '.repeat(size);
    const shade = highest === lowest ? SHADES.length - 1 : Math.round((value - lowest) / (highest - lowest) * (SHADES.length - 1));
    return (value > 0 ? style.good : style.bad)((at === winner ? WINNER : SHADES[shade]).repeat(size));
  };
  const oneRow = map.row === map.column;
  const place = (name: string, places: number) => placeOf(grid, name, places, best[0]?.parameters[name]);
  const winner = (oneRow ? 0 : place(map.row, map.rows)) * map.columns + place(map.column, map.columns);
  const labels = Array.from({ length: map.rows }, (_, row) => (oneRow ? '' : edge(grid, map.row, row, map.rows)));
  const margin = Math.max(...labels.map((label) => label.length));
  const size = Math.max(FIELD_LEAST, Math.min(FIELD_MOST, Math.floor((width - margin - map.column.length - 5) / map.columns)));
  const lines = labels.map((label, row) => {
    const fields = map.netReturns.slice(row * map.columns, (row + 1) * map.columns).map((value, column) => field(value, row * map.columns + column)).join('');
    return `  ${style.faint(fit(label, margin, 'right'))} ${fields}`;
  });
  const title = oneRow ? `Net return by ${map.column}` : `Best net return by ${map.row} (down) and ${map.column} (across)`;
  const legend = `${SHADES[0]} ${formatPercent(lowest, 2, { sign: true })} to ${SHADES.at(-1)} ${formatPercent(highest, 2, { sign: true })}, ${WINNER} the best`;
  const axis = `${' '.repeat(margin + 3)}${ticks(grid, map.column, map.columns, size)}  ${map.column}`;
  return [...wrapped(`${style.heading(title)}`, style.faint(legend), width), ...lines.map((line) => clip(line, width)), style.faint(clip(axis, width))];
}

/** A heading and what explains it, on one line where they fit. */
function wrapped(heading: string, legend: string, width: number): string[] {
  return visibleWidth(heading) + 2 + visibleWidth(legend) <= width ? [`${heading}  ${legend}`] : [clip(heading, width), `  ${clip(legend, width - 2)}`];
}

/** The values of an axis under their fields, as many as there is room for. */
function ticks(grid: readonly Axis[], name: string, places: number, size: number): string {
  let line = '';
  for (let place = 0; place < places; place++) {
    const label = edge(grid, name, place, places);
    const at = place * size;
    if (place > 0 && (line.length + 1 > at || at + label.length > places * size)) continue;
    line = line.padEnd(at) + label;
  }
  return line.padEnd(places * size);
}

/** The first value at a place of an axis of the map. */
function edge(grid: readonly Axis[], name: string, place: number, places: number): string {
  const values = grid.find((axis) => axis.name === name)?.values ?? [];
  return String(values[Math.ceil(place * values.length / places)] ?? '');
}

/** The place of the map that a value lies in. */
function placeOf(grid: readonly Axis[], name: string, places: number, value: number | string | undefined): number {
  const values = grid.find((axis) => axis.name === name)?.values ?? [];
  return value === undefined ? -1 : Math.floor(values.indexOf(value) * places / values.length);
}

function runTexts(report: SweepReport): string[] {
  const how = report.kernelCombos === report.combos ? 'over columns' : report.kernelCombos === 0 ? 'through the engine' : `${formatCount(report.kernelCombos)} over columns, the others through the engine`;
  const threads = report.workers === 0 ? 'in one thread' : `in ${formatPlural(report.workers, 'thread')}`;
  return [
    `${conditionsText(report)}.`,
    `${formatPlural(report.combos, 'combination')} × ${formatPlural(report.bars, 'bar')} ${how} ${threads}: ${formatDuration(report.wallSeconds * 1000)}, ${formatDuration(report.cpuSeconds * 1000)} of CPU at ${formatScaled(report.comboBarsPerCpuSecond)} combination-bars/s; ${formatScaled(report.totalFills)} fills.`,
    `The best of many is partly luck, and ${formatPlural(report.trials.trials, 'set')} of parameters ${report.trials.trials === 1 ? 'has' : 'have'} been tried on these bars by now: \`walkforward\` shows what choosing so would have been worth.`,
  ];
}
