import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { FeedTrade } from '../ports/market-feed.ts';
import { FeedQuality } from './feed-quality.ts';
import { TradeBars } from './trade-bars.ts';

const MINUTE = 60_000;
const trade = (id: number, price: number, tsEvent: number, quantity = 1): FeedTrade => ({ price, quantity, tsEvent, firstId: id, lastId: id });

/** Trades of three minutes, one after the other. */
function market(prices: readonly number[]): readonly FeedTrade[] {
  return prices.map((price, index) => trade(100 + index, price, index * 3 * MINUTE / prices.length, index + 1));
}

test('a bar of trades is whole when no number is missing in it, nor at its edges', () => {
  const bars = new TradeBars(MINUTE);
  bars.add(trade(1, 9, 59_000));
  for (const [id, price] of [[2, 10], [3, 12], [4, 8], [5, 11]] as const) bars.add(trade(id, price, MINUTE + id));
  assert.equal(bars.whole(MINUTE), undefined, 'more may come');
  bars.add(trade(6, 13, 2 * MINUTE));
  assert.deepEqual(bars.whole(MINUTE), { timestamp: MINUTE, open: 10, high: 12, low: 8, close: 11, volume: 4 });
  assert.equal(bars.whole(0), undefined, 'what was before it is not known');
});

test('a trade that is missing keeps a bar from being whole, until it comes', () => {
  const bars = new TradeBars(MINUTE);
  const kinds = [trade(1, 9, 0), trade(2, 10, MINUTE), trade(4, 12, MINUTE + 2), trade(5, 13, 2 * MINUTE)].map((each) => bars.add(each));
  assert.deepEqual(kinds, [{ kind: 'next', missing: 0 }, { kind: 'next', missing: 0 }, { kind: 'early', missing: 1 }, { kind: 'next', missing: 0 }]);
  assert.equal(bars.whole(MINUTE), undefined);
  assert.deepEqual(bars.add(trade(3, 20, MINUTE + 1)), { kind: 'late', missing: -1 });
  assert.deepEqual(bars.add(trade(3, 20, MINUTE + 1)), { kind: 'repeated', missing: 0 });
  assert.deepEqual(bars.whole(MINUTE), { timestamp: MINUTE, open: 10, high: 20, low: 10, close: 12, volume: 3 });
});

test('in whatever order trades come, and however often, the bar is the same', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 9, maxLength: 40 }), fc.infiniteStream(fc.nat(1_000)), (prices, lots) => {
    const trades = market(prices);
    const inOrder = new TradeBars(MINUTE);
    for (const each of trades) inOrder.add(each);
    const expected = inOrder.whole(MINUTE);
    assert.ok(expected !== undefined);
    // The first one stays first, since what lies before all that is known counts for nothing.
    const mixed = [...trades.slice(1), ...trades.slice(1, 5)].map((each) => [lots.next().value ?? 0, each] as const).sort(([a], [b]) => a - b).map(([, each]) => each);
    const bars = new TradeBars(MINUTE);
    let missing = 0;
    for (const each of [trades[0], ...mixed]) missing += bars.add(each).missing;
    assert.equal(missing, 0);
    const made = bars.whole(MINUTE);
    assert.ok(made !== undefined && Math.abs(made.volume - expected.volume) < 1e-9);
    assert.deepEqual({ ...made, volume: 0 }, { ...expected, volume: 0 });
  }));
});

test('a hole is known by its numbers and by the times around it, and closes with what is fetched of it, in whatever order', () => {
  const quality = new FeedQuality(1, MINUTE);
  for (const [id, at] of [[1, 0], [2, MINUTE], [6, MINUTE + 30_000], [7, 2 * MINUTE]] as const) quality.onTrade(0, trade(id, 10 + id, at), at);
  assert.deepEqual(quality.holes(0), [{ firstId: 3, lastId: 5, from: MINUTE, to: MINUTE + 30_000 }]);
  quality.onFetchedTrade(0, trade(5, 99, MINUTE + 20_000));
  assert.deepEqual(quality.holes(0), [{ firstId: 3, lastId: 4, from: MINUTE, to: MINUTE + 20_000 }]);
  for (const id of [3, 3, 5, 4]) quality.onFetchedTrade(0, trade(id, 20, MINUTE + id));
  assert.deepEqual(quality.holes(0), []);
  for (const start of [MINUTE, 2 * MINUTE]) quality.onBar(0, { timestamp: start, open: 12, high: 99, low: 12, close: 16, volume: 5 }, start + MINUTE);
  const { missingTrades, fetchedTrades, tradeGaps, repeatedTrades, checkedBars, differingBars } = quality.facts(undefined);
  assert.deepEqual([missingTrades, fetchedTrades, tradeGaps, repeatedTrades, checkedBars, differingBars], [0, 3, 1, 0, 1, 0]);
});

test('a bar of the venue that is not what its trades make is found out', () => {
  const quality = new FeedQuality(1, MINUTE);
  for (const [id, at] of [[1, 59_000], [2, MINUTE], [3, 2 * MINUTE - 1], [4, 2 * MINUTE], [5, 3 * MINUTE]] as const) quality.onTrade(0, trade(id, id, at, 0.1), at);
  const told = { timestamp: MINUTE, open: 2, high: 3, low: 2, close: 3, volume: 0.2 };
  quality.onBar(0, told, 2 * MINUTE);
  quality.onBar(0, { ...told, timestamp: 2 * MINUTE, open: 4, high: 4, low: 4, close: 5, volume: 0.1 }, 3 * MINUTE);
  quality.onBar(0, { ...told, timestamp: 3 * MINUTE }, 4 * MINUTE);
  const { checkedBars, differingBars, difference } = quality.facts(undefined);
  assert.deepEqual([checkedBars, differingBars, difference], [2, 1, 'bar of 1970-01-01 00:02: close 5, its trades make 4']);
});

const SHARED = join(import.meta.dirname, '../../../..', 'shared', 'data');
const [TICKS, BARS] = [join(SHARED, 'ticks/hftbacktest_binance_spot_btcusdt_20240808.gz'), join(SHARED, 'ohlcv/binance-spot_BTCUSDT_5m_20240808-20240808.csv.gz')];
if (existsSync(TICKS) && existsSync(BARS)) {
  test('the trades that Binance told make the bar that Binance published, in whatever order they are heard', () => {
    const trades = gunzipSync(readFileSync(TICKS)).toString().split('\n').flatMap((line) => {
      const { data } = line.includes('"e":"trade"') ? JSON.parse(line.slice(line.indexOf('{'))) as { data: { t: number; p: string; q: string; T: number } } : {};
      return data === undefined ? [] : [trade(data.t, Number(data.p), data.T, Number(data.q))];
    });
    const start = Date.parse('2024-08-08T23:55:00Z');
    const bars = new TradeBars(300_000);
    const last = trades.at(-1) ?? assert.fail();
    for (let at = 0; at < trades.length; at += 7) for (const each of trades.slice(at, at + 7).reverse()) bars.add(each);
    bars.add(trade(last.lastId + 1, 1, start + 300_000));
    const made = bars.whole(start);
    const row = gunzipSync(readFileSync(BARS)).toString().split('\n').find((line) => line.startsWith(String(start)))?.split(',').map(Number) ?? assert.fail();
    assert.deepEqual([made?.open, made?.high, made?.low, made?.close].map(Number), row.slice(1, 5));
    assert.ok(Math.abs((made?.volume ?? 0) - row[5]) < 1e-6);
  });
}
