import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { format, mul, type Exact } from '../../src/domain/exact.ts';
import type { KeyCheck, VenueGateway } from '../../src/ports/venue.ts';
import type { DialectServer, KeyGrant } from '../venues/dialect-server.ts';
import { fails, type Bench, type VenueCase } from './venue-gateway.ts';

const amends = (gateway: VenueGateway) => gateway.amend !== undefined && gateway.capabilities.amend;
const stops = ({ capabilities }: VenueGateway) => capabilities.types.includes('stop');
const reduces = ({ capabilities }: VenueGateway) => capabilities.reduceOnly;

/** Price and quantity to which the cases change an order. */
function changed({ listing: { instrument } }: Bench): { readonly price: Exact; readonly quantity: Exact } {
  return { price: mul(instrument.tickSize, 990), quantity: mul(instrument.lotSize, 70) };
}

/** Requests that may change something. */
function acts({ requests }: DialectServer): readonly string[] {
  return requests.filter((request) => !request.startsWith('GET '));
}

function trade({ server, listing: { instrument } }: Bench, clientOrderId: string, lots: number): string {
  return server.trade(clientOrderId, {
    price: format(mul(instrument.tickSize, 1_000), instrument.priceScale), quantity: format(mul(instrument.lotSize, lots), instrument.quantityScale), fee: '0', feeCurrency: instrument.quoteCurrency, liquidity: 'taker',
  });
}

/** Changing an order that rests. */
const AMENDING: readonly VenueCase[] = [
  {
    id: 'V120', title: 'a change crosses the wire once, to the digit, and keeps our id', needs: amends,
    run: async (bench) => {
      const { gateway, server, listing: { instrument }, place } = bench;
      const { ref } = await place();
      const before = acts(server).length;
      const { price, quantity } = changed(bench);
      await gateway.amend?.(ref, price, quantity);
      assert.equal(acts(server).length, before + 1);
      const wire = server.orders.find(({ clientOrderId }) => clientOrderId === ref.clientOrderId);
      assert.deepEqual([Number(wire?.price), Number(wire?.quantity)], [Number(format(price, instrument.priceScale)), Number(format(quantity, instrument.quantityScale))]);
      assert.equal((await gateway.lookUp(ref))?.clientOrderId, ref.clientOrderId);
    },
  },
  {
    id: 'V121', title: 'a change is told by the stream, the order still open', needs: amends,
    run: async (bench) => {
      const { gateway, ear, place } = bench;
      await gateway.open(ear);
      const { ref } = await place();
      const { price, quantity } = changed(bench);
      await gateway.amend?.(ref, price, quantity);
      await ear.until('the changed order', () => ear.orders.some((told) => told.clientOrderId === ref.clientOrderId && told.quantity === quantity && told.status === 'open'));
    },
  },
  {
    id: 'V122', title: 'changing an order that has filled finds no open order', needs: amends,
    run: async (bench) => {
      const { ref } = await bench.place();
      trade(bench, ref.clientOrderId, 100);
      const { price, quantity } = changed(bench);
      await fails(bench.gateway.amend?.(ref, price, quantity) ?? Promise.resolve(), 'not-found');
    },
  },
  {
    id: 'V123', title: 'a change whose answer is lost has an unknown outcome and is not sent again', needs: amends,
    run: async (bench) => {
      const { gateway, server, place } = bench;
      const { ref } = await place();
      server.failNext('read', 'reset-after');
      const before = acts(server).length;
      const { price, quantity } = changed(bench);
      await fails(gateway.amend?.(ref, price, quantity) ?? Promise.resolve(), 'unknown-outcome');
      assert.equal(acts(server).length, before + 1);
    },
  },
];

/** The venue's own dead-man switch. */
const SWITCH: readonly VenueCase[] = [
  {
    id: 'V125', title: 'a dead-man switch that nobody renews ends the open orders',
    run: async ({ gateway, clock, place }) => {
      assert.ok(gateway.armDeadMansSwitch !== undefined);
      const { ref } = await place();
      await gateway.armDeadMansSwitch(2_000);
      await clock.pause(2_500);
      assert.equal((await gateway.lookUp(ref))?.status, 'canceled');
    },
  },
  {
    id: 'V126', title: 'a dead-man switch that is renewed in time ends nothing',
    run: async ({ gateway, clock, place }) => {
      const { ref } = await place();
      for (let i = 0; i < 3; i++) {
        await gateway.armDeadMansSwitch?.(8_000);
        await clock.pause(3_000);
      }
      assert.equal((await gateway.lookUp(ref))?.status, 'open');
    },
  },
  {
    id: 'V127', title: 'a dead-man switch is taken back with 0',
    run: async ({ gateway, clock, place }) => {
      const { ref } = await place();
      await gateway.armDeadMansSwitch?.(1_500);
      await gateway.armDeadMansSwitch?.(0);
      await clock.pause(2_000);
      assert.equal((await gateway.lookUp(ref))?.status, 'open');
    },
  },
];

/** A case about what the keys may do. */
function granted(id: string, title: string, grant: KeyGrant, expected: (check: KeyCheck) => void): VenueCase {
  return {
    id, title,
    run: async ({ gateway, server }) => {
      assert.ok(server.grantKeys !== undefined, 'the venue tells what keys may do, or its harness says that it does not');
      server.grantKeys(grant);
      expected(await gateway.checkKeys());
    },
  };
}

/** What the keys may do, and the clocks. */
const KEYS: readonly VenueCase[] = [
  {
    id: 'V130', title: 'a key check tells how far the venue\'s clock is ahead',
    run: async ({ gateway, server }) => {
      server.skewClock(90_000, true);
      const { clockSkewMs } = await gateway.checkKeys();
      // The suite's time runs faster than the machine's: what a request takes weighs several times.
      assert.ok(Math.abs(clockSkewMs - 90_000) < 5_000, String(clockSkewMs));
    },
  },
  granted('V131', 'keys that trade and cannot withdraw are told as such', { trade: true, withdraw: false, addressBound: true }, ({ canTrade, canWithdraw }) => { assert.deepEqual([canTrade, canWithdraw === true], [true, false]); }),
  granted('V132', 'keys that can withdraw are told as such', { trade: true, withdraw: true, addressBound: true }, ({ canWithdraw }) => { assert.equal(canWithdraw, true); }),
  granted('V133', 'keys that may only read are told as such', { trade: false, withdraw: false, addressBound: true }, ({ canTrade }) => { assert.equal(canTrade, false); }),
  granted('V134', 'keys that work from any address are told as such', { trade: true, withdraw: false, addressBound: false }, ({ addressBound }) => { assert.equal(addressBound, false); }),
  { id: 'V135', title: 'a check of keys that the venue does not know fails as unauthorised', run: async ({ stranger }) => { await fails(stranger().checkKeys(), 'unauthorised'); } },
];

/** Stops that rest, and stops that trigger. */
const STOPS: readonly VenueCase[] = [
  {
    id: 'V140', title: 'a resting stop is found, listed and canceled by our id alone', needs: stops,
    run: async ({ gateway, place }) => {
      const { ref } = await place({ side: 'sell', type: 'stop' });
      const alone = { ...ref, venueOrderId: undefined };
      assert.equal((await gateway.lookUp(alone))?.status, 'open');
      assert.deepEqual((await gateway.snapshot()).openOrders.map(({ clientOrderId }) => clientOrderId), [ref.clientOrderId]);
      await gateway.cancel(alone);
      assert.equal((await gateway.lookUp(alone))?.status, 'canceled');
    },
  },
  {
    id: 'V141', title: 'cancel all ends resting stops too', needs: stops,
    run: async ({ gateway, place }) => {
      const { ref } = await place({ side: 'sell', type: 'stop' });
      const { ref: limit } = await place();
      await gateway.cancelAll();
      for (const each of [ref, limit]) assert.equal((await gateway.lookUp(each))?.status, 'canceled');
    },
  },
  {
    id: 'V142', title: 'a stop that triggers trades under our id, by stream and by asking, and ends as filled', needs: stops,
    run: async (bench) => {
      const { gateway, server, ear, place, another } = bench;
      await gateway.open(ear);
      const { ref } = await place({ side: 'sell', type: 'stop' });
      assert.ok(server.trigger !== undefined, 'a venue with stops can trigger them');
      server.trigger(ref.clientOrderId);
      trade(bench, ref.clientOrderId, 100);
      await ear.until('the fill and the end', () => ear.fills.length === 1 && ear.orders.some(({ clientOrderId, status }) => clientOrderId === ref.clientOrderId && status === 'filled'));
      assert.equal(ear.fills[0]?.clientOrderId, ref.clientOrderId);
      assert.ok(ear.orders.every(({ status }) => status === 'open' || status === 'filled'), 'it never looks ended before it has filled');
      const { fills } = await another().fillsSince(undefined);
      assert.deepEqual(fills.map(({ clientOrderId }) => clientOrderId), [ref.clientOrderId]);
      assert.equal((await gateway.lookUp(ref))?.status, 'filled');
    },
  },
  {
    id: 'V143', title: 'a stop that has triggered and not traded is still open, found and canceled', needs: stops,
    run: async ({ gateway, server, place }) => {
      const { ref } = await place({ side: 'sell', type: 'stop-limit', terms: { trigger: 1 } });
      server.trigger?.(ref.clientOrderId);
      assert.equal((await gateway.lookUp(ref))?.status, 'open');
      assert.equal((await gateway.snapshot()).openOrders.length, 1);
      await gateway.cancel(ref);
      assert.equal((await gateway.lookUp(ref))?.status, 'canceled');
    },
  },
];

/** What an account does that is no order. */
const ACCOUNT: readonly VenueCase[] = [
  {
    id: 'V145', title: 'a sale beyond what is held is a position below zero', needs: reduces,
    run: async (bench) => {
      const { order } = await bench.place({ side: 'sell', type: 'market' });
      trade(bench, order.clientOrderId, 100);
      assert.deepEqual((await bench.gateway.snapshot()).positions, [{ instrument: 0, quantity: mul(bench.listing.instrument.lotSize, -100) }]);
    },
  },
  {
    id: 'V146', title: 'a payment that is no trade is no fill, by stream or by asking, and moves the balance',
    run: async ({ gateway, server, ear, listing: { instrument } }) => {
      await gateway.open(ear);
      const currency = instrument.quoteCurrency;
      const { balances: { [currency]: before } } = await gateway.snapshot();
      assert.ok(server.pay !== undefined, 'the venue has such payments, or its harness says that it does not');
      server.pay(currency, '-1.25');
      assert.equal(Number((await gateway.snapshot()).balances[currency]), Number(before) - 1.25);
      assert.deepEqual((await gateway.fillsSince(undefined)).fills, []);
      assert.deepEqual([ear.fills, ear.orders, ear.connections], [[], [], ['up']]);
    },
  },
];

/** Payments by id, and a place to begin at. */
const HISTORY: readonly VenueCase[] = [
  {
    id: 'V147', title: 'a payment is told once by its id, to the digit, with what came later, also after a restart', needs: ({ paymentsSince }) => paymentsSince !== undefined,
    run: async ({ gateway, another, server, clock }) => {
      const from = clock.now() - 60_000;
      assert.ok(server.charge !== undefined);
      server.charge('0.00012345');
      server.charge('-0.5');
      const read = async (of: VenueGateway) => await of.paymentsSince?.(from) ?? [];
      const told = await read(gateway);
      assert.deepEqual(told.map(({ instrument, paid }) => ({ instrument, paid })), [{ instrument: 0, paid: '0.00012345' }, { instrument: 0, paid: '-0.5' }]);
      assert.equal(new Set(told.map(({ id }) => id)).size, 2);
      assert.ok(told.every(({ tsEvent }) => tsEvent >= from && tsEvent <= clock.now()));
      server.charge('0.25');
      assert.deepEqual((await read(another())).slice(0, 2).map(({ id, paid }) => [id, paid]), told.map(({ id, paid }) => [id, paid]));
      assert.equal((await read(gateway)).length, 3);
    },
  },
  {
    id: 'V148', title: 'the place of now is after thousands of old trades, takes a few questions, and misses none of after', needs: ({ placeNow }) => placeNow !== undefined,
    run: async (bench) => {
      const { gateway, another, server, place } = bench;
      const { order: old } = await place({ quantity: mul(bench.listing.instrument.lotSize, 20_000) });
      for (let count = 0; count < 2_500; count++) {
        trade(bench, old.clientOrderId, 1);
        // The clocks of the cases beside it go on.
        if (count % 25 === 0) await turn();
      }
      const before = server.requests.length;
      const now = await gateway.placeNow?.();
      const { order } = await place();
      const tradeId = trade(bench, order.clientOrderId, 100);
      assert.deepEqual((await another().fillsSince(now)).fills.map((fill) => fill.tradeId), [tradeId]);
      assert.ok(server.requests.length - before < 8, `${server.requests.length - before} requests`);
    },
  },
];

/** Cases about what not every venue has: changing orders, a dead-man switch, stops, payments, keys that tell what they may do. */
export const SPECIAL_CASES: readonly VenueCase[] = [...AMENDING, ...SWITCH, ...KEYS, ...STOPS, ...ACCOUNT, ...HISTORY];
