import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Position } from '../domain/position.ts';
import { TradeLog } from './trade-log.ts';

test('a trip is from flat to flat, with average prices and its fees', () => {
  const log = new TradeLog(1);
  log.add(0, 1, 0, 2, 100, 0, 1);
  log.add(0, 2, 2, 6, 103, 0, 2);
  log.add(0, 3, 6, 5, 110, 8, 1);
  assert.equal(log.length, 0);
  log.add(0, 4, 5, 0, 105, 15, 3);
  assert.deepEqual(log.at(0), { book: 0, tsEntry: 1, tsExit: 4, quantity: 6, entryPrice: 102, exitPrice: 635 / 6, fees: 7, pnl: 16 });
  assert.deepEqual({ ...log.tally }, { count: 1, won: 1, lost: 0, gains: 16, losses: 0 });
});

test('a fill through zero ends one trip and begins the next, with its share of the fee', () => {
  const log = new TradeLog(2);
  log.add(1, 1, 0, 2, 100, 0, 0);
  log.add(1, 2, 2, -1, 110, 20, 3);
  log.add(1, 3, -1, 0, 100, 10, 0.5);
  assert.deepEqual([log.at(0), log.at(1)], [
    { book: 1, tsEntry: 1, tsExit: 2, quantity: 2, entryPrice: 100, exitPrice: 110, fees: 2, pnl: 18 },
    { book: 1, tsEntry: 2, tsExit: 3, quantity: -1, entryPrice: 110, exitPrice: 100, fees: 1.5, pnl: 8.5 },
  ]);
});

test('the trips of a book that ends flat add up to what it realised less its fees, however many there are', () => {
  const fills = fc.array(fc.record({ quantity: fc.integer({ min: -5, max: 5 }).filter((quantity) => quantity !== 0), price: fc.integer({ min: 1, max: 1_000 }), fee: fc.integer({ min: 0, max: 9 }) }), { minLength: 1, maxLength: 4_000, size: 'max' });
  fc.assert(fc.property(fills, (drawn) => {
    const log = new TradeLog(1);
    const position = new Position();
    const rest = -drawn.reduce((sum, { quantity }) => sum + quantity, 0);
    const all = rest === 0 ? drawn : [...drawn, { quantity: rest, price: 500, fee: 1 }];
    all.forEach(({ quantity, price, fee }, tsEvent) => {
      const before = Number(position.quantity);
      const realised = Number(position.applyFill(quantity, Math.abs(quantity) * price, fee));
      log.add(0, tsEvent, before, Number(position.quantity), price, realised, fee);
    });
    let pnl = 0;
    let fees = 0;
    let losses = 0;
    for (let index = 0; index < log.length; index++) {
      const trip = log.at(index);
      assert.ok(trip.tsExit >= trip.tsEntry && trip.quantity !== 0);
      pnl += trip.pnl;
      losses = trip.pnl < 0 ? losses + 1 : 0;
      fees += trip.fees;
    }
    assert.equal(log.losses, losses);
    const expected = Number(position.realised) - Number(position.fees);
    assert.ok(Math.abs(pnl - expected) < 1e-6 * (1 + Math.abs(expected)), `${pnl} against ${expected}`);
    assert.ok(Math.abs(fees - Number(position.fees)) < 1e-6 * (1 + fees));
  }), { numRuns: 40 });
});
