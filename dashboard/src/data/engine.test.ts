import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BarRow, FillFact, OrderFact, PositionFact } from 'trader/contract';
import { EMPTY, FOLDS } from './engine.ts';

const position = (quantity: string): PositionFact => ({ instrument: 'BTC', quantity, averagePrice: null, mark: null, value: '0', unrealised: '0', realised: '0', fees: '0' });
const fill = (id: string): FillFact => ({ id, clientOrderId: 'o', book: 'b', instrument: 'BTC', side: 'buy', leg: 'target', quantity: '1', price: '1', fee: '0', realised: null, tsEvent: 0 });
const bar = (opened: number, close: number): BarRow => [opened, 1, 1, 1, close, null];

test('a position that comes again replaces itself', () => {
  const first = FOLDS.positions(EMPTY.positions, [{ kind: 'position', position: position('1') }]);
  const second = FOLDS.positions(first, [{ kind: 'position', position: position('2') }]);
  assert.equal(first.positions.get('BTC')?.quantity, '1');
  assert.equal(second.positions.get('BTC')?.quantity, '2');
  assert.equal(second.positions.size, 1);
});

test('fills are added, and only the newest two thousand are kept', () => {
  const many = FOLDS.fills(EMPTY.fills, Array.from({ length: 2_500 }, (_, index) => fill(`f${index}`)));
  assert.equal(many.length, 2_000);
  assert.equal(many.at(-1)?.id, 'f2499');
});

test('a page that stays open keeps every working order, and of those that ended the newest', () => {
  const order = (id: number, state: OrderFact['state']) => ({ kind: 'order', order: { clientOrderId: `o${id}`, state } as OrderFact }) as const;
  let slice = FOLDS.orders(EMPTY.orders, [order(0, 'open'), order(1, 'sent')]);
  for (let first = 2; first < 10_002; first += 50) {
    slice = FOLDS.orders(slice, Array.from({ length: 50 }, (_, i) => [order(first + i, 'sent'), order(first + i, i % 2 === 0 ? 'filled' : 'canceled')]).flat());
  }
  assert.ok(slice.orders.size <= 4_050, String(slice.orders.size));
  assert.deepEqual([slice.orders.get('o0')?.state, slice.orders.get('o1')?.state, slice.orders.get('o10001')?.state, slice.orders.has('o2')], ['open', 'sent', 'canceled', false]);
});

test('the newest bar replaces itself when it comes again', () => {
  const bars = FOLDS.bars([bar(0, 1), bar(60, 2)], [bar(60, 3), bar(120, 4)]);
  assert.deepEqual(bars.map(([opened, , , , close]) => [opened, close]), [[0, 1], [60, 3], [120, 4]]);
});

test('the parts of the state replace each other by name', () => {
  const state = FOLDS.state(EMPTY.state, [{ part: 'feeds', feeds: [] }, { part: 'trading', trading: { state: 'halted', reason: 'x', by: 'cli', since: 1, flat: false } }]);
  assert.equal(FOLDS.state(state, [{ part: 'limits', limits: [], propFirm: null }]).trading?.state, 'halted');
});
