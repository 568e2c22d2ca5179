import assert from 'node:assert/strict';
import { fails } from './venue-gateway.ts';
import { toBar, type FeedBench, type FeedCase } from './market-feed.ts';

async function opened({ feed, harness, ear }: FeedBench): Promise<void> {
  await feed.open(harness.intervalMs, ear);
}

/** What the stream brings. */
const STREAM: readonly FeedCase[] = [
  {
    id: 'F1', title: 'the stream opens once for all instruments, and says that it is up',
    run: async (bench) => {
      await opened(bench);
      assert.equal(bench.server.streams, 1);
      assert.deepEqual(bench.ear.connections, ['up']);
    },
  },
  {
    id: 'F2', title: 'a bar that has ended is told, each number as the venue wrote it',
    run: async (bench) => {
      await opened(bench);
      const bar = bench.bar(1);
      bench.server.closeBar(0, bar);
      await bench.ear.until('the bar', () => bench.ear.bars.length > 0);
      assert.deepEqual(bench.ear.bars, [[0, toBar(bar)]]);
    },
  },
  {
    id: 'F3', title: 'a bar that has not ended is not told',
    run: async (bench) => {
      await opened(bench);
      bench.server.growBar(0, bench.bar(0));
      const ended = bench.bar(1, '100.5');
      bench.server.closeBar(0, ended);
      await bench.ear.until('the bar', () => bench.ear.bars.length > 0);
      assert.deepEqual(bench.ear.bars, [[0, toBar(ended)]]);
    },
  },
  {
    id: 'F4', title: 'a trade is told as a price, with the venue\'s time',
    run: async (bench) => {
      await opened(bench);
      const at = bench.clock.now() - 7;
      bench.server.trade(0, '64089.27', at);
      await bench.ear.until('the price', () => bench.ear.prices.length > 0);
      assert.deepEqual(bench.ear.prices, [[0, 64089.27, at]]);
    },
  },
  {
    id: 'F5', title: 'instruments are told apart, all of them',
    run: async (bench) => {
      await opened(bench);
      const { listings } = bench.harness;
      assert.ok(listings.length > 1);
      const bars = listings.map((_listing, index) => bench.bar(1, `10${index}.00`));
      bars.forEach((bar, index) => { bench.server.closeBar(index, { ...bar, high: '110.00' }); });
      await bench.ear.until('all bars', () => bench.ear.bars.length === listings.length);
      assert.deepEqual(bench.ear.bars.map(([instrument, { close }]) => [instrument, close]), listings.map((_listing, index) => [index, 100 + index]));
    },
  },
  {
    id: 'F6', title: 'a millionth and a million keep every digit',
    run: async (bench) => {
      await opened(bench);
      for (const price of ['0.00000123', '1234567.89', '0.1']) bench.server.trade(0, price, bench.clock.now());
      await bench.ear.until('the prices', () => bench.ear.prices.length === 3);
      assert.deepEqual(bench.ear.prices.map(([, price]) => price), [0.00000123, 1234567.89, 0.1]);
    },
  },
  {
    id: 'F7', title: 'a bar that is told again is passed on as it comes, equal to the first',
    run: async (bench) => {
      await opened(bench);
      bench.server.closeBar(0, bench.bar(1));
      await bench.ear.until('the bar', () => bench.ear.bars.length === 1);
      bench.server.cut(0);
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      bench.server.repeat();
      await bench.ear.until('the bar again', () => bench.ear.bars.length === 2);
      assert.deepEqual(bench.ear.bars[1], bench.ear.bars[0]);
    },
  },
];

/** What a connection does wrong. */
const TROUBLE: readonly FeedCase[] = [
  {
    id: 'F10', title: 'a stream that is cut comes back by itself, down and then up, with all instruments',
    run: async (bench) => {
      await opened(bench);
      bench.server.cut(0);
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      assert.deepEqual(bench.ear.connections, ['up', 'down', 'up']);
      const last = bench.harness.listings.length - 1;
      bench.server.trade(last, '5', bench.clock.now());
      await bench.ear.until('a price', () => bench.ear.prices.some(([instrument]) => instrument === last));
      assert.equal(bench.server.streams, 1);
    },
  },
  {
    id: 'F11', title: 'a stream that is refused is tried again until it is up, by one owner',
    run: async (bench) => {
      await opened(bench);
      bench.server.cut(2);
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      await bench.clock.pause(1_000);
      assert.deepEqual([bench.ear.connections, bench.server.streams], [['up', 'down', 'up'], 1]);
    },
  },
  {
    id: 'F12', title: 'a stream that is refused at first is tried until it is up, and only then is it open',
    run: async (bench) => {
      bench.server.cut(2);
      await opened(bench);
      assert.deepEqual([bench.ear.connections, bench.server.streams], [['up'], 1]);
    },
  },
  {
    id: 'F13', title: 'a stream that has fallen silent is found out and replaced',
    run: async (bench) => {
      await opened(bench);
      bench.server.playDead();
      for (let i = 0; i < 60 && bench.ear.connections.length < 3; i++) await bench.clock.pause(2_000);
      assert.deepEqual(bench.ear.connections, ['up', 'down', 'up']);
    },
  },
  {
    id: 'F14', title: 'a market in which nothing happens is no dead stream',
    run: async (bench) => {
      await opened(bench);
      await bench.clock.pause(22_000);
      assert.deepEqual(bench.ear.connections, ['up']);
    },
  },
  {
    id: 'F15', title: 'a closed feed says nothing and does not come back',
    run: async (bench) => {
      await opened(bench);
      await bench.feed.close();
      await bench.clock.pause(2_000);
      assert.deepEqual([bench.ear.connections, bench.server.streams], [['up'], 0]);
    },
  },
  ...['{"neither":"known', 'null', '[]', '{"stream":"x","data":{"e":"kline","k":{"x":true}}}', '{"e":"aggTrade","p":"-"}'].map((text, index): FeedCase => ({
    id: `F${16 + index}`, title: `a frame of unknown shape is passed over, and the next one heard (${index + 1})`,
    run: async (bench) => {
      await opened(bench);
      bench.server.say(text);
      bench.server.trade(0, '7', bench.clock.now());
      await bench.ear.until('the price after it', () => bench.ear.prices.length === 1);
      assert.deepEqual(bench.ear.connections, ['up']);
    },
  })),
  {
    id: 'F21', title: 'what cannot be read is counted',
    run: async (bench) => {
      await opened(bench);
      bench.server.say('{"neither":"known');
      bench.server.trade(0, '7', bench.clock.now());
      await bench.ear.until('the price after it', () => bench.ear.prices.length === 1);
      assert.equal(bench.unreadable.length, 1);
    },
  },
];

/** What asking tells. */
const ASKING: readonly FeedCase[] = [
  {
    id: 'F30', title: 'bars since a time come oldest first, from that bar on, each number as the venue wrote it',
    run: async ({ feed, server, harness, bar }) => {
      const bars = [5, 4, 3, 2].map((back) => bar(back, `10${back}`)).map((each) => ({ ...each, high: '110' }));
      server.remember(0, bars);
      server.remember(1, [bar(3)]);
      assert.deepEqual(await feed.barsSince(0, harness.intervalMs, bars[1]?.timestamp ?? 0), bars.slice(1).map(toBar));
    },
  },
  {
    id: 'F31', title: 'the bar that has not ended is left out',
    run: async ({ feed, server, harness, bar }) => {
      server.remember(0, [bar(2)]);
      server.growBar(0, bar(0));
      assert.deepEqual(await feed.barsSince(0, harness.intervalMs, bar(3).timestamp), [toBar(bar(2))]);
    },
  },
  { id: 'F32', title: 'where there are no bars none are told', run: async ({ feed, harness, bar }) => { assert.deepEqual(await feed.barsSince(0, harness.intervalMs, bar(3).timestamp), []); } },
  {
    id: 'F33', title: 'more bars than an answer holds are read by asking on, none twice and none left out',
    run: async ({ feed, server, harness, bar }) => {
      const bars = Array.from({ length: harness.page + 50 }, (_each, index) => bar(harness.page + 51 - index));
      server.remember(0, bars);
      const told: number[] = [];
      for (let from = bars[0]?.timestamp ?? 0; ;) {
        const page = await feed.barsSince(0, harness.intervalMs, from);
        if (page.length === 0) break;
        told.push(...page.map(({ timestamp }) => timestamp));
        from = (told.at(-1) ?? 0) + harness.intervalMs;
      }
      assert.deepEqual(told, bars.map(({ timestamp }) => timestamp));
    },
  },
  {
    id: 'F34', title: 'a bar is the same by stream and by asking',
    run: async (bench) => {
      await opened(bench);
      const bar = bench.bar(1, '100.10');
      bench.server.closeBar(0, bar);
      await bench.ear.until('the bar', () => bench.ear.bars.length === 1);
      assert.deepEqual(await bench.feed.barsSince(0, bench.harness.intervalMs, bar.timestamp), bench.ear.bars.map(([, told]) => told));
    },
  },
  {
    id: 'F35', title: 'bars that ended while the stream was down are found by asking',
    run: async (bench) => {
      await opened(bench);
      bench.server.cut(1);
      const missed = bench.bar(1);
      bench.server.remember(0, [missed]);
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      assert.deepEqual([await bench.feed.barsSince(0, bench.harness.intervalMs, missed.timestamp), bench.ear.bars], [[toBar(missed)], []]);
    },
  },
  { id: 'F36', title: 'maintenance that meets a question for bars is told as maintenance', run: async ({ feed, server, harness, bar }) => { server.failNext('maintenance'); await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'maintenance'); } },
  {
    id: 'F37', title: 'too many questions: told with the time to wait, and none goes out before it is over',
    run: async ({ feed, server, clock, harness, bar }) => {
      server.failNext('rate-limited');
      const { retryAfterMs = 0 } = await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'rate-limited');
      assert.ok(retryAfterMs > 0);
      const before = server.requests.length;
      await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'rate-limited');
      assert.equal(server.requests.length, before);
      await clock.pause(retryAfterMs + 50);
      await feed.barsSince(0, harness.intervalMs, bar(1).timestamp);
    },
  },
  {
    id: 'F38', title: 'a ban: told with the time to wait, and no question goes out while it lasts',
    run: async ({ feed, server, harness, bar }) => {
      server.failNext('banned');
      await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'banned');
      const before = server.requests.length;
      await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'banned');
      assert.equal(server.requests.length, before);
    },
  },
  { id: 'F39', title: 'an answer that cannot be read is an error and no crash', run: async ({ feed, server, harness, bar }) => { server.failNext('garbage'); await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'unknown-outcome'); } },
  { id: 'F40', title: 'a server error is an error and no crash', run: async ({ feed, server, harness, bar }) => { server.failNext('error-before'); await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'unknown-outcome'); } },
  { id: 'F41', title: 'where nothing listens it is unreachable', run: async ({ feed, server, harness, bar }) => { await server.close(); await fails(feed.barsSince(0, harness.intervalMs, bar(1).timestamp), 'unreachable'); } },
  {
    id: 'F42', title: 'a length of bars that the venue has not is refused here, and nothing is asked',
    run: async ({ feed, server, harness, ear, bar }) => {
      await fails(feed.barsSince(0, harness.oddIntervalMs, bar(1).timestamp), 'rejected');
      await fails(feed.open(harness.oddIntervalMs, ear), 'rejected');
      assert.deepEqual([server.requests, server.streams], [[], 0]);
    },
  },
];

const LEVELS = (from: number, step: number, count: number) => Array.from({ length: count }, (_each, i) => [(from + i * step).toFixed(1), `${i + 1}.50000000`] as const);

/** What lies between bars. */
const BETWEEN: readonly FeedCase[] = [
  {
    id: 'F50', title: 'trades are numbered one by one, with what was traded and what its taker did',
    run: async (bench) => {
      await opened(bench);
      for (const quantity of ['1.5', '0.00000001', '2']) bench.server.trade(0, '100', bench.clock.now(), quantity);
      await bench.ear.until('the trades', () => bench.ear.trades.length === 3);
      const [first, ...rest] = bench.ear.trades;
      rest.reduce((last, trade) => { assert.equal(trade.firstId, last.lastId + 1); return trade; }, first);
      assert.deepEqual(bench.ear.trades.map(({ quantity }) => quantity), [1.5, 0.00000001, 2]);
      for (const { taker } of bench.ear.trades) assert.ok(taker === 'buy' || taker === 'sell');
    },
  },
  {
    id: 'F51', title: 'the best bid and ask are told, each with what stands there',
    run: async (bench) => {
      await opened(bench);
      bench.server.tellQuote?.(1, ['99.5', '2.25'], ['100.5', '0.75']);
      await bench.ear.until('the quote', () => bench.ear.quotes.length > 0);
      assert.deepEqual(bench.ear.quotes, [[1, { bid: 99.5, bidQuantity: 2.25, ask: 100.5, askQuantity: 0.75 }]]);
    },
  },
  {
    id: 'F52', title: 'a book is told with all its levels, the best first, and anew when some change or go',
    run: async (bench) => {
      bench.server.changeBook?.(0, LEVELS(99, -0.5, 12), LEVELS(100, 0.5, 12));
      await opened(bench);
      bench.server.changeBook?.(0, [['98.5', '0'], ['98.7', '7.00000000']], [['100.0', '9.00000000']]);
      await bench.ear.until('the change', () => bench.ear.books.some(([instrument, { bids }]) => instrument === 0 && bids[1]?.price === 98.7));
      const [, { bids, asks }] = bench.ear.books.findLast(([instrument]) => instrument === 0) ?? assert.fail();
      assert.deepEqual([bids.slice(0, 3).map(({ price, quantity }) => [price, quantity]), asks[0]], [[[99, 1.5], [98.7, 7], [98, 3.5]], { price: 100, quantity: 9 }]);
      assert.ok(bids.length >= 12 && asks.length >= 12);
    },
  },
  {
    id: 'F53', title: 'a book from which a change is missing is not told, and told whole again',
    run: async (bench) => {
      bench.server.changeBook?.(0, LEVELS(99, -0.5, 12), LEVELS(100, 0.5, 12));
      await opened(bench);
      bench.server.loseFrames?.(true);
      bench.server.changeBook?.(0, [['99.0', '0']], []);
      bench.server.loseFrames?.(false);
      bench.server.changeBook?.(0, [['98.0', '8.00000000']], []);
      await bench.ear.until('the book', () => bench.ear.books.some(([, { bids }]) => bids[1]?.quantity === 8));
      for (const [, { bids }] of bench.ear.books) if (bids.some(({ quantity }) => quantity === 8)) assert.equal(bids[0].price, 98.5);
    },
  },
  {
    id: 'F54', title: 'the trades of a hole are found by asking, and are those that the stream told',
    run: async (bench) => {
      await opened(bench);
      const at = bench.clock.now();
      for (const [i, price] of ['100', '101', '102', '103', '104'].entries()) bench.server.trade(0, price, at + 10 * i, '1.5');
      bench.server.trade(1, '7', at + 20, '1');
      await bench.ear.until('the trades', () => bench.ear.trades.length === 6);
      const [before, ...heard] = bench.ear.trades.filter(({ price }) => price > 7);
      const missed = heard.slice(0, 3);
      const hole = { firstId: before.lastId + 1, lastId: missed.at(-1)?.lastId ?? 0, from: before.tsEvent, to: heard.at(-1)?.tsEvent ?? 0 };
      const told = await bench.feed.tradesIn?.(0, hole) ?? [];
      assert.deepEqual(told.filter(({ firstId, lastId }) => firstId >= hole.firstId && lastId <= hole.lastId).sort((a, b) => a.firstId - b.firstId), missed);
    },
  },
];

/** Every case of feeds, in the order of its number. */
export const FEED_CASES: readonly FeedCase[] = [...STREAM, ...TROUBLE, ...ASKING, ...BETWEEN];
