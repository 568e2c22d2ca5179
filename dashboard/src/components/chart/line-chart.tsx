'use client';

import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { formatPercent } from '../../format/decimal.ts';
import { formatTime } from '../../format/time.ts';
import { drawdowns, extent, linePath, nearest, pixelOf, roundTicks, samplePlaces, timeTicks, valueAt } from './line-geometry.ts';
import type { Axis, Reading } from './line-geometry.ts';
import { useSettled } from './settled.ts';
import css from './line-chart.module.css';

/** One line: its readings stand over the x of their own list, both of one length, x ascending. */
export interface LineSeries {
  readonly label: string;
  readonly xs: readonly number[];
  readonly values: readonly Reading[];
  /** A benchmark is dotted and quiet; the first line is what the chart is about. */
  readonly look?: 'main' | 'second' | 'third' | 'benchmark';
}

export interface LineChartProps {
  /** What is shown, for the heading of the table and for screen readers. */
  readonly label: string;
  readonly series: readonly LineSeries[];
  /** A value with its unit, for readout and table. */
  readonly format: (value: number) => string;
  /** A short value for the axis; `format` where absent. */
  readonly formatTick?: (value: number) => string;
  /** What x is: moments, days, or a number of its own that is written out so and marked where the first line has values. Moments where absent. */
  readonly x?: 'time' | 'day' | ((x: number) => string);
  /** Pixels of the plot, drawdown strip and axis included. */
  readonly height?: number;
  /** Draws the drawdown of the first line below it. */
  readonly drawdown?: boolean;
  /** Neighbours that lie further apart than this are not joined: nothing is known in between. */
  readonly gap?: number;
  /** A value that is always in sight and marked by a line, such as zero. */
  readonly base?: number;
  /** What the picture says, in a sentence; made from first and last value where absent. */
  readonly summary?: string;
}

const RIGHT = 64;
const BOTTOM = 22;
const TOP = 8;
const STRIP = 48;
const ROWS_MAX = 120;
const LOOKS = ['main', 'second', 'third'] as const;

/**
 * Lines over time (or over any number) as SVG: no library, no canvas. What it shows can be read with
 * the mouse, with the arrow keys (spoken), as a sentence and as a table.
 */
export function LineChart(props: LineChartProps): ReactNode {
  const { label, series, format, height = 240, gap = Infinity } = props;
  const formatX = writerOf(props.x);
  const [tabular, setTabular] = useState(false);
  const summaryId = useId();
  const xs = useMemo(() => everyX(series), [series]);
  const summary = props.summary ?? summarise(series, format, formatX);
  if (xs.length === 0 || extent(series.map((line) => line.values)) === undefined) return <p className={css.empty}>{props.summary ?? `${label}: no values yet.`}</p>;
  return (
    <div className={css.chart}>
      <Legend series={series} />
      {tabular ? <SeriesTable {...{ label, series, xs, format, formatX, gap, height }} /> : <Plotted {...props} xs={xs} summaryId={summaryId} />}
      <div className={css.foot}>
        <p className={css.summary} id={summaryId}>{summary}</p>
        <button type="button" className={css.toggle} aria-pressed={tabular} onClick={() => setTabular(!tabular)}>{tabular ? 'View as chart' : 'View as table'}</button>
      </div>
    </div>
  );
}

/** The picture with its crosshair, which mouse and keys move. */
function Plotted({ label, series, format, formatTick = format, x: kind, height = 240, drawdown = false, gap = Infinity, base, xs, summaryId }: LineChartProps & {
  readonly xs: readonly number[]; readonly summaryId: string;
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [at, setAt] = useState<number | undefined>(undefined);
  const falls = useMemo(() => (drawdown ? drawdowns(series[0].values) : undefined), [drawdown, series]);
  const plot = useMemo(() => plotOf(series, xs, width, height, falls, base), [series, xs, width, height, falls, base]);
  const chosen = at === undefined ? undefined : Math.min(at, xs.length - 1);
  const readout = chosen === undefined ? undefined : readAt(series, xs[chosen], gap, format, writerOf(kind), falls);
  const spoken = useSettled(readout, 500);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = stepOf(event.key, chosen, xs.length);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next.at);
  };
  const onPointer = (event: PointerEvent<SVGSVGElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    setAt(nearest(xs, valueAt(plot.x, event.clientX - left)));
  };
  return (
    <div className={css.frame} ref={frame} role="group" aria-roledescription="chart" aria-label={label} aria-describedby={summaryId} tabIndex={0} onKeyDown={onKeyDown} onBlur={() => setAt(undefined)}>
      <svg className={css.svg} width={width} height={height} aria-hidden="true" onPointerMove={onPointer} onPointerDown={onPointer} onPointerLeave={() => setAt(undefined)}>
        <Grid {...{ plot, width, height, formatTick, kind, xs, base }} />
        {series.map((line, place) => (
          <path key={line.label} className={`${css.line} ${css[lookOf(line, place)]}`} d={linePath(line.xs, line.values, plot.x, plot.y, gap)} />
        ))}
        {falls === undefined || plot.strip === undefined ? null : <Falls axis={plot.strip} x={plot.x} xs={series[0].xs} falls={falls} />}
        {chosen === undefined ? null : <Crosshair {...{ plot, series, x: xs[chosen], gap }} bottom={height - BOTTOM} />}
      </svg>
      <p className={css.readout}>{readout ?? '\u00a0'}</p>
      <p className="spoken" aria-live="polite">{spoken ?? ''}</p>
    </div>
  );
}

interface Plot {
  readonly x: Axis;
  readonly y: Axis;
  readonly strip: Axis | undefined;
}

function plotOf(series: readonly LineSeries[], xs: readonly number[], width: number, height: number, falls: readonly Reading[] | undefined, base: number | undefined): Plot {
  const values = extent([...series.map((line) => line.values), base === undefined ? [] : [base]]) ?? { min: 0, max: 1 };
  const bottom = height - BOTTOM - (falls === undefined ? 0 : STRIP + 8);
  const pad = (values.max - values.min || Math.abs(values.max) || 1) * 0.06;
  const x = { min: xs[0], max: xs[xs.length - 1], from: 6, to: width - RIGHT };
  const y = { min: values.min - (values.min === base ? 0 : pad), max: values.max + (values.max === base ? 0 : pad), from: bottom, to: TOP };
  if (falls === undefined) return { x, y, strip: undefined };
  return { x, y, strip: { min: Math.min(extent([falls])?.min ?? 0, -0.001), max: 0, from: height - BOTTOM, to: height - BOTTOM - STRIP } };
}

function Grid({ plot, width, height, formatTick, kind, xs, base }: {
  readonly plot: Plot; readonly width: number; readonly height: number; readonly formatTick: (value: number) => string;
  readonly kind: LineChartProps['x']; readonly xs: readonly number[]; readonly base: number | undefined;
}) {
  const { x, y } = plot;
  const count = Math.max(2, Math.floor((x.to - x.from) / 90));
  const marks = typeof kind === 'function' ? apart(xs, x) : timeTicks(x.min, x.max, count);
  const tickTexts = writeTicks(marks, x.max - x.min);
  return (
    <g>
      {roundTicks(y.min, y.max, Math.max(2, Math.floor((y.from - y.to) / 44))).map((value) => (
        <g key={value}>
          <line className={value === base ? css.base : css.grid} x1={x.from} x2={width - RIGHT} y1={pixelOf(y, value)} y2={pixelOf(y, value)} />
          <text className={css.tick} x={width - RIGHT + 6} y={pixelOf(y, value) + 4}>{formatTick(value)}</text>
        </g>
      ))}
      {marks.map((value, place) => (
        <text key={value} className={css.tick} textAnchor={pixelOf(x, value) < 30 ? 'start' : pixelOf(x, value) > width - 40 ? 'end' : 'middle'} x={pixelOf(x, value)} y={height - 6}>{typeof kind === 'function' ? kind(value) : tickTexts[place]}</text>
      ))}
    </g>
  );
}

function Falls({ axis, x, xs, falls }: { readonly axis: Axis; readonly x: Axis; readonly xs: readonly number[]; readonly falls: readonly Reading[] }) {
  const line = linePath(xs, falls, x, axis);
  const right = Math.round(pixelOf(x, xs[xs.length - 1]) * 2) / 2;
  return (
    <g>
      <line className={css.grid} x1={x.from} x2={x.to} y1={axis.to} y2={axis.to} />
      <path className={css.falls} d={`${line}L${right} ${axis.to}L${x.from} ${axis.to}Z`} />
      <text className={css.tick} x={x.to + 6} y={axis.to + 4}>0.00%</text>
      <text className={css.tick} x={x.to + 6} y={axis.from}>{writeShare(axis.min)}</text>
      <text className={css.tick} x={x.from + 2} y={axis.from - 4}>Drawdown</text>
    </g>
  );
}

function Crosshair({ plot, series, x, gap, bottom }: { readonly plot: Plot; readonly series: readonly LineSeries[]; readonly x: number; readonly gap: number; readonly bottom: number }) {
  const px = pixelOf(plot.x, x);
  return (
    <g>
      <line className={css.cross} x1={px} x2={px} y1={TOP} y2={bottom} />
      {series.map((line, place) => {
        const value = valueOf(line, x, gap);
        return value === null ? null : <circle key={line.label} className={`${css.dot} ${css[lookOf(line, place)]}`} cx={px} cy={pixelOf(plot.y, value)} r={3.5} />;
      })}
    </g>
  );
}

function Legend({ series }: { readonly series: readonly LineSeries[] }) {
  if (series.length < 2) return null;
  return (
    <ul className={css.legend}>
      {series.map((line, place) => (
        <li key={line.label}>
          <svg width="18" height="8" aria-hidden="true"><line className={`${css.line} ${css[lookOf(line, place)]}`} x1="0" x2="18" y1="4" y2="4" /></svg>
          {line.label}
        </li>
      ))}
    </ul>
  );
}

function SeriesTable({ label, series, xs, format, formatX, gap, height }: {
  readonly label: string; readonly series: readonly LineSeries[]; readonly xs: readonly number[]; readonly format: (value: number) => string;
  readonly formatX: (x: number) => string; readonly gap: number; readonly height: number;
}) {
  const places = samplePlaces(xs.length, ROWS_MAX);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => { if (box.current !== null) box.current.style.height = `${height + 20}px`; }, [height]);
  return (
    <div className={css.table} ref={box} tabIndex={0} role="region" aria-label={`${label}, as a table`}>
      <table>
        <caption>{label}{places.length < xs.length ? ` · ${places.length} of ${xs.length} points, evenly chosen` : ''}</caption>
        <thead><tr><th scope="col">At</th>{series.map((line) => <th key={line.label} scope="col">{line.label}</th>)}</tr></thead>
        <tbody>
          {places.map((place) => (
            <tr key={place}>
              <th scope="row">{formatX(xs[place])}</th>
              {series.map((line) => { const value = valueOf(line, xs[place], gap); return <td key={line.label}>{value === null ? '—' : format(value)}</td>; })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function lookOf(line: LineSeries, place: number): 'main' | 'second' | 'third' | 'benchmark' {
  return line.look ?? LOOKS[place % LOOKS.length];
}

function everyX(series: readonly LineSeries[]): readonly number[] {
  const [first] = series;
  if (first === undefined) return [];
  // The crosshair walks over every x that any line has.
  if (series.every((line) => line.xs === first.xs || line.xs.length === 0)) return first.xs;
  return [...new Set(series.flatMap((line) => [...line.xs]))].sort((a, b) => a - b);
}

function valueOf(line: LineSeries, x: number, gap: number): Reading {
  const place = nearest(line.xs, x);
  if (place < 0 || Math.abs(line.xs[place] - x) > gap) return null;
  return line.values[place] ?? null;
}

function readAt(series: readonly LineSeries[], x: number, gap: number, format: (value: number) => string, formatX: (x: number) => string, falls: readonly Reading[] | undefined): string {
  const parts = series.map((line) => {
    const value = valueOf(line, x, gap);
    return `${line.label} ${value === null ? '—' : format(value)}`;
  });
  const fall = falls?.[nearest(series[0].xs, x)];
  if (fall !== undefined && fall !== null) parts.push(`drawdown ${writeShare(fall)}`);
  return `${formatX(x)} · ${parts.join(' · ')}`;
}

function summarise(series: readonly LineSeries[], format: (value: number) => string, formatX: (x: number) => string): string {
  return series.map((line) => lineSummary(line, format, formatX)).join(' ');
}

function lineSummary(line: LineSeries, format: (value: number) => string, formatX: (x: number) => string): string {
  const known = line.xs.flatMap((x, place) => { const value = line.values[place]; return value === null || value === undefined ? [] : [{ x, value }]; });
  const range = extent([known.map(({ value }) => value)]);
  if (range === undefined) return `${line.label}: no values.`;
  const [first, last] = [known[0], known[known.length - 1]];
  return `${line.label}: ${format(first.value)} at ${formatX(first.x)}, ${format(last.value)} at ${formatX(last.x)}; lowest ${format(range.min)}, highest ${format(range.max)}.`;
}

/** Where a key leads; undefined for a key that is none of the chart's. */
function stepOf(key: string, at: number | undefined, length: number): { readonly at: number | undefined } | undefined {
  const last = length - 1;
  const here = at ?? last;
  switch (key) {
    case 'ArrowLeft': return { at: Math.max(0, at === undefined ? last : here - 1) };
    case 'ArrowRight': return { at: Math.min(last, at === undefined ? last : here + 1) };
    case 'PageUp': return { at: Math.max(0, here - Math.ceil(length / 10)) };
    case 'PageDown': return { at: Math.min(last, here + Math.ceil(length / 10)) };
    case 'Home': return { at: 0 };
    case 'End': return { at: last };
    case 'Escape': return { at: undefined };
    default: return undefined;
  }
}

function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(240, Math.floor(entry.contentRect.width))));
    observer.observe(element);
    return () => observer.disconnect();
  });
  return width;
}

/** Those of the places whose marks do not cover each other. */
function apart(xs: readonly number[], axis: Axis): readonly number[] {
  let last = -Infinity;
  return xs.filter((value) => {
    const pixel = pixelOf(axis, value);
    if (pixel - last < 64) return false;
    last = pixel;
    return true;
  });
}

function writerOf(kind: LineChartProps['x']): (x: number) => string {
  return typeof kind === 'function' ? kind : kind === 'day' ? writeDay : writeTime;
}

function writeDay(x: number): string {
  return formatTime(x, 'calendar');
}

function writeTime(x: number): string {
  return formatTime(x, 'day-minute');
}

const DAY_MS = 86_400_000;
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { month: 'short', day: 'numeric' });
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' });
const YEAR = new Intl.DateTimeFormat('en-GB', { year: 'numeric', timeZone: 'UTC' });

/** The marks of a time axis: where several fall on one day only the first names it, the others their hour. */
function writeTicks(times: readonly number[], span: number): readonly string[] {
  const days = times.map((time) => writeTick(time, span));
  return days.map((day, place) => (place > 0 && day === days[place - 1] ? CLOCK.format(times[place]) : day));
}

function writeTick(time: number, span: number): string {
  const clock = CLOCK.format(time);
  // A day begins with its name.
  if (span < 2 * DAY_MS && clock !== '00:00') return clock;
  if (span < 120 * DAY_MS) return DAY.format(time);
  return (span < 6 * 365 * DAY_MS ? MONTH : YEAR).format(time);
}

function writeShare(share: number): string {
  return formatPercent(share, true) ?? '';
}
