import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualVenue } from '../../test/manual-venue.ts';
import { bar, MINUTE, ScriptedStrategy, testInstrument } from '../../test/markets.ts';
import { noFee } from '../simulation/fees.ts';
import { Engine } from './engine.ts';

test('a strategy that leaves while its entry is on its way counts it in; where it is lost, what was sold too much is bought back on the next bar', () => {
  const venue = new ManualVenue();
  const engine = new Engine({
    run: 'test', markets: [{ instrument: testInstrument(), intervalMs: MINUTE }], cash: 1_000_000, moneyScale: 2, fees: noFee, guards: [], client: venue,
    books: [{ strategyName: 'scripted', strategy: new ScriptedStrategy([{ target: 1 }, { target: 0 }]), market: 0, sizing: { kind: 'units', units: '10' } }],
  });
  const step = (minute: number) => { engine.onBar(0, bar(minute * MINUTE, 100)); };
  const sent = () => venue.orders.map(({ side, quantity }) => `${side} ${quantity}`);
  step(0);
  step(1);
  assert.deepEqual(sent(), ['buy 10', 'sell 10']);
  venue.fill(venue.orders[1], 10_000);
  assert.equal(engine.books[0].quantity, -10);
  venue.tell({ kind: 'rejected', order: venue.orders[0], tsEvent: MINUTE, reason: 'lost' });
  step(2);
  assert.deepEqual(sent(), ['buy 10', 'sell 10', 'buy 10']);
  venue.fill(venue.last, 10_000);
  step(3);
  assert.deepEqual([engine.books[0].quantity, sent().length], [0, 3]);
});
