import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { drawdowns, extent, linePath, nearest, pixelOf, roundTicks, samplePlaces, timeTicks, valueAt } from './line-geometry.ts';

const X = { min: 0, max: 10, from: 0, to: 100 };
const Y = { min: 0, max: 1, from: 100, to: 0 };

test('a pixel and its value lead back to each other', () => {
  fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
    const axis = { min: -1e6, max: 1e6, from: 900, to: 10 };
    assert.ok(Math.abs(valueAt(axis, pixelOf(axis, value)) - value) < 1e-3);
  }));
});

test('ticks are round, ascending, within the axis and about as many as asked for', () => {
  assert.deepEqual(roundTicks(0.03, 0.98, 5), [0.2, 0.4, 0.6, 0.8]);
  assert.deepEqual(roundTicks(98_300, 103_100, 5), [99_000, 100_000, 101_000, 102_000, 103_000]);
  assert.deepEqual(roundTicks(5, 5, 5), [5]);
  fc.assert(fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (min, span) => {
    const ticks = roundTicks(min, min + span, 5);
    assert.ok(ticks.length <= 7);
    for (let i = 1; i < ticks.length; i++) assert.ok(ticks[i] > ticks[i - 1]);
  }));
});

test('times are marked at full hours, months and years', () => {
  const iso = (ticks: number[]) => ticks.map((time) => new Date(time).toISOString().slice(0, 16));
  assert.deepEqual(iso(timeTicks(Date.UTC(2026, 0, 1, 10, 20), Date.UTC(2026, 0, 1, 13, 10), 4)), ['2026-01-01T11:00', '2026-01-01T12:00', '2026-01-01T13:00']);
  assert.deepEqual(iso(timeTicks(Date.UTC(2025, 10, 3), Date.UTC(2026, 8, 1), 4)), ['2026-01-01T00:00', '2026-04-01T00:00', '2026-07-01T00:00']);
  assert.deepEqual(iso(timeTicks(Date.UTC(1998, 4, 1), Date.UTC(2026, 4, 1), 6)), ['2000-01-01T00:00', '2005-01-01T00:00', '2010-01-01T00:00', '2015-01-01T00:00', '2020-01-01T00:00', '2025-01-01T00:00']);
});

test('a missing value and a long silence break the line', () => {
  assert.equal(linePath([0, 1, 2, 3], [0, 1, null, 1], X, Y), 'M0 100L0 100L10 0M30 0L30 0');
  assert.equal(linePath([0, 1, 9], [0, 1, 0.5], X, Y, 5), 'M0 100L0 100L10 0M90 50L90 50');
});

test('a hundred thousand points make a path no longer than the pixels ask for, and keep the extremes', () => {
  const xs = Array.from({ length: 100_000 }, (_, i) => i / 10_000);
  const values = xs.map((_, i) => (i === 54_321 ? 1 : 0.2));
  const path = linePath(xs, values, X, Y);
  assert.ok(path.length < 10_000);
  assert.match(path, /L54\.5 0L|L54 0L|L54\.5 0(?![\d.])/);
});

test('drawdown is the share below the highest before', () => {
  assert.deepEqual(drawdowns([100, 120, 90, null, 120]), [0, 0, -0.25, null, 0]);
});

test('the nearest place, the extent and the sample of a list', () => {
  assert.equal(nearest([], 3), -1);
  assert.equal(nearest([0, 10, 20], 14), 1);
  assert.equal(nearest([0, 10, 20], 16), 2);
  assert.deepEqual(extent([[3, null, 1], [2]]), { min: 1, max: 3 });
  assert.equal(extent([[null]]), undefined);
  assert.deepEqual(samplePlaces(10, 4), [0, 3, 6, 9]);
  assert.deepEqual(samplePlaces(2, 4), [0, 1]);
});
