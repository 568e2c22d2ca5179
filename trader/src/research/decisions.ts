import { allocateBars, BAR_COLUMNS, BarCursor, type Bars } from '../domain/bar.ts';
import { OpinionError, Signal } from '../domain/signal.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Strategy } from '../ports/strategy.ts';

/** What a strategy wanted after each bar of a series. */
export interface Decisions {
  readonly length: number;
  readonly target: Float64Array;
  readonly stop: Float64Array;
  readonly trail: Float64Array;
  readonly takeProfit: Float64Array;
}

/** One bar after which two strategies wanted something else. */
export interface Difference {
  /** Index of the bar, and its opening time. */
  readonly bar: number;
  readonly timestamp: Timestamp;
  readonly expected: Readonly<Signal>;
  readonly got: Readonly<Signal>;
}

/** Shows a new strategy every bar and notes what it wants. What it throws passes through; OpinionError where what it wants is no target. */
export function decide(strategy: Strategy, bars: Bars): Decisions {
  const { length } = bars;
  const column = () => new Float64Array(length);
  const decisions = { length, target: column(), stop: column(), trail: column(), takeProfit: column() };
  const signal = new Signal();
  const cursor = new BarCursor(bars);
  for (let i = 0; i < length; i++) {
    cursor.index = i;
    strategy.onBar(cursor, signal);
    if (!(signal.target >= -1 && signal.target <= 1)) throw new OpinionError(`the strategy wants a target of ${signal.target}; a target lies between -1 and 1`);
    decisions.target[i] = signal.target;
    decisions.stop[i] = signal.stop;
    decisions.trail[i] = signal.trail;
    decisions.takeProfit[i] = signal.takeProfit;
  }
  return decisions;
}

/** Share of itself by which a stop, or how far it trails, may differ and still be the same: averages that began elsewhere come together, but never wholly. */
const SAME_EXIT = 1e-6;

/** Whether `a` at index `i` and `b` at index `j` are the same opinion. */
export function sameDecision(a: Decisions, i: number, b: Decisions, j: number): boolean {
  return Object.is(a.target[i] + 0, b.target[j] + 0) && sameExit(a.stop[i], b.stop[j]) && sameExit(a.trail[i], b.trail[j]) && sameExit(a.takeProfit[i], b.takeProfit[j]);
}

function sameExit(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= SAME_EXIT * Math.abs(a);
}

/** The first of the bars before `end` after which two runs over the same bars wanted something else. */
export function firstDifference(expected: Decisions, got: Decisions, bars: Bars, end: number): Difference | undefined {
  for (let i = 0; i < end; i++) {
    if (!sameDecision(expected, i, got, i)) return { bar: i, timestamp: bars.timestamp[i], expected: opinionAt(expected, i), got: opinionAt(got, i) };
  }
  return undefined;
}

/** The opinion of one bar. */
export function opinionAt({ target, stop, trail, takeProfit }: Decisions, i: number): Readonly<Signal> {
  return { target: target[i], stop: stop[i], trail: trail[i], takeProfit: takeProfit[i] };
}

/** The bars of [from, to) in memory of their own: what is not copied cannot be found through a view. */
export function copyBars(bars: Bars, from: number, to: number): Bars {
  const copy = allocateBars(to - from);
  for (const column of BAR_COLUMNS) copy[column].set(bars[column].subarray(from, to));
  return copy;
}
