import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Bar } from '../../domain/bar.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Market } from '../../pipeline/engine.ts';
import type { FeedListener, MarketFeed } from '../../ports/market-feed.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { LiveFeed, type HeardInstant } from './live-feed.ts';

const MINUTE = 60_000;
const START = 1_000 * MINUTE;
const instrument = { id: 'X', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 0, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 0 } as const;
const MARKETS: readonly Market[] = [{ instrument, intervalMs: MINUTE }, { instrument, intervalMs: MINUTE }];

function bar(minute: number): Bar {
  return { timestamp: START + minute * MINUTE, open: 10, high: 10, low: 10, close: 10, volume: 1 };
}

/** A market in memory: what it keeps can be fetched, three bars at a time; what it says is heard. */
class MemoryMarket implements MarketFeed {
  readonly venue = 'memory';
  readonly kept: [Bar[], Bar[]] = [[], []];
  failures = 0;
  asked = 0;
  listener: FeedListener | undefined;

  barsSince(market: number, _: number, from: number): Promise<readonly Bar[]> {
    this.asked += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new VenueError('unreachable', 'memory: away'));
    }
    return Promise.resolve(this.kept[market as 0 | 1].filter(({ timestamp }) => timestamp >= from).slice(0, 3));
  }

  open(_: number, listener: FeedListener): Promise<void> {
    this.listener = listener;
    listener.onConnection('up', '');
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A bar closes in some markets, and is told of at once. */
  tell(minute: number, ...markets: readonly (0 | 1)[]): void {
    for (const market of markets) {
      this.kept[market].push(bar(minute));
      this.listener?.onBar(market, bar(minute));
    }
  }
}

async function quiet(): Promise<void> {
  for (let times = 0; times < 20; times++) await turn();
}

function told(instant: HeardInstant | undefined): string | undefined {
  return instant && `${(instant.tsEvent - START) / MINUTE}:${instant.bars.map(({ market, tsHeard }) => `${market}${tsHeard === undefined ? 'f' : 'h'}`).join('')}`;
}

function drain(feed: LiveFeed): readonly (string | undefined)[] {
  const all = [];
  for (let instant = feed.next(); instant !== undefined; instant = feed.next()) all.push(told(instant));
  return all;
}

async function opened(kept: number): Promise<{ readonly market: MemoryMarket; readonly feed: LiveFeed; readonly clock: VirtualClock }> {
  const [market, clock] = [new MemoryMarket(), new VirtualClock(START + kept * MINUTE)];
  for (let minute = 0; minute < kept; minute++) for (const each of market.kept) each.push(bar(minute));
  const feed = new LiveFeed(market, MARKETS, [START, START], clock);
  await feed.open();
  await quiet();
  return { market, feed, clock };
}

test('what happened before is fetched page by page, then moments come as they are heard, markets in their order', async () => {
  const { market, feed } = await opened(5);
  assert.deepEqual(drain(feed), ['1:0f1f', '2:0f1f', '3:0f1f', '4:0f1f', '5:0f1f']);
  market.tell(5, 1);
  assert.equal(feed.next(), undefined, 'the other market is waited for');
  market.tell(5, 0);
  assert.deepEqual(drain(feed), ['6:0h1h']);
  assert.deepEqual([feed.state.heard, feed.state.fetched, feed.state.catchingUp], [2, 10, false]);
});

test('a market that says nothing is waited for three seconds; what it says later is counted, not handed out', async () => {
  const { market, feed, clock } = await opened(1);
  drain(feed);
  await clock.run(clock.now() + MINUTE);
  market.tell(1, 0);
  assert.equal(feed.next(), undefined);
  await clock.run(clock.now() + 3_000);
  assert.deepEqual(drain(feed), ['2:0h']);
  market.tell(1, 1);
  assert.deepEqual([drain(feed), feed.state.late], [[], 1]);
});

test('after a reconnection nothing is handed out before what was missed, and nothing twice', async () => {
  const { market, feed, clock } = await opened(1);
  drain(feed);
  market.listener?.onConnection('down', 'cut');
  for (let minute = 1; minute < 9; minute++) for (const each of market.kept) each.push(bar(minute));
  market.failures = 2;
  market.listener?.onConnection('up', 'again');
  market.tell(9, 0, 1);
  await quiet();
  assert.deepEqual([drain(feed), feed.state.catchingUp, feed.state.trouble], [[], true, 'memory: away']);
  await clock.run(clock.now() + 1_000);
  await quiet();
  await clock.run(clock.now() + 2_000);
  await quiet();
  assert.deepEqual(drain(feed), [...Array.from({ length: 8 }, (_, i) => `${i + 2}:0f1f`), '10:0h1h']);
  assert.deepEqual([feed.state.reconnections, feed.state.trouble], [1, undefined]);
});

test('a connection that is lost while it fetches gives up, and the next one fetches it all', async () => {
  const { market, feed } = await opened(1);
  drain(feed);
  for (let minute = 1; minute < 9; minute++) for (const each of market.kept) each.push(bar(minute));
  market.listener?.onConnection('up', 'again');
  market.listener?.onConnection('down', 'cut');
  await quiet();
  assert.deepEqual(drain(feed), []);
  market.listener?.onConnection('up', 'again');
  await quiet();
  assert.equal(drain(feed).length, 8);
});

test('a feed that is closed asks nothing more', async () => {
  const { market, feed, clock } = await opened(1);
  market.failures = 1_000;
  market.listener?.onConnection('up', 'again');
  await quiet();
  await feed.close();
  const { asked } = market;
  await clock.run(clock.now() + 100_000);
  await quiet();
  assert.equal(market.asked, asked);
});
