import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { BACKOFF, type LimitStore } from '../../src/ports/limit-store.ts';

const LIMIT = { count: 5, windowMs: 10_000 };
const START = 1_767_225_600_000;

/** What every limit store keeps to. `make` gives one that knows nothing yet. */
export function limitLaws(name: string, make: () => LimitStore | Promise<LimitStore>, runs = 100): void {
  test(`${name}: so many are let through, the next waits until the window has room`, async () => {
    const store = await make();
    for (let i = 0; i < LIMIT.count; i++) assert.deepEqual(await store.take('a', LIMIT, START + i), { allowed: true, remaining: LIMIT.count - 1 - i, retryAfterMs: 0 });
    const refused = await store.take('a', LIMIT, START + 10);
    assert.deepEqual(refused, { allowed: false, remaining: 0, retryAfterMs: LIMIT.windowMs - 10 });
    assert.equal((await store.take('a', LIMIT, START + LIMIT.windowMs - 1)).allowed, false);
    assert.equal((await store.take('a', LIMIT, START + LIMIT.windowMs)).allowed, true);
  });

  test(`${name}: names do not share a limit`, async () => {
    const store = await make();
    for (let i = 0; i <= LIMIT.count; i++) await store.take('b', LIMIT, START);
    assert.equal((await store.take('c', LIMIT, START)).allowed, true);
  });

  test(`${name}: who goes over again is shut out twice as long, and forgiven after an hour without it`, async () => {
    const store = await make();
    const short = { count: 1, windowMs: 10 };
    let now = START;
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      assert.equal((await store.take('d', short, now)).allowed, true, `strike ${i}`);
      const { retryAfterMs } = await store.take('d', short, now);
      waits.push(retryAfterMs);
      now += retryAfterMs;
    }
    assert.deepEqual(waits, Array.from({ length: 12 }, (_, i) => Math.min(BACKOFF.mostMs, BACKOFF.firstMs * 2 ** i)));
    now += BACKOFF.forgetMs;
    await store.take('d', short, now);
    assert.equal((await store.take('d', short, now)).retryAfterMs, BACKOFF.firstMs);
  });

  test(`${name}: asking while shut out neither counts nor makes it longer`, async () => {
    const store = await make();
    const short = { count: 1, windowMs: 10 };
    await store.take('e', short, START);
    const until = START + (await store.take('e', short, START)).retryAfterMs;
    for (let at = START; at < until; at += 50) assert.equal((await store.take('e', short, at)).retryAfterMs, until - at);
    assert.equal((await store.take('e', short, until)).allowed, true);
  });

  test(`${name}: no stretch of a window's length ever holds more than the count, whatever the times`, async () => {
    let round = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.nat(4_000), { minLength: 1, maxLength: 60 }), async (steps) => {
      const store = await make();
      const key = `p${round++}`;
      const allowed: number[] = [];
      let now = START;
      for (const step of steps) {
        now += step;
        if ((await store.take(key, LIMIT, now)).allowed) allowed.push(now);
      }
      for (let i = LIMIT.count; i < allowed.length; i++) assert.ok(allowed[i] - allowed[i - LIMIT.count] >= LIMIT.windowMs);
    }), { numRuns: runs });
  });
}
