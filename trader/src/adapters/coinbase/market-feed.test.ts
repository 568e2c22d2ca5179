import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { format } from '../../domain/exact.ts';
import { Random } from '../../domain/random.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { readListings } from './listing.ts';
import { CoinbaseFeed } from './market-feed.ts';

const LISTING: VenueListing = {
  symbol: 'NEW-USD',
  instrument: { id: 'NEW-USD.COINBASE', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
};

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
/** That time, and what has passed since. */
const BEGAN = performance.now();
const CLOCK = { now: () => NOW + Math.round(performance.now() - BEGAN), after: (delayMs: number, work: () => void) => { const timer = setTimeout(work, delayMs); return () => { clearTimeout(timer); }; } };
const SECONDS: Readonly<Record<string, number>> = { ONE_MINUTE: 60, ONE_DAY: 86_400 };

test('a market that nobody traded in for long is read by days until somebody did', async () => {
  const traded = [Date.UTC(2026, 10, 20, 3, 7) / 1_000, Date.UTC(2026, 10, 20, 23, 59) / 1_000];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://venue');
    const granularity = searchParams.get('granularity') ?? '';
    const step = SECONDS[granularity] ?? 1;
    asked.push(granularity);
    const starts = new Set(traded.map((time) => time - (time % step)).filter((start) => start >= Number(searchParams.get('start')) && start <= Number(searchParams.get('end'))));
    const candles = [...starts].map((start) => ({ start: String(start), low: '1', high: '3', open: '2', close: '2.5', volume: '7' })).reverse();
    response.end(JSON.stringify(pathname.endsWith('/time') ? { epochMillis: String(NOW) } : { candles }));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const feed = new CoinbaseFeed({ hosts: { rest: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, market: 'ws://127.0.0.1:9' }, clock: CLOCK, random: new Random(1), onUnreadable: assert.fail }, [LISTING]);
  try {
    const first = await feed.barsSince(0, 60_000, Date.UTC(2026, 0, 1));
    assert.deepEqual(first.map(({ timestamp }) => timestamp / 1_000), [traded[0]]);
    assert.ok(asked.filter((each) => each === 'ONE_MINUTE').length <= 5, asked.join(' '));
    const rest = await feed.barsSince(0, 60_000, (first[0]?.timestamp ?? 0) + 60_000);
    assert.deepEqual(rest, [{ timestamp: (traded[1] ?? 0) * 1_000, open: 2, high: 3, low: 1, close: 2.5, volume: 7 }]);
    assert.deepEqual(await feed.barsSince(0, 60_000, (traded[1] ?? 0) * 1_000 + 60_000), []);
  } finally {
    await feed.close();
    server.closeAllConnections();
    server.close();
  }
});

// What cryptofeed recorded of Coinbase's older API (products and trades of 2021-04-17): the envelopes are others
// there, the products, prices and times are Coinbase's own, and are put into the envelopes of today.
const captures = join(import.meta.dirname, '../../../../..', 'shared', 'data', 'fixtures', 'coinbase', 'ws_capture');

type Json = Readonly<Record<string, unknown>>;

function lines(name: string): string[] {
  return gunzipSync(readFileSync(join(captures, name))).toString().split('\n');
}

function products(): readonly Json[] {
  const text = lines('COINBASE.0.txt.gz').find((line) => line.includes('/products -> ')) ?? '';
  return (JSON.parse(text.slice(text.indexOf('['))) as readonly Json[]).map(({ id, base_currency: base, quote_currency: quote, quote_increment: tick, min_market_funds: minimum, ...rest }) => ({
    ...rest, product_id: id, product_type: 'SPOT', base_currency_id: base, quote_currency_id: quote, alias: '', quote_increment: tick, price_increment: tick, quote_min_size: minimum, is_disabled: false,
  }));
}

function trades(): readonly Json[] {
  return lines('COINBASE.ws.28.0.txt.gz').filter((line) => line.includes('"type":"match"')).map((line) => JSON.parse(line.slice(line.indexOf('{'))) as Json);
}

if (existsSync(captures)) {
  test('every product that Coinbase really listed is read, with its steps to the digit', () => {
    const told = products();
    const listings = readListings(told, assert.fail);
    assert.ok(listings.length > 0);
    const open = told.filter((product) => product.status === 'online' && product.trading_disabled === false && product.cancel_only === false);
    assert.deepEqual(listings.map(({ symbol }) => symbol), open.map((product) => product.product_id));
    for (const { symbol, instrument } of listings) {
      const product = open.find((each) => each.product_id === symbol);
      assert.equal(Number(format(instrument.tickSize, instrument.priceScale)), Number(product?.price_increment), symbol);
      assert.equal(Number(format(instrument.lotSize, instrument.quantityScale)), Number(product?.base_increment), symbol);
      assert.equal(Number(format(instrument.minNotional, instrument.priceScale + instrument.quantityScale)), Number(product?.quote_min_size), symbol);
    }
  });

  test('every trade that Coinbase really told is a price of its instrument, with its time', async () => {
    const told = trades();
    const symbols = [...new Set(told.map((trade) => String(trade.product_id)))];
    const http = createServer();
    const sockets = new WebSocketServer({ server: http });
    sockets.on('connection', (socket) => {
      let next = 0;
      const say = (channel: string, event: Json) => { socket.send(JSON.stringify({ channel, timestamp: '2021-04-17T16:43:37Z', sequence_num: next++, events: [event] })); };
      socket.on('message', (data: Buffer) => {
        if ((JSON.parse(data.toString()) as Json).channel !== 'heartbeats') return;
        say('subscriptions', { subscriptions: { market_trades: symbols, heartbeats: ['heartbeats'] } });
        for (const trade of told) say('market_trades', { type: 'update', trades: [trade] });
        say('market_trades', { type: 'update', trades: told.slice(-2).toReversed() });
      });
    });
    await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve); });
    const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
    const clock = WALL_CLOCK;
    const listings = symbols.map((symbol) => ({ symbol, instrument: { id: `${symbol}.COINBASE`, assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 8, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 } as const }));
    const feed = new CoinbaseFeed({ hosts: { rest: `http://${host}`, market: `ws://${host}` }, clock, random: new Random(1), onUnreadable: assert.fail }, listings);
    const heard: [string, number, number][] = [];
    const all = Promise.withResolvers<void>();
    const expected = [...told, ...told.slice(-2)];
    try {
      await feed.open(60_000, {
        onBar: () => undefined, onConnection: () => undefined,
        onTrade: (instrument, { price, tsEvent }) => { if (heard.push([symbols[instrument] ?? '', price, tsEvent]) === expected.length) all.resolve(); },
      });
      await all.promise;
    } finally {
      await feed.close();
      sockets.close();
      http.close();
    }
    assert.ok(told.length > 50);
    assert.deepEqual(heard, expected.map((trade) => [trade.product_id, Number(trade.price), Date.parse(String(trade.time))]));
  });
}
