import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../domain/random.ts';
import { Breaker } from './breaker.ts';

/** A breaker that five failures have opened at time 0. */
function opened(): Breaker {
  const breaker = new Breaker(new Random(1));
  for (let i = 0; i < 5; i++) breaker.failed(0);
  return breaker;
}

test('five failures within a minute open it, and five in more than a minute do not', () => {
  const quick = new Breaker(new Random(1));
  for (let i = 0; i < 4; i++) quick.failed(i * 14_000);
  assert.equal(quick.state(56_000), 'closed');
  quick.failed(56_000);
  assert.equal(quick.state(56_000), 'open');
  const slow = new Breaker(new Random(1));
  for (let i = 0; i < 50; i++) slow.failed(i * 15_001);
  assert.equal(slow.state(50 * 15_001), 'closed');
});

test('after 30 s, and at most a tenth more, it lets one request through at a time; three successes close it', () => {
  const breaker = opened();
  assert.ok(!breaker.admits(29_999));
  assert.ok(breaker.admits(33_000));
  assert.ok(!breaker.admits(33_000), 'one at a time');
  breaker.succeeded();
  for (let i = 0; i < 2; i++) {
    assert.equal(breaker.state(33_000), 'half-open');
    assert.ok(breaker.admits(33_000));
    breaker.succeeded();
  }
  assert.equal(breaker.state(33_000), 'closed');
});

test('a failure of the trial opens it for twice as long each time, up to ten minutes', () => {
  const breaker = opened();
  let now = 33_000;
  for (const wait of [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
    assert.ok(breaker.admits(now));
    breaker.failed(now);
    assert.equal(breaker.state(now + wait - 1), 'open');
    now += wait * 1.1;
    assert.equal(breaker.state(now), 'half-open');
  }
});

test('who says how long it wants to be left alone is, from the first failure on', () => {
  const breaker = new Breaker(new Random(1));
  breaker.failed(0, 86_400_000);
  assert.equal(breaker.state(86_399_999), 'open');
  assert.equal(breaker.state(86_400_000), 'half-open');
});

test('a trial that says nothing about its health frees the place for the next', () => {
  const breaker = opened();
  assert.ok(breaker.admits(33_000));
  breaker.passed();
  assert.ok(breaker.admits(33_000));
});

test('whatever happens, nothing is admitted while it is open, nor two at once while half-open', () => {
  fc.assert(fc.property(fc.integer(), fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.boolean()), { maxLength: 200 }), (seed, steps) => {
    const breaker = new Breaker(new Random(seed));
    let now = 0;
    for (const [pause, good] of steps) {
      now += pause;
      const state = breaker.state(now);
      assert.equal(breaker.admits(now), state !== 'open');
      if (state === 'open') continue;
      if (state === 'half-open') assert.ok(!breaker.admits(now));
      if (good) breaker.succeeded();
      else breaker.failed(now);
    }
  }));
});

test('asked one after another, it opens at the fifth failure of a minute and not before, and closes at the third success in a row', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.boolean()), { maxLength: 200 }), (steps) => {
    const breaker = new Breaker(new Random(1));
    let now = 0;
    let failures: number[] = [];
    let inRow = 0;
    for (const [pause, good] of steps) {
      now += pause;
      const before = breaker.state(now);
      if (!breaker.admits(now)) continue;
      if (good) breaker.succeeded();
      else breaker.failed(now);
      inRow = good && before === 'half-open' ? inRow + 1 : 0;
      if (before === 'closed') failures = good ? failures : [...failures.filter((at) => at > now - 60_000), now];
      const opens = before === 'closed' ? failures.length >= 5 : !good;
      assert.equal(breaker.state(now), opens ? 'open' : before === 'closed' || inRow === 3 ? 'closed' : 'half-open');
      if (breaker.state(now) === 'closed' && before === 'half-open') failures = [];
      if (inRow === 3) inRow = 0;
    }
  }));
});
