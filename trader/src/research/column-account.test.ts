import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allocateBars, bitWords, type Bars } from '../domain/bar.ts';
import { parseDecimal } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import { BasisPointFee } from '../simulation/fees.ts';
import { moneyScaleOf, runBacktest } from './backtest.ts';
import { ColumnAccount, type ColumnProfile } from './column-account.ts';
import { machineTradeSums, scalarTradeSums } from './column-trades.ts';

const MINUTE = 60_000;

/** One bar per pair of open and close. */
function barsOf(prices: readonly (readonly [number, number])[], intervalMs: number): Bars {
  const bars = allocateBars(prices.length);
  prices.forEach(([open, close], i) => {
    bars.timestamp[i] = i * intervalMs;
    bars.open[i] = open;
    bars.close[i] = close;
    bars.high[i] = Math.max(open, close);
    bars.low[i] = Math.min(open, close);
  });
  return bars;
}

/** The bars whose target is `level`, as a column; undefined where there is none. */
function column(targets: readonly number[], level: number): Int32Array | undefined {
  if (!targets.includes(level)) return undefined;
  // Bits beyond the last bar say nothing: the garbage there must not be read.
  const bits = new Int32Array(bitWords(targets.length)).fill(-1);
  targets.forEach((target, i) => {
    if (target !== level) bits[i >> 5] &= ~(1 << 31 - i % 32);
  });
  return bits;
}

interface Case {
  readonly prices: readonly (readonly [number, number])[];
  readonly targets: readonly number[];
  readonly priceScale: number;
  readonly units: string;
  readonly bps: string;
  readonly fill: 'next-open' | 'close';
  readonly intervalMs?: number;
}

/** Settles by columns and by the engine. */
function settleBoth({ prices, targets, priceScale, units, bps, fill, intervalMs = MINUTE }: Case) {
  const bars = barsOf(prices, intervalMs);
  const fees = new BasisPointFee(bps);
  const instrument: Instrument = {
    id: 'X', assetClass: 'crypto', quoteCurrency: 'USD', priceScale, quantityScale: 3, tickSize: 1, lotSize: 1, minNotional: 0,
  };
  const moneyScale = moneyScaleOf([instrument], fees, '1000');
  const profile: ColumnProfile = { intervalMs, priceScale, quantityScale: 3, units: parseDecimal(units, 3), moneyScale, cash: parseDecimal('1000', moneyScale), fees, fill };
  const account = new ColumnAccount(bars, profile);
  let bar = 0;
  const { portfolio } = runBacktest({
    markets: [{ instrument, intervalMs }], cash: '1000', fees, guards: [], latencyMs: 0, marketFill: fill,
    books: [{ strategyName: 'script', strategy: { onBar: (_, signal) => { signal.target = targets[bar++]; } }, market: 0, sizing: { kind: 'units', units } }],
  }, [[bars]]);
  const sides = () => ({ long: column(targets, 1), short: column(targets, -1) });
  return {
    drawdowns: account.tellsDrawdown ? [account.maxDrawdown(sides()), portfolio.curve.maxDrawdown] : undefined,
    columns: account.settle(sides()),
    scalar: new ColumnAccount(bars, profile, scalarTradeSums).settle(sides()),
    engine: { fills: portfolio.fills, fees: portfolio.account.fees, finalEquity: portfolio.exactEquity(), dailyEquity: portfolio.curve.dailyEquity() },
  };
}

/** Prices of one scale, from pennies to prices whose sums need more than a float holds. */
const cases = fc.record({
  priceScale: fc.constantFrom(0, 2, 8, 13),
  units: fc.constantFrom('1', '0.001', '2.5', '1000000'),
  bps: fc.constantFrom('0', '10', '2.75'),
  fill: fc.constantFrom('next-open' as const, 'close' as const),
  size: fc.constantFrom(1, 1000, 900_000),
  intervalMs: fc.constantFrom(MINUTE, 37 * MINUTE, 240 * MINUTE, 1440 * MINUTE, 3000 * MINUTE),
}).chain(({ size, ...rest }) => {
  const price = fc.integer({ min: 1, max: 999_999 }).map((n) => Number(`${size * n}e-${rest.priceScale}`));
  return fc.array(fc.tuple(price, price, fc.constantFrom(-1, 0, 1, 1)), { minLength: 1, maxLength: 150 })
    .map((rows): Case => ({ ...rest, prices: rows.map(([open, close]) => [open, close]), targets: rows.map((row) => row[2]) }));
});

describe('ColumnAccount', () => {
  it('comes to the fills, fees, equity, daily equity and drawdown of the engine, to the digit', () => {
    fc.assert(fc.property(cases, (one) => {
      const { columns, scalar, engine, drawdowns } = settleBoth(one);
      assert.deepEqual(columns, engine);
      assert.deepEqual(scalar, engine);
      if (drawdowns !== undefined) assert.equal(drawdowns[0], drawdowns[1]);
    }), { numRuns: 400 });
  });

  it('stays exact where prices and their sums are beyond 2^53', () => {
    const prices = Array.from({ length: 500 }, (_, i) => [Number(`${123456789 + i * 7919}.${1234567 + i}`), Number(`${123456789 + i}.5`)] as const);
    const targets = prices.map((_, i) => [1, -1, 0, 1][i % 4]);
    const { columns, engine } = settleBoth({ prices, targets, priceScale: 13, units: '12345.678', bps: '0.3', fill: 'next-open' });
    assert.equal(typeof columns.finalEquity, 'bigint');
    assert.deepEqual(columns, engine);
  });

  it('never trades on the last bar when the next open is what fills', () => {
    const prices = Array.from({ length: 32 }, () => [10, 10] as const);
    const targets = prices.map((_, i) => Number(i === 31));
    assert.equal(settleBoth({ prices, targets, priceScale: 2, units: '1', bps: '10', fill: 'next-open' }).columns.fills, 0);
    assert.equal(settleBoth({ prices, targets, priceScale: 2, units: '1', bps: '10', fill: 'close' }).columns.fills, 1);
  });

  it('counts a reversal as one fill of twice the size', () => {
    const prices = Array.from({ length: 4 }, (_, i) => [100 + i, 100 + i] as const);
    const { columns } = settleBoth({ prices, targets: [1, -1, -1, -1], priceScale: 0, units: '1', bps: '0', fill: 'next-open' });
    assert.equal(columns.fills, 2);
    assert.equal(columns.finalEquity, 1000_000 - 101_000 + 2 * 102_000 - 103_000);
  });

  it('can be used in turn with others, each with prices of its own', () => {
    assert.ok(machineTradeSums(new Float64Array(33), Int32Array.of(1)), 'by the machine, here');
    const account = (price: number, length: number) => new ColumnAccount(barsOf(Array.from({ length }, (_, i) => [price + i, price + i]), MINUTE), {
      intervalMs: MINUTE, priceScale: 0, quantityScale: 0, units: 1, moneyScale: 3, cash: 1_000_000, fees: new BasisPointFee('0'), fill: 'close',
    });
    const [short, long] = [account(10, 40), account(1000, 4000)];
    const held = (length: number) => ({ long: column(Array.from({ length }, (_, i) => Number(i >= 3 && i < 33)), 1), short: undefined });
    for (let turn = 0; turn < 3; turn++) {
      assert.equal(short.settle(held(40)).finalEquity, 1_030_000);
      assert.equal(long.settle(held(4000)).finalEquity, 1_030_000);
    }
    assert.equal(account(10, 0).settle(held(0)).fills, 0);
  });
});
