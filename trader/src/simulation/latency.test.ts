import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../domain/random.ts';
import { ConstantLatency, LognormalLatency, RecordedLatency } from './latency.ts';

const drawn = (model: { delayMs(ts: number): number }, count: number) => Array.from({ length: count }, () => model.delayMs(0));

test('a constant latency is always the same', () => {
  assert.deepEqual(drawn(new ConstantLatency(5), 3), [5, 5, 5]);
});

test('lognormal latencies have their median in the middle, their spread in the logarithm, and the seed decides them', () => {
  const delays = drawn(new LognormalLatency(80, 0.5, new Random(1)), 20_000);
  assert.deepEqual(drawn(new LognormalLatency(80, 0.5, new Random(1)), 20_000), delays);
  const sorted = delays.toSorted((a, b) => a - b);
  assert.ok(sorted[0] > 0);
  // Quantiles of a normal distribution: 0.5 at the mean, 0.8413 one deviation above it.
  assert.ok(Math.abs(sorted[10_000] / 80 - 1) < 0.02);
  assert.ok(Math.abs(sorted[16_827] / (80 * Math.exp(0.5)) - 1) < 0.03);
});

test('a lognormal latency takes the random numbers in their order, however many are drawn', () => {
  const random = new Random(7);
  assert.deepEqual(drawn(new LognormalLatency(80, 0.5, new Random(7)), 300), Array.from({ length: 300 }, () => 80 * Math.exp(0.5 * random.normal())));
});

test('recorded latencies come in their order, and again', () => {
  assert.deepEqual(drawn(new RecordedLatency([5, 80, 0]), 7), [5, 80, 0, 5, 80, 0, 5]);
});

test('a record of nothing, or of what is no time, is refused', () => {
  for (const delays of [[], [5, -1], [NaN], [Infinity]]) assert.throws(() => new RecordedLatency(delays), RangeError);
});
