import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { AlertBook } from '../../src/api/alerts.ts';
import { runHandlers } from '../../src/api/handlers/run.ts';
import { EngineReplica } from '../../src/api/replica.ts';
import { createStreamClient } from '../../src/api/stream-client.ts';
import { StreamHub } from '../../src/api/stream/hub.ts';
import { EngineReporter } from '../../src/app/wiring/engine-reporter.ts';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import type { LiveRequest } from '../../src/app/wiring/paper-source.ts';
import type { FeedName } from '../../src/app/wiring/venue-hosts.ts';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import { Random } from '../../src/domain/random.ts';
import { KEPT, type EngineFeed } from '../../src/ports/engine-feed.ts';
import type { DepthFact, TradeFact } from '../../src/ports/market-facts.ts';
import type { FeedHarness } from '../contract/market-feed.ts';
import { Wire } from '../stream-wire.ts';
import { BINANCE_SPOT_FEED } from '../venues/binance/feed-harness.ts';
import { COINBASE_FEED } from '../venues/coinbase/feed-harness.ts';
import type { FeedServer, ServedLevel } from '../venues/feed-server.ts';
import { KRAKEN_FEED } from '../venues/kraken/feed-harness.ts';
import { OKX_FEED } from '../venues/okx/feed-harness.ts';

const MINUTE = 60_000;
const ANA = { user: 'ana', session: 's', role: 'viewer', expiresAt: Infinity } as const;
const BIDS: readonly ServedLevel[] = Array.from({ length: 30 }, (_, i) => [(100 - i * 0.5).toFixed(1), '2.50000000']);
const ASKS: readonly ServedLevel[] = Array.from({ length: 30 }, (_, i) => [(100.5 + i * 0.5).toFixed(1), '1.25000000']);

/** A run on paper that hears a venue's market, told on as its loop would, and somebody who looks at the first market. */
async function watched(t: TestContext, venue: FeedName, harness: FeedHarness, looksAtBooks = true) {
  const { server, host } = await harness.serve(WALL_CLOCK);
  const home = mkdtempSync(join(tmpdir(), 'depth-'));
  const [{ instrument, symbol }] = harness.listings;
  const now = Math.floor(Date.now() / MINUTE) * MINUTE;
  server.remember(0, [{ timestamp: now - MINUTE, open: '100.0', high: '100.0', low: '100.0', close: '100.0', volume: '1' }]);
  const request: LiveRequest = {
    venue, instruments: [symbol], intervalMs: undefined, strategy: undefined, parameters: {}, series: [],
    around: { home, secrets: { read: () => Promise.resolve(undefined), write: () => Promise.resolve(), remove: () => Promise.resolve() }, clock: WALL_CLOCK, random: new Random(1), loopbackPort: Number(host.split(':')[1]), onUnreadable: () => undefined },
  };
  const trader = await PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {}, looksAtBooks }, request);
  const reporter = new EngineReporter(trader, () => ({ state: 'active', speed: Infinity, barsPerSecond: 0, decisionMicros: null, version: '0', startedAt: 0 }));
  let timer: NodeJS.Timeout | undefined;
  const feed: EngineFeed = {
    listen(listener) {
      reporter.take(Date.now(), true);
      listener.onSnapshot(reporter.snapshot(Date.now()));
      timer = setInterval(() => { listener.onEvents(reporter.take(Date.now())); }, 5);
      return () => { clearInterval(timer); };
    },
  };
  const replica = new EngineReplica(feed, WALL_CLOCK);
  const hub = new StreamHub({ replica, alerts: new AlertBook(replica), jobs: undefined, clock: WALL_CLOCK });
  const client = createStreamClient({ url: '', clock: WALL_CLOCK, refresh: () => Promise.resolve(true), connect: (_url, listener) => new Wire(WALL_CLOCK, hub, ANA, listener) });
  t.after(async () => {
    client.close();
    hub.close();
    replica.close();
    trader.release();
    await server.close();
    rmSync(home, { recursive: true });
  });
  const books: DepthFact[] = [];
  const trades: TradeFact[] = [];
  client.subscribe(`book:${instrument.id}`, { onSnapshot: (items) => void books.push(...items), onItems: (items) => void books.push(...items) });
  client.subscribe(`trades:${instrument.id}`, { onSnapshot: (items) => void trades.push(...items), onItems: (items) => void trades.push(...items) });
  const asked = runHandlers({ replica, alerts: new AlertBook(replica), clock: WALL_CLOCK });
  const call = { params: undefined, body: undefined, id: '', caller: { kind: 'token', userId: 'u', name: 'u', role: 'viewer', id: 't', steppedUpAt: undefined, enrolling: false, expiresAt: 0 } } as const;
  return {
    server, trader, replica, books, trades, id: instrument.id,
    readBook: () => asked.readBook({ ...call, query: { instrument: instrument.id } }),
    listTrades: () => asked.listTrades({ ...call, query: { instrument: instrument.id, limit: 100 } }),
  };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const began = performance.now(); !holds();) {
    assert.ok(performance.now() - began < 10_000, `waited in vain for ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

/** Whether a book begins with these prices. */
function begins(book: DepthFact | undefined, bid: number, ask: number): boolean {
  return Number(book?.bids[0]?.[0]) === bid && Number(book?.asks[0]?.[0]) === ask;
}

function change(server: FeedServer, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): void {
  assert.ok(server.changeBook !== undefined);
  server.changeBook(0, bids, asks);
}

describe('order book and trades of a live market', { concurrency: 2 }, () => {
  for (const [venue, harness, taker] of [['binance', BINANCE_SPOT_FEED, 'sell'], ['coinbase', COINBASE_FEED, 'sell'], ['okx', OKX_FEED, 'buy'], ['kraken', KRAKEN_FEED, 'sell']] as const) {
    test(`${harness.name}: what a frame says is at a client of the stream and answered by REST, the best first`, async (t) => {
      const { server, books, trades, readBook, listTrades } = await watched(t, venue, harness);
      change(server, BIDS, ASKS);
      await until('the book', () => begins(books.at(-1), 100, 100.5));
      assert.deepEqual([books.at(-1)?.bids.length, books.at(-1)?.asks.length], [20, 20]);
      change(server, [['100.0', '0']], [['100.5', '7.00000000']]);
      await until('its change', () => begins(books.at(-1), 99.5, 100.5) && books.at(-1)?.asks[0][1] === '7');
      assert.deepEqual((await readBook()).bids.slice(0, 2).map((level) => level.map(Number)), [[99.5, 2.5], [99, 2.5]]);
      for (const price of ['100.0', '100.5', '99.5']) server.trade(0, price, Date.now(), '0.25');
      await until('the trades', () => trades.length === 3);
      assert.deepEqual(trades.map(({ price, quantity, side }) => [Number(price), quantity, side]), [[100, '0.25', taker], [100.5, '0.25', taker], [99.5, '0.25', taker]]);
      assert.deepEqual((await listTrades()).items, trades.toReversed());
    });
  }

  test('a book is told ten times a second at most, the newest last, and trades each once', async (t) => {
    const { server, books, trades } = await watched(t, 'binance', BINANCE_SPOT_FEED);
    const began = performance.now();
    for (let i = 0; i < 200; i++) {
      change(server, [['100.0', String(i + 1)]], ASKS);
      server.trade(0, '100.0', Date.now(), String(i + 1));
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
    await until('the last of both', () => books.at(-1)?.bids[0]?.[1] === '200' && trades.length === 200);
    assert.ok(books.length <= 2 + (performance.now() - began) / 100, `${books.length} books`);
    assert.deepEqual(trades.map(({ quantity }) => Number(quantity)), Array.from({ length: 200 }, (_, i) => i + 1));
  });

  test('what nobody takes is bounded, and what is told then is the newest', async (t) => {
    const { trader } = await watched(t, 'binance', BINANCE_SPOT_FEED);
    const { depth } = trader;
    for (let i = 1; i <= 10_000; i++) depth.onTrade(0, { price: 100, quantity: 1, tsEvent: i, firstId: i, lastId: i });
    for (const list of [depth.trades(0), depth.take(0)]) assert.deepEqual([list.length, list.at(-1)?.id], [KEPT.trades, '10000']);
    depth.onTrade(0, { price: 100, quantity: 1, tsEvent: 0, firstId: 9_999, lastId: 9_999 });
    depth.onTrade(0, { price: 100, quantity: NaN, tsEvent: 0, firstId: NaN, lastId: NaN });
    assert.equal(depth.take(0).length, 0);
  });

  test('a book that the venue cannot be asked about is shown as none until it tells one again', async (t) => {
    const { server, books } = await watched(t, 'kraken', KRAKEN_FEED);
    change(server, BIDS, ASKS);
    await until('the book', () => begins(books.at(-1), 100, 100.5));
    server.cut(1);
    await until('no book', () => books.at(-1)?.bids.length === 0);
    await until('the book again', () => begins(books.at(-1), 100, 100.5));
  });

  test('a book with a hole is told anew, and what is traded by goes on meanwhile where it has a connection of its own', async (t) => {
    const { server, trader, books } = await watched(t, 'okx', OKX_FEED);
    change(server, BIDS, ASKS);
    await until('the book', () => begins(books.at(-1), 100, 100.5));
    server.loseFrames?.(true);
    change(server, [['100.0', '0']], []);
    server.loseFrames?.(false);
    change(server, [['99.0', '8.00000000']], []);
    await until('the whole book', () => begins(books.at(-1), 99.5, 100.5));
    const { live } = trader.feed as Extract<typeof trader.feed, { kind: 'live' }>;
    assert.deepEqual([live.state.connection, live.state.reconnections], ['up', 0]);
  });

  test('a book that is wrong whenever it is told costs the feed no more than a few connections', async (t) => {
    const { server, trader, books } = await watched(t, 'kraken', KRAKEN_FEED);
    const { live } = trader.feed as Extract<typeof trader.feed, { kind: 'live' }>;
    for (let turn = 1; turn <= 3; turn++) {
      change(server, BIDS, ASKS);
      await until('the book', () => begins(books.at(-1), 100, 100.5));
      server.say(JSON.stringify({ channel: 'book', type: 'update', data: [{ symbol: 'BTC/USD', bids: [{ price: 100, qty: 3 }], asks: [], checksum: 1, timestamp: new Date().toISOString() }] }));
      await until('another connection', () => live.state.connection === 'up' && live.state.reconnections === turn);
    }
    change(server, [['100.0', '5.00000000']], []);
    server.trade(0, '100.0', Date.now());
    await until('the trade', () => trader.depth.trades(0).length === 1);
    assert.deepEqual([books.at(-1)?.bids, live.state.connection, live.state.reconnections], [[], 'up', 3]);
  });

  test('a run that nobody can look at asks its venue for no book', async (t) => {
    const { server, trader, books, readBook } = await watched(t, 'binance', BINANCE_SPOT_FEED, false);
    change(server, BIDS, ASKS);
    server.trade(0, '100.0', Date.now());
    await until('the trade', () => trader.depth.trades(0).length === 1);
    assert.deepEqual([books, trader.depth.book(0)], [[], undefined]);
    await assert.rejects(async () => readBook(), { code: 'not-found' });
  });
});
