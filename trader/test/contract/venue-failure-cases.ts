import assert from 'node:assert/strict';
import { decimalPlaces } from '../../src/domain/exact.ts';
import type { Fault } from '../venues/dialect-server.ts';
import { fails, type VenueCase } from './venue-gateway.ts';

/** An order whose answer fails in this way has an unknown outcome, is sent once, and asking tells whether it is there. */
function unknown(id: string, title: string, fault: Fault, there: boolean): VenueCase {
  return {
    id, title,
    run: async ({ gateway, server, order }) => {
      const lost = order();
      const placing = server.requests.filter((request) => request.startsWith('POST ')).length;
      server.failNext('submit', fault);
      await fails(gateway.submit(lost), 'unknown-outcome');
      assert.equal(server.requests.filter((request) => request.startsWith('POST ')).length, placing + 1, 'it is sent once and never again');
      assert.equal(server.orders.length, there ? 1 : 0);
      const told = await gateway.lookUp({ clientOrderId: lost.clientOrderId, venueOrderId: undefined, instrument: 0 });
      assert.equal(told?.status, there ? 'open' : undefined);
    },
  };
}

/** Cases about keys, clocks, limits and everything that a network can do. */
export const FAILURE_CASES: readonly VenueCase[] = [
  {
    id: 'V1', title: 'the stream opens and logs in, and says that it is up',
    run: async ({ gateway, server, ear }) => {
      await gateway.open(ear);
      assert.equal(server.streams, 1);
      assert.deepEqual(ear.connections, ['up']);
    },
  },
  { id: 'V2', title: 'keys that the venue does not know are refused as unauthorised when the stream opens', run: async ({ stranger, ear }) => { await fails(stranger().open(ear), 'unauthorised'); } },
  { id: 'V3', title: 'keys that the venue does not know are refused as unauthorised when asked for anything', run: async ({ stranger }) => { await fails(stranger().snapshot(), 'unauthorised'); } },
  {
    id: 'V4', title: 'a clock that is off is set by the venue\'s own, once, without a complaint',
    run: async ({ gateway, server }) => {
      server.skewClock(90_000, true);
      await gateway.snapshot();
      await gateway.snapshot();
    },
  },
  {
    id: 'V5', title: 'a clock that stays off is told as clock skew',
    run: async ({ gateway, server }) => {
      server.skewClock(90_000, false);
      await fails(gateway.snapshot(), 'clock-skew');
    },
  },
  {
    id: 'V6', title: 'an order refused for its time stamp is told as clock skew and not sent again; the next one goes through',
    run: async ({ gateway, server, order, place }) => {
      await gateway.snapshot();
      server.skewClock(90_000, true);
      await fails(gateway.submit(order()), 'clock-skew');
      assert.equal(server.orders.length, 0);
      await place();
      assert.equal(server.orders.length, 1);
    },
  },
  {
    id: 'V7', title: 'instruments are listed with tick, lot and minimum by value',
    run: async ({ listings, listing }) => {
      const listed = await listings();
      assert.deepEqual(listed[0], listing);
      for (const { instrument, symbol } of listed) {
        assert.ok(instrument.tickSize > 0 && instrument.lotSize > 0 && instrument.minNotional >= 0 && symbol.length > 0);
        assert.ok(instrument.id.includes('.'), instrument.id);
        assert.equal(decimalPlaces(`1e-${instrument.priceScale}`), instrument.priceScale);
      }
    },
  },
  {
    id: 'V8', title: 'client order ids of 32 digits fit, or the venue says that it takes none',
    run: ({ gateway }) => {
      const { length, unique } = gateway.capabilities.clientId;
      assert.ok(length >= 32 || unique === 'never');
      return Promise.resolve();
    },
  },
  unknown('V60', 'a time-out before the venue took the order is an unknown outcome', 'silent-before', false),
  unknown('V61', 'a time-out after the venue took the order is an unknown outcome', 'silent-after', true),
  unknown('V62', 'a connection reset before the venue took the order is an unknown outcome', 'reset-before', false),
  unknown('V63', 'a connection reset after the venue took the order is an unknown outcome', 'reset-after', true),
  unknown('V64', 'a server error without the order taken is an unknown outcome', 'error-before', false),
  unknown('V65', 'a server error with the order taken is an unknown outcome', 'error-after', true),
  unknown('V66', 'a venue that does not know itself leaves an unknown outcome', 'venue-unsure', true),
  unknown('V67', 'an answer that cannot be read leaves an unknown outcome', 'garbage', true),
  unknown('V68', 'maintenance that meets an order leaves an unknown outcome', 'maintenance', false),
  {
    id: 'V69', title: 'where nothing listens nothing was sent: unreachable, not unknown',
    run: async ({ gateway, server, order }) => {
      await server.close();
      await fails(gateway.submit(order()), 'unreachable');
      await fails(gateway.snapshot(), 'unreachable');
    },
  },
  { id: 'V70', title: 'maintenance that meets a question is told as maintenance', run: async ({ gateway, server }) => { server.failNext('read', 'maintenance'); await fails(gateway.snapshot(), 'maintenance'); } },
  {
    id: 'V71', title: 'too many requests: told with the time to wait, and nothing goes out before it is over',
    run: async ({ gateway, server, clock, order }) => {
      server.failNext('read', 'rate-limited');
      const { retryAfterMs = 0 } = await fails(gateway.snapshot(), 'rate-limited');
      assert.ok(retryAfterMs > 0);
      const before = server.requests.length;
      await fails(gateway.submit(order()), 'rate-limited');
      assert.equal(server.requests.length, before);
      await clock.pause(retryAfterMs + 50);
      await gateway.snapshot();
    },
  },
  {
    id: 'V72', title: 'a ban: told with the time to wait, and nothing goes out while it lasts',
    run: async ({ gateway, server, order }) => {
      server.failNext('read', 'banned');
      const { retryAfterMs = 0 } = await fails(gateway.snapshot(), 'banned');
      assert.ok(retryAfterMs >= 60_000);
      const before = server.requests.length;
      await fails(gateway.submit(order()), 'banned');
      await fails(gateway.snapshot(), 'banned');
      assert.equal(server.requests.length, before);
    },
  },
  {
    id: 'V73', title: 'an order refused for too many requests surely did not go in',
    run: async ({ gateway, server, order }) => {
      server.failNext('submit', 'rate-limited');
      await fails(gateway.submit(order()), 'rate-limited');
      assert.equal(server.orders.length, 0);
    },
  },
  {
    id: 'V75', title: 'what the venue says is used up counts: the next question is refused here, and nothing is sent',
    run: async ({ gateway, server }) => {
      assert.ok(server.exhaust !== undefined, 'the venue says what is used, or its harness says that it does not');
      server.exhaust();
      await gateway.snapshot().catch(() => undefined);
      const before = server.requests.length;
      const { retryAfterMs = 0 } = await fails(gateway.snapshot(), 'rate-limited');
      assert.ok(retryAfterMs > 0);
      assert.equal(server.requests.length, before);
    },
  },
  {
    id: 'V74', title: 'an answer that cannot be read, to a question, is an error and no crash',
    run: async ({ gateway, server }) => {
      server.failNext('read', 'garbage');
      await fails(gateway.snapshot(), 'unknown-outcome');
      await gateway.snapshot();
    },
  },
];
