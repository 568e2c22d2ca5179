import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bar } from '../../src/domain/bar.ts';
import type { FeedListener, MarketFeed } from '../../src/ports/market-feed.ts';
import { BINANCE_SPOT_FEED } from '../venues/binance/feed-harness.ts';
import { FEED_CASES } from './market-feed-cases.ts';
import { runFeedCase, type FeedHarness } from './market-feed.ts';
import { FEEDS } from './venue-acceptance.ts';

/** A feed with one mistake; all else goes on to a good one. */
class Mistaken implements MarketFeed {
  protected readonly good: MarketFeed;
  readonly venue;
  readonly tells;
  readonly aheadMs = undefined;

  constructor(good: MarketFeed) {
    this.good = good;
    this.venue = good.venue;
    this.tells = good.tells;
  }

  barsSince: MarketFeed['barsSince'] = (instrument, intervalMs, from) => this.good.barsSince(instrument, intervalMs, from);
  open: MarketFeed['open'] = (intervalMs, listener) => this.good.open(intervalMs, listener);
  close: MarketFeed['close'] = () => this.good.close();
}

/** Passes on what a listener hears, but for what is changed. */
function hearing(listener: FeedListener, changes: Partial<FeedListener>): FeedListener {
  return {
    onBar: (instrument, bar) => { listener.onBar(instrument, bar); },
    onTrade: (instrument, trade) => { listener.onTrade(instrument, trade); },
    onConnection: (state, reason) => { listener.onConnection(state, reason); },
    ...changes,
  };
}

class SwallowsRepeats extends Mistaken {
  override open: MarketFeed['open'] = (intervalMs, listener) => {
    const seen = new Set<number>();
    const onBar = (instrument: number, bar: Bar) => { if (!seen.has(bar.timestamp)) listener.onBar(instrument, bar); seen.add(bar.timestamp); };
    return this.good.open(intervalMs, hearing(listener, { onBar }));
  };
}

class RoundsPrices extends Mistaken {
  override open: MarketFeed['open'] = (intervalMs, listener) => this.good.open(intervalMs, hearing(listener, { onTrade: (instrument, trade) => { listener.onTrade(instrument, { ...trade, price: Math.fround(trade.price) }); } }));
}

class TellsTheOpenBar extends Mistaken {
  override barsSince: MarketFeed['barsSince'] = async (instrument, intervalMs, from) => {
    const bars = await this.good.barsSince(instrument, intervalMs, from);
    const last = bars.at(-1);
    return last === undefined ? bars : [...bars, { ...last, timestamp: last.timestamp + intervalMs }];
  };
}

class HidesThatItWasDown extends Mistaken {
  override open: MarketFeed['open'] = (intervalMs, listener) => this.good.open(intervalMs, hearing(listener, { onConnection: (state, reason) => { if (state === 'up') listener.onConnection(state, reason); } }));
}

/** The suite's harness, with a mistake around each feed. */
function mistaken(wrap: (good: MarketFeed) => MarketFeed): FeedHarness {
  return {
    ...BINANCE_SPOT_FEED,
    serve: async (clock) => {
      const served = await BINANCE_SPOT_FEED.serve(clock);
      return { ...served, feed: (onUnreadable) => wrap(served.feed(onUnreadable)) };
    },
  };
}

const PLANTED: readonly (readonly [string, (good: MarketFeed) => MarketFeed, string])[] = [
  ['a feed that swallows what is told again', (good) => new SwallowsRepeats(good), 'F7'],
  ['a feed that rounds prices', (good) => new RoundsPrices(good), 'F6'],
  ['a feed that gives a bar before it has ended', (good) => new TellsTheOpenBar(good), 'F31'],
  ['a feed that does not say that it was down', (good) => new HidesThatItWasDown(good), 'F10'],
];

for (const [mistake, wrap, id] of PLANTED) {
  test(`the contract of feeds catches ${mistake}`, async () => {
    const each = FEED_CASES.find((line) => line.id === id);
    assert.ok(each !== undefined);
    await runFeedCase(BINANCE_SPOT_FEED, each);
    await assert.rejects(runFeedCase(mistaken(wrap), each), assert.AssertionError);
  });
}

test('no two cases of the contract of feeds have one number, and each that a venue lacks exists', () => {
  const ids = FEED_CASES.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { without } of FEEDS) assert.deepEqual(Object.keys(without).filter((id) => !ids.includes(id)), []);
});
