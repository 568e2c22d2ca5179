import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { bar, MINUTE, testInstrument } from '../../../test/markets.ts';
import type { FeedListener, MarketFeed } from '../../ports/market-feed.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { LiveFeed } from './live-feed.ts';

test('what is no price, or ten times off the last bar, decides nothing between bars: no profit is taken and no limit broken on a bad print', async () => {
  const clock = new VirtualClock(2 * MINUTE);
  let told: FeedListener | undefined;
  const market: MarketFeed = {
    venue: 'memory', tells: [], aheadMs: undefined, barsSince: () => Promise.resolve([]), close: () => Promise.resolve(),
    open(_, listener) {
      told = listener;
      listener.onConnection('up', '');
      return Promise.resolve();
    },
  };
  const prices: number[] = [];
  const trades: number[] = [];
  const feed = new LiveFeed(market, [{ instrument: testInstrument(), intervalMs: MINUTE }], [MINUTE], clock, {
    onPrice: (_, price) => void prices.push(price), onTrade: (_, { price }) => void trades.push(price),
  });
  await feed.open();
  for (let times = 0; times < 20; times++) await turn();
  told?.onBar(0, bar(MINUTE, 100));
  assert.ok(feed.next());
  for (const price of [0, -1, NaN, Infinity, 1_001, 9.99, 101]) told?.onTrade(0, { price, quantity: 1, tsEvent: 2 * MINUTE, firstId: NaN, lastId: NaN });
  assert.deepEqual([prices, trades.length], [[101], 7]);
  await feed.close();
});
