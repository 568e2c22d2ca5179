import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AlpacaFeed } from '../../src/adapters/alpaca/market-feed.ts';
import { readListings } from '../../src/adapters/alpaca/listing.ts';
import { Signer } from '../../src/adapters/alpaca/signing.ts';
import { Random } from '../../src/domain/random.ts';
import { assetsBody } from '../venues/alpaca/alpaca-words.ts';
import { ALPACA_COINS_FEED, ALPACA_SHARES_FEED } from '../venues/alpaca/feed-harness.ts';
import { AlpacaMarketServer } from '../venues/alpaca/market-server.ts';
import { FastClock } from '../venues/fast-clock.ts';
import { FEED_CASES } from './market-feed-cases.ts';
import { FeedEar, marketFeedContract } from './market-feed.ts';
import { fails } from './venue-gateway.ts';

marketFeedContract(ALPACA_SHARES_FEED, FEED_CASES);
marketFeedContract(ALPACA_COINS_FEED, FEED_CASES);

const COINS = readListings(assetsBody('crypto'), () => undefined);
const MINUTE = 60_000;

/** A feed of coins, and what it passes over. */
async function coins(context: TestContext, signer = new Signer('k', 's'), clock = new FastClock()) {
  const server = new AlpacaMarketServer({ now: () => clock.now(), symbols: COINS.map(({ symbol }) => symbol), bars: '/v1beta3/crypto/us/bars', stream: '/v1beta3/crypto/us', key: 'k', secret: 's' });
  const host = await server.listen();
  const passedOver: string[] = [];
  const feed = new AlpacaFeed({ hosts: { data: `http://${host}`, dataStream: `ws://${host}` }, signer, clock, random: new Random(1), onUnreadable: (what) => { passedOver.push(what); } }, COINS);
  context.after(async () => {
    await feed.close();
    await server.close();
  });
  return { server, feed, clock, ear: new FeedEar(), passedOver };
}

const bar = (timestamp: number, close: string) => ({ timestamp, open: '100', high: '110', low: '90', close, volume: '0' });

test('a closed bar that Alpaca revises is not told again: the revision is counted, and the first one stands', async (context) => {
  const { server, feed, clock, ear, passedOver } = await coins(context);
  await feed.open(MINUTE, ear);
  const opened = (Math.floor(clock.now() / MINUTE) - 1) * MINUTE;
  server.closeBar(0, bar(opened, '105'));
  server.revise(0, bar(opened, '106'));
  await ear.until('the revision', () => passedOver.length > 0);
  assert.deepEqual(ear.bars.map(([, { close }]) => close), [105]);
  assert.deepEqual(passedOver, [`a revision of BTC/USD's bar of ${new Date(opened).toISOString()}; the first one stands`]);
});

test('a coin\'s quote is told as the price in its middle, and one without a side is not', async (context) => {
  const { server, feed, clock, ear } = await coins(context);
  await feed.open(MINUTE, ear);
  const at = clock.now();
  server.quote(0, '0', '101', at);
  server.quote(0, '100', '101', at);
  await ear.until('the price', () => ear.prices.length > 0);
  assert.deepEqual(ear.prices, [[0, 100.5, at]]);
});

test('bars longer than a minute are asked for when they have ended, each once, those of a slow instrument too', async (context) => {
  const hour = 60 * MINUTE;
  const fast = new FastClock();
  // So that nobody waits for an hour: an hour of this clock is two seconds of the fast one.
  const speed = hour / 2_000;
  const clock = Object.assign(Object.create(fast) as FastClock, { now: () => Math.floor(fast.now() * speed), after: (delayMs: number, work: () => void) => fast.after(delayMs > 20_000 ? delayMs / speed : delayMs, work) });
  const { server, feed, ear } = await coins(context, new Signer('k', 's'), clock);
  const opened = Math.floor(clock.now() / hour) * hour;
  server.remember(0, [bar(opened - 5 * hour, '104'), bar(opened, '105'), bar(opened + hour, '106')]);
  await feed.open(hour, ear);
  server.closeBar(0, bar(opened + 100 * hour, '1'));
  await ear.until('two hours', () => ear.bars.length === 2);
  server.remember(1, [bar(opened, '205')]);
  await ear.until('the slow one', () => ear.bars.length === 3);
  assert.deepEqual(ear.bars.map(([instrument, { timestamp, close }]) => [instrument, (timestamp - opened) / hour, close]), [[0, 0, 105], [0, 1, 106], [1, 0, 205]]);
});

test('keys that Alpaca does not know are refused as unauthorised, with the host that they are for', async (context) => {
  const { feed, ear } = await coins(context, new Signer('unknown', 'unknown'));
  const { message } = await fails(feed.open(MINUTE, ear), 'unauthorised');
  assert.match(message, /auth failed/);
});
