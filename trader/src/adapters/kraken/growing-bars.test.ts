import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bar } from '../../domain/bar.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { GrowingBars } from './growing-bars.ts';

const MINUTE = 60_000;
const bar = (minute: number, close = 10): Bar => ({ timestamp: minute * MINUTE, open: 10, high: 20, low: 1, close, volume: 1 });

function growing(): { readonly bars: GrowingBars; readonly clock: VirtualClock; readonly told: string[] } {
  const clock = new VirtualClock(0);
  const told: string[] = [];
  const bars = new GrowingBars({ clock, intervalMs: MINUTE, now: () => clock.now(), onBar: (instrument, { timestamp, close }) => { told.push(`${instrument} ${timestamp / MINUTE} ${close} at ${clock.now() / 1_000}`); } });
  return { bars, clock, told };
}

test('a bar is over when the next one begins, as it was told last', async () => {
  const { bars, clock, told } = growing();
  bars.grow(0, bar(0, 11));
  bars.grow(1, bar(0, 5));
  await clock.run(60_500);
  bars.grow(0, bar(0, 12));
  bars.grow(0, bar(1, 13));
  assert.deepEqual(told, ['0 0 12 at 60.5']);
});

test('where nobody trades then, it is over two seconds after its time, once', async () => {
  const { bars, clock, told } = growing();
  bars.grow(0, bar(0));
  await clock.run(61_000);
  bars.grow(1, bar(0));
  await clock.run(61_999);
  assert.deepEqual(told, []);
  await clock.run(200_000);
  bars.grow(0, bar(0, 99));
  assert.deepEqual(told, ['0 0 10 at 62', '1 0 10 at 62']);
});

test('what has begun before the stream had gaps is not told', async () => {
  const { bars, clock, told } = growing();
  bars.grow(0, bar(0));
  bars.forget();
  await clock.run(200_000);
  assert.deepEqual(told, []);
});
