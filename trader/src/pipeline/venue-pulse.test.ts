import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VenueError } from '../domain/venue-error.ts';
import { VenuePulse } from './venue-pulse.ts';

test('an answer is timed, a refusal is one, and what nobody knows the outcome of is none', async () => {
  let now = 1_000;
  const pulse = new VenuePulse(() => now);
  const answered = Promise.withResolvers<string>();
  const timed = pulse.time(pulse.orders, answered.promise);
  now += 40;
  answered.resolve('taken');
  assert.equal(await timed, 'taken');
  assert.deepEqual([pulse.orders.summary(), pulse.heardAt], [{ p50: 50, p99: 50 }, 1_040]);
  const refused = Promise.reject(new VenueError('rejected', 'no', { reason: 'other' }));
  await assert.rejects(pulse.time(pulse.orders, refused), { failure: 'rejected' });
  assert.equal(pulse.orders.summary()?.p50, 1);
  const silent = Promise.reject(new VenueError('unknown-outcome', 'timed out'));
  now += 30_000;
  await assert.rejects(pulse.time(pulse.questions, silent), { failure: 'unknown-outcome' });
  assert.deepEqual([pulse.questions.summary(), pulse.heardAt], [undefined, 1_040]);
});

test('a stream that comes back is a reconnection, once however often it says so', () => {
  const pulse = new VenuePulse(() => 5);
  assert.deepEqual((['up', 'up', 'down', 'up'] as const).map((state) => pulse.onConnection(state)), [true, false, false, true]);
  assert.deepEqual([pulse.reconnections, pulse.up, pulse.heardAt], [1, true, 5]);
});
