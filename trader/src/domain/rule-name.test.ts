import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitName, ruleMeaning, ruleName } from './rule-name.ts';

test('a rule is called what people call it, and one that is not known by its own words', () => {
  assert.deepEqual(['duplicate-intent', 'group:coins', 'notional', 'prop-firm-daily'].map(ruleName), ['Orders for one opinion', 'Group coins', 'Value of one order', 'Prop firm daily']);
  assert.match(ruleMeaning('duplicate-intent'), /asked for again/);
  assert.equal(ruleMeaning('prop-firm-daily'), '');
});

test('a limit names what it is about once, an instrument without its venue', () => {
  assert.equal(limitName({ rule: 'position', subject: 'BTC-USDT-PERP.BINANCE' }), 'Position · BTC-USDT-PERP');
  assert.equal(limitName({ rule: 'group:coins', subject: 'coins' }), 'Group coins');
  assert.equal(limitName({ rule: 'exposure', subject: null }), 'Exposure, all together');
});
