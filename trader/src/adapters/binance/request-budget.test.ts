import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VenueError } from '../../domain/venue-error.ts';
import { RequestBudget, SPOT_LIMITS } from './request-budget.ts';

/** A minute that begins on the minute. */
const NOW = 1_700_000_040_000;

function refused(spend: () => void): VenueError {
  try {
    spend();
  } catch (error) {
    if (error instanceof VenueError) return error;
    throw error;
  }
  return assert.fail('it should have been refused');
}

test('questions stop at four fifths of the weight, orders later, and cancels go on to the last', () => {
  const budget = new RequestBudget(SPOT_LIMITS);
  for (let i = 0; i < 60; i++) budget.spend(80, 'question', NOW);
  assert.equal(refused(() => { budget.spend(80, 'question', NOW + 1_000); }).retryAfterMs, 59_000);
  for (let i = 0; i < 45; i++) budget.spend(20, 'order', NOW);
  assert.equal(refused(() => { budget.spend(1, 'order', NOW); }).failure, 'rate-limited');
  budget.spend(300, 'cancel', NOW);
  refused(() => { budget.spend(1, 'cancel', NOW); });
  budget.spend(1, 'question', NOW + 60_000);
});

test('what the venue says is used counts, where it is more than our own count', () => {
  const budget = new RequestBudget(SPOT_LIMITS);
  budget.spend(10, 'question', NOW);
  budget.learn({ 'x-mbx-used-weight-1m': '4795' }, NOW);
  budget.spend(5, 'question', NOW);
  refused(() => { budget.spend(1, 'question', NOW); });
  budget.learn({ 'x-mbx-used-weight-1m': '3' }, NOW);
  refused(() => { budget.spend(1, 'question', NOW); });
});

test('orders are counted in ten seconds as well, and only orders', () => {
  const budget = new RequestBudget(SPOT_LIMITS);
  for (let i = 0; i < 47; i++) budget.spend(1, 'order', NOW);
  assert.match(refused(() => { budget.spend(1, 'order', NOW); }).message, /50 in 10 s/);
  budget.spend(1, 'cancel', NOW);
  budget.spend(1, 'order', NOW + 10_000);
});

test('a pause that the venue asked for is kept, and a shorter one does not shorten it', () => {
  const budget = new RequestBudget(SPOT_LIMITS);
  budget.pause('banned', NOW + 120_000);
  budget.pause('rate-limited', NOW + 1_000);
  const error = refused(() => { budget.spend(1, 'cancel', NOW + 50_000); });
  assert.deepEqual([error.failure, error.retryAfterMs], ['banned', 70_000]);
  budget.spend(1, 'cancel', NOW + 120_000);
});
