import type { Bars } from './bar.ts';

/** The columns of states that hold float64, in their stored order. */
export const NUMBER_COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume', 'knownAt'] as const;
/** The columns of states that hold small codes. */
export const CODE_COLUMNS = ['source', 'reason'] as const;

/**
 * States of bars as columns, ordered by time, then by `knownAt`, then by arrival: a time with several
 * states has them one after another. `source` and `reason` are ids that a store gives; reason 0 is none: the bar is out of quarantine.
 */
export interface States {
  readonly length: number;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly knownAt: Float64Array;
  readonly source: Uint16Array;
  readonly reason: Uint16Array;
}

/** Room for so many states. */
export function allocateStates(length: number): States {
  const numbers = () => new Float64Array(length);
  return {
    length, time: numbers(), open: numbers(), high: numbers(), low: numbers(), close: numbers(), volume: numbers(), knownAt: numbers(),
    source: new Uint16Array(length), reason: new Uint16Array(length),
  };
}

/** The states of [from, to), as views on the same memory. */
export function sliceStates(states: States, from: number, to: number): States {
  const { time, open, high, low, close, volume, knownAt, source, reason } = states;
  return {
    length: to - from,
    time: time.subarray(from, to), open: open.subarray(from, to), high: high.subarray(from, to), low: low.subarray(from, to),
    close: close.subarray(from, to), volume: volume.subarray(from, to), knownAt: knownAt.subarray(from, to),
    source: source.subarray(from, to), reason: reason.subarray(from, to),
  };
}

/** The bars of [from, to) as the states that a source told of them; they share the memory of the bars. */
export function statesOfBars(bars: Bars, from: number, to: number, source: number, knownAt: number): States {
  const length = to - from;
  const { timestamp, open, high, low, close, volume } = bars;
  return {
    length,
    time: timestamp.subarray(from, to), open: open.subarray(from, to), high: high.subarray(from, to), low: low.subarray(from, to),
    close: close.subarray(from, to), volume: volume.subarray(from, to),
    knownAt: new Float64Array(length).fill(knownAt), source: new Uint16Array(length).fill(source), reason: new Uint16Array(length),
  };
}

/** Copies one state. */
export function copyState(from: States, row: number, to: States, at: number): void {
  to.time[at] = from.time[row];
  to.open[at] = from.open[row];
  to.high[at] = from.high[row];
  to.low[at] = from.low[row];
  to.close[at] = from.close[row];
  to.volume[at] = from.volume[row];
  to.knownAt[at] = from.knownAt[row];
  to.source[at] = from.source[row];
  to.reason[at] = from.reason[row];
}

/** Both in their common order; of two that tie, the one of `older` comes first. */
export function mergeStates(older: States, newer: States): States {
  if (older.length === 0) return newer;
  if (newer.length === 0) return older;
  const merged = allocateStates(older.length + newer.length);
  let a = 0;
  let b = 0;
  for (let at = 0; at < merged.length; at++) {
    const takeOlder = b === newer.length || (a < older.length && (older.time[a] < newer.time[b]
      || (older.time[a] === newer.time[b] && older.knownAt[a] <= newer.knownAt[b])));
    if (takeOlder) copyState(older, a++, merged, at);
    else copyState(newer, b++, merged, at);
  }
  return merged;
}

/** Whether two states have the same prices and volume; absent volumes are the same. */
export function sameNumbers(a: States, i: number, b: States, j: number): boolean {
  return a.open[i] === b.open[j] && a.high[i] === b.high[j] && a.low[i] === b.low[j] && a.close[i] === b.close[j]
    && (a.volume[i] === b.volume[j] || (Number.isNaN(a.volume[i]) && Number.isNaN(b.volume[j])));
}

/** The first row whose time is at least `bound`. */
export function lowerBound(times: Float64Array, bound: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows that were current at `asOf`, one for each time of which something was known; those in quarantine only where they are asked for. */
export function currentRows(states: States, asOf: number, quarantined: boolean): Uint32Array {
  const rows = new Uint32Array(states.length);
  let count = 0;
  for (let from = 0; from < states.length;) {
    let current = -1;
    let to = from;
    for (; to < states.length && states.time[to] === states.time[from]; to++) if (states.knownAt[to] <= asOf) current = to;
    if (current >= 0 && (quarantined || states.reason[current] === 0)) rows[count++] = current;
    from = to;
  }
  return rows.subarray(0, count);
}
