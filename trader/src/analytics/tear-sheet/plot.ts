import { unrounded } from './format.ts';
import { dataBlock, html, type Content, type Html } from './html.ts';
import { timeTicks, type Scale } from './scale.ts';

/** Width and height of the space in which curves are drawn; the page stretches it to what there is. */
const WIDTH = 10_000;
const HEIGHT = 1_000;

/** From and to of a time axis. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A curve: where it begins anew after a value that is none, there is a gap. */
export interface Curve {
  readonly kind: 'line' | 'area' | 'band';
  /** Class by which the style sheet colours it. */
  readonly paint: string;
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
  /** Lower edge of a band; an area goes down to this value on the axis. */
  readonly below?: ArrayLike<number> | number;
}

/** One coordinate system with its curves. */
export interface Plot {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly span: Span;
  readonly scale: Scale;
  /** Writes a value of the axis in so many digits, or more. */
  readonly write: (value: number, digits: number) => string;
  readonly fewest?: number;
  readonly height: 'tall' | 'middle' | 'low';
  readonly curves: readonly Curve[];
  /** Whether the moments are written below it. */
  readonly dated: boolean;
  /** Values to mark by a line across. */
  readonly levels?: readonly { readonly value: number; readonly paint: string }[];
  /** What lies above the curves, placed in percent of width and height. */
  readonly marks?: Content;
  /** Name by which the script finds it. */
  readonly name?: string;
  /** Classes, where there are several views of which one is shown. */
  readonly view?: string;
}

/** A coordinate system as markup. Text and marks keep their size, curves stretch, so that it fits every width and paper. */
export function plot({ label, span, scale, write, fewest = 0, height, curves, dated, levels = [], marks, name, view }: Plot): Html {
  const y = (value: number) => share(1 - scale.at(value));
  const text = unrounded(scale.ticks, write, fewest);
  return html`<div class="plot ${height}${dated ? ' dated' : ''}${view === undefined ? '' : ` ${view}`}"${name === undefined ? '' : html` data-plot="${name}"`}>
<svg role="img" aria-label="${label}">
<g class="grid">${scale.ticks.map((tick) => html`<line x1="0" x2="100%" y1="${y(tick)}" y2="${y(tick)}"/>`)}</g>
<svg class="ink" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" width="100%" height="100%">${curves.map((curve) => drawn(curve, span, scale))}</svg>
${levels.map(({ value, paint }) => html`<line class="level ${paint}" x1="0" x2="100%" y1="${y(value)}" y2="${y(value)}"/>`)}
<g class="marks">${marks}</g>
<g class="axis-y">${scale.ticks.map((tick) => html`<text x="100%" dx="8" y="${y(tick)}" dy=".32em">${text(tick)}</text>`)}</g>
<g class="axis-x">${dated && dates(span)}</g>
<line class="cross" x1="-9" x2="-9" y1="0" y2="100%"/>
</svg></div>`;
}

/** Moments below the axis; on a narrow page only the years are left, or every other one. */
function dates({ from, to }: Span): readonly Html[] {
  const ticks = timeTicks(from, to);
  const isYear = (text: string) => /^\d{4}$/.test(text);
  const years = ticks.filter(({ label }) => isYear(label)).length;
  return ticks.map(({ at, label }, i) => {
    const place = (at - from) / Math.max(1, to - from);
    const spare = years > 1 && years < ticks.length ? !isYear(label) : i % 2 === 1;
    return html`<text x="${share(place)}" y="100%" dy="18" class="${place < 0.02 ? 'edge' : ''}${spare ? ' odd' : ''}">${label}</text>`;
  });
}

/** A share of the width or height, in percent. */
export function share(of: number): string {
  return `${Math.round(of * 1e4) / 100}%`;
}

function drawn({ kind, paint, xs, ys, below }: Curve, span: Span, scale: Scale): Html {
  const x = (i: number) => Math.round((xs[i] - span.from) / Math.max(1, span.to - span.from) * WIDTH);
  const y = (value: number) => Math.round((1 - Math.max(-1, Math.min(2, scale.at(value)))) * HEIGHT * 10) / 10;
  const runs = unbroken(ys);
  const path = runs.map(([from, to]) => {
    const top = steps(from, to, (i) => `${x(i)} ${y(ys[i])}`);
    if (kind === 'line') return to - from === 1 ? `M${top}h1` : `M${top}`;
    const edge = typeof below === 'object' ? steps(from, to, (i) => `${x(from + to - 1 - i)} ${y(below[from + to - 1 - i])}`) : `${x(to - 1)} ${y(below ?? scale.min)}L${x(from)} ${y(below ?? scale.min)}`;
    return `M${top}L${edge}Z`;
  }).join('');
  return html`<path class="${kind} ${paint}" d="${path}"/>`;
}

function steps(from: number, to: number, point: (i: number) => string): string {
  const points: string[] = [];
  for (let i = from; i < to; i++) {
    const next = point(i);
    if (next !== points.at(-1)) points.push(next);
  }
  return points.join('L');
}

/** Stretches of values that are numbers. */
function unbroken(values: ArrayLike<number>): [from: number, to: number][] {
  const runs: [number, number][] = [];
  let from = -1;
  for (let i = 0; i <= values.length; i++) {
    const there = i < values.length && Number.isFinite(values[i]);
    if (there && from < 0) from = i;
    if (!there && from >= 0) {
      runs.push([from, i]);
      from = -1;
    }
  }
  return runs;
}

/** A value that the pointer reads out, and how it is written: value × factor, with decimals and a unit. */
export interface Reading {
  readonly name: string;
  readonly values: ArrayLike<number>;
  readonly decimals: number;
  readonly factor?: number;
  readonly unit?: string;
}

/** Plots that share one time axis and one pointer, with what it reads. */
export function figure(id: string, title: Content, { note, tools, plots, xs, readings, legend, view }: {
  readonly note?: Content; readonly tools?: Content; readonly plots: readonly Html[]; readonly xs: ArrayLike<number>; readonly readings: readonly Reading[]; readonly legend?: Content;
  /** Which of several views is shown first. */
  readonly view?: string;
}): Html {
  return html`<figure class="panel" id="${id}" data-reads="${id}-data"${view !== undefined && html` data-view="${view}"`}>
<figcaption><h3>${title}</h3>${tools}</figcaption>
${note !== undefined && html`<p class="note">${note}</p>`}
<div class="above">${legend !== undefined && html`<p class="legend">${legend}</p>`}<output class="reading" aria-live="polite"></output></div>
${plots}
${dataBlock(`${id}-data`, { x: deltas(xs), rows: readings.map(({ name, values, decimals, factor = 1, unit = '' }) => ({ name, decimals, unit, values: Array.from(values, (value) => rounded(value * factor)) })) })}
</figure>`;
}

/** Seven digits say more than a picture shows; no number is null. */
export function rounded(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
}

/** Moments as seconds, each after the one before. */
export function deltas(timestamps: ArrayLike<number>): number[] {
  let before = 0;
  return Array.from(timestamps, (timestamp) => {
    const seconds = Math.round(timestamp / 1000);
    const step = seconds - before;
    before = seconds;
    return step;
  });
}

/** A key to a colour: `key('equity', 'Equity')`. */
export function key(paint: string, name: string): Html {
  return html`<span class="key"><i class="${paint}"></i>${name}</span>`;
}
