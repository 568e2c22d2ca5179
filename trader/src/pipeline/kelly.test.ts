import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../domain/random.ts';
import {
  binaryKelly, calibrate, continuousKelly, DECAY_DRAWDOWN, everFallsTo, FIXED_RISK, gainsBeforeLosing, growthKept, kellySize, LEAST_TRADES, lowerEdge, portfolioKelly, ROOM_SHARE, shrunkCovariance,
  type KellyInputs,
} from './kelly.ts';

const near = (a: number, b: number, within = 1e-12) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);
const even = calibrate(0.5, { scores: [0, 1], frequencies: [0.1, 0.9] });

test('a bet\'s fraction is the edge over the odds, and shares follow mean and variance', () => {
  // Thorp (2006), section 2: p = 0.53 at even money gives 2 p − 1 = 6 %.
  near(binaryKelly(calibrate(0, { scores: [0], frequencies: [0.53] }), 1), 0.06);
  // Section 7.1: the S&P 500 with mean excess 0.05 and standard deviation 0.20 gives 1.25; with m = 0.11, r = 0.06, s = 0.15, 2.22.
  near(continuousKelly(0.05, 0.04), 1.25);
  near(continuousKelly(0.11 - 0.06, 0.15 ** 2), 2.22, 0.01);
  near(even, 0.5);
});

test('what a fraction of Kelly keeps and risks is what the formulas of RISK say', () => {
  assert.deepEqual([1, 0.5, 0.25, 0.1, 0.05].map((c) => Number((100 * growthKept(c)).toFixed(1))), [100, 75, 43.8, 19, 9.8]);
  assert.deepEqual([1, 0.5, 0.25, 0.1].map((c) => Number((100 * everFallsTo(0.5, c)).toFixed(1))), [50, 12.5, 0.8, 0]);
  assert.deepEqual([1, 0.5, 0.25, 0.1, 0.05].map((c) => Number((100 * everFallsTo(0.9, c)).toFixed(1))), [90, 72.9, 47.8, 13.5, 1.6]);
  assert.deepEqual([1, 0.5, 0.25, 0.1, 0.05].map((c) => Math.round(100 * gainsBeforeLosing(0.1, 0.1, c))), [55, 60, 69, 88, 98]);
  assert.equal(growthKept(2), 0);
  assert.equal(everFallsTo(0.5, 2), 1);
});

test('a raw score is no probability until a map of outcomes has made it one', () => {
  const map = { scores: [0.2, 0.6, 0.9], frequencies: [0.4, 0.5, 0.55] };
  assert.deepEqual([0, 0.4, 0.6, 0.99].map((score) => Number(calibrate(score, map).toFixed(4))), [0.4, 0.45, 0.5, 0.55]);
  for (const bad of [{ scores: [], frequencies: [] }, { scores: [0.5, 0.1], frequencies: [0, 1] }, { scores: [0, 1], frequencies: [0.6, 0.5] }, { scores: [0, 1], frequencies: [0, 1.1] }]) {
    assert.throws(() => calibrate(0.5, bad), RangeError);
  }
  // @ts-expect-error -- a number alone is refused by the compiler
  binaryKelly(0.9, 1);
});

test('the lower bound of an edge is below its mean, near it where much was seen, and none where noise is as large', () => {
  const edge = (observations: number) => lowerEdge({ mean: 0.001, variance: 0.0001, observations });
  assert.ok(edge(100) < edge(1_000) && edge(1_000) < edge(100_000) && edge(100_000) < 0.001);
  assert.ok(edge(100_000) > 0.00095);
  assert.ok(edge(100) <= 0, 'a tenth of a standard deviation a trade is not shown by a hundred');
  assert.ok(lowerEdge({ mean: -0.001, variance: 1e-4, observations: 1e6 }) < 0);
  near(lowerEdge({ mean: 0.01, variance: 0.01, observations: 400 }), 0.75 * 0.01 - 0.674_489_75 * Math.sqrt(0.75 * 0.01 / 400), 1e-9);
});

const inputs = fc.record({
  equity: fc.double({ min: 1, max: 1e9, noNaN: true }), fraction: fc.double({ min: 0.01, max: 2, noNaN: true }),
  edge: fc.option(fc.record({ mean: fc.double({ min: -0.01, max: 0.02, noNaN: true }), variance: fc.double({ min: 1e-6, max: 0.01, noNaN: true }), observations: fc.constantFrom(0, 50, 99, 100, 1_000, 1e6) }), { nil: undefined }),
  room: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: undefined }), stopDistance: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
  volatility: fc.option(fc.record({ target: fc.double({ min: 0.01, max: 0.5, noNaN: true }), forecast: fc.constantFrom(NaN, 0.05, 0.8) }), { nil: undefined }),
  cap: fc.double({ min: 0.1, max: 5, noNaN: true }), drawdown: fc.double({ min: 0, max: 0.4, noNaN: true }),
});

test('a size is never below 0 and never above any of its bounds, and names the one that holds', () => {
  fc.assert(fc.property(inputs, (given: KellyInputs) => {
    const { value, bound, bounds } = kellySize(given);
    assert.ok(value >= 0 && value <= given.cap * given.equity);
    for (const each of Object.values(bounds)) assert.ok(value <= each);
    assert.equal(value, bounds[bound]);
    if (given.edge && given.edge.observations >= LEAST_TRADES && lowerEdge(given.edge) <= 0) assert.equal(value, 0, 'without an edge nothing is held');
    if (given.edge && given.edge.observations < LEAST_TRADES) assert.ok(value * given.stopDistance <= FIXED_RISK * given.equity * (1 + 1e-12), 'with few trades little is risked');
    if (given.drawdown >= DECAY_DRAWDOWN && bounds.kelly !== undefined) assert.equal(value, 0);
    if (given.volatility && Number.isNaN(given.volatility.forecast)) assert.equal(value, 0);
  }));
});

test('more room never makes a size smaller, none makes it nothing, and a position at its stop costs a tenth of it at most', () => {
  fc.assert(fc.property(inputs, fc.double({ min: 0, max: 1e6, noNaN: true }), (given, more) => {
    const room = given.room ?? 0;
    const less = kellySize({ ...given, room }).value;
    assert.ok(less <= kellySize({ ...given, room: room + more }).value);
    assert.ok(less * given.stopDistance <= Math.max(0, room) * ROOM_SHARE * (1 + 1e-12));
    if (room <= 0) assert.equal(less, 0);
  }));
});

test('the currency\'s unit changes nothing but the unit', () => {
  fc.assert(fc.property(inputs, fc.constantFrom(0.01, 100, 157.3), (given, rate) => {
    const here = kellySize(given);
    const there = kellySize({ ...given, equity: given.equity * rate, room: given.room === undefined ? undefined : given.room * rate });
    near(there.value / rate, here.value, 1e-9 * Math.max(1, here.value));
    if (here.value > 0) near(there.bounds[here.bound] ?? NaN, there.value, 1e-9 * there.value);
  }));
});

test('several positions at once weigh each other, and their sizes keep to the cap', () => {
  assert.deepEqual(portfolioKelly([0.1, 0.05], [[0.04, 0], [0, 0.01]], 0.1, 10).map((each) => Number(each.toFixed(6))), [0.25, 0.5]);
  // Two that move together share one bet: Σ⁻¹μ of correlation ½ and equal edges is ⅔ of each alone.
  assert.deepEqual(portfolioKelly([0.1, 0.1], [[0.04, 0.02], [0.02, 0.04]], 1, 10).map((each) => Number(each.toFixed(6))), [1.666667, 1.666667]);
  assert.deepEqual(portfolioKelly([0.1, -0.1], [[0.04, 0], [0, 0.04]], 1, 1), [0.5, -0.5]);
  assert.throws(() => portfolioKelly([1, 1], [[1, 1], [1, 1]], 1, 1), RangeError);
});

test('a covariance is shrunk the more, the fewer returns there are, and can always be inverted', () => {
  const random = new Random(5);
  const columns = (length: number) => Array.from({ length: 4 }, (_, i) => Array.from({ length }, () => random.normal() * (i + 1)));
  const few = shrunkCovariance(columns(3));
  assert.doesNotThrow(() => portfolioKelly([1, 1, 1, 1], few, 1, 1), 'three returns of four things have no inverse of their own');
  const many = shrunkCovariance(columns(20_000));
  many.forEach((row, i) => row.forEach((each, j) => near(each, i === j ? (i + 1) ** 2 : 0, 0.5)));
});
