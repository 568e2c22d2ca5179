import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barAt, folded, gapsOf, NO_BARS, overlaid, prepended, taken, ticked } from './bar-columns.ts';
import type { BarColumns, ChartBar } from './bar-columns.ts';

const MINUTE = 60_000;
const bar = (minute: number, close: number): ChartBar => ({ time: minute * MINUTE, open: 10, high: Math.max(10, close), low: Math.min(10, close), close, volume: 2 });
const of = (...bars: ChartBar[]): BarColumns => bars.reduce((all, each) => taken(all, each, MINUTE, true), NO_BARS);

test('one-minute bars fold into the five minutes that they lie in', () => {
  const five = [bar(0, 11), bar(1, 8), bar(5, 12)].reduce((all, each) => taken(all, each, 5 * MINUTE, false), NO_BARS);
  assert.deepEqual(barAt(five, 0), { time: 0, open: 10, high: 11, low: 8, close: 8, volume: 4 });
  assert.deepEqual(barAt(five, 1), { time: 5 * MINUTE, open: 10, high: 12, low: 10, close: 12, volume: 2 });
});

test('a bar told again whole replaces what stood there, and counts its volume once', () => {
  assert.deepEqual(barAt(of(bar(3, 11), bar(3, 12)), 0), bar(3, 12));
});

test('a trade moves the last bar or opens the next; one from before changes nothing', () => {
  const bars = of(bar(0, 11));
  assert.equal(ticked(bars, 30_000, 14, MINUTE).high[0], 14);
  assert.deepEqual(ticked(bars, 61_000, 14, MINUTE).time, [0, MINUTE]);
  assert.equal(ticked(of(bar(5, 11)), 0, 14, MINUTE).high[0], 11);
});

test('older bars come before, and what overlaps is kept once', () => {
  assert.deepEqual(prepended(of(bar(2, 1), bar(3, 1)), of(bar(0, 1), bar(1, 1), bar(2, 9))).close, [1, 1, 1, 1]);
});

test('short bars make long ones, and one whose beginning is unknown is left out', () => {
  const five = folded([bar(3, 9), bar(5, 11), bar(6, 8), bar(10, 12)], 5 * MINUTE);
  assert.deepEqual(five.time, [5 * MINUTE, 10 * MINUTE]);
  assert.deepEqual(barAt(five, 0), { time: 5 * MINUTE, open: 10, high: 11, low: 8, close: 8, volume: 4 });
});

test('bars that are told twice or late stand once and in order', () => {
  const minute = folded([bar(0, 1), bar(1, 1), bar(2, 1), bar(1, 7), bar(3, 1)], MINUTE);
  assert.deepEqual(minute.time, [0, MINUTE, 2 * MINUTE, 3 * MINUTE]);
  assert.deepEqual(minute.close, [1, 7, 1, 1]);
});

test('fresh bars count from their first on, however often they are laid over', () => {
  const [old, fresh] = [of(bar(0, 1), bar(1, 1), bar(2, 1)), of(bar(2, 7), bar(3, 7))];
  const once = overlaid(old, fresh, 100);
  assert.deepEqual(once.close, [1, 1, 7, 7]);
  assert.deepEqual(overlaid(once, fresh, 100), once);
  assert.deepEqual(overlaid(old, NO_BARS, 100), old);
  assert.deepEqual(overlaid(old, fresh, 3).close, [7, 7]);
});

test('holes between bars are found with their length', () => {
  assert.deepEqual(gapsOf(of(bar(0, 1), bar(1, 1), bar(5, 1)), MINUTE), [{ from: 2 * MINUTE, bars: 3 }]);
});
