import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { exactSum, negated } from './exact-sum.ts';

test('sums keep every digit that a float would lose', () => {
  assert.equal(exactSum('0.1', '0.2'), '0.3');
  assert.equal(exactSum('9007199254740993', '0.000000000000000001'), '9007199254740993.000000000000000001');
  assert.equal(exactSum('-0.5', '0.25'), '-0.25');
  assert.equal(exactSum('5'), '5');
  assert.equal(exactSum(), '0');
});

test('an amount and its negative are nothing', () => {
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 12 }), (units, scale) => {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const text = `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`}`;
    assert.equal(Number(exactSum(text, negated(text))), 0);
    assert.equal(exactSum(text, '0'), text === '-0' ? '0' : exactSum(text));
  }));
});
