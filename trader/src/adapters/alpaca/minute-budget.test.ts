import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VenueError } from '../../domain/venue-error.ts';
import { MinuteBudget } from './minute-budget.ts';

const MINUTE = 60_000;

/** What a refusal says of the time to wait. */
function refused(spend: () => void): number | undefined {
  try {
    spend();
  } catch (error) {
    assert.ok(error instanceof VenueError && error.failure === 'rate-limited');
    return error.retryAfterMs;
  }
  return undefined;
}

test('questions stop at four fifths of the limit, orders at 95 %, cancels at its end, and all go on in the next minute', () => {
  const budget = new MinuteBudget();
  for (let i = 0; i < 160; i++) budget.spend('question', MINUTE);
  assert.equal(refused(() => { budget.spend('question', MINUTE + 15_000); }), 45_000);
  for (let i = 0; i < 30; i++) budget.spend('order', MINUTE);
  assert.equal(refused(() => { budget.spend('order', MINUTE); }), MINUTE);
  for (let i = 0; i < 10; i++) budget.spend('cancel', MINUTE);
  assert.equal(refused(() => { budget.spend('cancel', MINUTE); }), MINUTE);
  budget.spend('question', 2 * MINUTE);
});

test('what the venue says is left counts until the moment that it names, but never longer than a minute', () => {
  const budget = new MinuteBudget();
  budget.learn(200, 0, MINUTE + 2_000, MINUTE);
  assert.equal(refused(() => { budget.spend('cancel', MINUTE + 500); }), 1_500);
  budget.spend('question', MINUTE + 2_000);
  budget.learn(200, 0, 9e12, MINUTE + 3_000);
  assert.equal(refused(() => { budget.spend('cancel', MINUTE + 3_000); }), MINUTE);
});

test('headers that say nothing change nothing', () => {
  const budget = new MinuteBudget();
  budget.learn(Number.NaN, Number.NaN, Number.NaN, MINUTE);
  for (let i = 0; i < 160; i++) budget.spend('question', MINUTE);
  assert.equal(refused(() => { budget.spend('question', MINUTE); }), MINUTE);
});

test('a pause lets nothing out before its end', () => {
  const budget = new MinuteBudget();
  budget.pause(MINUTE + 700);
  assert.equal(refused(() => { budget.spend('cancel', MINUTE); }), 700);
  budget.spend('cancel', MINUTE + 700);
});
