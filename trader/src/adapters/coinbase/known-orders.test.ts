import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownOrders } from './known-orders.ts';

test('when an order was sent is forgotten once it is found, and of those that never are the newest thousand are kept', () => {
  const known = new KnownOrders();
  known.send('found', 1);
  known.remember({ venueOrderId: 'v', clientOrderId: 'found', quantity: 1 });
  assert.deepEqual([known.sentAt('found'), known.byClient('found')], [undefined, 'v']);
  for (let at = 0; at <= 1_000; at++) known.send(`lost ${at}`, at);
  assert.deepEqual([known.sentAt('lost 0'), known.sentAt('lost 1'), known.sentAt('lost 1000')], [undefined, 1, 1_000]);
});
