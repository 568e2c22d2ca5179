import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocateBars, type Bars } from './bar.ts';
import { barFault } from './bar-check.ts';

/** Daily bars of these closes, each a little different from the one before. */
function barsOf(...closes: readonly number[]): Bars {
  const bars = allocateBars(closes.length);
  closes.forEach((close, i) => {
    bars.timestamp[i] = i * 86_400_000;
    bars.open[i] = close;
    bars.high[i] = close * 1.01;
    bars.low[i] = close * 0.99;
    bars.close[i] = close;
    bars.volume[i] = 1_000 + i;
  });
  return bars;
}

test('bars as markets make them have no fault', () => {
  assert.equal(barFault(barsOf(10, 11, 9, 99 / 10, 40)), undefined);
  assert.equal(barFault(barsOf()), undefined);
  assert.equal(barFault(barsOf(10), { before: 99, after: 99 }), undefined);
});

test('hundredths, NaN, repetition and disorder are named with their time', () => {
  assert.match(String(barFault(barsOf(10, 1_000))), /from 10 to 1000 at 1970-01-02/);
  assert.match(String(barFault(barsOf(1_000), { before: 10 })), /from 10 to 1000/);
  assert.match(String(barFault(barsOf(10), { after: 1_000 })), /after the last bar/);
  assert.match(String(barFault(barsOf(10, NaN))), /cannot be/);
  const again = barsOf(10, 10);
  again.volume[1] = again.volume[0];
  assert.match(String(barFault(again)), /repeats/);
  const twice = barsOf(10, 11);
  twice.timestamp[1] = twice.timestamp[0];
  assert.match(String(barFault(twice)), /twice/);
  twice.timestamp[0] = 5;
  assert.match(String(barFault(twice)), /out of order/);
});

test('a day without a trade may look like the day before', () => {
  const still = barsOf(10, 10);
  still.volume.fill(0);
  assert.equal(barFault(still), undefined);
});
