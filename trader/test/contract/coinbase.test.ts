import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { format, mul } from '../../src/domain/exact.ts';
import type { Order } from '../../src/domain/order.ts';
import { COINBASE } from '../venues/coinbase/harness.ts';
import { VENUE_CASES } from './venue-acceptance.ts';
import { fails, runCase, venueGatewayContract, type Bench, type VenueCase } from './venue-gateway.ts';

venueGatewayContract(COINBASE, VENUE_CASES);

function deal({ server, listing: { instrument } }: Bench, { clientOrderId, price }: Order, lots: number): string {
  return server.trade(clientOrderId, {
    price: format(price, instrument.priceScale), quantity: format(mul(instrument.lotSize, lots), instrument.quantityScale), fee: '0.1', feeCurrency: 'USDT', liquidity: 'maker',
  });
}

/** What is Coinbase's own, on the same servers. */
const OWN: readonly (readonly [string, VenueCase['run']])[] = [
  ['a client order id that is in use brings back its order, and no second one is made', async ({ gateway, server, place }) => {
    const { order, ref } = await place();
    assert.equal((await gateway.submit(order)).venueOrderId, ref.venueOrderId);
    assert.equal(server.orders.length, 1);
  }],
  ['a frame that is repeated changes nothing: its number was there already', async (bench) => {
    await bench.gateway.open(bench.ear);
    const { order } = await bench.place();
    bench.server.frames('kept');
    const first = deal(bench, order, 10);
    bench.server.release('twice');
    const second = deal(bench, order, 10);
    await bench.ear.until('both fills', () => bench.ear.fills.length === 2);
    await bench.ear.until('the last state', () => bench.ear.orders.at(-1)?.filled === mul(bench.listing.instrument.lotSize, 20));
    assert.deepEqual(bench.ear.fills.map(({ tradeId }) => tradeId), [first, second]);
    assert.deepEqual([bench.ear.orders.filter(({ filled }) => filled > 0).length, bench.ear.connections], [2, ['up']]);
  }],
  ['a frame that is missing is noticed by the next one\'s number, and another connection tells what there is', async (bench) => {
    await bench.gateway.open(bench.ear);
    const { order } = await bench.place();
    bench.server.frames('lost');
    const missed = deal(bench, order, 10);
    bench.server.frames('sent');
    await bench.ear.until('another connection', () => bench.ear.connections.length === 3);
    await bench.ear.until('the fill', () => bench.ear.fills.length === 1);
    assert.deepEqual([bench.ear.fills.map(({ tradeId }) => tradeId), bench.ear.connections], [[missed], ['up', 'down', 'up']]);
  }],
  ['frames out of order end the connection too, and each trade is told once, in its order', async (bench) => {
    await bench.gateway.open(bench.ear);
    const { order } = await bench.place();
    bench.server.frames('kept');
    const trades = [deal(bench, order, 10), deal(bench, order, 30)];
    bench.server.release('reversed');
    await bench.ear.until('another connection', () => bench.ear.connections.length === 3);
    await bench.ear.until('both fills', () => bench.ear.fills.length === 2);
    assert.deepEqual(bench.ear.fills.map(({ tradeId }) => tradeId), trades);
  }],
  ['an order of unknown outcome is found by our id alone among pages of others, also after a restart', async ({ gateway, server, order, place, another }) => {
    const lost = order();
    server.failNext('submit', 'reset-after');
    await fails(gateway.submit(lost), 'unknown-outcome');
    for (let i = 0; i < 60; i++) await place();
    const ref = { clientOrderId: lost.clientOrderId, venueOrderId: undefined, instrument: 0 };
    for (const each of [gateway, another()]) assert.deepEqual([(await each.lookUp(ref))?.status, (await each.lookUp(ref))?.clientOrderId], ['open', lost.clientOrderId]);
    assert.equal(await gateway.lookUp({ ...ref, clientOrderId: order().clientOrderId }), undefined);
    await gateway.cancel(ref);
    assert.equal((await another().lookUp(ref))?.status, 'canceled');
  }],
  ['cancel all ends more orders than one request names', async ({ gateway, server, place }) => {
    for (let i = 0; i < 60; i++) await place();
    await gateway.cancelAll();
    assert.deepEqual([(await gateway.snapshot()).openOrders, server.requests.filter((request) => request.endsWith('/batch_cancel')).length], [[], 2]);
  }],
  ['good till date carries its date, and is refused without one', async ({ gateway, server, order }) => {
    await gateway.submit(order({ timeInForce: 'gtd', terms: { expires: 1_900_000_000_000 } }));
    assert.equal(server.orders[0]?.timeInForce, 'gtd');
    await fails(gateway.submit(order({ timeInForce: 'gtd' })), 'rejected');
    assert.equal(server.orders.length, 1);
  }],
];

describe('What is Coinbase\'s own', { concurrency: 8 }, () => {
  for (const [title, run] of OWN) test(title, () => runCase(COINBASE, { id: '', title, run }));
});
