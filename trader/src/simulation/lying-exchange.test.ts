import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instrument } from '../domain/instrument.ts';
import { Order } from '../domain/order.ts';
import { Random } from '../domain/random.ts';
import { VenueError } from '../domain/venue-error.ts';
import type { VenueFill, VenueListener } from '../ports/venue.ts';
import { LyingExchange } from './lying-exchange.ts';
import { latest } from './lying-exchange-truth.ts';
import { VirtualClock } from './virtual-clock.ts';

const INSTRUMENT: Instrument = {
  id: 'A', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 0,
};

function market(ordinal: number, quantity = 10): Order {
  return new Order({ run: 'test', name: 'book', index: 0 }, 1, ordinal, 'target', 0, 'buy', 'market', 'ioc', quantity, 0, 0);
}

function openExchange(seed: number) {
  const clock = new VirtualClock(0);
  const exchange = new LyingExchange({ clock, random: new Random(seed), instruments: [INSTRUMENT], fees: 'quote', opening: { positions: [0], money: 0 } });
  exchange.price(0, 10_000);
  const fills: VenueFill[] = [];
  const states: string[] = [];
  const listener: VenueListener = { onFill: (fill) => void fills.push(fill), onOrder: ({ status }) => void states.push(status), onConnection: (state) => void states.push(state) };
  return { clock, exchange, fills, states, listener };
}

test('an exchange that behaves tells the truth', async () => {
  const { clock, exchange, fills, states, listener } = openExchange(1);
  exchange.behave();
  const log = exchange.open(listener);
  await clock.run(1_000);
  await log;
  const order = market(0);
  const accepted = exchange.submit(order);
  await clock.run(5_000);
  assert.equal((await accepted).venueOrderId, '1000');
  assert.deepEqual(fills, exchange.truth.fills);
  assert.equal(fills.reduce((sum, { quantity }) => sum + Number(quantity), 0), 10);
  assert.deepEqual([states[0], states.at(-1)], ['up', 'filled']);
  const told = exchange.lookUp({ clientOrderId: order.clientOrderId, venueOrderId: undefined, instrument: 0 });
  await clock.run(6_000);
  assert.deepEqual(await told, latest(exchange.truth.orders[0]));
});

test('whatever it says, every order is taken at most once, within its window, and its history has every fill', async () => {
  const failures = new Set<string>();
  for (let seed = 1; seed <= 60; seed++) {
    const { clock, exchange } = openExchange(seed);
    for (let ordinal = 0; ordinal < 20; ordinal++) {
      exchange.submit(market(ordinal)).catch((error: unknown) => {
        assert.ok(error instanceof VenueError);
        failures.add(error.failure);
      });
      await clock.run(clock.now() + 30_000);
    }
    exchange.behave();
    for (const { order, states } of exchange.truth.orders) {
      // Held back for at most 8 s before it leaves.
      assert.ok(states[0].tsEvent - order.ordinal * 30_000 <= 8_000 + exchange.capabilities.receiveWindowMs);
    }
    assert.ok([...exchange.truth.acceptances.values()].every((count) => count === 1));
    const read = exchange.fillsSince(undefined);
    await clock.run(clock.now() + 1_000);
    assert.deepEqual((await read).fills, exchange.truth.fills);
  }
  assert.deepEqual([...failures].sort(), ['banned', 'maintenance', 'rate-limited', 'rejected', 'unknown-outcome', 'unreachable']);
});

test('a second order of the same id is refused while the first is open, and taken when it has ended', async () => {
  const { clock, exchange } = openExchange(1);
  exchange.behave();
  const first = exchange.submit(market(0));
  await clock.run(80);
  const second = exchange.submit(market(0));
  await Promise.all([assert.rejects(second, (error: unknown) => error instanceof VenueError && error.failure === 'duplicate-id'), clock.run(10_000)]);
  const third = exchange.submit(market(0));
  await clock.run(20_000);
  await Promise.all([first, third]);
  assert.equal(exchange.truth.acceptances.get(market(0).clientOrderId), 2);
});
