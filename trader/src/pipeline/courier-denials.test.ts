import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandVenue } from '../../test/hand-venue.ts';
import { Order, type Approved } from '../domain/order.ts';
import { VenueError } from '../domain/venue-error.ts';
import type { VenueOrder } from '../ports/venue.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import type { CourierNote } from './courier-note.ts';
import { Courier } from './courier.ts';

const MINUTE_MS = 60_000;

/** A courier whose venue has taken an order, worked by hand. */
async function accepted() {
  const clock = new VirtualClock(0);
  const venue = new HandVenue();
  const told: string[] = [];
  const notes: CourierNote[] = [];
  const courier = new Courier({ gateway: venue, clock, sync: () => undefined, feeOf: () => ({ fee: 0 }), onNote: (note) => void notes.push(note) });
  courier.connect({ report: ({ kind }) => void told.push(kind), book: () => undefined, settle: () => undefined });
  await courier.start();
  const order = new Order({ run: 'test', name: 'book', index: 0 }, 1, 0, 'target', 0, 'buy', 'limit', 'gtc', 10, 100, 0);
  courier.submit(order as Approved<Order>);
  const pass = (ms: number) => clock.run(clock.now() + ms);
  await pass(1_000);
  const open: VenueOrder = { clientOrderId: order.clientOrderId, venueOrderId: 'v1', instrument: 0, side: 'buy', quantity: 10, filled: 0, status: 'open', tsEvent: 1 };
  return { venue, told, notes, courier, order, open, pass };
}

test('an order that the venue had accepted and has forgotten ends after ten minutes in which it was neither listed nor found', async () => {
  const { told, notes, order, pass } = await accepted();
  // It has ended while the stream was away, and the venue finds no such order any more.
  await pass(9 * MINUTE_MS);
  assert.deepEqual(told, ['accepted']);
  assert.ok(notes.some(({ kind }) => kind === 'contradiction'));
  await pass(3 * MINUTE_MS);
  assert.deepEqual(told, ['accepted', 'canceled']);
  assert.ok(notes.some((note) => note.kind === 'forgotten' && note.clientOrderId === order.clientOrderId));
});

test('an order that the venue does not find but lists, or that it cannot be asked about, goes on', async () => {
  const { venue, told, open, pass } = await accepted();
  venue.openOrders = [open];
  await pass(60 * MINUTE_MS);
  venue.openOrders = [];
  await pass(5 * MINUTE_MS);
  venue.onLookUp = () => Promise.reject(new VenueError('unreachable', 'nobody there'));
  await pass(60 * MINUTE_MS);
  venue.onLookUp = () => Promise.resolve(open);
  await pass(MINUTE_MS);
  venue.onLookUp = () => Promise.resolve(undefined);
  await pass(9 * MINUTE_MS);
  assert.deepEqual(told, ['accepted']);
});

test('an order that the venue does not find goes on while it does not list what is open', async () => {
  const { venue, told, pass } = await accepted();
  venue.onSnapshot = () => Promise.reject(new VenueError('unknown-outcome', 'open orders of unknown shape'));
  await pass(60 * MINUTE_MS);
  assert.deepEqual(told, ['accepted']);
  venue.onSnapshot = () => venue.answerSnapshot();
  await pass(2 * MINUTE_MS);
  assert.deepEqual(told, ['accepted', 'canceled']);
});

test('a cancel that the venue goes on refusing is asked for less and less often', async () => {
  const { venue, courier, order, open, pass } = await accepted();
  venue.onLookUp = () => Promise.resolve(open);
  venue.onCancel = () => Promise.reject(new VenueError('rejected', 'not now'));
  courier.cancel(order);
  await pass(MINUTE_MS);
  assert.ok(venue.count('cancel') > 5 && venue.count('cancel') < 20, String(venue.count('cancel')));
});
