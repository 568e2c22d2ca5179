import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceText, marksOf } from './chart-marks.ts';
import type { ChartFill } from './chart-marks.ts';

const bars = { time: [0, 100, 200, 400], open: [1, 1, 1, 1], high: [1, 1, 1, 1], low: [1, 1, 1, 1], close: [1, 1, 1, 1], volume: [1, 1, 1, 1] };
const fill = (time: number, side: 'buy' | 'sell', effect: 'entry' | 'exit' = 'entry'): ChartFill => ({ id: `${time}`, time, side, price: 1, effect });

test('a fill stands at the bar that it happened in, also where bars are missing', () => {
  assert.deepEqual(marksOf([fill(130, 'buy'), fill(399, 'sell', 'exit')], bars, 100, 1), [
    { time: 100, side: 'buy', fills: 1, text: 'in' }, { time: 200, side: 'sell', fills: 1, text: 'out' },
  ]);
});

test('fills that would cover each other share an arrow that counts them', () => {
  assert.deepEqual(marksOf([fill(0, 'buy'), fill(110, 'buy', 'exit'), fill(210, 'buy')], bars, 100, 3), [{ time: 0, side: 'buy', fills: 3, text: '3 in/out' }]);
});

test('what lies outside the bars is not drawn at their edge', () => {
  assert.deepEqual(marksOf([fill(-1, 'buy'), fill(500, 'buy')], bars, 100, 1), []);
});

test('a distance has its sign, and none where there is none', () => {
  assert.equal(distanceText(100, 97), '−3.0 %');
  assert.equal(distanceText(100, 100.5), '+0.50 %');
  assert.equal(distanceText(100, 100), '0.00 %');
});
