import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { EquityRow } from '../ports/engine-feed.ts';
import { EquityHistory, thinned } from './equity-history.ts';

const curve = fc.array(fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1_000_000 })), { minLength: 1, maxLength: 400 })
  .map((steps) => {
    let at = 0;
    return steps.map(([step, equity]): EquityRow => [at += step, String(equity)]);
  });
const values = (rows: readonly EquityRow[]) => rows.map(([, equity]) => Number(equity));

test('a thinned curve has no more points than asked for, its ends, its peak and its trough, in order', () => {
  fc.assert(fc.property(curve, fc.integer({ min: 4, max: 60 }), (rows, most) => {
    const thin = thinned(rows, most);
    assert.ok(thin.length <= Math.max(most, 1));
    assert.deepEqual([thin[0], thin.at(-1)], [rows[0], rows.at(-1)]);
    assert.equal(Math.max(...values(thin)), Math.max(...values(rows)));
    assert.equal(Math.min(...values(thin)), Math.min(...values(rows)));
    for (let i = 1; i < thin.length; i++) assert.ok(thin[i][0] > thin[i - 1][0]);
  }));
});

test('a history stays short, keeps its extremes, and tells its first days as well as its last', () => {
  const history = new EquityHistory(200, []);
  for (let i = 0; i < 100_000; i++) history.push([i * 1000, String(10_000 + (i === 7_000 ? -500 : i % 97))]);
  const rows = history.all();
  assert.ok(rows.length <= 200);
  assert.equal(Math.min(...values(rows)), 9_500);
  const firstHalf = rows.filter(([at]) => at < 50_000_000).length;
  assert.ok(firstHalf >= rows.length / 4, `${firstHalf} of ${rows.length} points in the first half`);
});

test('the same moment told again takes the place of what was told', () => {
  const history = new EquityHistory(16, [[1, '10']]);
  history.push([1, '11']);
  assert.deepEqual(history.all(), [[1, '11']]);
});
