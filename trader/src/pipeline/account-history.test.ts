import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandVenue } from '../../test/hand-venue.ts';
import { DAY_MS } from '../domain/time.ts';
import type { VenuePayment } from '../ports/venue.ts';
import { AccountHistory } from './account-history.ts';

test('payments are asked for from the last one on, and where none comes for months from days before the last answer', async () => {
  const asked: number[] = [];
  let answer: () => Promise<readonly VenuePayment[]> = () => Promise.resolve([]);
  const venue = Object.assign(new HandVenue(), { paymentsSince: (from: number) => (asked.push(from / DAY_MS), answer()) });
  const history = new AccountHistory(venue, () => undefined);
  await history.payments(undefined, 0);
  for (const day of [1, 2, 100]) await history.payments(0, day * DAY_MS);
  answer = () => Promise.reject(new Error('away'));
  await assert.rejects(history.payments(0, 110 * DAY_MS), /away/);
  answer = () => Promise.resolve([]);
  await history.payments(0, 120 * DAY_MS);
  await history.payments(119 * DAY_MS, 121 * DAY_MS);
  assert.deepEqual(asked, [0, 0, 0, 95, 95, 119]);
});
