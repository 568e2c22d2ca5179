import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decimalSign, formatBytes, formatClock, formatDecimal, formatDuration, formatMoney, formatPercent, formatQuantity, formatScaled,
  formatSignificant, formatTime,
} from './format.ts';

const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(20)).map(([units, scale]) => {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return { units, scale, text: units < 0n ? `-${text}` : text };
});

test('a decimal string is rounded half away from zero, exactly, however long it is', () => {
  fc.assert(fc.property(decimals, fc.nat(12), ({ units, scale, text }, places) => {
    const magnitude = units < 0n ? -units : units;
    const unit = 10n ** BigInt(Math.max(0, scale - places));
    const expected = scale > places ? (magnitude + unit / 2n) / unit : magnitude * 10n ** BigInt(places - scale);
    const shown = formatDecimal(text, places);
    const read = BigInt(shown.replace(/[-,.]/g, ''));
    assert.equal(read, expected);
    assert.equal(shown.startsWith('-'), units < 0n && expected > 0n);
    assert.match(shown, /^-?\d{1,3}(,\d{3})*(\.\d+)?$/);
    assert.equal(shown.split('.')[1]?.length ?? 0, places);
  }));
});

test('the sign of a decimal string is that of its value', () => {
  fc.assert(fc.property(decimals, ({ units, text }) => {
    assert.equal(decimalSign(text), units > 0n ? 1 : units < 0n ? -1 : 0);
  }));
});

test('money shows cents, and more where it is less than a cent', () => {
  assert.equal(formatMoney('7245059.36845'), '7,245,059.37');
  assert.equal(formatMoney('0.5'), '0.50');
  assert.equal(formatMoney('0.00012'), '0.000120');
  assert.equal(formatMoney('0'), '0.00');
  assert.equal(formatMoney('-0.004', { sign: true }), '-0.004000');
  assert.equal(formatMoney('12', { sign: true }), '+12.00');
  assert.equal(formatMoney('0.000', { sign: true }), '0.00');
});

test('prices and quantities keep their significant digits and their whole part', () => {
  assert.equal(formatSignificant('103882.4', 7), '103,882.4');
  assert.equal(formatSignificant('123456789.123', 7), '123,456,789');
  assert.equal(formatSignificant('0.000012345678', 4), '0.00001235');
  assert.equal(formatSignificant('2506.70', 7), '2,506.70');
  assert.equal(formatQuantity('41.00000000'), '41');
  assert.equal(formatQuantity('-0.21300'), '-0.213');
  assert.equal(formatQuantity('1000'), '1,000');
});

test('ratios are shown as percent, and as a dash where there are none', () => {
  assert.equal(formatPercent(0.01234), '1.23 %');
  assert.equal(formatPercent(0.01234, 1, { sign: true }), '+1.2 %');
  assert.equal(formatPercent(-0.00001, 2, { sign: true }), '0.00 %');
  assert.equal(formatPercent(null), '–');
  assert.equal(formatPercent(NaN), '–');
});

test('lengths of time show their two largest units', () => {
  assert.deepEqual([0, 12, 999, 1250, 12_340, 60_000, 192_000, 3_600_000, 90_060_000, 187_200_000].map(formatDuration), [
    '0 ms', '12 ms', '999 ms', '1.25 s', '12.3 s', '1 min', '3 min 12 s', '1 h', '1 d 1 h', '2 d 4 h',
  ]);
  assert.equal(formatClock(83_000), '00:01:23');
  assert.equal(formatClock(3 * 86_400_000 + 4 * 3_600_000), '3 d 04:00:00');
});

test('large figures are shortened, and a moment outside the calendar is a dash', () => {
  assert.deepEqual([0, 7, 3.01, 999, 1000, 999_600, 12_345_678, 2e9].map(formatScaled), ['0', '7', '3.0', '999', '1.00k', '1.00M', '12.3M', '2.00G']);
  assert.deepEqual([0, 1023, 1536, 14_234_111].map(formatBytes), ['0 B', '1023 B', '1.5 KiB', '13.6 MiB']);
  assert.equal(formatTime(Date.UTC(2025, 4, 4, 15, 33)), '2025-05-04 15:33');
  assert.equal(formatTime(NaN), '–');
});
