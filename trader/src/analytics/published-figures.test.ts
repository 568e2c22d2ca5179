import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startOfDay } from '../domain/calendar.ts';
import { DAY_MS } from '../domain/time.ts';
import { compare } from './benchmark.ts';
import { gainToPain, monthlyReturns, yearlyReturns } from './calendar-returns.ts';
import { drawdowns, ulcerIndex, underwater } from './drawdowns.ts';
import { cagr, calmar, downsideDeviation, omega, sharpe, sortino, volatility } from './returns.ts';
import { rollingSharpe } from './rolling.ts';
import { conditionalValueAtRisk, excessKurtosis, normalConditionalValueAtRisk, normalValueAtRisk, skewness, tailRatio, valueAtRisk } from './tails.ts';

interface Published {
  readonly name: string;
  readonly periodsPerYear: number;
  readonly returns: readonly number[];
  readonly volatility: number;
  readonly cagr: number;
  readonly sharpe: number;
  readonly sortino: number;
  readonly maxDrawdown: number;
  readonly calmar: number;
  readonly normalValueAtRisk: number;
  readonly normalConditionalValueAtRisk: number;
  readonly omega: number;
  readonly skewness: number;
  readonly excessKurtosis: number;
}

const fixture = new URL('../../test/fixtures/analytics/performance-analytics.json', import.meta.url);
const published = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Published[];

function near(actual: number | null, expected: number, what: string, tolerance = 1e-9): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${actual} is not ${expected}`);
}

/** Equity that begins at 1. */
function wealth(returns: readonly number[]): Float64Array {
  const values = [1];
  for (const value of returns) values.push((values.at(-1) as number) * (1 + value));
  return Float64Array.from(values);
}

for (const { name, returns, periodsPerYear: periods, ...expected } of published) {
  test(`the figures of ${name} are those of PerformanceAnalytics to 1e-9`, () => {
    const values = wealth(returns);
    const growth = cagr(values, periods);
    const deepest = Math.max(...underwater(values));
    near(volatility(returns, periods), expected.volatility, 'volatility');
    near(growth, expected.cagr, 'cagr');
    near(sharpe(returns, periods), expected.sharpe, 'sharpe');
    near(sortino(returns, periods), expected.sortino, 'sortino');
    near(deepest, -expected.maxDrawdown, 'maxDrawdown');
    near(calmar(growth, deepest), expected.calmar, 'calmar');
    near(normalValueAtRisk(returns, 0.05), expected.normalValueAtRisk, 'normalValueAtRisk');
    near(normalConditionalValueAtRisk(returns, 0.05), expected.normalConditionalValueAtRisk, 'normalConditionalValueAtRisk');
    near(omega(returns), expected.omega, 'omega');
    near(skewness(returns), expected.skewness, 'skewness');
    near(excessKurtosis(returns), expected.excessKurtosis, 'excessKurtosis');
    const falls = drawdowns({ timestamps: values.map((_, i) => i), values });
    near(Math.max(...falls.map(({ depth }) => depth)), deepest, 'deepest of the falls');
    near(ulcerIndex(values), Math.sqrt([...underwater(values)].reduce((sum, fall) => sum + fall * fall, 0) / values.length), 'ulcerIndex');
  });
}

// Series and answers of empyrical's tests; see test/fixtures/analytics/README.md.
const MIXED = [1, 10, -4, 2, 3, 2, 1, -10].map((percent) => percent / 100);
const NEGATIVE = [-6, -7, -1, -9, -2, -6, -8, -5].map((percent) => percent / 100);
const POSITIVE = [1, 2, 1, 1, 1, 1, 1, 1, 1].map((percent) => percent / 100);

test('alpha, beta and information ratio are those that empyrical publishes', () => {
  const { alpha, beta } = compare(MIXED, NEGATIVE, 252);
  near(alpha, -0.9997853834885004, 'alpha');
  near(beta, -0.71296296296296313, 'beta');
  const zeros = MIXED.map(() => 0);
  near(compare(MIXED, zeros, 1).informationRatio, 0.10859306069076737, 'information ratio against nothing');
  near(compare(MIXED, MIXED.map(() => 0.01), 1).informationRatio, -0.06515583641446039, 'information ratio against 1 % a day');
  assert.equal(compare(MIXED, zeros, 252).beta, null);
  assert.deepEqual(compare(MIXED, MIXED, 252), { beta: 1, alpha: 0, correlation: compare(MIXED, MIXED, 252).correlation, trackingError: 0, informationRatio: null });
  near(compare(MIXED, MIXED.map((value) => -value), 252).correlation, -1, 'correlation');
});

test('downside deviation, omega, tails and rolling Sharpe are those that empyrical publishes', () => {
  near(downsideDeviation(MIXED, 252), 0.60448325038829653, 'downside deviation, daily');
  near(downsideDeviation([0, ...MIXED], 52), 0.25888650451930134, 'downside deviation, weekly');
  near(downsideDeviation([0, ...MIXED], 12), 0.1243650540411842, 'downside deviation, monthly');
  near(omega(POSITIVE.map((value) => value - 0.011)), 1.125, 'omega above 1.1 % a day');
  near(tailRatio([0, ...MIXED]), 0.9473684210526313, 'tail ratio');
  near(valueAtRisk([1, 2], 0.3), 1.3, 'value at risk');
  near(valueAtRisk([1, 81, 82, 83, 84, 85], 0.1), 41, 'value at risk between two values');
  near(valueAtRisk([1, 81, 82, 83, 84, 85], 0.3), 81.5, 'value at risk between two others');
  near(conditionalValueAtRisk([1, 81, 82, 83, 84, 85], 0.3), 41, 'mean of what is at most the value at risk');
  const rolling = rollingSharpe(Float64Array.from(MIXED), 6, 252);
  // Published to eight decimals.
  [8.22784105, 8.22784105, -3.1374751].forEach((expected, i) => near(rolling[i], expected, `rolling Sharpe ${i}`, 1.5e-8));
});

test('monthly and yearly returns are those that empyrical publishes', () => {
  const returns = [0, 1, 0, 1, 0, 1, 0, 1, 0].map((percent) => percent / 100);
  const from = startOfDay({ year: 2000, month: 1, day: 30 });
  const daily = { timestamps: Float64Array.from(returns, (_, i) => from + i * DAY_MS), values: wealth(returns).subarray(1) };
  const months = monthlyReturns(1, daily);
  assert.deepEqual(months.map(({ year, month }) => [year, month]), [[2000, 1], [2000, 2]]);
  near(months[0]?.value ?? NaN, 0.01, 'January');
  near(months[1]?.value ?? NaN, 0.03030099999999991, 'February');
  near(yearlyReturns(1, daily)[0]?.value ?? NaN, 0.040604010000000024, '2000');
  assert.equal(gainToPain(months), null);
  near(gainToPain([{ year: 2000, month: 1, value: 0.3 }, { year: 2000, month: 2, value: -0.1 }]), 2, 'gain to pain');
});

test('falls are told apart, with their peaks, troughs and recoveries', () => {
  const values = Float64Array.from([100, 90, 95, 100, 120, 60, 119]);
  const series = { timestamps: values.map((_, i) => i), values };
  assert.deepEqual(drawdowns(series), [
    { peak: 0, trough: 1, recovered: 3, depth: 1 - 90 / 100, durationMs: 3 },
    { peak: 4, trough: 5, recovered: undefined, depth: 0.5, durationMs: 2 },
  ]);
  assert.deepEqual(drawdowns({ timestamps: new Float64Array(), values: new Float64Array() }), []);
});

test('nothing is said about tails of too few returns', () => {
  for (const figure of [skewness([1, 2]), excessKurtosis([1, 2, 3]), skewness([1, 1, 1]), valueAtRisk([], 0.05), conditionalValueAtRisk([], 0.05), normalValueAtRisk([1], 0.05), tailRatio([]), ulcerIndex([])]) {
    assert.equal(figure, null);
  }
});
