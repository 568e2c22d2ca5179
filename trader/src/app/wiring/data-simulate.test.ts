import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateMonth, simulateYear } from './data-simulate.ts';

test('simulated days come out the same from the same seed, within every limit', async () => {
  const request = { days: 2, symbols: 25, seed: 3, onProgress: () => undefined };
  const [first, second] = [await simulateMonth(request), await simulateMonth(request)];
  assert.deepEqual({ ...first, cachedReadP95Ms: 0 }, { ...second, cachedReadP95Ms: 0 });
  assert.ok(first.quotaLimitedCallsPerDay.most <= 25, 'the quota of Alpha Vantage holds');
  assert.ok(first.hitRate > 0.95);
  assert.ok(first.availability >= 0.9999);
  assert.ok(first.crossCheck.bars > 0);
});

test('over a year in which each provider fails one time in twenty and one is down for an hour a day, 99.99 % is answered', async () => {
  const { requests, failed, fallBacks, availability } = await simulateYear(3, () => undefined);
  assert.ok(availability >= 0.9999, `${failed} of ${requests} failed`);
  assert.ok(fallBacks > 0.05 * requests, 'the providers did fail');
});
