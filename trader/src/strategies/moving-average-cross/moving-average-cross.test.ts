import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { barsOf, targets } from '../../../test/opinions.ts';
import { movingAverageCross } from './moving-average-cross.ts';

test('it is long while the fast average is above the slow one, and flat before there is a slow one', () => {
  // Means of 1 and 3: 5 | 6 | 7, 6 | 9, 7⅓ | 2, 6 | 2, 4⅓ | 8, 4
  const closes = [5, 6, 7, 9, 2, 2, 8];
  assert.deepEqual(targets(movingAverageCross, { fast: 1, slow: 3 }, barsOf(closes)), [0, 0, 1, 1, 0, 0, 1]);
});

test('it takes fewer than 40 lines, parameters and all', () => {
  const source = readFileSync(new URL('./moving-average-cross.ts', import.meta.url), 'utf8');
  assert.ok(source.split('\n').length < 40);
});
