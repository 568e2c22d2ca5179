import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocateBars, BAR_COLUMNS, type Bars } from './bar.ts';
import { resample } from './resample.ts';

function barsOf(rows: readonly (readonly [number, number, number, number, number, number])[]): Bars {
  const bars = allocateBars(rows.length);
  rows.forEach((row, index) => BAR_COLUMNS.forEach((column, field) => { bars[column][index] = row[field]; }));
  return bars;
}

function rowsOf(bars: Bars): number[][] {
  return Array.from({ length: bars.length }, (_, row) => BAR_COLUMNS.map((column) => bars[column][row]));
}

test('a bucket has the first open, highest high, lowest low, last close and the sum of volume', () => {
  const bars = barsOf([[60, 10, 15, 9, 11, 1], [120, 11, 12, 5, 6, 2], [180, 6, 20, 6, 7, 4], [240, 7, 8, 7, 8, 8], [300, 1, 1, 1, 1, 1]]);
  assert.deepEqual(rowsOf(resample(bars, 300)), [[0, 10, 20, 5, 8, 15]]);
  assert.deepEqual(rowsOf(resample(bars, 300, true)), [[0, 10, 20, 5, 8, 15], [300, 1, 1, 1, 1, 1]]);
});

test('buckets without bars are left out, and those before 1970 are aligned alike', () => {
  const bars = barsOf([[-90, 1, 1, 1, 1, 1], [-80, 2, 2, 2, 2, 1], [-10, 3, 3, 3, 3, 1], [250, 4, 4, 4, 4, 1], [290, 5, 5, 5, 5, 1]]);
  assert.deepEqual(rowsOf(resample(bars, 100)), [[-100, 1, 3, 1, 3, 3], [200, 4, 5, 4, 5, 2]]);
});

test('absent volumes count as nothing, unless all of a bucket are absent', () => {
  const bars = barsOf([[0, 1, 1, 1, 1, NaN], [1, 1, 1, 1, 1, 2], [2, 1, 1, 1, 1, NaN], [3, 1, 1, 1, 1, NaN]]);
  assert.deepEqual([...resample(bars, 2).volume], [2, NaN]);
});

test('no bars give none, one bar none that is complete, and longer bars cannot be made shorter', () => {
  assert.equal(resample(allocateBars(0), 60).length, 0);
  const one = barsOf([[0, 1, 1, 1, 1, 1]]);
  assert.equal(resample(one, 60).length, 0);
  assert.equal(resample(one, 60, true).length, 1);
  assert.throws(() => resample(barsOf([[0, 1, 1, 1, 1, 1], [60, 1, 1, 1, 1, 1]]), 30), RangeError);
  for (const interval of [0, -1, 1.5, NaN]) assert.throws(() => resample(one, interval), RangeError);
});

test('resampling in two steps is resampling in one', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(steps, (lengths) => {
    let time = 0; // the first two bars show that a bar is one long
    const bars = barsOf([0, 1, ...lengths].map((step, row) => [time += step, 1 + (row * 7) % 5, 9 + (row % 3), 1, 2 + (row * 3) % 5, row]));
    const shortest = resample(bars, 1, true);
    assert.deepEqual(rowsOf(shortest), rowsOf(bars));
    assert.deepEqual(rowsOf(resample(resample(bars, 5, true), 20, true)), rowsOf(resample(bars, 20, true)));
  }));
});
