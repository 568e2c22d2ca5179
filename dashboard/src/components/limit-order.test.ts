import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownIds } from './limit-order.ts';

const gauge = (id: string, share: number, rule = 'gross-exposure') => ({ id, share, rule: rule as 'gross-exposure' });
const first = [gauge('a', 0.1), gauge('data', 0.2, 'stale-data'), gauge('b', 0.9), gauge('c', 0)];

test('what is near stands first at first sight, and limits of data behind those of money', () => {
  assert.deepEqual(shownIds([], first, Infinity), ['b', 'a', 'c', 'data']);
  assert.deepEqual(shownIds([], first, 2), ['b', 'a']);
});

test('nothing changes its place while figures move; one that becomes near is added behind', () => {
  const before = shownIds([], first, 2);
  const moved = [gauge('a', 0.95), gauge('data', 0.2, 'stale-data'), gauge('b', 0), gauge('c', 0.5)];
  assert.equal(shownIds(before, moved, 2), before);
  assert.deepEqual(shownIds(before, [...moved.slice(0, 3), gauge('c', 0.85)], 2), ['b', 'a', 'c']);
});
