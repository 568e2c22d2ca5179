import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { FuturesFeed, SpotFeed } from '../../../src/adapters/binance/market-feed.ts';
import { isPossibleBar } from '../../../src/domain/bar.ts';
import { Random } from '../../../src/domain/random.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import { ROOT } from '../../command-line.ts';
import { FeedEar } from '../../contract/market-feed.ts';
import { FastClock } from '../fast-clock.ts';
import { BINANCE_SPOT_FEED } from './feed-harness.ts';
import { MarketServer } from './market-server.ts';

test('a market\'s server that says that it goes down is left for another connection', async () => {
  const { server, feed: connect } = await BINANCE_SPOT_FEED.serve(new FastClock());
  const feed = connect(assert.fail);
  const ear = new FeedEar();
  try {
    await feed.open(BINANCE_SPOT_FEED.intervalMs, ear);
    // web-socket-streams.md of github.com/binance/binance-spot-api-docs, "Server Shutdown".
    server.say('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}');
    await ear.until('the stream', () => ear.connections.length === 3);
    assert.deepEqual([ear.connections, server.streams], [['up', 'down', 'up'], 1]);
  } finally {
    await feed.close();
    await server.close();
  }
});

const CAPTURES = path.join(ROOT, '..', 'shared', 'data', 'fixtures', 'binance', 'ws_capture');

/** The frames of a capture: each line is a time and a frame. */
function framesOf(file: string): readonly string[] {
  return gunzipSync(readFileSync(path.join(CAPTURES, file))).toString().split('\n').map((line) => line.replace(/^[\d.]+: /, '')).filter((text) => text.startsWith('{"stream"'));
}

if (existsSync(CAPTURES)) {
  for (const file of readdirSync(CAPTURES).filter((name) => name.includes('.ws.'))) {
    test(`each trade and each ended bar of ${file}, as Binance sent them, is heard`, async () => {
      const frames = framesOf(file);
      const told = frames.map((text) => (JSON.parse(text) as { readonly data: { readonly e?: string; readonly s: string; readonly p: string; readonly B?: string; readonly k: { readonly x: boolean; readonly c: string; readonly i: string } } }).data);
      const symbols = [...new Set(told.map(({ s }) => s))];
      const trades = told.filter(({ e }) => e === 'aggTrade');
      const bars = told.filter(({ e, k }) => e === 'kline' && k.x);
      // What the feed never asks for, and the capture holds: changes of depth.
      const unasked = told.filter(({ e, B }) => e !== 'aggTrade' && e !== 'kline' && B === undefined).length;
      const quotes = told.filter(({ B }) => B !== undefined).length;
      assert.ok(trades.length > 0);
      const futures = file.includes('FUTURES');
      const clock = new FastClock();
      const server = new MarketServer({ rest: '', streams: futures ? '/market/stream' : '/stream', told: '', asked: '', symbols, intervalMs: 60_000, now: () => clock.now() });
      const host = await server.listen();
      const listings = symbols.map((symbol): VenueListing => ({ symbol, instrument: { id: `${symbol}.BINANCE`, assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 8, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 } }));
      const unreadable: string[] = [];
      const around = { clock, random: new Random(1), onUnreadable: (what: string) => { unreadable.push(what); } };
      const feed = futures
        ? new FuturesFeed({ ...around, hosts: { rest: `http://${host}`, stream: `ws://${host}` } }, listings)
        : new SpotFeed({ ...around, hosts: { data: `http://${host}`, dataStream: `ws://${host}` } }, listings);
      const ear = new FeedEar();
      try {
        await feed.open(60_000, ear);
        for (const text of frames) server.say(text);
        await ear.until('the last frame', () => ear.prices.length === trades.length && ear.bars.length === bars.length && unreadable.length === unasked);
      } finally {
        await feed.close();
        await server.close();
      }
      assert.deepEqual(ear.prices.map(([instrument, price]) => [symbols[instrument], price]), trades.map(({ s, p }) => [s, Number(p)]));
      assert.deepEqual(ear.bars.map(([instrument, { close }]) => [symbols[instrument], close]), bars.map(({ s, k }) => [s, Number(k.c)]));
      assert.ok(ear.bars.every(([, { open, high, low, close, volume }]) => isPossibleBar(open, high, low, close, volume)));
      assert.deepEqual([unreadable.length, ear.quotes.length], [unasked, quotes]);
    });
  }
}
