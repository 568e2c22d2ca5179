import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BarSampler, LineSampler, MeanSampler } from './sampling.ts';

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 500 });

test('a sampled line keeps its ends, its highest and its lowest point, in order and in bounds', () => {
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 8 }), (line, half) => {
    const sampler = new LineSampler(2 * half);
    line.forEach((value, i) => sampler.add(i, value));
    const { timestamps, values: kept } = sampler.series();
    assert.ok(kept.length <= 4 * half + 2);
    assert.deepEqual([...timestamps], [...timestamps].toSorted((a, b) => a - b));
    assert.deepEqual([...kept], [...timestamps].map((at) => line[at]));
    assert.deepEqual([kept[0], kept.at(-1)], [line[0], line.at(-1)]);
    assert.deepEqual([Math.min(...kept), Math.max(...kept)], [Math.min(...line), Math.max(...line)]);
  }));
});

test('sampled means weigh every value once', () => {
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 8 }), (line, half) => {
    const sampler = new MeanSampler(2 * half);
    line.forEach((value, i) => sampler.add(i, value));
    const { timestamps, values: means } = sampler.series();
    assert.ok(means.length <= 2 * half);
    let before = -1;
    const sum = means.reduce((total, mean, i) => {
      const count = timestamps[i] - before;
      before = timestamps[i];
      return total + mean * count;
    }, 0);
    assert.ok(Math.abs(sum - line.reduce((a, b) => a + b, 0)) < 1e-6);
    assert.equal(timestamps.at(-1), line.length - 1);
  }));
});

test('sampled bars open with the first, close with the last and reach as far as all of them', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 })), { minLength: 1, maxLength: 300 }), (pairs) => {
    const sampler = new BarSampler(8);
    pairs.forEach(([open, close], i) => sampler.add({ timestamp: i, open, close, high: Math.max(open, close) + 1, low: Math.min(open, close) - 1, volume: 2 }));
    const bars = sampler.bars();
    assert.ok(bars.length <= 8);
    assert.equal(bars.open[0], pairs[0]?.[0]);
    assert.equal(bars.close[bars.length - 1], pairs.at(-1)?.[1]);
    assert.equal(Math.max(...bars.high), Math.max(...pairs.flat()) + 1);
    assert.equal(Math.min(...bars.low), Math.min(...pairs.flat()) - 1);
    assert.equal(bars.volume.reduce((a, b) => a + b, 0), 2 * pairs.length);
  }));
});
