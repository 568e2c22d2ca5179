import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { add, format, parseDecimal, type Exact } from '../domain/exact.ts';
import { handFill } from '../../test/hand-feed.ts';
import type { BookFact, FillFact } from '../ports/engine-feed.ts';
import { roundTrips } from './round-trips.ts';

const book = (quantity: string) => ({ book: 'macd@BTC-USDT.HAND', quantity }) as BookFact;
const fill = (n: number, side: 'buy' | 'sell', quantity: string, price: string, fee = '0'): FillFact => ({ ...handFill(n), side, quantity, price, fee });

test('a trip goes from flat to flat, with average prices, all fees, and what is left after them', () => {
  const [trip, ...others] = roundTrips([fill(1, 'buy', '1', '100', '0.1'), fill(2, 'buy', '1', '110', '0.11'), fill(3, 'sell', '2', '120', '0.24')], [book('0')]);
  assert.deepEqual(others, []);
  assert.deepEqual({ side: trip.side, quantity: trip.quantity, entry: trip.entryPrice, exit: trip.exitPrice, fees: trip.fees, pnl: trip.pnl, id: trip.id }, {
    side: 'long', quantity: '2', entry: '105', exit: '120', fees: '0.45', pnl: '29.55', id: 'f3',
  });
});

test('a fill through zero ends one trip and begins the next, its fee shared by size', () => {
  const trips = roundTrips([fill(1, 'buy', '1', '100'), fill(2, 'sell', '3', '90', '0.3'), fill(3, 'buy', '2', '80', '0.2')], [book('0')]);
  assert.deepEqual(trips.map(({ side, pnl, fees }) => [side, pnl, fees]), [['long', '-10.1', '0.1'], ['short', '19.6', '0.4']]);
});

test('a holding whose beginning is not known makes no trip', () => {
  // Two were held before the first known fill.
  const fills = [fill(1, 'sell', '1', '100'), fill(2, 'sell', '1', '100'), fill(3, 'buy', '1', '90'), fill(4, 'sell', '1', '95')];
  assert.deepEqual(roundTrips(fills, [book('0')]).map(({ id, pnl }) => [id, pnl]), [['f4', '5']]);
});

test('money that came in and went out is what all trips made, to the last digit', () => {
  const size = fc.integer({ min: 1, max: 1000 }).map((n) => format(n, 3));
  const price = fc.integer({ min: 1, max: 10_000_000 }).map((n) => format(n, 2));
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), size, price), { minLength: 1, maxLength: 40 }), (steps) => {
    const fills = steps.map(([buys, quantity, at], i) => fill(i, buys ? 'buy' : 'sell', quantity, at, '0.01'));
    const held = fills.reduce<Exact>((sum, { side, quantity }) => add(sum, parseDecimal(side === 'buy' ? quantity : `-${quantity}`, 3)), 0);
    if (held !== 0) fills.push(fill(steps.length, held > 0 ? 'sell' : 'buy', format(held > 0 ? held : -held, 3), '5', '0.01'));
    const cash = fills.reduce<Exact>((sum, { side, quantity, price: at }) => {
      const value = BigInt(parseDecimal(quantity, 3)) * BigInt(parseDecimal(at, 2));
      return add(add(sum, side === 'buy' ? -value : value), -BigInt(parseDecimal('0.01', 5)));
    }, 0n);
    const made = roundTrips(fills, [book('0')]).reduce<Exact>((sum, { pnl }) => add(sum, parseDecimal(pnl, 24)), 0);
    const slack = BigInt(parseDecimal('0.0000000000000001', 24));
    const off = BigInt(made) - BigInt(parseDecimal(format(cash, 5), 24));
    // A fee that a fill through zero shares out is rounded once per share.
    assert.ok(off < slack && off > -slack);
  }));
});
