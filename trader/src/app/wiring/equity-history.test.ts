import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EquityHistory } from './equity-history.ts';

test('the equity of a moment is its last one, and all moments are kept however many', () => {
  const history = new EquityHistory();
  for (let minute = 1; minute <= 10_000; minute++) {
    history.record(minute, -1);
    history.record(minute, minute * 2);
  }
  assert.equal(history.length, 10_000);
  for (let index = 0; index < 10_000; index++) assert.deepEqual(history.at(index), { tsEvent: index + 1, equity: (index + 1) * 2 });
  assert.deepEqual(history.at(-1), { tsEvent: 10_000, equity: 20_000 });
  assert.deepEqual([history.at(10_000), history.at(-10_001)], [undefined, undefined]);
});

test('the equity before a moment is that of the last point up to it', () => {
  const history = new EquityHistory();
  assert.equal(history.before(5), undefined);
  for (const tsEvent of [10, 20, 30]) history.record(tsEvent, tsEvent);
  assert.deepEqual([5, 10, 15, 20, 29, 30, 99].map((tsEvent) => history.before(tsEvent)?.equity), [undefined, 10, 10, 20, 20, 30, 30]);
});

test('a thinned history is even, ends with the last point and is never longer than asked', () => {
  const history = new EquityHistory();
  assert.deepEqual(history.thinned(3), []);
  for (let minute = 0; minute < 100; minute++) {
    history.record(minute, minute);
    const thin = history.thinned(7);
    assert.ok(thin.length <= 7 && thin.at(-1) === minute);
    const steps = thin.slice(1).map((equity, index) => equity - thin[index]);
    assert.equal(new Set(steps).size <= 1, true);
  }
});
