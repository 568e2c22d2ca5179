import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxDrawdown, maxExposure, maxNotional, maxOrderRate, priceCollar, staleData, type Guard, type Intent } from './guards.ts';

const INTENT: Intent = { now: 100_000, mark: 100, reference: 100, tsMark: 99_000, price: 100, notional: 1_000, exposure: 2_000, equity: 10_000, peakEquity: 12_500 };

const check = (guard: Guard, differing: Partial<Intent> = {}) => guard.check({ ...INTENT, ...differing });

test('each guard lets pass what is at its limit, and names value and limit of what is beyond', () => {
  assert.equal(check(maxNotional(1_000)), undefined);
  assert.deepEqual(check(maxNotional(999)), { value: 1_000, limit: 999 });
  assert.equal(check(maxExposure(0.2)), undefined);
  assert.deepEqual(check(maxExposure(0.1)), { value: 2_000, limit: 1_000 });
  assert.equal(check(maxDrawdown(0.25), { peakEquity: 12_500, equity: 9_375 }), undefined);
  assert.deepEqual(check(maxDrawdown(0.25), { peakEquity: 10_000, equity: 5_000 }), { value: 0.5, limit: 0.25 });
  assert.equal(check(staleData(1_000)), undefined);
  assert.deepEqual(check(staleData(999)), { value: 1_000, limit: 999 });
  assert.equal(check(priceCollar(0.25), { price: 125 }), undefined);
  assert.deepEqual(check(priceCollar(0.25), { price: 150 }), { value: 0.5, limit: 0.25 });
  assert.deepEqual(check(priceCollar(0.25), { price: 50 }), { value: 0.5, limit: 0.25 });
});

test('what cannot be judged does not pass', () => {
  assert.ok(check(maxNotional(1_000), { notional: NaN }));
  assert.ok(check(maxExposure(1), { equity: NaN }));
  assert.ok(check(maxDrawdown(0.2), { equity: NaN }));
  assert.ok(check(priceCollar(0.1), { reference: NaN }));
  assert.ok(check(staleData(1_000), { tsMark: -Infinity }));
});

test('an account without equity may add nothing', () => {
  assert.ok(check(maxExposure(10), { equity: 0 }));
  assert.ok(check(maxExposure(10), { equity: -500 }));
  assert.ok(check(maxDrawdown(0.9), { equity: -500 }));
});

test('the order rate counts every order of the last window, and forgets older ones', () => {
  const guard = maxOrderRate(2, 1_000);
  const at = (now: number) => check(guard, { now });
  assert.equal(at(0), undefined);
  guard.sent?.(0);
  guard.sent?.(400);
  assert.deepEqual(at(999), { value: 3, limit: 2 });
  assert.equal(at(1_000), undefined);
  guard.sent?.(1_000);
  guard.sent?.(1_000);
  assert.deepEqual(at(1_100), { value: 4, limit: 2 });
});

test('an order dated before one that was sent already counts as long as that one', () => {
  const guard = maxOrderRate(2, 1_000);
  guard.sent?.(600);
  // In answer to the opening of a longer bar, which began earlier.
  guard.sent?.(0);
  assert.deepEqual(check(guard, { now: 1_500 }), { value: 3, limit: 2 });
  assert.equal(check(guard, { now: 1_600 }), undefined);
});
