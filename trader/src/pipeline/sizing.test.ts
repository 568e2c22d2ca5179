import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testInstrument } from '../../test/markets.ts';
import { fromNumber, parseDecimal, type Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { FeeModel } from '../ports/execution.ts';
import { BasisPointFee, noFee, PerShareFee } from '../simulation/fees.ts';
import { createSizer, type Sizing } from './sizing.ts';

const MONEY_SCALE = 6;

function size(sizing: Sizing, target: number, mark: number, equity: Exact, instrument: Instrument, fees: FeeModel): number {
  return Number(createSizer(sizing, instrument, fees, MONEY_SCALE).quantity(target, mark, () => equity, NaN));
}

/** Counts lots upwards until one more is too dear; every sum in whole numbers. */
function byCounting(fraction: string, target: number, mark: number, equity: bigint, instrument: Instrument, fees: FeeModel): number {
  const { priceScale, quantityScale, lotSize } = instrument;
  const share = BigInt(parseDecimal(fraction, 9)) * BigInt(fromNumber(Math.abs(target), 9));
  const budget = (equity * share) / 10n ** 18n;
  const price = BigInt(fromNumber(mark, priceScale));
  const affordable = (quantity: bigint) => {
    const value = price * quantity;
    const fee = fees.fee(Number(value), priceScale + quantityScale, Number(quantity), quantityScale, MONEY_SCALE);
    return value * 10n ** BigInt(MONEY_SCALE - priceScale - quantityScale) + BigInt(fee) <= budget;
  };
  let quantity = 0n;
  while (affordable(quantity + BigInt(lotSize))) quantity += BigInt(lotSize);
  return Number(quantity) * Math.sign(target);
}

const instruments = fc.record({ priceScale: fc.constantFrom(0, 2), quantityScale: fc.constantFrom(0, 2), lotSize: fc.constantFrom(1, 5, 100) }).map(testInstrument);
const feeModels = fc.constantFrom<FeeModel>(
  noFee, new BasisPointFee('10'), new BasisPointFee('2.5'), new BasisPointFee('5000'), new BasisPointFee('10000'), new BasisPointFee('-1'),
  new PerShareFee('0.005', '1', '0.005'), new PerShareFee('0.005', '1'), new PerShareFee('2', '35'),
);

test('a share of equity is the largest quantity that it pays for with the fee', () => {
  fc.assert(fc.property(
    instruments, feeModels, fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 2_000_000 }),
    fc.constantFrom('1', '0.9975', '0.333333333', '2'), fc.constantFrom(1, -1, 0.5, -0.3),
    (instrument, fees, priceUnits, cents, fraction, target) => {
      const mark = priceUnits / 10 ** instrument.priceScale;
      const equity = BigInt(cents) * 10n ** BigInt(MONEY_SCALE - 2);
      // So many lots at most, or counting takes for ever.
      fc.pre(cents / 100 / mark * 10 ** instrument.quantityScale / Number(instrument.lotSize) < 2_000);
      const sized = size({ kind: 'fraction', fraction }, target, mark, Number(equity), instrument, fees);
      assert.equal(sized + 0, byCounting(fraction, target, mark, equity, instrument, fees) + 0);
    },
  ), { numRuns: 1_500 });
});

test('a fee as high as the price does not keep the sizer busy', () => {
  const coin = testInstrument({ priceScale: 2, quantityScale: 4 });
  for (const basisPoints of ['5000', '9999', '10000', '30000']) {
    const sized = size({ kind: 'fraction', fraction: '1' }, 1, 0.01, 10 ** (MONEY_SCALE + 8), coin, new BasisPointFee(basisPoints));
    assert.equal(sized, Math.floor(1e8 / (0.01 * (1 + Number(basisPoints) / 10_000)) * 1e4));
  }
});

test('a price finer than the instrument can say buys nothing', () => {
  assert.equal(size({ kind: 'fraction', fraction: '1' }, 1, 0.001, 10 ** 12, testInstrument(), noFee), 0);
});

test('without equity, or with less than none, nothing is bought or sold', () => {
  for (const equity of [0, -1, -(10 ** 12)]) {
    for (const target of [1, -1, 0.5]) {
      assert.equal(size({ kind: 'fraction', fraction: '1' }, target, 100, equity, testInstrument(), new BasisPointFee('10')), 0);
    }
  }
});

test('units are units at every price, in whole lots, in proportion to the target', () => {
  const instrument = testInstrument({ quantityScale: 3, lotSize: 10 });
  const units = (target: number, text = '0.35') => size({ kind: 'units', units: text }, target, NaN, 0, instrument, noFee);
  assert.deepEqual([1, -1, 0, 0.5, -0.5, 0.01].map((target) => units(target)), [350, -350, 0, 170, -170, -0 + 0]);
  assert.equal(units(1, '0.359'), 350);
  assert.throws(() => units(1, '0.3599'), RangeError);
});
