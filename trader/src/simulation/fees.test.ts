import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BasisPointFee, noFee, PerShareFee } from './fees.ts';

/** a / b rounded up. */
const ceil = (a: bigint, b: bigint) => (a >= 0n ? (a + b - 1n) / b : -(-a / b));

test('basis points are that share of the value, exact where the money scale has room, else rounded up', () => {
  const rates: readonly (readonly [string, bigint])[] = [['10', 100_000n], ['2.5', 25_000n], ['0.01', 100n], ['-0.5', -5_000n], ['0', 0n]];
  fc.assert(fc.property(fc.constantFrom(...rates), fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 14 }), ([text, rate], value, valueScale, moneyScale) => {
    const exact = value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
    const fee = new BasisPointFee(text).fee(exact, valueScale, 1, 0, moneyScale);
    // rate is in millionths of a basis point's hundredth: 10^-8 of the value.
    const expected = ceil(value * rate * 10n ** BigInt(moneyScale), 10n ** BigInt(valueScale + 8));
    assert.equal(BigInt(fee), expected);
  }));
});

test('a basis point fee says how many decimals it needs, and no more', () => {
  assert.deepEqual(['10', '5', '2.5', '100', '0', '10.00'].map((text) => new BasisPointFee(text).scale), [3, 4, 5, 2, 0, 3]);
  assert.throws(() => new BasisPointFee('ten'), RangeError);
});

test('a fee by the share has a minimum and a maximum, and the maximum wins', () => {
  const fee = new PerShareFee('0.005', '1', '0.005');
  const cents = (shares: number, price: number) => Number(fee.fee(shares * price, 2, shares, 0, 2));
  assert.equal(cents(1_000, 10_000), 500);
  assert.equal(cents(10, 10_000), 100);
  assert.equal(cents(1, 10_000), 50);
  assert.equal(cents(1_000, 10), 50);
  assert.equal(cents(201, 10_000), 101);
  assert.equal(Number(new PerShareFee('0.005').fee(1_000, 2, 10, 0, 2)), 5);
});

test('no fee is none', () => {
  assert.equal(noFee.fee(1_000, 2, 10, 0, 2), 0);
});
