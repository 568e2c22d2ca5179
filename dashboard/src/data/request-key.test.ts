import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestKeys } from './request-key.ts';

test('a repetition goes out under the key of the first, until it is known what became of that', () => {
  const keys = new RequestKeys();
  const first = keys.of('halt entries');
  assert.match(first, /^[0-9a-f]{32}$/);
  assert.equal(keys.of('halt entries'), first);
  keys.settle(first);
  const second = keys.of('halt entries');
  assert.notEqual(second, first);
  keys.forget();
  assert.notEqual(keys.of('halt entries'), second);
});

test('another request never goes out under the key of the one before, and is not ended by it', () => {
  const keys = new RequestKeys();
  const halt = keys.of('halt entries');
  const flatten = keys.of('halt flatten');
  assert.notEqual(flatten, halt);
  keys.settle(halt);
  assert.equal(keys.of('halt flatten'), flatten);
});
