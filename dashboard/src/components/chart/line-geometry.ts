/** What of a number line is shown, and how many pixels it takes. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  /** Pixel of `min`. */
  readonly from: number;
  /** Pixel of `max`; less than `from` where the axis points upwards. */
  readonly to: number;
}

/** A value that may be absent: a hole is drawn as a hole, never as zero. */
export type Reading = number | null;

/** The pixel of a value. An axis of no length shows everything in its middle. */
export function pixelOf(axis: Axis, value: number): number {
  const length = axis.max - axis.min;
  return length === 0 ? (axis.from + axis.to) / 2 : axis.from + ((value - axis.min) / length) * (axis.to - axis.from);
}

/** The value under a pixel. */
export function valueAt(axis: Axis, pixel: number): number {
  return axis.from === axis.to ? axis.min : axis.min + ((pixel - axis.from) / (axis.to - axis.from)) * (axis.max - axis.min);
}

/** Smallest and largest reading of all lists; undefined where there is none. */
export function extent(lists: readonly (readonly Reading[])[]): { min: number; max: number } | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min > max ? undefined : { min, max };
}

/** About `count` round numbers (1, 2 or 5 times a power of ten) within an axis, ascending. */
export function roundTicks(min: number, max: number, count: number): number[] {
  const span = max - min;
  if (!(span > 0) || count < 1) return [min];
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  // Counted in whole steps: adding the step up would gather its rounding.
  for (let n = Math.ceil(min / step - 1e-9); n * step <= max + step * 1e-9; n++) ticks.push(Number((n * step).toPrecision(15)));
  return ticks;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY];

/** At most about `count` times between two times (ms), at full hours, days, months or years of UTC. */
export function timeTicks(from: number, to: number, count: number): number[] {
  const span = to - from;
  if (!(span > 0) || count < 1) return [from];
  const step = TIME_STEPS.find((length) => span / length <= count);
  if (step !== undefined) {
    const ticks: number[] = [];
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) ticks.push(time);
    return ticks;
  }
  const months = span / (30.44 * DAY);
  const stride = [1, 2, 3, 6, 12, 24, 60, 120, 240].find((length) => months / length <= count) ?? 600;
  const first = new Date(from);
  const ticks: number[] = [];
  const start = Math.ceil((first.getUTCFullYear() * 12 + first.getUTCMonth()) / stride) * stride;
  for (let month = start; ticks.length <= count + 1; month += stride) {
    // Date.UTC would take the years 0 to 99 for those of the last century.
    const time = new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    if (time > to) break;
    if (time >= from) ticks.push(time);
  }
  return ticks;
}

/** Place of the x nearest to `x` in an ascending list; −1 where it is empty. */
export function nearest(xs: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle;
    else high = middle;
  }
  return Math.abs(xs[high] - x) < Math.abs(xs[low] - x) ? high : low;
}

/**
 * The SVG path of a line. It breaks where a value is absent, and where two neighbours lie more than
 * `gap` apart. Where many points share a pixel column, the column's first, lowest, highest and last are drawn:
 * the picture is the same and the path short.
 */
export function linePath(xs: readonly number[], values: readonly Reading[], x: Axis, y: Axis, gap = Infinity): string {
  let path = '';
  let open = false;
  let previous = -Infinity;
  let column = NaN;
  let lowest = 0;
  let highest = 0;
  let last = 0;
  const flush = (): void => {
    if (Number.isNaN(column)) return;
    if (lowest !== highest) path += `L${column} ${round(lowest)}L${column} ${round(highest)}`;
    path += `L${column} ${round(last)}`;
    column = NaN;
  };
  for (let i = 0; i < xs.length; i++) {
    const value = values[i];
    if (value === null || value === undefined || !Number.isFinite(value)) { flush(); open = false; continue; }
    if (xs[i] - previous > gap) { flush(); open = false; }
    previous = xs[i];
    const px = Math.round(pixelOf(x, xs[i]) * 2) / 2;
    const py = pixelOf(y, value);
    if (!open) { path += `M${px} ${round(py)}`; open = true; column = px; lowest = highest = last = py; continue; }
    if (px !== column) { flush(); column = px; lowest = highest = py; }
    lowest = Math.min(lowest, py);
    highest = Math.max(highest, py);
    last = py;
  }
  flush();
  return path;
}

function round(pixel: number): number {
  return Math.round(pixel * 10) / 10;
}

/** How far each value lies below the highest before it, as a share of that: 0 to −1. Absent where the value is. */
export function drawdowns(values: readonly Reading[]): Reading[] {
  let peak = -Infinity;
  return values.map((value) => {
    if (value === null) return null;
    peak = Math.max(peak, value);
    return peak > 0 ? value / peak - 1 : 0;
  });
}

/** At most `most` places of a list, evenly chosen, first and last among them. */
export function samplePlaces(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, place) => place);
  return Array.from({ length: most }, (_, place) => Math.round((place * (length - 1)) / (most - 1)));
}
