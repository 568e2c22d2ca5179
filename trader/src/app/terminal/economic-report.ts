import { dayText, minuteText } from '../../domain/calendar.ts';
import type { SeriesState } from '../../domain/dated-series.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { SeriesSummary } from '../../ports/series-store.ts';
import type { StandingSeries } from '../wiring/economic.ts';
import { GATHERED } from '../wiring/liquidations.ts';
import { lineChart } from './chart.ts';
import { formatCount, formatTime } from './format.ts';
import { renderTable } from './table.ts';
import type { Style } from './style.ts';

/** How wide a report may be, and how it looks. */
interface Page {
  readonly columns: number;
  readonly style: Style;
}

const CHART_ROWS = 8;

/** A figure as its publisher wrote it, as far as float64 keeps it; a dash where there is none. */
function figure(value: number): string {
  return Number.isNaN(value) ? '–' : String(value);
}

/** What a figure is of: a day, or the minute (UTC) where it is of a moment within one. */
export function dateText(date: Timestamp): string {
  return date % DAY_MS === 0 ? dayText(date) : minuteText(date);
}

/** A day, or a dash for none. */
export function dayOrDash(date: Timestamp | undefined): string {
  return date === undefined || Number.isNaN(date) ? '–' : dayText(date);
}

/** A series as it stood at a moment: a chart of all its figures, and the last ones with the moment from which each could be known. */
export function renderSeries({ summary, states }: StandingSeries, moment: Timestamp, last: number, { columns, style }: Page): readonly string[] {
  const figures = states.filter(({ value }) => !Number.isNaN(value));
  const head = [style.strong(`${summary.id}  ${summary.title}`), `${[summary.units, summary.frequency, summary.adjustment].filter((text) => text !== '').join(', ')}. As it was known on ${formatTime(moment)} UTC.`];
  if (figures.length === 0) return [...head, '', `Nothing of it was known then${Number.isNaN(summary.knownFrom) ? '' : `; the first of it is known from ${formatTime(summary.knownFrom)} on`}.`, ...hintOf(summary)];
  return [...head, '', ...chartOf(figures, columns), '', ...tableOf(states.slice(-last), { columns, style }), ...hintOf(summary)];
}

function chartOf(figures: readonly SeriesState[], columns: number): readonly string[] {
  const values = figures.map(({ value }) => value);
  const labels = [values.reduce((a, b) => Math.max(a, b)), values.reduce((a, b) => Math.min(a, b))].map(figure);
  const margin = Math.max(...labels.map(({ length }) => length));
  const chart = lineChart(values, Math.max(10, Math.min(100, columns) - margin - 1), CHART_ROWS);
  const width = Math.max(...chart.map(({ length }) => length));
  const [from, to] = [dayOrDash(figures[0]?.date), dayOrDash(figures.at(-1)?.date)];
  return [
    ...chart.map((line, row) => `${(row === 0 ? labels[0] : row === CHART_ROWS - 1 ? labels[1] : '').padStart(margin)} ${line}`),
    `${' '.repeat(margin + 1)}${from}${width >= from.length + to.length + 1 && figures.length > 1 ? to.padStart(width - from.length) : ''}`,
  ];
}

function tableOf(states: readonly SeriesState[], { columns, style }: Page): readonly string[] {
  return renderTable([{ title: 'Date' }, { title: 'Figure', align: 'right' }, { title: 'Known from (UTC)' }], states.map(({ date, value, availableAt }) => [dateText(date), figure(value), formatTime(availableAt)]), { width: columns, style });
}

function hintOf({ id, source, vintages }: SeriesSummary): readonly string[] {
  if (vintages) return [];
  return ['', `Nothing of it counts as known before it was fetched.${source === 'fred' ? ` For what was known when: ./algotrendy economic fetch ${id} --vintages` : ''}`];
}

/** All stored series, one line each. */
export function renderSeriesList(series: readonly SeriesSummary[], isDue: (series: SeriesSummary) => boolean, { columns, style }: Page): readonly string[] {
  const rows = series.map((each) => [
    { text: each.id, paint: style.strong }, each.title, each.frequency, dayOrDash(each.first), dayOrDash(each.last), formatCount(each.dates), each.vintages ? formatCount(each.revisions) : 'not fetched',
    formatTime(each.fetchedAt), isDue(each) ? { text: 'now', paint: style.warn } : each.source === GATHERED ? 'gathered' : each.dueAt === undefined ? 'daily' : formatTime(each.dueAt),
  ]);
  return renderTable([
    { title: 'Series' }, { title: 'Title', rank: 2 }, { title: 'Frequency', rank: 4 }, { title: 'From', rank: 3 }, { title: 'To' }, { title: 'Dates', align: 'right' }, { title: 'Revisions', align: 'right' },
    { title: 'Fetched (UTC)', rank: 1 }, { title: 'Due' },
  ], rows, { width: columns, style });
}
