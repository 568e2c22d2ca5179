import assert from 'node:assert/strict';
import { format, mul, parseDecimal } from '../../src/domain/exact.ts';
import type { OrderType, TimeInForce } from '../../src/domain/order.ts';
import type { RejectReason } from '../../src/domain/venue-error.ts';
import type { VenueGateway } from '../../src/ports/venue.ts';
import type { WireOrder } from '../venues/dialect-server.ts';
import { fails, type Bench, type OrderPlan, type VenueCase } from './venue-gateway.ts';

const can = (type: OrderType) => ({ capabilities }: VenueGateway) => capabilities.types.includes(type);
const lasts = (timeInForce: TimeInForce) => ({ capabilities }: VenueGateway) => capabilities.timesInForce.includes(timeInForce);

/** A plain decimal: no exponent, no sign, no bare point. */
const PLAIN = /^\d+(\.\d+)?$/;

/** Sends an order and holds what came over the wire against it, decimals by value to the last digit. */
async function sent(bench: Bench, plan: OrderPlan): Promise<WireOrder> {
  const { order, ref } = await bench.place(plan);
  assert.equal(bench.server.orders.length, 1, 'it is sent once');
  const [wire] = bench.server.orders;
  const { priceScale, quantityScale } = bench.listing.instrument;
  assert.equal(wire.clientOrderId, order.clientOrderId);
  assert.equal(wire.venueOrderId, ref.venueOrderId);
  assert.equal(wire.side, order.side);
  assert.equal(wire.type, order.type);
  assert.match(wire.quantity, PLAIN);
  assert.equal(parseDecimal(wire.quantity, quantityScale), order.quantity);
  const price = order.type === 'limit' || order.type === 'stop-limit' ? order.price : undefined;
  assert.equal(wire.price === undefined ? undefined : parseDecimal(wire.price, priceScale), price);
  if (wire.price !== undefined) assert.match(wire.price, PLAIN);
  const trigger = order.type === 'stop' ? order.price : order.type === 'stop-limit' ? order.terms?.trigger : undefined;
  assert.equal(wire.trigger === undefined ? undefined : parseDecimal(wire.trigger, priceScale), trigger);
  assert.equal(wire.postOnly, order.terms?.postOnly ?? false);
  assert.equal(wire.reduceOnly, order.terms?.reduceOnly ?? false);
  return wire;
}

/** Orders as they go out: every kind, every time in force, every digit. */
const SENDING: readonly VenueCase[] = [
  { id: 'V10', title: 'a market order is taken, with its quantity and no price', run: async (bench) => { await sent(bench, { type: 'market' }); } },
  { id: 'V11', title: 'a limit order is taken to the digit and stays until canceled', run: async (bench) => { assert.equal((await sent(bench, {})).timeInForce, 'gtc'); } },
  { id: 'V12', title: 'a sell is a sell', run: async (bench) => { await sent(bench, { side: 'sell' }); } },
  { id: 'V13', title: 'immediate or cancel crosses the wire', needs: lasts('ioc'), run: async (bench) => { assert.equal((await sent(bench, { timeInForce: 'ioc' })).timeInForce, 'ioc'); } },
  { id: 'V14', title: 'fill or kill crosses the wire', needs: lasts('fok'), run: async (bench) => { assert.equal((await sent(bench, { timeInForce: 'fok' })).timeInForce, 'fok'); } },
  { id: 'V15', title: 'a post-only order is marked as such', needs: ({ capabilities }) => capabilities.postOnly, run: async (bench) => { await sent(bench, { terms: { postOnly: true } }); } },
  { id: 'V16', title: 'a stop-limit order has trigger and limit, each in its place', needs: can('stop-limit'), run: async (bench) => { await sent(bench, { type: 'stop-limit', terms: { trigger: mul(bench.listing.instrument.tickSize, 999) } }); } },
  { id: 'V17', title: 'a stop order has a trigger and no limit', needs: can('stop'), run: async (bench) => { await sent(bench, { type: 'stop' }); } },
  { id: 'V18', title: 'a reduce-only order is marked as such', needs: ({ capabilities }) => capabilities.reduceOnly, run: async (bench) => { await sent(bench, { side: 'sell', terms: { reduceOnly: true } }); } },
  {
    id: 'V19', title: 'the smallest tick and lot cross the wire without an exponent',
    run: async (bench) => {
      const { tickSize, lotSize } = bench.listing.instrument;
      await sent(bench, { price: tickSize, quantity: lotSize });
    },
  },
  {
    id: 'V20', title: 'a quantity beyond 2^53 units crosses the wire to the last digit',
    run: async (bench) => {
      const quantity = mul(bench.listing.instrument.lotSize, 90_071_992_547_409_930n + 1n);
      const wire = await sent(bench, { quantity });
      assert.equal(parseDecimal(wire.quantity, bench.listing.instrument.quantityScale), quantity);
    },
  },
  {
    id: 'V21', title: 'what the venue cannot do is refused here, and nothing is sent',
    run: async ({ gateway, server, order }) => {
      const before = server.requests.length;
      const { types, timesInForce, postOnly, reduceOnly } = gateway.capabilities;
      const plans: OrderPlan[] = [
        ...(['market', 'limit', 'stop', 'stop-limit', 'trailing-stop'] as const).filter((type) => !types.includes(type)).map((type) => ({ type, terms: { trail: 0.01, trigger: 1 } })),
        ...(['gtc', 'ioc', 'fok', 'gtd', 'day'] as const).filter((timeInForce) => !timesInForce.includes(timeInForce)).map((timeInForce) => ({ timeInForce, terms: { expires: 4e12 } })),
        ...(postOnly ? [] : [{ terms: { postOnly: true } }]),
        ...(reduceOnly ? [] : [{ terms: { reduceOnly: true } }]),
      ];
      for (const plan of plans) assert.equal((await fails(gateway.submit(order(plan)), 'rejected')).reason, 'not-permitted');
      assert.equal(server.requests.length, before);
    },
  },
  {
    id: 'V22', title: 'a client order id that is in use is a duplicate, and the first order stands',
    needs: ({ capabilities }) => capabilities.clientId.unique !== 'never',
    run: async ({ gateway, server, place }) => {
      const { order } = await place();
      await fails(gateway.submit(order), 'duplicate-id');
      assert.equal(server.orders.length, 1);
    },
  },
];

/** Every reason that we have a word for; a venue without such an answer says so in its harness. */
const REASONS: readonly RejectReason[] = [
  'insufficient-balance', 'below-minimum', 'above-maximum', 'bad-price', 'bad-quantity', 'would-take', 'would-not-reduce',
  'market-closed', 'instrument-halted', 'too-many-orders', 'not-permitted', 'position-limit', 'other',
];

const REJECTS: readonly VenueCase[] = REASONS.map((reason, index) => ({
  id: `V${30 + index}`, title: `a rejection for ${reason.replaceAll('-', ' ')} is told as such, with the venue's words, and leaves no order`,
  run: async ({ gateway, server, order }) => {
    assert.ok(server.rejectNext(reason), 'the venue has such an answer, or its harness says that it lacks it');
    const error = await fails(gateway.submit(order()), 'rejected');
    assert.equal(error.reason, reason, error.message);
    assert.ok(error.code !== undefined && error.message.includes(gateway.venue), error.message);
    assert.equal(server.orders.length, 0);
  },
}));

/** Asking after orders, and ending them. */
const ENDING: readonly VenueCase[] = [
  {
    id: 'V50', title: 'an order is found by our id alone, as it stands',
    run: async ({ gateway, server, place, listing }) => {
      const { order, ref } = await place();
      server.trade(order.clientOrderId, { price: format(order.price, listing.instrument.priceScale), quantity: format(mul(listing.instrument.lotSize, 40), listing.instrument.quantityScale), fee: '0', feeCurrency: 'BNB', liquidity: 'maker' });
      const told = await gateway.lookUp({ ...ref, venueOrderId: undefined });
      assert.deepEqual(
        { ...told, tsEvent: 0 },
        { clientOrderId: order.clientOrderId, venueOrderId: ref.venueOrderId, instrument: 0, side: 'buy', quantity: order.quantity, filled: mul(listing.instrument.lotSize, 40), status: 'open', tsEvent: 0 },
      );
    },
  },
  {
    id: 'V51', title: 'an order is found by both ids',
    run: async ({ gateway, place }) => { const { ref } = await place(); assert.equal((await gateway.lookUp(ref))?.venueOrderId, ref.venueOrderId); },
  },
  {
    id: 'V52', title: 'an order that the venue never had is denied, not an error',
    run: async ({ gateway, order }) => { assert.equal(await gateway.lookUp({ clientOrderId: order().clientOrderId, venueOrderId: undefined, instrument: 0 }), undefined); },
  },
  {
    id: 'V53', title: 'a canceled order is found as canceled, under our id, with what had traded',
    run: async ({ gateway, place }) => {
      const { ref } = await place();
      await gateway.cancel(ref);
      const told = await gateway.lookUp(ref);
      assert.equal(told?.status, 'canceled');
      assert.equal(told?.clientOrderId, ref.clientOrderId);
      assert.equal(told?.filled, 0);
    },
  },
  {
    id: 'V54', title: 'an order can be canceled by our id alone',
    run: async ({ gateway, place }) => {
      const { ref } = await place();
      await gateway.cancel({ ...ref, venueOrderId: undefined });
      assert.equal((await gateway.lookUp(ref))?.status, 'canceled');
    },
  },
  {
    id: 'V55', title: 'canceling an order that has filled finds no open order, and it stays filled',
    run: async ({ gateway, server, place, listing }) => {
      const { order, ref } = await place();
      server.trade(order.clientOrderId, { price: format(order.price, listing.instrument.priceScale), quantity: format(order.quantity, listing.instrument.quantityScale), fee: '0', feeCurrency: 'BNB', liquidity: 'maker' });
      await fails(gateway.cancel(ref), 'not-found');
      assert.equal((await gateway.lookUp(ref))?.status, 'filled');
    },
  },
  {
    id: 'V56', title: 'canceling an order that the venue never had finds none',
    run: async ({ gateway, order }) => { await fails(gateway.cancel({ clientOrderId: order().clientOrderId, venueOrderId: undefined, instrument: 0 }), 'not-found'); },
  },
  {
    id: 'V57', title: 'cancel all ends every open order of an instrument, and none open is no error',
    run: async ({ gateway, place }) => {
      const { ref: first } = await place();
      const { ref: second } = await place();
      await gateway.cancelAll(0);
      for (const ref of [first, second]) assert.equal((await gateway.lookUp(ref))?.status, 'canceled');
      await gateway.cancelAll(0);
    },
  },
  {
    id: 'V58', title: 'cancel all without an instrument ends all',
    run: async ({ gateway, place }) => {
      const { ref } = await place();
      await gateway.cancelAll();
      assert.equal((await gateway.lookUp(ref))?.status, 'canceled');
      assert.deepEqual((await gateway.snapshot()).openOrders, []);
    },
  },
  {
    id: 'V59', title: 'a resting order can be changed in price and quantity',
    needs: (gateway) => gateway.amend !== undefined && gateway.capabilities.amend,
    run: async ({ gateway, place, listing }) => {
      const { ref } = await place();
      await gateway.amend?.(ref, mul(listing.instrument.tickSize, 990), mul(listing.instrument.lotSize, 70));
      assert.equal((await gateway.lookUp(ref))?.quantity, mul(listing.instrument.lotSize, 70));
    },
  },
];

/** Cases about orders: sent, rejected, asked after, ended. */
export const ORDER_CASES: readonly VenueCase[] = [...SENDING, ...REJECTS, ...ENDING];
