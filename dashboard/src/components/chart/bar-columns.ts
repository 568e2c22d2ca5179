/** Bars as columns: one place a bar, times (open, ms UTC) ascending. */
export interface BarColumns {
  readonly time: readonly number[];
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume: readonly number[];
}

/** One bar as the stream tells it; `time` is its open, ms UTC. */
export interface ChartBar {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** No bars. */
export const NO_BARS: BarColumns = { time: [], open: [], high: [], low: [], close: [], volume: [] };

/** The bar at a place; undefined beyond the ends. */
export function barAt(bars: BarColumns, place: number): ChartBar | undefined {
  if (place < 0 || place >= bars.time.length) return undefined;
  return { time: bars.time[place], open: bars.open[place], high: bars.high[place], low: bars.low[place], close: bars.close[place], volume: bars.volume[place] };
}

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Older bars put before what is there; what both have is taken from `bars`. */
export function prepended(bars: BarColumns, older: BarColumns): BarColumns {
  const first = bars.time[0] ?? Infinity;
  const end = older.time.findIndex((time) => time >= first);
  return columns((name) => [...older[name].slice(0, end === -1 ? undefined : end), ...bars[name]]);
}

/**
 * Bars with one more taken in. `bar` may be shorter than the bars shown: it is folded into the
 * `intervalMs` that it lies in. `whole` says that it is the whole bar of that interval as it is known
 * now, which replaces what stood there. A bar from before the last one is left out: the server has it.
 */
export function taken(bars: BarColumns, bar: ChartBar, intervalMs: number, whole: boolean): BarColumns {
  const time = Math.floor(bar.time / intervalMs) * intervalMs;
  const place = bars.time.length - 1;
  const last = barAt(bars, place);
  if (last !== undefined && time < last.time) return bars;
  if (last === undefined || time > last.time) return columns((name) => [...bars[name], name === 'time' ? time : bar[name]]);
  const folded: ChartBar = whole
    ? { ...bar, time }
    : { time, open: last.open, high: Math.max(last.high, bar.high), low: Math.min(last.low, bar.low), close: bar.close, volume: last.volume + bar.volume };
  // The times are the same ones still: what follows from them alone need not be found anew.
  return columns((name) => (name === 'time' ? bars.time : bars[name].with(place, folded[name])));
}

/** Bars with a trade's price taken in: it moves the last bar, or opens the next one. Volume is told by bars alone. */
export function ticked(bars: BarColumns, time: number, price: number, intervalMs: number): BarColumns {
  return taken(bars, { time, open: price, high: price, low: price, close: price, volume: 0 }, intervalMs, false);
}

/**
 * Short bars put together to bars of `intervalMs`. The first is left out where its beginning is not
 * among them: it would say less than it knows.
 */
export function folded(told: readonly ChartBar[], intervalMs: number): BarColumns {
  const bars = inOrder(told);
  const whole = bars.findIndex((bar) => bar.time % intervalMs === 0);
  if (whole < 0) return NO_BARS;
  const made: Record<(typeof COLUMNS)[number], number[]> = { time: [], open: [], high: [], low: [], close: [], volume: [] };
  for (let i = whole; i < bars.length; i++) {
    const bar = bars[i];
    const time = Math.floor(bar.time / intervalMs) * intervalMs;
    const last = made.time.length - 1;
    if (made.time[last] !== time) {
      for (const name of COLUMNS) made[name].push(name === 'time' ? time : bar[name]);
      continue;
    }
    made.high[last] = Math.max(made.high[last], bar.high);
    made.low[last] = Math.min(made.low[last], bar.low);
    made.close[last] = bar.close;
    made.volume[last] += bar.volume;
  }
  return made;
}

/** Each time once and ascending: a chart cannot draw anything else, and who goes on after a break may hear a bar twice. */
function inOrder(bars: readonly ChartBar[]): readonly ChartBar[] {
  if (bars.every((bar, i) => i === 0 || bars[i - 1].time < bar.time)) return bars;
  return [...new Map(bars.map((bar) => [bar.time, bar])).values()].sort((a, b) => a.time - b.time);
}

/** Bars with fresher ones over them: from the first of those on, they are what counts. The oldest are let go beyond `keep`, a quarter at a time. */
export function overlaid(bars: BarColumns, fresh: BarColumns, keep: number): BarColumns {
  const [first] = fresh.time;
  if (first === undefined) return bars;
  const end = bars.time.findLastIndex((time) => time < first) + 1;
  const length = end + fresh.time.length;
  const from = length > keep ? length - Math.floor(keep * 0.75) : 0;
  return columns((name) => [...bars[name].slice(Math.min(from, end), end), ...fresh[name].slice(Math.max(0, from - end))]);
}

/** A hole in the bars: from the expected open, for so many bars. */
export interface BarGap {
  readonly from: number;
  readonly bars: number;
}

/** Holes between bars, in order. */
export function gapsOf(bars: Pick<BarColumns, 'time'>, intervalMs: number): BarGap[] {
  const gaps: BarGap[] = [];
  for (let i = 1; i < bars.time.length; i++) {
    const missing = Math.round((bars.time[i] - bars.time[i - 1]) / intervalMs) - 1;
    if (missing > 0) gaps.push({ from: bars.time[i - 1] + intervalMs, bars: missing });
  }
  return gaps;
}

function columns(make: (name: (typeof COLUMNS)[number]) => readonly number[]): BarColumns {
  return { time: make('time'), open: make('open'), high: make('high'), low: make('low'), close: make('close'), volume: make('volume') };
}
