import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breakEvenCost, capacity } from './capacity.ts';

test('a cost per fill that takes just the profit leaves nothing', () => {
  const bps = breakEvenCost(500, 2_000_000);
  assert.equal(bps, 2.5);
  assert.equal(500 - (2_000_000 * 2.5) / 10_000, 0);
  assert.equal(breakEvenCost(-100, 1_000_000), -1);
  assert.equal(breakEvenCost(100, 0), null);
});

test('the capacity is the account at which a fill is as large as its share of the volume', () => {
  // At 10 000 the largest fill was 0.2 % of its bar: 1 % is reached at five times that.
  assert.deepEqual(capacity([0.001, 0.002, 0.001], 10_000, 0.01)?.first, 50_000);
  const many = Array.from({ length: 101 }, (_, i) => (i + 1) / 1e4);
  const found = capacity(many, 100, 0.01);
  assert.ok(found && Math.abs(found.twentieth - 100 * 0.01 / 0.0096) < 1e-9);
});

test('a fill on a bar without volume leaves no room, and one of unknown volume is not counted', () => {
  assert.equal(capacity([Infinity, 0.001], 1000, 0.01)?.first, 0);
  assert.equal(capacity([NaN, 0.01], 1000, 0.01)?.first, 1000);
  assert.equal(capacity([NaN], 1000, 0.01), null);
  assert.equal(capacity([], 1000, 0.01), null);
});
