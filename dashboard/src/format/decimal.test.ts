import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { directionOf, formatDecimal, formatPercent, placesOf, typedNumber } from './decimal.ts';

test('money is grouped, rounded half away from zero and carries a true minus', () => {
  assert.equal(formatDecimal('10248.145', { places: 2 }), '10,248.15');
  assert.equal(formatDecimal('-1234567.8', { places: 2 }), '−1,234,567.80');
  assert.equal(formatDecimal('0.5', { places: 0 }), '1');
});

test('only a change shows a plus, and what rounds to zero shows no sign at all', () => {
  assert.equal(formatDecimal('31.2', { places: 2, signed: true }), '+31.20');
  assert.equal(formatDecimal('31.2', { places: 2 }), '31.20');
  assert.equal(formatDecimal('-0.001', { places: 2, signed: true }), '0.00');
  assert.equal(directionOf('-0.001', 2), 'flat');
});

test('text that is no number is nothing, never zero', () => {
  for (const value of ['', 'NaN', '1e5', '--1', undefined, null, Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(formatDecimal(value), undefined);
  assert.equal(formatPercent(undefined), undefined);
});

test('numbers beyond the reach of floats keep every digit', () => {
  assert.equal(formatDecimal('123456789012345678901.000000000000000001', { places: 18 }), '123,456,789,012,345,678,901.000000000000000001');
});

test('a float never shows the dust of its binary form', () => {
  assert.equal(formatDecimal(0.1 + 0.2, { places: 2 }), '0.30');
  assert.equal(formatDecimal(151.7118831571113)?.length, '151.71188316'.length);
  assert.equal(formatDecimal(1.5e-9, { places: 2 }), '0.00');
});

test('tiles shorten millions and leave smaller sums alone', () => {
  assert.equal(formatDecimal('1240000', { places: 2, compact: true }), '1.24\u202fM');
  assert.equal(formatDecimal('-3456789012', { compact: true }), '−3.46\u202fB');
  assert.equal(formatDecimal('101311.12', { places: 2, compact: true }), '101,311.12');
});

test('percent has two places, and basis points below a tenth of one', () => {
  assert.equal(formatPercent(0.0123), '1.23%');
  assert.equal(formatPercent(-0.0004, true), '−4.0 bp');
  assert.equal(formatPercent(0), '0.00%');
  assert.equal(formatPercent(1e-9, true), '0.00%');
});

test('prices of any size have digits that say something', () => {
  assert.deepEqual([[95_481, 95_000.5], [151.7], [1.2345], [0.00000123, 0.000001], [], [0]].map((values) => placesOf(values)), [2, 3, 5, 11, 2, 2]);
  assert.equal(formatDecimal(0.00000123, { places: placesOf([0.00000123]) }), '0.00000123000');
});

test('what is shown differs from what is meant by half of the last place at most', () => {
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 8 }), (units, scale, places) => {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const text = `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`}`;
    const shown = formatDecimal(text, { places }) ?? '';
    const back = BigInt(shown.replaceAll(/[,.]/g, '').replace('−', '-'));
    const error = back * 10n ** BigInt(scale) - units * 10n ** BigInt(places);
    assert.ok((error < 0n ? -error : error) * 2n <= 10n ** BigInt(scale));
  }));
});

test('a figure that is copied from the page into a field keeps its size, a comma that is typed is a point, and what could be either is no number', () => {
  assert.deepEqual(['95,410.20', '1,234,567', ' 50,000.00 ', '-1,234.5'].map(typedNumber), ['95410.20', '1234567', '50000.00', '-1234.5']);
  assert.deepEqual(['95,', '1,5', '0,250', '95,4101', '95.5', ''].map(typedNumber), ['95.', '1.5', '0.250', '95.4101', '95.5', '']);
  assert.deepEqual(['95,410', '1,250'].map(typedNumber), ['95,410', '1,250']);
});
