import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readParameters } from '../../domain/parameters.ts';
import { Signal } from '../../domain/signal.ts';
import type { SeriesReading } from '../../ports/strategy.ts';
import { barsOf, type Given } from '../../../test/opinions.ts';
import { macroFilter } from './macro-filter.ts';

/** Its targets on these closes, bar by bar with what was known then: figure and that of a year before. */
function targets(given: Given, closes: readonly number[], known: readonly (readonly [number, number])[]): number[] {
  const values = readParameters(macroFilter.parameters, { average: 2, ...given });
  assert.ok(values.ok);
  const reading: { -readonly [K in keyof SeriesReading]: SeriesReading[K] } = { date: 0, value: NaN, yearBefore: NaN };
  const strategy = macroFilter.create(values.value, [reading]);
  const signal = new Signal();
  return barsOf(closes).map((bar, i) => {
    [reading.value, reading.yearBefore] = known[i];
    strategy.onBar(bar, signal);
    return signal.target;
  });
}

test('it is long above its average while the figure has not risen by more than the threshold within a year', () => {
  // Averages of two: none | 5.5 | 6.5 | 8 | 9.5 | 8.5
  const closes = [5, 6, 7, 9, 10, 7];
  assert.deepEqual(targets({}, closes, [[4, 4], [4, 4], [4.5, 4], [4.6, 4], [4, 4], [4, 4]]), [0, 1, 1, 0, 1, 0]);
  assert.deepEqual(targets({ measure: 'level', side: 'above', threshold: 0 }, closes, [[1, NaN], [0, NaN], [-0.1, NaN], [1, NaN], [NaN, NaN], [1, NaN]]), [0, 1, 0, 1, 0, 0]);
});

test('while nothing of the series is known, or nothing of a year before, it is flat', () => {
  assert.deepEqual(targets({}, [1, 2, 3], [[NaN, NaN], [NaN, NaN], [4, NaN]]), [0, 0, 0]);
});
