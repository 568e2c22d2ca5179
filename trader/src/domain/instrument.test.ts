import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testInstrument } from '../../test/markets.ts';
import { fromNumber } from './exact.ts';
import { floorToLot, roundToTick, toLots } from './instrument.ts';

const scale = fc.integer({ min: 0, max: 12 });
const step = fc.constantFrom(1, 5, 10, 25, 1_000);

test('a price goes to the tick at it, or to the one beside it on the named side', () => {
  const half = testInstrument({ priceScale: 2, tickSize: 50 });
  assert.deepEqual([roundToTick(10.3, half, 'floor'), roundToTick(10.3, half, 'ceil'), roundToTick(10.25, half, 'half-even')], [1_000, 1_050, 1_000]);
  assert.deepEqual([roundToTick(10.5, half, 'floor'), roundToTick(10.5, half, 'ceil')], [1_050, 1_050]);
  fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), scale, step, (price, priceScale, tick) => {
    const instrument = testInstrument({ priceScale, tickSize: tick });
    const exact = BigInt(fromNumber(price, priceScale));
    const [below, above] = [BigInt(roundToTick(price, instrument, 'floor')), BigInt(roundToTick(price, instrument, 'ceil'))];
    assert.ok(below <= exact && exact <= above && above - below <= BigInt(tick));
    assert.equal(below % BigInt(tick), 0n);
    assert.equal(above % BigInt(tick), 0n);
  }));
});

test('a price finer than its scale goes to the named side as well, but for the last bits of its own arithmetic', () => {
  const cents = testInstrument({ priceScale: 2, tickSize: 1 });
  assert.deepEqual((['floor', 'ceil', 'half-even'] as const).map((side) => roundToTick(10.008, cents, side)), [1_000, 1_001, 1_001]);
  assert.deepEqual((['floor', 'ceil', 'half-even'] as const).map((side) => roundToTick(10.002, cents, side)), [1_000, 1_001, 1_000]);
  const nickels = testInstrument({ priceScale: 2, tickSize: 5 });
  assert.deepEqual([roundToTick(10.002, nickels, 'ceil'), roundToTick(9.998, nickels, 'floor')], [1_005, 995]);
  const fine = testInstrument({ priceScale: 4, tickSize: 1 });
  assert.notEqual(53.35 * 1.01, 53.8835);
  assert.deepEqual([roundToTick(53.35 * 1.01, fine, 'ceil'), roundToTick(53.35 * 1.01, fine, 'floor')], [538_835, 538_835]);
});

test('a price that is no number stops', () => {
  for (const price of [NaN, Infinity, -Infinity]) assert.throws(() => roundToTick(price, testInstrument(), 'floor'), RangeError);
});

test('a quantity is cut to whole lots towards zero, but for the last bits of its own arithmetic', () => {
  const tenths = testInstrument({ quantityScale: 2, lotSize: 10 });
  assert.deepEqual([0.39, 0.3, 0.1 + 0.2, 0.29999, -0.39].map((quantity) => floorToLot(quantity, tenths)), [30, 30, 30, 20, -30]);
  assert.equal(floorToLot(0.29 * 100, testInstrument()), 29);
  fc.assert(fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), scale, step, (quantity, quantityScale, lotSize) => {
    const lots = floorToLot(quantity, testInstrument({ quantityScale, lotSize }));
    const scaled = quantity * 10 ** quantityScale;
    assert.equal(BigInt(lots) % BigInt(lotSize), 0n);
    assert.ok(Math.abs(Number(lots)) <= Math.abs(scaled) * (1 + 1e-15), 'never more than asked for');
    assert.ok(Math.abs(scaled) - Math.abs(Number(lots)) < lotSize + Math.abs(scaled) * 1e-15, 'and less by less than a lot');
    assert.ok(!Object.is(lots, -0));
  }));
});

test('whole lots of an exact quantity keep its sign, beyond 2^53 as well', () => {
  const thousands = testInstrument({ lotSize: 1_000 });
  assert.deepEqual([2_999, -2_999, 999, 0].map((quantity) => toLots(quantity, thousands)), [2_000, -2_000, 0, 0]);
  assert.equal(toLots(10n ** 30n + 1n, thousands), 10n ** 30n);
});
