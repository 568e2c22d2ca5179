import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sma } from '../../../../trader/src/indicators/moving-average.ts';
import { Macd } from '../../../../trader/src/indicators/trend.ts';
import { Bollinger } from '../../../../trader/src/indicators/volatility.ts';
import { bands, indicatorLines, macdLines, simpleAverage } from './indicator-lines.ts';

const closes = Array.from({ length: 400 }, (_, i) => 100 + 12 * Math.sin(i / 9) + 3 * Math.cos(i / 2.3) + i / 40);
const column = Float64Array.from(closes);

/** Equal to nine digits where both are defined, and defined at the same places. */
function same(ours: readonly (number | null)[], theirs: Float64Array): void {
  assert.equal(ours.length, theirs.length);
  ours.forEach((value, i) => {
    if (Number.isNaN(theirs[i])) assert.equal(value, null, `place ${i}`);
    else assert.ok(value !== null && Math.abs(value - theirs[i]) <= 1e-9 * Math.max(1, Math.abs(theirs[i])), `place ${i}: ${value} and ${theirs[i]}`);
  });
}

test('lines on the chart are those that the strategies compute', () => {
  for (const seed of ['first', 'sma'] as const) {
    const ours = macdLines(12, 26, 9, seed === 'sma', closes);
    Macd.columns(12, 26, 9, seed, column).forEach((theirs, i) => same(ours[i], theirs));
  }
  const ours = bands(20, 2, closes);
  Bollinger.columns(20, 2, column).forEach((theirs, i) => same(ours[i], theirs));
  same(simpleAverage(50, closes), Sma.column(50, column));
});

test('a strategy of the person\'s own has no lines rather than wrong ones', () => {
  const bars = { time: [1], open: [1], high: [1], low: [1], close: [1], volume: [1] };
  assert.deepEqual(indicatorLines({ strategy: 'mine.ts', parameters: {} }, bars), []);
});
