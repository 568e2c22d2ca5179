import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleFigure, ruleName } from './rule.ts';

test('rules of risk read as people say them', () => {
  assert.deepEqual(['notional', 'stale-data', 'group:coins', 'duplicate-intent'].map(ruleName), ['Order value', 'Stale data', 'Group coins', 'Same order twice']);
});

test('figures of a rule are grouped, and words stay words', () => {
  assert.deepEqual(['24774.71', '-3', 'no price'].map(ruleFigure), ['24,774.71', '−3', 'no price']);
});
