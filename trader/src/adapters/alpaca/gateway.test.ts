import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALPACA_SHARES } from '../../../test/venues/alpaca/alpaca-harness.ts';
import { FastClock } from '../../../test/venues/fast-clock.ts';
import { Order } from '../../domain/order.ts';

test('fills of an order are found though the list of all has been read beyond them, and those of others are not among them', async () => {
  const clock = new FastClock();
  const { server, gateway: reached } = await ALPACA_SHARES.serve(clock);
  const gateway = reached('good');
  try {
    const [first, second] = [1, 2].map((seq) => new Order({ run: 'test', name: 'test', index: 0 }, seq, seq, 'target', 0, 'buy', 'limit', 'gtc', 5_000_000_000, 1_000_000, 0));
    assert.ok(first !== undefined && second !== undefined);
    const told: string[] = [];
    for (const order of [first, second, first]) {
      if (!told.includes(order.clientOrderId)) await gateway.submit(order);
      told.push(order.clientOrderId);
      server.trade(order.clientOrderId, { price: '1', quantity: '2', fee: '0', feeCurrency: 'USD', liquidity: 'taker' });
    }
    const { place } = await gateway.fillsSince(undefined);
    assert.deepEqual((await gateway.fillsSince(place)).fills, []);
    const fills = await gateway.fillsOf?.({ clientOrderId: first.clientOrderId, venueOrderId: undefined, instrument: 0 }) ?? [];
    assert.deepEqual(fills.map(({ clientOrderId, quantity }) => [clientOrderId, quantity]), [[first.clientOrderId, 2_000_000_000], [first.clientOrderId, 2_000_000_000]]);
  } finally {
    await gateway.close();
    await server.close();
  }
});
