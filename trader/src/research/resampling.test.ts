import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../domain/random.ts';
import { resampleReturns, shuffleTrades } from './resampling.ts';

const draw = (runs: number, seed = 1) => ({ runs, random: new Random(seed) });

test('another order of the same trades ends the same, with another drawdown', () => {
  const growths = fc.array(fc.double({ min: -0.2, max: 0.25, noNaN: true }), { minLength: 2, maxLength: 60 });
  fc.assert(fc.property(growths, fc.boolean(), (shares, compounds) => {
    const { finalEquity, actual, maxDrawdown, rank, sharpe } = shuffleTrades(compounds ? shares : shares.map((share) => share * 100), 10_000, compounds, { ruin: 0.5 }, draw(40));
    assert.ok(Math.abs(finalEquity.p05 / actual.finalEquity - 1) < 1e-12 && Math.abs(finalEquity.p95 / actual.finalEquity - 1) < 1e-12);
    assert.equal(rank, 1);
    assert.equal(sharpe, null);
    // No order falls deeper than all losses in a row.
    const losses = shares.filter((share) => share < 0);
    const worst = compounds ? 1 - losses.reduce((left, share) => left * (1 + share), 1) : Infinity;
    assert.ok(maxDrawdown.p95 <= worst + 1e-12);
  }));
});

test('in no order does a share of less than nothing win anything back', () => {
  const { finalEquity } = shuffleTrades([-1.5, -1.5, 0.2], 100, true, { ruin: 1 }, draw(50));
  assert.ok(finalEquity.p95 < 0);
});

test('two losses in a row happen in half of the orders of two losses and a win', () => {
  // Orders LLW, LWL, WLL: the deepest fall is 200 of 1 000, 100, or 200 of 1 100.
  const { maxDrawdown } = shuffleTrades([-100, 100, -100], 1000, false, { ruin: 0.5 }, draw(3000));
  assert.deepEqual([maxDrawdown.p05, maxDrawdown.p50, maxDrawdown.p95].map((fall) => fall.toFixed(4)), ['0.1000', '0.1818', '0.2000']);
});

test('resampled returns end on average where the mean return leads', () => {
  const random = new Random(12);
  const equity = new Float64Array(401).fill(1000);
  for (let i = 1; i <= 400; i++) equity[i] = equity[i - 1] * (1 + 0.0005 + 0.01 * random.normal());
  const days = [...equity.keys()];
  const { finalEquity, meanBlock, runs, actual, lossProbability, rank } = resampleReturns(equity, { days, periodsPerYear: 365, ruin: 0.5 }, draw(3000));
  assert.equal(runs, 3000);
  assert.equal(actual.finalEquity, equity[400]);
  assert.ok(meanBlock >= 1 && meanBlock < 10);
  // The log of the end is normal about the real one, with a deviation of 1 % × √400.
  assert.ok(Math.abs(Math.log(finalEquity.p50 / equity[400])) < 0.02, `${finalEquity.p50}`);
  assert.ok(Math.abs(Math.log(finalEquity.p95 / finalEquity.p05) / (2 * 1.645 * 0.2) - 1) < 0.15);
  assert.ok(Math.abs(rank - 0.5) < 0.03 && lossProbability > 0 && lossProbability < 1);
});

test('the same seed gives the same courses, another one others', () => {
  const equity = Float64Array.from({ length: 50 }, (_, i) => 100 + 10 * Math.sin(i * i));
  const run = (seed: number) => JSON.stringify(resampleReturns(equity, { days: [0, 49], periodsPerYear: 365, ruin: 0.5 }, draw(20, seed)));
  assert.equal(run(7), run(7));
  assert.notEqual(run(7), run(8));
});

test('whoever waits hears of every course', () => {
  const heard: number[] = [];
  shuffleTrades([1, -1], 100, false, { ruin: 0.5 }, { ...draw(3), onDone: (runs) => heard.push(runs) });
  assert.deepEqual(heard, [1, 2, 3]);
});
