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
  readonly tells = [];
  readonly aheadMs = undefined;
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
  return instant && `${(instant.tsEvent - START) / MINUTE}:${instant.bars.map(({ market, live, tsHeard }) => `${market}${live ? 'h' : tsHeard === undefined ? 'f' : 'a'}`).join('')}`;
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

test('ten seconds after its end a bar that was not told is asked for; where the venue has none, the others go on, and one that comes later is lost', async () => {
  const { market, feed, clock } = await opened(1);
  drain(feed);
  await clock.run(clock.now() + MINUTE);
  market.tell(1, 0);
  await clock.run(clock.now() + 9_000);
  await quiet();
  assert.equal(feed.next(), undefined);
  await clock.run(clock.now() + 2_000);
  await quiet();
  assert.deepEqual(drain(feed), ['2:0h']);
  market.tell(1, 1);
  const { late, quality: { lost, barGaps, live } } = feed.state;
  assert.deepEqual([drain(feed), late, lost, barGaps, live], [[], 1, 1, 1, 1]);
});

test('what the stream leaves out on an open connection is asked for, and handed out in its place', async () => {
  const { market, feed, clock } = await opened(1);
  drain(feed);
  await clock.run(clock.now() + MINUTE);
  // A lost frame shows by the bar behind it, at once, whatever our clock says.
  market.kept[0].push(bar(1));
  market.kept[1].push(bar(1));
  market.tell(2, 0, 1);
  assert.equal(feed.next(), undefined, 'not before what is missing');
  await clock.run(clock.now() + 1_000);
  await quiet();
  assert.deepEqual(drain(feed), ['2:0a1a', '3:0h1h']);
  // A silent stream shows by the clock.
  for (const each of market.kept) each.push(bar(3));
  await clock.run(clock.now() + 2 * MINUTE + 12_000);
  await quiet();
  assert.deepEqual(drain(feed), ['4:0a1a']);
  const { quality: { expected, live, backfilled, lost, barGaps } } = feed.state;
  assert.deepEqual({ expected, live, backfilled, lost, barGaps }, { expected: 6, live: 2, backfilled: 4, lost: 0, barGaps: 2 });
});

test('a feed that tells its bars late is waited for', async () => {
  const { market, feed, clock } = await opened(1);
  drain(feed);
  Object.assign(market, { barDelayMs: () => 40_000 });
  for (const each of market.kept) each.push(bar(1));
  await clock.run(clock.now() + MINUTE + 49_000);
  await quiet();
  assert.deepEqual([drain(feed), feed.state.quality.barGaps], [[], 0]);
  market.listener?.onBar(0, bar(1));
  market.listener?.onBar(1, bar(1));
  assert.deepEqual(drain(feed), ['2:0h1h']);
});

test('a hole of which the venue knows nothing is gone over, also where its bars are ahead of every clock', async () => {
  const { market, feed, clock } = await opened(1);
  drain(feed);
  market.listener?.onBar(0, bar(5));
  market.listener?.onBar(1, bar(5));
  await clock.run(clock.now() + 2_000);
  await quiet();
  assert.deepEqual(drain(feed), ['6:0h1h']);
});

test('a bar that cannot be, or is ten times the last price, is asked for; the venue\'s word then counts', async () => {
  const { market, feed, clock } = await opened(1);
  drain(feed);
  await clock.run(clock.now() + MINUTE);
  for (const each of market.kept) each.push(bar(1));
  market.listener?.onBar(0, { ...bar(1), low: 11 });
  market.listener?.onBar(0, { ...bar(1), timestamp: bar(1).timestamp + 1 });
  market.listener?.onBar(0, bar(100_000));
  market.listener?.onBar(1, { ...bar(1), open: 1_000, high: 1_000, low: 1_000, close: 1_000 });
  assert.equal(feed.next(), undefined);
  await clock.run(clock.now() + 12_000);
  await quiet();
  const instant = feed.next();
  assert.deepEqual([told(instant), instant?.bars.map(({ bar: { close } }) => close), feed.state.quality.refusedBars], ['2:0a1a', [10, 10], 4]);
});

test('a bar that is told twice counts once', async () => {
  const { market, feed } = await opened(1);
  drain(feed);
  market.tell(1, 0, 1);
  market.listener?.onBar(0, bar(1));
  assert.deepEqual(drain(feed), ['2:0h1h']);
  market.listener?.onBar(0, bar(1));
  assert.deepEqual([drain(feed), feed.state.late, feed.state.quality.repeatedBars], [[], 0, 2]);
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
