import assert from 'node:assert/strict';
import { format, mul, type Exact } from '../../src/domain/exact.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Liquidity } from '../../src/ports/execution.ts';
import type { VenueFill } from '../../src/ports/venue.ts';
import type { Bench, VenueCase } from './venue-gateway.ts';

/** What of a trade matters to a case. */
interface Dealt {
  readonly lots: number;
  readonly fee?: string;
  readonly feeCurrency?: string;
  readonly liquidity?: Liquidity;
}

/** Trades against an order at its own price; what is expected of its fill comes back. */
function deal({ server, listing, untold }: Bench, order: Order, { lots, fee = '0.1', feeCurrency = 'USDT', liquidity = 'maker' }: Dealt): Omit<VenueFill, 'tsEvent' | 'venueOrderId'> {
  const { priceScale, quantityScale, lotSize, tickSize } = listing.instrument;
  const price: Exact = order.type === 'market' ? mul(tickSize, 1_000) : order.price;
  const quantity = mul(lotSize, lots);
  const tradeId = server.trade(order.clientOrderId, { price: format(price, priceScale), quantity: format(quantity, quantityScale), fee, feeCurrency, liquidity });
  return { clientOrderId: order.clientOrderId, instrument: 0, tradeId, side: order.side, price, quantity, fee, feeCurrency, liquidity, ...untold };
}

/** A fill without what the venue alone decides. */
function told({ tsEvent, venueOrderId, ...fill }: VenueFill): Omit<VenueFill, 'tsEvent' | 'venueOrderId'> {
  assert.ok(tsEvent > 1e12 && venueOrderId.length > 0);
  return fill;
}

/** What the stream brings while it is up. */
const REPORTS: readonly VenueCase[] = [
  {
    id: 'V80', title: 'an order that was taken is told as open',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { ref } = await bench.place();
      await bench.ear.until('the open order', () => bench.ear.orders.some(({ clientOrderId, status, filled }) => clientOrderId === ref.clientOrderId && status === 'open' && filled === 0));
      assert.equal(bench.ear.orders[0]?.venueOrderId, ref.venueOrderId);
    },
  },
  {
    id: 'V81', title: 'partial fills come one by one, each with its trade id, and then the order is filled',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      const expected = [deal(bench, order, { lots: 30 }), deal(bench, order, { lots: 50 }), deal(bench, order, { lots: 20 })];
      await bench.ear.until('the filled order', () => bench.ear.orders.some(({ status }) => status === 'filled'));
      assert.deepEqual(bench.ear.fills.map(told), expected);
      assert.deepEqual(bench.ear.orders.filter(({ filled }) => filled > 0).map(({ filled, status }) => [filled, status]), [
        [mul(bench.listing.instrument.lotSize, 30), 'open'], [mul(bench.listing.instrument.lotSize, 80), 'open'], [order.quantity, 'filled'],
      ]);
    },
  },
  {
    id: 'V82', title: 'a fill is told before the state that counts it',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      deal(bench, order, { lots: 100 });
      let counted = 0;
      bench.ear.onOrder = ({ filled }) => { if (filled > 0) counted = bench.ear.fills.length; };
      await bench.ear.until('the state', () => counted > 0);
    },
  },
  {
    id: 'V83', title: 'a fee in another currency keeps its currency and its last digit',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      const expected = deal(bench, order, { lots: 10, fee: '0.00000123', feeCurrency: 'BNB' });
      await bench.ear.until('the fill', () => bench.ear.fills.length === 1);
      assert.deepEqual(bench.ear.fills.map(told), [expected]);
    },
  },
  {
    id: 'V84', title: 'maker and taker are told apart',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      deal(bench, order, { lots: 10, liquidity: 'taker' });
      deal(bench, order, { lots: 10, liquidity: 'maker' });
      await bench.ear.until('both fills', () => bench.ear.fills.length === 2);
      assert.deepEqual(bench.ear.fills.map(({ liquidity }) => liquidity), ['taker', 'maker']);
    },
  },
  {
    id: 'V85', title: 'a sell\'s fill is a sell',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place({ side: 'sell', type: 'market' });
      const expected = deal(bench, order, { lots: 100, liquidity: 'taker' });
      await bench.ear.until('the fill', () => bench.ear.fills.length === 1);
      assert.deepEqual(bench.ear.fills.map(told), [expected]);
    },
  },
  {
    id: 'V86', title: 'an order that we cancel is told as canceled under our id, with what had traded',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order, ref } = await bench.place();
      deal(bench, order, { lots: 25 });
      await bench.gateway.cancel(ref);
      await bench.ear.until('the end', () => bench.ear.orders.some(({ status }) => status === 'canceled'));
      const end = bench.ear.orders.find(({ status }) => status === 'canceled');
      assert.deepEqual([end?.clientOrderId, end?.filled], [order.clientOrderId, mul(bench.listing.instrument.lotSize, 25)]);
    },
  },
  {
    id: 'V87', title: 'an order that the venue lets expire is told as expired',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place({ timeInForce: bench.gateway.capabilities.timesInForce.includes('ioc') ? 'ioc' : 'gtc' });
      deal(bench, order, { lots: 25 });
      bench.server.end(order.clientOrderId, 'expired');
      await bench.ear.until('the end', () => bench.ear.orders.some(({ status }) => status === 'expired'));
    },
  },
  {
    id: 'V88', title: 'an order that somebody else placed is told, under the id that it has',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const venueOrderId = bench.server.placeForeign();
      await bench.ear.until('the order', () => bench.ear.orders.some((order) => order.venueOrderId === venueOrderId && order.status === 'open'));
    },
  },
];

/** What a stream does wrong. */
const TROUBLE: readonly VenueCase[] = [
  {
    id: 'V90', title: 'repeated frames are passed on as they come, with the same trade id',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      bench.server.frames('kept');
      deal(bench, order, { lots: 10 });
      bench.server.release('twice');
      await bench.ear.until('both frames', () => bench.ear.fills.length === 2);
      assert.deepEqual(bench.ear.fills[0], bench.ear.fills[1]);
    },
  },
  {
    id: 'V91', title: 'frames out of order are passed on as they come',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      bench.server.frames('kept');
      const first = deal(bench, order, { lots: 10 });
      const second = deal(bench, order, { lots: 90 });
      bench.server.release('reversed');
      await bench.ear.until('both fills', () => bench.ear.fills.length === 2);
      assert.deepEqual(bench.ear.fills.map(told), [second, first]);
    },
  },
  ...['{"neither":"known', '{"e":"somethingNew","x":{}}', 'null', '[]', '{"data":{"e":"executionReport","q":-1}}', '{"subscriptionId":0,"event":{"e":"executionReport","q":{}}}'].map((text, index): VenueCase => ({
    id: `V${92 + index}`, title: `a frame of unknown shape is passed over, and the next one heard (${index + 1})`,
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      bench.server.say(text);
      deal(bench, order, { lots: 10 });
      await bench.ear.until('the fill after it', () => bench.ear.fills.length === 1);
      assert.deepEqual(bench.ear.connections, ['up']);
    },
  })),
  {
    id: 'V100', title: 'a stream that is cut comes back by itself: down, then up',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      bench.server.cut(0);
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      assert.deepEqual(bench.ear.connections, ['up', 'down', 'up']);
      assert.equal(bench.server.streams, 1);
    },
  },
  {
    id: 'V101', title: 'a stream that is refused is tried again until it is up, by one owner',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      bench.server.cut(2);
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      assert.deepEqual(bench.ear.connections, ['up', 'down', 'up']);
      await bench.clock.pause(1_000);
      assert.equal(bench.server.streams, 1);
    },
  },
  {
    id: 'V102', title: 'a login that runs out is renewed',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      bench.server.expireLogin();
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      const { order } = await bench.place();
      deal(bench, order, { lots: 10 });
      await bench.ear.until('a fill', () => bench.ear.fills.length === 1);
    },
  },
  {
    id: 'V103', title: 'a server that says that it goes down is left for another connection',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      bench.server.announceShutdown();
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      assert.equal(bench.server.streams, 1);
    },
  },
  {
    id: 'V104', title: 'a stream that is up and dead is found out and replaced',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      bench.server.playDead();
      // Up to two minutes of the suite's fast time: longer than the usual patience.
      for (let i = 0; i < 60 && bench.ear.connections.length < 3; i++) await bench.clock.pause(2_000);
      assert.deepEqual(bench.ear.connections, ['up', 'down', 'up']);
    },
  },
  {
    id: 'V105', title: 'fills while the stream was down are found by asking, once each, in the venue\'s order',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      const seen = deal(bench, order, { lots: 10 });
      await bench.ear.until('the first fill', () => bench.ear.fills.length === 1);
      const { place } = await bench.gateway.fillsSince(undefined);
      bench.server.frames('lost');
      bench.server.cut(0);
      const missed = [deal(bench, order, { lots: 20, fee: '0.00000123' }), deal(bench, order, { lots: 70, liquidity: 'taker' })];
      await bench.ear.until('the stream', () => bench.ear.connections.length === 3);
      const after = await bench.gateway.fillsSince(place);
      assert.deepEqual(after.fills.map(told), missed);
      assert.deepEqual(bench.ear.fills.map(told), [seen]);
      assert.deepEqual((await bench.gateway.fillsSince(after.place)).fills, []);
    },
  },
  {
    id: 'V106', title: 'a closed gateway says nothing and does not come back',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      await bench.gateway.close();
      await bench.clock.pause(3_000);
      assert.equal(bench.server.streams, 0);
      assert.deepEqual(bench.ear.connections, ['up']);
    },
  },
  {
    id: 'V107', title: 'a stream that is refused at first is tried until it is up, and only then is it open',
    run: async (bench) => {
      bench.server.cut(2);
      await bench.gateway.open(bench.ear);
      assert.equal(bench.ear.connections.at(-1), 'up');
      assert.equal(bench.server.streams, 1);
    },
  },
];

/** What asking tells. */
const ASKING: readonly VenueCase[] = [
  {
    id: 'V110', title: 'fills are the same by stream and by asking',
    run: async (bench) => {
      await bench.gateway.open(bench.ear);
      const { order } = await bench.place();
      deal(bench, order, { lots: 30, fee: '0.00000123', feeCurrency: 'BNB' });
      deal(bench, order, { lots: 70, liquidity: 'taker' });
      await bench.ear.until('both fills', () => bench.ear.fills.length === 2);
      assert.deepEqual((await bench.gateway.fillsSince(undefined)).fills, bench.ear.fills);
    },
  },
  {
    id: 'V111', title: 'fills keep our order id after a restart, when nothing of before is remembered',
    run: async (bench) => {
      const { order } = await bench.place();
      const expected = deal(bench, order, { lots: 30 });
      assert.deepEqual((await bench.another().fillsSince(undefined)).fills.map(told), [expected]);
    },
  },
  {
    id: 'V112', title: 'a place outlives its gateway: another goes on from there',
    run: async (bench) => {
      const { order } = await bench.place();
      deal(bench, order, { lots: 30 });
      const { place } = await bench.gateway.fillsSince(undefined);
      const expected = deal(bench, order, { lots: 70 });
      assert.deepEqual((await bench.another().fillsSince(place)).fills.map(told), [expected]);
    },
  },
  {
    id: 'V113', title: 'more fills than a page are all read',
    run: async (bench) => {
      const { order } = await bench.place({ quantity: mul(bench.listing.instrument.lotSize, 2_100) });
      for (let i = 0; i < 2_100; i++) deal(bench, order, { lots: 1 });
      const { fills } = await bench.gateway.fillsSince(undefined);
      assert.equal(fills.length, 2_100);
      assert.equal(new Set(fills.map(({ tradeId }) => tradeId)).size, 2_100);
    },
  },
  {
    id: 'V114', title: 'a snapshot lists the open orders with what has traded, and nothing that has ended',
    run: async (bench) => {
      const { order, ref } = await bench.place();
      const { order: gone } = await bench.place();
      deal(bench, order, { lots: 40 });
      deal(bench, gone, { lots: 100 });
      const { openOrders } = await bench.gateway.snapshot();
      assert.deepEqual(openOrders.map((open) => ({ ...open, tsEvent: 0 })), [
        { ...ref, side: 'buy', quantity: order.quantity, filled: mul(bench.listing.instrument.lotSize, 40), status: 'open', tsEvent: 0 },
      ]);
    },
  },
  {
    id: 'V115', title: 'a snapshot tells what is held, to the digit, and moves with a fill',
    run: async (bench) => {
      const held = (await bench.gateway.snapshot()).positions.find(({ instrument }) => instrument === 0)?.quantity ?? 0;
      const { order } = await bench.place();
      deal(bench, order, { lots: 40, fee: '0' });
      const { positions, balances } = await bench.gateway.snapshot();
      const now = positions.find(({ instrument }) => instrument === 0)?.quantity ?? 0;
      assert.equal(BigInt(now) - BigInt(held), BigInt(mul(bench.listing.instrument.lotSize, 40)));
      for (const amount of Object.values(balances)) assert.match(amount, /^-?\d+(\.\d+)?$/);
    },
  },
  {
    id: 'V116', title: 'two snapshots of an untouched account are equal but for their time',
    run: async (bench) => {
      await bench.place();
      const { tsEvent: first, ...one } = await bench.gateway.snapshot();
      const { tsEvent: second, ...two } = await bench.another().snapshot();
      // Each gateway has set its clock by itself, so which time is the later one says nothing.
      for (const time of [first, second]) assert.ok(Number.isSafeInteger(time), String(time));
      assert.deepEqual(one, two);
    },
  },
  {
    id: 'V117', title: 'an order that somebody else placed is in the snapshot',
    run: async (bench) => {
      const venueOrderId = bench.server.placeForeign();
      assert.deepEqual((await bench.gateway.snapshot()).openOrders.map((order) => order.venueOrderId), [venueOrderId]);
    },
  },
];

/** Cases about the stream, and about asking for what it did not bring. */
export const STREAM_CASES: readonly VenueCase[] = [...REPORTS, ...TROUBLE, ...ASKING];
