import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readParameters } from '../../../../trader/src/domain/parameters.ts';
import { findStrategy } from '../../../../trader/src/strategies/catalog.ts';
import { draftChanges, draftErrors, parameterError, valueChanges } from './param-draft.ts';

const schema = findStrategy('macd')?.parameters ?? {};

test('the form takes and refuses what the strategy itself would', () => {
  const texts = fc.oneof(fc.integer().map(String), fc.double().map(String), fc.constantFrom('', ' ', 'abc', '12', '1e2', '0x10', 'long', 'sma', '-1', '0.9'));
  fc.assert(fc.property(fc.constantFrom(...Object.keys(schema)), texts, (name, text) => {
    const spec = schema[name];
    assert.ok(spec !== undefined);
    assert.equal(parameterError(spec, text) === undefined, readParameters(schema, { [name]: text }).ok, `${name}=${text}`);
  }));
});

test('only what differs is a change, whatever it was typed as', () => {
  assert.deepEqual(draftChanges(schema, { fast: 12, stop: 0.05, rule: 'cross' }, { fast: '12.0', stop: '0.1', rule: 'zero' }), [
    { name: 'rule', from: 'cross', to: 'zero' }, { name: 'stop', from: 0.05, to: 0.1 },
  ]);
});

test('an error stands at its own field', () => {
  assert.deepEqual(draftErrors(schema, { fast: '0', slow: '26', seed: 'last' }), { fast: 'Must lie in 1 to 1000', seed: 'One of first, sma' });
});

test('a change of the history says what differed', () => {
  assert.deepEqual(valueChanges(schema, { fast: 12, slow: 26 }, { fast: 20, slow: 26 }), [{ name: 'fast', from: 12, to: 20 }]);
});
