import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ticksOf, type Row } from '../../test/tick-feed.ts';
import { tickBars } from './tick-bars.ts';

function bars(rows: readonly Row[], delayMs = 0, intervalMs = 10) {
  const { length, timestamp, open, high, low, close, volume } = tickBars({ ticks: ticksOf(rows, delayMs), priceScale: 1, quantityScale: 2 }, intervalMs);
  return Array.from({ length }, (_, i) => [timestamp[i], open[i], high[i], low[i], close[i], volume[i]]);
}

test('bars are made of trades, in buckets of the time at which they became known; the last is left out', () => {
  const rows: readonly Row[] = [['buy', 1, 100, 50], ['sell', 9, 90, 25], ['bid', 9, 1, 1], ['buy', 12, 110, 100], ['sell', 31, 95, 100]];
  assert.deepEqual(bars(rows), [[0, 10, 10, 9, 9, 0.75], [10, 11, 11, 11, 11, 1]]);
  assert.deepEqual(bars(rows, 2), [[0, 10, 10, 10, 10, 0.5], [10, 9, 11, 9, 11, 1.25]]);
});

test('without trades bars are made of the middle of the book, and have no volume', () => {
  const quotes: readonly Row[] = [['bidQuote', 1, 100, 5], ['askQuote', 1, 103, 5], ['bidQuote', 4, 101, 5], ['askQuote', 14, 109, 1]];
  assert.deepEqual(bars(quotes), [[0, 10.15, 10.2, 10.15, 10.2, NaN]]);
  const depth: readonly Row[] = [['bid', 1, 100, 5], ['ask', 1, 110, 5], ['bid', 2, 112, 1], ['ask', 2, 110, 0], ['ask', 2, 114, 5], ['reset', 3, 0, 0], ['bid', 11, 100, 5]];
  assert.deepEqual(bars(depth), [[0, 10.5, 11.3, 10.5, 11.3, NaN]], 'what is between two prices of one message is not looked at');
});

test('a bucket in which nothing traded is no bar', () => {
  assert.deepEqual(bars([['buy', 1, 100, 100], ['buy', 45, 110, 100], ['buy', 60, 120, 100]]).map(([time]) => time), [0, 40]);
});

test('an interval that is none is refused', () => {
  for (const interval of [0, -1, 1.5, NaN]) assert.throws(() => bars([['buy', 1, 1, 1]], 0, interval), RangeError);
});
