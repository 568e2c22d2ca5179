import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandVenue } from '../../test/hand-venue.ts';
import { Order, type Approved } from '../domain/order.ts';
import { VenueError } from '../domain/venue-error.ts';
import type { VenueOrder } from '../ports/venue.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import type { CourierNote } from './courier-note.ts';
import { Courier } from './courier.ts';

/** A courier that repeats a journal at a venue worked by hand. */
function repeating() {
  const clock = new VirtualClock(0);
  const venue = new HandVenue();
  const notes: CourierNote[] = [];
  const courier = new Courier({ gateway: venue, clock, sync: () => undefined, feeOf: () => ({ fee: 0 }), onNote: (note) => void notes.push(note) });
  const told: string[] = [];
  courier.connect({ report: ({ kind }) => void told.push(kind), book: () => {}, settle: () => {} });
  const order = new Order({ run: 'test', name: 'book', index: 0 }, 1, 0, 'stop', 0, 'sell', 'stop', 'gtc', 10, 90, 0);
  courier.submit(order as Approved<Order>);
  courier.repeat(order.clientOrderId, () => ({ kind: 'accepted', order, tsEvent: 0, venueOrderId: 'v1' }));
  const open: VenueOrder = { clientOrderId: order.clientOrderId, venueOrderId: 'v1', instrument: 0, side: 'sell', quantity: 10, filled: 0, status: 'open', tsEvent: 1 };
  return { clock, venue, courier, told, notes, order, open };
}

/** The venue says, whenever it is asked, that the order has ended with seven of its ten filled, and lists no fill. */
function endPartFilled(venue: HandVenue, open: VenueOrder): void {
  const ended: VenueOrder = { ...open, status: 'canceled', filled: 7 };
  venue.onLookUp = () => Promise.resolve(ended);
  venue.listener?.onOrder(ended);
}

test('a cancel that a crash kept from the venue is asked for when the venue lists the order as open, and not a look-up later', async () => {
  const { clock, venue, courier, order, open } = repeating();
  courier.cancel(order);
  venue.openOrders = [open];
  await courier.start();
  await clock.run(10);
  assert.equal(venue.count('cancel'), 1);
  await courier.stop();
});

test('fills that the venue counts and does not list are asked for ever more slowly, and booked when they come', async () => {
  const { clock, venue, courier, told, order, open } = repeating();
  await courier.start();
  endPartFilled(venue, open);
  await clock.run(5_000);
  assert.ok(venue.count('look-up') >= 3);
  await clock.run(600_000);
  assert.ok(venue.count('look-up') < 90, `${venue.count('look-up')} questions in ten minutes`);
  venue.fills.push({ ...open, tradeId: 't1', price: 90, quantity: 7, fee: '0', feeCurrency: 'USD', liquidity: 'taker' });
  await clock.run(611_000);
  assert.deepEqual([told, courier.open.includes(order)], [['accepted', 'filled', 'canceled'], false]);
  await courier.stop();
});

test('a fill that the list of all fills never brings is found in that of its order', async () => {
  const { clock, venue, courier, told, order, open } = repeating();
  await courier.start();
  venue.fillsOf = ({ venueOrderId }) => Promise.resolve(venueOrderId === 'v1' ? [{ ...open, tradeId: 't1', price: 90, quantity: 7, fee: '0', feeCurrency: 'USD', liquidity: 'taker' }] : []);
  endPartFilled(venue, open);
  await clock.run(10);
  assert.deepEqual([told, courier.open.includes(order)], [['accepted', 'filled', 'canceled'], false]);
  await courier.stop();
});

test('of an order whose fills are not to be had for a minute a person is told once', async () => {
  const { clock, venue, courier, notes, order, open } = repeating();
  await courier.start();
  endPartFilled(venue, open);
  await clock.run(10_000);
  assert.deepEqual(notes, []);
  await clock.run(600_000);
  assert.deepEqual(notes, [{ kind: 'fills-missing', clientOrderId: order.clientOrderId, venueOrderId: 'v1' }]);
  await courier.stop();
});

test('what the venue refuses is told in its own words, since nothing else of a run without a screen says it', async () => {
  const clock = new VirtualClock(0);
  const venue = new HandVenue();
  const notes: CourierNote[] = [];
  const courier = new Courier({ gateway: venue, clock, sync: () => undefined, feeOf: () => ({ fee: 0 }), onNote: (note) => void notes.push(note) });
  courier.connect({ report: () => {}, book: () => {}, settle: () => {} });
  await courier.start();
  venue.onSubmit = () => Promise.reject(new VenueError('rejected', 'hand: the account has no money', { reason: 'insufficient-balance' }));
  const order = new Order({ run: 'test', name: 'book', index: 0 }, 1, 0, 'stop', 0, 'sell', 'stop', 'gtc', 10, 90, 0);
  courier.submit(order as Approved<Order>);
  await clock.run(10);
  assert.deepEqual(notes, [{ kind: 'refused', clientOrderId: order.clientOrderId, leg: 'stop', reason: 'hand: the account has no money' }]);
  await courier.stop();
});
