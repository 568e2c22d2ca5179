import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { quotaWaitMs } from './quota.ts';

const limit = fc.record({ calls: fc.integer({ min: 1, max: 5 }), windowMs: fc.integer({ min: 1, max: 100 }) });

test('no window of any limit ever holds more calls than it allows, and nobody waits longer than needed', () => {
  fc.assert(fc.property(fc.array(limit, { minLength: 1, maxLength: 3 }), fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 }), (limits, pauses) => {
    const calls: number[] = [];
    const full = (at: number) => limits.some(({ calls: most, windowMs }) => calls.filter((call) => call > at - windowMs).length >= most);
    let now = 0;
    for (const pause of pauses) {
      now += pause;
      const wait = quotaWaitMs(limits, calls, now);
      assert.equal(wait > 0, full(now));
      if (wait > 0) {
        assert.ok(full(now + wait - 1), 'a moment earlier is too early');
        assert.ok(!full(now + wait));
      } else calls.push(now);
    }
  }));
});

test('a limit of no calls is waited for in vain', () => {
  assert.equal(quotaWaitMs([{ calls: 0, windowMs: 1 }], [], 0), Infinity);
});
