import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { EquityCurve } from '../domain/equity-curve.ts';
import { DAY_MS } from '../domain/time.ts';
import { cagr, calmar, PERIODS_PER_YEAR, returnsInYear, sharpe, simpleReturns, sortino, volatility } from './returns.ts';

interface Published {
  readonly name: string;
  readonly percent: readonly (number | null)[];
  readonly periodsPerYear: number;
  readonly cagr?: number | null;
  readonly volatility?: number | null;
  readonly sharpe?: number | null;
  readonly sortino?: number | null;
  readonly calmar?: number | null;
  readonly maxDrawdown?: number;
}

const fixture = new URL('../../test/fixtures/analytics/empyrical.json', import.meta.url);
const published = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Published[];

/** Equal to the eight decimals to which empyrical's own tests hold their figures. */
function assertClose(actual: number | null, expected: number | null | undefined, what: string): void {
  if (expected === undefined) return;
  if (actual === null || expected === null) return assert.equal(actual, expected, what);
  assert.ok(Math.abs(actual - expected) < 1.5e-8, `${what}: ${actual} is not ${expected}`);
}

for (const series of published) {
  test(`the figures of ${series.name} are those that empyrical publishes`, () => {
    const equity = [1];
    for (const percent of series.percent) equity.push((equity.at(-1) as number) * (1 + (percent ?? 0) / 100));
    const curve = new EquityCurve(1);
    equity.slice(1).forEach((value, i) => curve.record((i + 1) * DAY_MS, value));
    const daily = curve.dailyEquity();
    const returns = simpleReturns(daily).filter((_, i) => series.percent[i] !== null);
    const growth = cagr(daily, series.periodsPerYear);
    assertClose(sharpe(returns, series.periodsPerYear), series.sharpe, 'sharpe');
    assertClose(sortino(returns, series.periodsPerYear), series.sortino, 'sortino');
    assertClose(volatility(returns, series.periodsPerYear), series.volatility, 'volatility');
    assertClose(growth, series.cagr, 'cagr');
    assertClose(calmar(growth, curve.maxDrawdown), series.calmar, 'calmar');
    if (series.maxDrawdown !== undefined) assertClose(curve.maxDrawdown, -series.maxDrawdown, 'maxDrawdown');
  });
}

test('a year has 365 days for crypto and 252 for equities', () => {
  const returns = [0.01, -0.02, 0.03];
  const ratio = (sharpe(returns, PERIODS_PER_YEAR.crypto) ?? 0) / (sharpe(returns, PERIODS_PER_YEAR.equity) ?? 1);
  assert.ok(Math.abs(ratio - Math.sqrt(365 / 252)) < 1e-15);
});

test('returns that do not differ have no Sharpe ratio, though rounding makes them differ', () => {
  const equity = Array.from({ length: 300 }, (_, i) => 100 * 1.001 ** i);
  assert.equal(sharpe(simpleReturns(equity), 365), null);
  assert.equal(sharpe([0, 0, 0], 365), null);
});

test('after ruin there is nothing to annualise', () => {
  assert.equal(cagr([100, 0], 365), -1);
  assert.equal(cagr([100, -5], 365), null);
  assert.equal(sharpe(simpleReturns([100, -5, 10]), 365), null);
  assert.equal(sortino(simpleReturns([100, 0, 10]), 365), null);
  assert.equal(volatility(simpleReturns([100, 0, 10]), 365), null);
});

test('growth too great to annualise is null', () => {
  assert.equal(cagr([1, 1000], 365), null);
});

test('whatever the equity, a figure is finite or null', () => {
  const equities = fc.array(fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constantFrom(0, 1, 1e-300, NaN)), { maxLength: 20 });
  fc.assert(fc.property(equities, (equity) => {
    const returns = simpleReturns(equity);
    const growth = cagr(equity, 365);
    for (const figure of [sharpe(returns, 365), sortino(returns, 365), volatility(returns, 365), growth, calmar(growth, 0), calmar(growth, 0.5)]) {
      assert.ok(figure === null || Number.isFinite(figure));
    }
  }));
});

test('a year holds the days of the market, and of bars that are longer than a day as many as there are', () => {
  const on = (assetClass: keyof typeof PERIODS_PER_YEAR, days: number) => ({ instrument: { assetClass }, intervalMs: days * DAY_MS });
  assert.deepEqual([on('crypto', 1 / 1440), on('crypto', 1), on('equity', 1 / 24), on('fx', 1)].map((market) => returnsInYear([market])), [365, 365, 252, 252]);
  assert.deepEqual([on('crypto', 2), on('equity', 7), on('crypto', 7)].map((market) => returnsInYear([market])), [182.5, 365 / 7, 365 / 7]);
  assert.equal(returnsInYear([on('crypto', 7), on('equity', 1 / 24)]), 252);
  assert.equal(returnsInYear([on('crypto', 7), on('crypto', 1)]), 365);
});

test('an account of coins and shares has a return on every day of the year', () => {
  const on = (assetClass: keyof typeof PERIODS_PER_YEAR, days: number) => ({ instrument: { assetClass }, intervalMs: days * DAY_MS });
  assert.equal(returnsInYear([on('crypto', 1), on('equity', 1)]), 365);
  assert.equal(returnsInYear([on('equity', 1), on('crypto', 1 / 24)]), 365);
  assert.equal(returnsInYear([on('equity', 1), on('fx', 1)]), 252);
  assert.equal(returnsInYear([on('equity', 1), on('crypto', 7)]), 252);
});

test('the same money grows as much a year, whether it is looked at by the day or by the week', () => {
  const days = Float64Array.from({ length: 7 * 52 + 1 }, (_, day) => 1.001 ** day);
  const weeks = days.filter((_, day) => day % 7 === 0);
  const year = (interval: number) => returnsInYear([{ instrument: { assetClass: 'crypto' }, intervalMs: interval * DAY_MS }]);
  assertClose(cagr(weeks, year(7)), cagr(days, year(1)), 'growth');
});
