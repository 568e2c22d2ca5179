import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compare, NEW_DRAFT, readDraft, stepError } from './draft.ts';
import type { Draft } from './draft.ts';

const MARKET = { instrument: 'BTC-USDT.BINANCE', tick: '0.10', lot: '0.001', last: '100.00', tsLast: 1000, timesInForce: ['gtc', 'ioc', 'fok', 'gtd'] } as const;
const read = (change: Partial<Draft>) => readDraft({ ...NEW_DRAFT, size: '0.5', ...change }, MARKET);
const errors = (change: Partial<Draft>) => { const outcome = read(change); return outcome.ok ? {} : outcome.errors; };
const ticket = (change: Partial<Draft>) => { const outcome = read(change); assert.ok(outcome.ok, JSON.stringify(outcome)); return outcome.ticket; };

test('a plain market order is side, type and size, and nothing that it does not need', () => {
  assert.deepEqual(ticket({ price: '99', postOnly: true }), { instrument: 'BTC-USDT.BINANCE', side: 'buy', type: 'market', size: { kind: 'quantity', quantity: '0.5' } });
});

test('every type says which of its prices is missing', () => {
  assert.deepEqual(Object.keys(errors({ type: 'limit' })), ['price']);
  assert.deepEqual(Object.keys(errors({ type: 'stop' })), ['price']);
  assert.deepEqual(Object.keys(errors({ type: 'stop-limit' })), ['price', 'trigger']);
  assert.deepEqual(Object.keys(errors({ type: 'trailing-stop' })), ['price', 'trail']);
  assert.deepEqual(Object.keys(errors({ type: 'limit', price: '99', timeInForce: 'gtd' })), ['expires']);
  assert.deepEqual(Object.keys(errors({ size: '' })), ['size']);
});

test('a size by risk needs a stop to be lost at', () => {
  assert.equal(errors({ sizeKind: 'risk', size: '50' }).stop, 'Stop-loss is missing');
  assert.deepEqual(ticket({ sizeKind: 'risk', size: '50', stop: '97' }).size, { kind: 'risk', risk: '50' });
});

test('prices and quantities go in the steps of the market', () => {
  assert.equal(errors({ size: '0.0005' }).size, 'Quantity goes in steps of 0.001');
  assert.equal(errors({ type: 'limit', price: '99.05' }).price, 'Limit price goes in steps of 0.10');
  assert.equal(ticket({ type: 'limit', price: '099.1', size: '.5' }).price, '99.1');
});

test('a stop-loss and a take-profit lie on their own sides of the entry', () => {
  assert.equal(errors({ stop: '101' }).stop, 'The stop-loss of a buy lies below 100.00');
  assert.equal(errors({ side: 'sell', takeProfit: '101' }).takeProfit, 'The take-profit of a sell lies below 100.00');
  assert.equal(ticket({ type: 'limit', price: '103', stop: '101', takeProfit: '104' }).stop, '101');
});

test('a trail is a percentage and travels as a share; an end lies ahead', () => {
  assert.equal(ticket({ type: 'trailing-stop', side: 'sell', price: '99', trail: '0.3' }).trail, 0.003);
  assert.equal(errors({ type: 'limit', price: '99', timeInForce: 'gtd', expires: '1969-12-31T00:00' }).expires, 'It would have ended already');
  assert.ok(ticket({ type: 'limit', price: '99', timeInForce: 'gtd', expires: '1971-01-01T00:00' }).expires, 'in a replay the past is ahead');
});

test('no text is taken for a number that it is not, and steps are judged exactly', () => {
  for (const text of ['', 'abc', '-1', '0', '0.000', '1e5', '1.', '1,5', ' ']) assert.notEqual(stepError(text, '0.001', 'Quantity'), undefined, text);
  fc.assert(fc.property(fc.bigInt({ min: 1n, max: 10n ** 17n }), (units) => {
    const text = `${units / 1000n}.${String(units % 1000n).padStart(3, '0')}`;
    assert.equal(stepError(text, '0.001', 'Quantity'), undefined);
    assert.equal(compare(text, text), 0);
    assert.equal(compare(text, `${units / 1000n + 1n}`), -1);
  }));
});
