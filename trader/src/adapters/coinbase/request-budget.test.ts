import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VenueError } from '../../domain/venue-error.ts';
import { RequestBudget } from './request-budget.ts';

test('questions wait first, then orders, and cancels have the limit to its end', () => {
  const budget = new RequestBudget(30);
  const sent = (purpose: 'question' | 'order' | 'cancel') => {
    let count = 0;
    while (budget.spend(purpose, 5_000) === 0) count += 1;
    return count;
  };
  assert.deepEqual([sent('question'), sent('order'), sent('cancel')], [21, 6, 3]);
});

test('the wait ends when enough of the last second\'s requests are a second old, and no second has more than the limit', () => {
  const budget = new RequestBudget(10);
  const times: number[] = [];
  for (let now = 0; times.length < 50;) {
    const waitMs = budget.spend('cancel', now);
    if (waitMs === 0) times.push(now);
    assert.ok(waitMs <= 1_000);
    now += Math.max(waitMs, 7);
  }
  for (const time of times) assert.ok(times.filter((other) => other >= time && other < time + 1_000).length <= 10);
  assert.ok((times.at(-1) ?? 0) < 5_000, 'and the limit is used');
});

test('the venue\'s own count replaces ours where less is left, and never where more is', () => {
  const budget = new RequestBudget(30);
  budget.learn({ 'x-ratelimit-remaining': '9' }, 1_000);
  assert.ok(budget.spend('question', 1_000) > 0);
  assert.equal(budget.spend('order', 1_000), 0);
  budget.learn({ 'x-ratelimit-remaining': '30' }, 1_000);
  budget.learn({ 'x-ratelimit-remaining': 'many' }, 1_000);
  budget.learn({}, 1_000);
  assert.ok(budget.spend('question', 1_000) > 0);
  assert.equal(budget.spend('question', 2_000), 0);
});

test('in a pause that the venue asked for nothing goes out, and it ends to the millisecond', () => {
  const budget = new RequestBudget(30);
  budget.pause('rate-limited', 2_000);
  budget.pause('banned', 1_500);
  assert.throws(() => budget.spend('cancel', 1_999), (error) => error instanceof VenueError && error.failure === 'rate-limited' && error.retryAfterMs === 1);
  assert.equal(budget.spend('cancel', 2_000), 0);
});

test('a clock that is set back does not hold requests up', () => {
  const budget = new RequestBudget(10);
  for (let i = 0; i < 10; i++) assert.equal(budget.spend('cancel', 90_000), 0);
  assert.equal(budget.spend('question', 1_000), 0);
});
