import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DueQueue } from './due-queue.ts';

test('what is under way arrives in the order of its sending, and when it or what is before it is due', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constant('take' as const), fc.integer({ min: 0, max: 50 })), { maxLength: 100 }), (steps) => {
    const queue = new DueQueue<{ readonly sent: number }>();
    const waiting: { readonly due: number; readonly sent: number }[] = [];
    let latest = -Infinity;
    steps.forEach((step, sent) => {
      if (step === 'take') {
        const first = waiting.shift();
        if (first === undefined) assert.throws(() => queue.shift(), RangeError);
        else assert.equal(queue.shift().sent, first.sent);
      } else {
        latest = Math.max(latest, step);
        waiting.push({ due: latest, sent });
        queue.push(step, { sent });
      }
      assert.equal(queue.next, waiting[0]?.due ?? Infinity);
    });
  }));
});
