import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { walkBars } from '../../test/markets.ts';
import { allocateBars, isPossibleBar } from '../domain/bar.ts';
import { Random } from '../domain/random.ts';
import { permuteBars } from './permuted-bars.ts';

test('permuted bars are possible, begin and end where the bars do, and keep times, volumes and ranges', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 300 }), (seed, count) => {
    const random = new Random(seed);
    const bars = walkBars(() => random.next(), { bars: count, gaps: 0.1, decimals: 4 });
    const permuted = permuteBars(bars, 4, random);
    const { length, timestamp, open, high, low, close, volume } = permuted;
    assert.equal(length, count);
    assert.deepEqual(timestamp, bars.timestamp);
    for (let i = 0; i < count; i++) assert.ok(isPossibleBar(open[i], high[i], low[i], close[i], volume[i]));
    assert.equal(open[0], bars.open[0]);
    assert.ok(Math.abs(close[count - 1] - bars.close[count - 1]) <= 1.01e-4);
    assert.deepEqual(volume.toSorted(), bars.volume.toSorted());
    const range = (some: typeof bars) => Array.from(some.high, (top, i) => top / some.low[i]).toSorted((a, b) => a - b);
    range(permuted).forEach((ratio, i) => assert.ok(Math.abs(ratio - range(bars)[i]) < 1e-4));
  }), { numRuns: 50 });
});

test('what bars remember is gone after they are permuted', () => {
  const bars = allocateBars(4000);
  // Each move repeats the one before with a probability of nine in ten.
  const random = new Random(3);
  let price = 100;
  let side = 1;
  for (let i = 0; i < bars.length; i++) {
    if (random.next() < 0.1) side = -side;
    bars.timestamp[i] = i;
    bars.open[i] = price;
    price *= 1 + side * 0.001;
    bars.close[i] = price;
    bars.high[i] = Math.max(bars.open[i], price);
    bars.low[i] = Math.min(bars.open[i], price);
  }
  const memory = ({ open, close, length }: typeof bars) => {
    const sides = Array.from({ length }, (_, i) => Math.sign(close[i] - open[i]));
    return sides.slice(1).filter((one, i) => one === sides[i]).length / (length - 1);
  };
  assert.ok(memory(bars) > 0.85);
  assert.ok(Math.abs(memory(permuteBars(bars, 8, random)) - 0.5) < 0.03);
});

test('a price that would round to nothing is the smallest there is, and no bars stay none', () => {
  const bars = allocateBars(2);
  bars.open.set([1, 1]);
  bars.high.set([1, 1]);
  bars.low.set([0.001, 0.001]);
  bars.close.set([0.001, 1]);
  assert.deepEqual(permuteBars(bars, 2, new Random(1)).low[0], 0.01);
  assert.equal(permuteBars(allocateBars(0), 2, new Random(1)).length, 0);
});
