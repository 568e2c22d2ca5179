import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile } from './quantile.ts';

test('a quantile lies between its neighbours as in R\'s type 7', () => {
  // R: quantile(c(1, 2, 4, 8, 16), c(0, .1, .25, .5, .9, 1))
  const values = [1, 2, 4, 8, 16];
  assert.deepEqual([0, 0.1, 0.25, 0.5, 0.9, 1].map((share) => quantile(values, share)), [1, 1.4, 2, 4, 12.8, 16]);
  assert.equal(quantile([7], 0.3), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('a quantile between equal infinities is infinite', () => {
  assert.equal(quantile([1, Infinity, Infinity], 0.75), Infinity);
});
