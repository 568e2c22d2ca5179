import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { VenueError } from '../../domain/venue-error.ts';
import type { VenueFill, VenueOrder } from '../../ports/venue.ts';
import { UserReports } from './user-reports.ts';

/** A clock whose time passes when it is told to. */
class Desk {
  readonly told: string[] = [];
  readonly waiting: (() => void)[] = [];
  fills: VenueFill[] = [];
  asked = 0;
  broken = false;
  readonly reports = new UserReports({
    clock: {
      now: () => 0,
      after: (_delayMs, work) => {
        this.waiting.push(work);
        return () => { this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((each) => each !== work)); };
      },
    },
    listener: { onFill: ({ tradeId }) => { this.told.push(tradeId); }, onOrder: ({ filled, status }) => { this.told.push(`${status} ${filled}`); } },
    fillsOf: ({ venueOrderId }) => {
      this.asked += 1;
      return this.broken ? Promise.reject(new VenueError('maintenance', 'down')) : Promise.resolve(this.fills.filter((fill) => fill.venueOrderId === venueOrderId));
    },
  });

  async pass(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) {
      await turn();
      this.waiting.shift()?.();
      await turn();
    }
  }
}

const order = (filled: number, status: VenueOrder['status'] = 'open', venueOrderId = 'v'): VenueOrder => ({ clientOrderId: 'c', venueOrderId, instrument: 0, side: 'buy', quantity: 100, filled, status, tsEvent: 1 });
const fill = (tradeId: string, quantity: number, venueOrderId = 'v'): VenueFill => ({ clientOrderId: 'c', venueOrderId, instrument: 0, tradeId, side: 'buy', price: 1, quantity, fee: '0', feeCurrency: 'USD', liquidity: 'maker', tsEvent: 1 });

test('fills are told once each, before the state that counts them, and asked for only where a state counts more', async () => {
  const desk = new Desk();
  desk.reports.hear(order(0));
  desk.fills = [fill('a', 30), fill('b', 70)];
  desk.reports.hear(order(30));
  desk.reports.hear(order(30));
  desk.reports.hear(order(100, 'filled'));
  await desk.pass(4);
  assert.deepEqual([desk.told, desk.asked], [['open 0', 'a', 'b', 'open 30', 'open 30', 'filled 100'], 1]);
});

test('a state waits while the list of fills is behind, and holds no other order up', async () => {
  const desk = new Desk();
  desk.reports.hear(order(30));
  desk.reports.hear(order(0, 'open', 'other'));
  await desk.pass(2);
  assert.deepEqual(desk.told, ['open 0']);
  desk.fills = [fill('a', 30)];
  await desk.pass(2);
  assert.deepEqual(desk.told, ['open 0', 'a', 'open 30']);
});

test('a state whose fills cannot be had is told in the end, so that whoever hears it asks for them', async () => {
  const desk = new Desk();
  desk.broken = true;
  desk.reports.hear(order(30));
  await desk.pass(12);
  assert.deepEqual([desk.told, desk.asked], [['open 30'], 8]);
  desk.broken = false;
  desk.fills = [fill('a', 30), fill('b', 20)];
  desk.reports.hear(order(50));
  await desk.pass();
  assert.deepEqual(desk.told, ['open 30', 'a', 'b', 'open 50']);
});

test('a closed desk tells nothing and waits for nothing', async () => {
  const desk = new Desk();
  desk.reports.hear(order(30));
  await turn();
  desk.reports.close();
  await desk.pass(2);
  assert.deepEqual([desk.told, desk.waiting.length], [[], 0]);
});
