import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualVenue } from '../../test/manual-venue.ts';
import { bar, MINUTE, ScriptedStrategy, testInstrument, type Line } from '../../test/markets.ts';
import { noFee } from '../simulation/fees.ts';
import { Engine } from './engine.ts';

/** An engine at a venue that answers by hand, with a strategy of these lines. */
function desk(script: readonly (Line | undefined)[]) {
  const venue = new ManualVenue();
  venue.unlinked = true;
  const engine = new Engine({
    run: 'test', markets: [{ instrument: testInstrument(), intervalMs: MINUTE }], cash: 1_000_000, moneyScale: 2, fees: noFee, guards: [], client: venue,
    books: [{ strategyName: 'scripted', strategy: new ScriptedStrategy(script), market: 0, sizing: { kind: 'units', units: '10' } }],
  });
  let bars = 0;
  const sent = () => venue.orders.map(({ leg, side, type, quantity }) => `${leg} ${side} ${type} ${quantity}`);
  return { venue, engine, sent, step: (price: number) => { engine.onBar(0, bar(bars++ * MINUTE, price)); } };
}

const passed = (venue: ManualVenue) => { venue.tell({ kind: 'rejected', order: venue.last, tsEvent: 1, reason: 'would-trigger' }); };

test('a stop that the venue refuses because its price is there already is carried out at once, and not bought back', () => {
  const { venue, engine, sent, step } = desk([{ target: 1, stop: 95 }]);
  step(100);
  venue.fill(venue.last, 9_400);
  passed(venue);
  assert.deepEqual(sent(), ['target buy market 10', 'stop sell stop 10', 'target sell market 10']);
  venue.fill(venue.last, 9_390);
  step(94);
  step(101);
  assert.deepEqual([sent().length, engine.books[0].quantity], [3, 0]);
});

test('a stop that is refused for any other reason is sent again on the next bar', () => {
  const { venue, engine, sent, step } = desk([{ target: -1, stop: 105 }]);
  step(100);
  venue.fill(venue.last, 10_000);
  venue.reject(venue.last);
  assert.equal(engine.wouldAct(0, 100, engine.now + MINUTE), false, 'and not before: the venue would say the same');
  assert.deepEqual(sent().slice(1), ['stop buy stop 10']);
  step(101);
  assert.deepEqual(sent().slice(1), ['stop buy stop 10', 'stop buy stop 10']);
});

test('an opinion that has changed meanwhile is followed, whatever becomes of the stop of the one before', () => {
  const { venue, sent, step } = desk([{ target: 1, stop: 95 }, { target: 0.5, stop: 90 }]);
  step(100);
  venue.fill(venue.last, 9_400);
  step(94);
  passed(venue);
  assert.deepEqual(sent().slice(2), ['target sell market 5']);
});

test('what a venue refuses of a way out for the moment is tried again on prices between bars, ever later, and then on the next bar', () => {
  const { venue, engine, sent, step } = desk([{ target: 1, stop: 95 }, undefined, { target: 0, stop: NaN }]);
  const hear = (seconds: number) => {
    const tsEvent = engine.now + seconds * 1_000;
    if (engine.wouldAct(0, 100, tsEvent)) engine.onPrice(0, 100, tsEvent);
    else assert.ok(tsEvent < engine.now + MINUTE);
  };
  const refuse = () => { venue.tell({ kind: 'rejected', order: venue.last, tsEvent: engine.now, reason: 'unreachable' }); };
  step(100);
  venue.fill(venue.last, 10_000);
  refuse();
  hear(2);
  assert.equal(sent().length, 2, 'not at once');
  hear(6);
  assert.deepEqual(sent().slice(2), ['stop sell stop 10']);
  refuse();
  hear(6);
  assert.equal(sent().length, 3, 'and then later');
  hear(11);
  assert.equal(sent().length, 4);
  venue.tell({ kind: 'accepted', order: venue.last, tsEvent: engine.now });
  hear(50);
  step(101);
  hear(50);
  assert.equal(sent().length, 4, 'what stands is not sent again');
  step(102);
  venue.cancelled(venue.last);
  refuse();
  hear(6);
  assert.deepEqual(sent().slice(4), ['target sell market 10', 'target sell market 10']);
});

test('an entry that a venue refuses is not tried again', () => {
  const { venue, engine, sent, step } = desk([{ target: 1 }]);
  step(100);
  venue.reject(venue.last);
  assert.equal(engine.wouldAct(0, 100, engine.now + MINUTE), false);
  step(100);
  assert.equal(sent().length, 1);
});
