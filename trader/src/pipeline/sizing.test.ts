import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testInstrument } from '../../test/markets.ts';
import { fromNumber, parseDecimal, type Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { FeeModel } from '../ports/execution.ts';
import { BasisPointFee, noFee, PerShareFee } from '../simulation/fees.ts';
import { EquityCurve } from '../domain/equity-curve.ts';
import { Signal } from '../domain/signal.ts';
import type { Sized } from '../domain/sized.ts';
import { lowerEdge } from './kelly.ts';
import { createSizer, sizingText, type Sizing } from './sizing.ts';
import { TradeLog } from './trade-log.ts';

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

/** A book's sizer with a log of trades, told of bars that move by so much. */
function boundedSizer(sizing: Sizing, { bars = 100, move = 0.001, room }: { readonly bars?: number; readonly move?: number; readonly room?: () => number } = {}) {
  const instrument = testInstrument({ quantityScale: 4 });
  const sizer = createSizer(sizing, instrument, noFee, MONEY_SCALE);
  const trades = new TradeLog(2);
  const sizes: Sized[] = [];
  sizer.attach?.({ owner: 's@A', book: 0, trades, curve: new EquityCurve(100_000), room, onSized: (sized) => sizes.push(sized) });
  const strategy = sizer.watch?.({ onBar() {} });
  let close = 100;
  for (let i = 0; i < bars; i++) {
    strategy?.onBar({ timestamp: i * 60_000, open: close, high: close, low: close, close, volume: 1 }, new Signal());
    close *= i % 2 === 0 ? 1 + move : 1 / (1 + move);
  }
  const ask = (target: number, stop = NaN, equity = 100_000) => Number(sizer.quantity(target, 100, () => equity * 10 ** MONEY_SCALE, stop)) / 1e4;
  const trip = (book: number, pnl: number) => {
    trades.add(book, 0, 0, 10, 100, 0, 0);
    trades.add(book, 1, 10, 0, 100 + pnl / 10, pnl, 0);
  };
  return { ask, trip, sizes, sizer };
}

test('until a hundred of its own trades have closed a strategy risks a quarter of a per cent, then what they say', () => {
  const { ask, trip, sizes, sizer } = boundedSizer({ kind: 'kelly', fraction: '0.1', cap: '5' });
  assert.equal(ask(1, 98), 125, '250 to lose at 2 a unit');
  assert.equal(ask(-0.5, 102), -62.5);
  assert.equal(ask(1), 50, 'without a stop, 5 a unit');
  for (let i = 0; i < 99; i++) trip(0, i % 2 === 0 ? 30 : -10);
  for (let i = 0; i < 200; i++) trip(1, -50);
  assert.equal(ask(1, 98), 125, 'other books\' trades say nothing of it');
  trip(0, -10);
  // Returns of 3 % and −1 % by turns: mean 1 %, deviation 2.01 %; f* of the lower bound of the mean.
  const edge = { mean: 0.01, variance: 0.02 ** 2 * 100 / 99, observations: 100 };
  const expected = 0.1 * lowerEdge(edge) / edge.variance * 100_000 / 100;
  assert.ok(Math.abs(ask(1, 98) - expected) < 1e-3, String(expected));
  assert.equal(ask(1, 98, 90_000) < 0.46 * expected, true, 'ten per cent below the peak half of the fraction is left');
  assert.equal(ask(1, 98, 80_000), 0);
  for (let i = 0; i < 300; i++) trip(0, -10);
  assert.equal(ask(1, 98), 0);
  assert.deepEqual([...sizer.bindings ?? []], [['fixed-risk', 4], ['kelly', 3], ['no-edge', 1]]);
  assert.deepEqual(sizes.map(({ bound }) => bound), ['fixed-risk', 'fixed-risk', 'fixed-risk', 'fixed-risk', 'kelly', 'kelly', 'kelly', 'no-edge']);
  assert.deepEqual([sizer.last?.owner, sizer.last?.target, sizer.last?.value], ['s@A', 1, 0]);
});

test('a given edge, the room to a limit, the volatility and the cap each hold a size down', () => {
  const edge = { mean: '0.01', deviation: '0.02', trades: '1000' };
  const full = boundedSizer({ kind: 'kelly', fraction: '1', cap: '3', edge });
  assert.deepEqual([full.ask(1), full.sizer.last?.bound], [3_000, 'cap']);
  const near = boundedSizer({ kind: 'kelly', fraction: '1', cap: '3', edge }, { room: () => 2_000 });
  assert.deepEqual([near.ask(1, 98), near.sizer.last?.bound], [100, 'room'], 'a tenth of 2 000 at 2 a unit');
  assert.equal(boundedSizer({ kind: 'kelly', fraction: '1', cap: '3', edge }, { room: () => 0 }).ask(1, 98), 0);
  const calm = boundedSizer({ kind: 'volatility', volatility: '0.1', cap: '1' });
  // A tenth of a per cent a minute is 72.5 % a year of 525 960 minutes.
  assert.ok(Math.abs(calm.ask(1) - 1_000 * 0.1 / (Math.log(1.001) * Math.sqrt(525_960))) < 1e-3);
  assert.equal(calm.sizer.last?.bound, 'volatility');
  const early = boundedSizer({ kind: 'volatility', volatility: '0.1', cap: '1' }, { bars: 30 });
  assert.deepEqual([early.ask(1), early.sizer.last?.bound], [0, 'no-forecast']);
});

test('a sizing is written as it is given on the command line', () => {
  assert.deepEqual([
    sizingText({ kind: 'units', units: '1' }), sizingText({ kind: 'fraction', fraction: '0.5' }), sizingText({ kind: 'volatility', volatility: '0.1', cap: '1' }),
    sizingText({ kind: 'kelly', fraction: '0.1', cap: '2', volatility: '0.2', edge: { mean: '0.01', deviation: '0.02', trades: '300' } }),
  ], ['units:1', 'fraction:0.5', 'volatility:0.1,cap=1', 'kelly:0.1,cap=2,volatility=0.2,edge=0.01/0.02/300']);
});
