import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from './virtual-clock.ts';

test('events come by their time, and those of one time in the order in which they were asked for', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 200 }), async (delays) => {
    const clock = new VirtualClock(1_000);
    const seen: [number, number][] = [];
    for (const [at, delay] of delays.entries()) clock.after(delay, () => void seen.push([clock.now(), at]));
    await clock.run(2_000);
    assert.deepEqual(seen, delays.map((delay, at): [number, number] => [1_000 + delay, at]).sort(([a, i], [b, j]) => a - b || i - j));
    assert.equal(clock.now(), 2_000);
  }));
});

test('what was taken back does not happen, and what comes later waits for the next run', async () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const takeBack = clock.after(10, () => void seen.push('taken back'));
  clock.after(20, () => void seen.push('later'));
  clock.after(5, takeBack);
  await clock.run(15);
  assert.deepEqual([seen, clock.now()], [[], 15]);
  await clock.run(30);
  assert.deepEqual(seen, ['later']);
});

test('promises settle before the next event', async () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const walk = async () => {
    for (let step = 0; step < 3; step++) {
      await wait(10);
      seen.push(`step at ${clock.now()}`);
    }
  };
  void walk();
  for (const at of [10, 20, 30]) clock.after(at, () => void seen.push(`event at ${at}`));
  await clock.run(100);
  assert.deepEqual(seen, ['step at 10', 'event at 10', 'event at 20', 'step at 20', 'event at 30', 'step at 30']);
});

test('an event that throws ends the run with its error', async () => {
  const clock = new VirtualClock(0);
  clock.after(1, () => { throw new RangeError('broken'); });
  await assert.rejects(clock.run(10), RangeError);
});
