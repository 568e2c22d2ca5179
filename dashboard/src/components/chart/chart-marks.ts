import type { BarColumns } from './bar-columns.ts';

/** A trade of ours, as it is drawn. */
export interface ChartFill {
  readonly id: string;
  /** Milliseconds UTC. */
  readonly time: number;
  readonly side: 'buy' | 'sell';
  readonly price: number;
  /** Whether it opened or added to a position, or took off. */
  readonly effect: 'entry' | 'exit';
}

/** A price that a person watches: where a position was entered or is to be left, or where an order rests. */
export interface ChartLevel {
  readonly id: string;
  readonly kind: 'entry' | 'stop' | 'target' | 'order';
  readonly price: number;
  /** As `Stop −3.0 %`; the price itself stands on the scale. */
  readonly label: string;
  /** Whether a person may move it. */
  readonly movable?: boolean;
}

/** One arrow: the fills of one side that lie so close that they would cover each other. */
export interface ChartMark {
  /** Open of the bar that it stands at, ms. */
  readonly time: number;
  readonly side: 'buy' | 'sell';
  readonly fills: number;
  /** `entry`, `exit`, or both where the fills differ. */
  readonly text: string;
}

/** Arrows for fills that lie within the bars. Those of one side within `cluster` neighbouring bars share one. */
export function marksOf(fills: readonly ChartFill[], bars: BarColumns, intervalMs: number, cluster: number): ChartMark[] {
  const first = bars.time[0];
  if (first === undefined) return [];
  const end = bars.time[bars.time.length - 1] + intervalMs;
  const groups = new Map<string, ChartFill[]>();
  for (const fill of fills) {
    if (fill.time < first || fill.time >= end) continue;
    const place = Math.floor((fill.time - first) / (intervalMs * Math.max(1, cluster)));
    const key = `${place}|${fill.side}`;
    groups.set(key, [...(groups.get(key) ?? []), fill]);
  }
  return [...groups.values()]
    .map((group) => ({ time: barOf(bars, group[0].time), side: group[0].side, fills: group.length, text: textOf(group) }))
    .sort((a, b) => a.time - b.time);
}

/** The share between two prices as a person reads it, with its sign: `−3.0 %`. */
export function distanceText(from: number, to: number): string {
  if (!(from > 0)) return '—';
  const percent = (to / from - 1) * 100;
  const digits = Math.abs(percent).toFixed(Math.abs(percent) < 1 ? 2 : 1);
  return `${Number(digits) === 0 ? '' : percent < 0 ? '−' : '+'}${digits} %`;
}

function barOf(bars: BarColumns, time: number): number {
  let low = 0;
  let high = bars.time.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bars.time[middle] <= time) low = middle;
    else high = middle - 1;
  }
  return bars.time[low];
}

function textOf(group: readonly ChartFill[]): string {
  const effects = new Set(group.map((fill) => fill.effect));
  const word = effects.size > 1 ? 'in/out' : group[0].effect === 'entry' ? 'in' : 'out';
  return group.length === 1 ? word : `${group.length} ${word}`;
}
