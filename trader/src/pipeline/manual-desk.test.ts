import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualVenue } from '../../test/manual-venue.ts';
import { bar, MINUTE, testInstrument } from '../../test/markets.ts';
import type { Command, ManualCommand, ManualOrder } from '../ports/journal.ts';
import { noFee } from '../simulation/fees.ts';
import { Engine } from './engine.ts';
import { maxNotional, type Guard } from './guards.ts';

/** A person's orders at a venue that answers by hand: it may take its time with a cancel. */
class Seat {
  readonly venue = new ManualVenue();
  readonly engine: Engine;
  #commands = 0;

  constructor(...guards: readonly Guard[]) {
    this.engine = new Engine({ run: 'test', markets: [{ instrument: testInstrument(), intervalMs: MINUTE }], cash: 1_000_000, moneyScale: 2, fees: noFee, guards, client: this.venue, books: [] });
    this.engine.onBar(0, bar(0, 100));
  }

  give(command: ManualCommand): void {
    this.engine.onManual({ ...command, id: `c${++this.#commands}` } satisfies Command & ManualCommand);
  }

  place(order: Omit<ManualOrder, 'instrument' | 'side' | 'quantity'> = { type: 'limit', timeInForce: 'gtc', price: '90' }): string {
    this.give({ kind: 'place', order: { instrument: 'A', side: 'buy', quantity: '10', ...order } });
    return this.venue.last.clientOrderId;
  }

  get sent(): readonly string[] {
    return this.venue.orders.map(({ side, type, quantity, price }) => `${side} ${type} ${quantity} at ${price}`);
  }
}

test('an order that is amended again before the venue has answered the cancel is sent anew once, with all that was changed', () => {
  const seat = new Seat();
  const clientOrderId = seat.place();
  seat.give({ kind: 'amend', clientOrderId, quantity: '12' });
  seat.give({ kind: 'amend', clientOrderId, price: '91' });
  assert.equal(seat.venue.cancels.length, 1);
  seat.venue.cancelled(seat.venue.last);
  assert.deepEqual(seat.sent, ['buy limit 10 at 9000', 'buy limit 12 at 9100']);
});

test('an amended order that is canceled before the venue has answered is not sent anew', () => {
  for (const kind of ['cancel', 'cancel-all', 'halt'] as const) {
    const seat = new Seat();
    const clientOrderId = seat.place();
    seat.give({ kind: 'amend', clientOrderId, price: '91' });
    if (kind === 'halt') seat.engine.onCommand({ kind: 'halt', reason: 'enough', orders: true });
    else seat.give(kind === 'cancel' ? { kind, clientOrderId } : { kind });
    if (kind === 'halt') seat.engine.onCommand({ kind: 'resume' });
    seat.venue.cancelled(seat.venue.last);
    assert.deepEqual(seat.sent, ['buy limit 10 at 9000'], kind);
  }
});

test('what waits for exits to end is not sent once everything is canceled, and the exits stand again', () => {
  const seat = new Seat();
  seat.place({ type: 'market', timeInForce: 'ioc', stop: '80' });
  seat.venue.fill(seat.venue.last, 10_000);
  assert.deepEqual(seat.sent.at(-1), 'sell stop 10 at 8000');
  seat.give({ kind: 'place', order: { instrument: 'A', side: 'sell', type: 'market', timeInForce: 'ioc', quantity: '4' } });
  seat.give({ kind: 'cancel-all' });
  seat.venue.cancelled(seat.venue.last);
  assert.deepEqual(seat.sent.slice(2), ['sell stop 10 at 8000']);
});

test('an order is worth what it comes to at the highest price that it names, wherever the market is now', () => {
  const named: readonly Partial<ManualOrder>[] = [
    { type: 'stop-limit', trigger: '150', price: '200' }, { type: 'stop', price: '150' }, { type: 'limit', price: '150', side: 'sell' }, { type: 'limit', price: '150' }, { type: 'stop-limit', trigger: '90', price: '85', side: 'sell' },
  ];
  const sent = named.map((order) => {
    const seat = new Seat(maxNotional(1_000));
    seat.give({ kind: 'place', order: { instrument: 'A', side: 'buy', type: 'limit', timeInForce: 'gtc', quantity: '9', ...order } });
    return seat.sent.length;
  });
  assert.deepEqual(sent, [0, 0, 0, 0, 1]);
});
