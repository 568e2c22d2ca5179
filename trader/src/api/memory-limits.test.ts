import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitLaws } from '../../test/contract/limit-store.ts';
import { MemoryLimits } from './memory-limits.ts';

limitLaws('limits in memory', () => new MemoryLimits());

test('a flood of names is forgotten by age, and who was heard of last is not', () => {
  const limits = new MemoryLimits();
  const limit = { count: 1, windowMs: 1_000_000 };
  limits.take('early', limit, 0);
  for (let i = 0; i < 49_999; i++) limits.take(`name ${i}`, limit, 1 + i);
  assert.equal(limits.take('one more', limit, 50_001).allowed, true);
  assert.equal(limits.take('early', limit, 50_002).allowed, true, 'the oldest was forgotten');
  assert.equal(limits.take('name 49998', limit, 50_003).allowed, false, 'the newest was not');
});
