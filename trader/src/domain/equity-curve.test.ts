import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EquityCurve } from './equity-curve.ts';
import { DAY_MS } from './time.ts';

const HOUR = DAY_MS / 24;

test('a day is worth what it was at its end, and midnight ends the day before', () => {
  const curve = new EquityCurve(100);
  curve.record(HOUR, 101);
  curve.record(23 * HOUR, 102);
  curve.record(24 * HOUR, 103);
  curve.record(25 * HOUR, 104);
  curve.record(48 * HOUR, 105);
  assert.deepEqual([...curve.dailyEquity()], [100, 103, 105]);
});

test('a day without a record has no value', () => {
  const curve = new EquityCurve(100);
  curve.record(HOUR, 101);
  curve.record(10 * DAY_MS, 102);
  assert.deepEqual([...curve.dailyEquity()], [100, 101, 102]);
});

test('with nothing recorded there is the start alone', () => {
  const curve = new EquityCurve(100);
  assert.deepEqual([...curve.dailyEquity()], [100]);
  assert.equal(curve.maxDrawdown, 0);
  assert.equal(curve.longestDrawdownMs, 0);
});

test('a later value at the same moment replaces the one before', () => {
  const curve = new EquityCurve(100);
  curve.record(DAY_MS, 90);
  curve.record(DAY_MS, 95);
  assert.deepEqual([...curve.dailyEquity()], [100, 95]);
  curve.record(2 * DAY_MS, 130);
  curve.record(2 * DAY_MS, 96);
  assert.deepEqual([curve.peak, curve.maxDrawdown, curve.longestDrawdownMs], [100, 1 - 95 / 100, DAY_MS], 'neither a fall nor a peak was there');
});

test('the deepest fall is a share of its own peak, and the start is a peak', () => {
  const curve = new EquityCurve(100);
  [80, 100, 200, 170, 190, 210, 205].forEach((equity, i) => curve.record((i + 1) * HOUR, equity));
  assert.equal(curve.maxDrawdown, 1 - 80 / 100);
});

test('the longest fall runs from its peak until equity is back, or until now', () => {
  const curve = new EquityCurve(100);
  [100, 90, 95, 100, 110, 105].forEach((equity, i) => curve.record(i * HOUR, equity));
  assert.equal(curve.longestDrawdownMs, 3 * HOUR);
  [100, 100, 100].forEach((equity, i) => curve.record((i + 6) * HOUR, equity));
  assert.equal(curve.longestDrawdownMs, 4 * HOUR);
});

test('over any curve the figures are those that looking at all of it gives', () => {
  const point = fc.record({ step: fc.integer({ min: 0, max: 2 * DAY_MS }), equity: fc.integer({ min: -50, max: 300 }) });
  fc.assert(fc.property(fc.array(point, { minLength: 1, maxLength: 60 }), (points) => {
    const curve = new EquityCurve(100);
    let timestamp = 1;
    const moments = new Map<number, number>();
    for (const { step, equity } of points) {
      timestamp += step;
      curve.record(timestamp, equity);
      moments.set(timestamp, equity);
    }
    const times = [...moments.keys()];
    const equities = [100, ...moments.values()];
    let deepest = 0;
    let longest = 0;
    let peakIndex = 0;
    equities.forEach((equity, i) => {
      const since = i === 0 ? 0 : times[i - 1] - (times[Math.max(0, peakIndex - 1)]);
      const peak = equities[peakIndex];
      const below = equities.slice(peakIndex, i + 1).some((value) => value < peak);
      if (below) longest = Math.max(longest, since);
      deepest = Math.max(deepest, 1 - equity / peak);
      if (equity >= peak) peakIndex = i;
    });
    assert.equal(curve.maxDrawdown, deepest);
    assert.equal(curve.longestDrawdownMs, longest);
    assert.equal(curve.peak, Math.max(...equities));
    const ends = new Map([...moments].map(([time, equity]) => [Math.ceil(time / DAY_MS), equity]));
    assert.deepEqual([...curve.dailyEquity()], [100, ...ends.values()]);
  }), { numRuns: 2000 });
});

test('more days than the first buffer holds are all kept', () => {
  const curve = new EquityCurve(0.5);
  for (let day = 1; day <= 3000; day++) curve.record(day * DAY_MS, day);
  assert.deepEqual([...curve.dailyEquity()], [0.5, ...Array.from({ length: 3000 }, (_, i) => i + 1)]);
});
