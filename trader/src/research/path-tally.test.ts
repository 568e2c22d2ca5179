import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PathTally } from './path-tally.ts';

const SCALE = { steps: 3, days: [0, 1, 2, 3], periodsPerYear: 365, ruin: 0.5 };

test('a course is measured by its end, its deepest fall and its days', () => {
  const tally = new PathTally(1, SCALE);
  tally.add(Float64Array.of(100, 110, 99, 108.9));
  const { actual, finalEquity, maxDrawdown, sharpe, lossProbability, ruinProbability, rank, runs } = tally.result(Float64Array.of(100, 110, 99, 108.9));
  assert.deepEqual([runs, lossProbability, ruinProbability, rank], [1, 0, 0, 1]);
  assert.deepEqual(finalEquity, { p05: 108.9, p25: 108.9, p50: 108.9, p75: 108.9, p95: 108.9 });
  assert.ok(Math.abs(maxDrawdown.p50 - 0.1) < 1e-12);
  assert.ok(Math.abs((actual.sharpe ?? NaN) - (1 / 30) / (0.2 / Math.sqrt(3)) * Math.sqrt(365)) < 1e-9);
  assert.equal(sharpe?.p50, actual.sharpe);
});

test('losses are courses that end below the cash, ruins those that fall to the share that counts as ruin', () => {
  const tally = new PathTally(4, SCALE);
  for (const course of [[100, 100, 100, 101], [100, 50, 100, 100], [100, 60, 50.1, 99], [100, -5, 30, 120]]) tally.add(Float64Array.from(course));
  const { lossProbability, ruinProbability, rank, maxDrawdown } = tally.result(Float64Array.of(100, 100, 100, 100));
  assert.deepEqual([lossProbability, ruinProbability, rank], [0.25, 0.5, 0.5]);
  assert.ok(maxDrawdown.p95 > 0.9);
});

test('what fell to nothing has no Sharpe ratio, and those that did not are no picture of all', () => {
  const sharpeOf = (ruined: number) => {
    const tally = new PathTally(100, SCALE);
    for (let course = 0; course < 100; course++) tally.add(Float64Array.from(course < ruined ? [100, -5, 30, 120] : [100, 101, 103 + course / 100, 104]));
    return tally.result(Float64Array.of(100, 101, 103, 104)).sharpe;
  };
  assert.ok((sharpeOf(0)?.p05 ?? NaN) > 0);
  assert.deepEqual([sharpeOf(98), sharpeOf(6)], [null, null]);
  // Where they are fewer than the lowest twentieth, they lie below all that is told.
  const few = sharpeOf(4);
  assert.ok(few !== null && few.p05 < (sharpeOf(0)?.p05 ?? NaN) && few.p50 < (sharpeOf(0)?.p50 ?? NaN));
});

test('the real one counts among the good ones, so that no probability is 0', () => {
  const tally = new PathTally(9, SCALE);
  for (let end = 1; end <= 9; end++) tally.add(Float64Array.of(100, 100, 100, 100 + end));
  assert.equal(tally.pValue(Float64Array.of(100, 100, 100, 200)), 0.1);
  assert.equal(tally.pValue(Float64Array.of(100, 100, 100, 105)), 0.6);
  assert.equal(tally.pValue(Float64Array.of(100, 100, 100, 105 + 1e-8)), 0.6, 'but for rounding');
});

test('a band has the quantiles at places that are evenly spread, and a histogram holds every end', () => {
  const steps = 600;
  const tally = new PathTally(100, { ...SCALE, steps, days: [] });
  const line = (slope: number) => Float64Array.from({ length: steps + 1 }, (_, i) => 1000 + slope * i);
  for (let slope = 0; slope < 100; slope++) tally.add(line(slope));
  const { band, histogram, sharpe } = tally.result(line(7));
  assert.equal(sharpe, null, 'steps that are no days have no Sharpe ratio');
  assert.equal(band.at.length, 61);
  assert.deepEqual([band.at[0], band.at[30], band.at[60]], [0, 0.5, 1]);
  assert.ok(Math.abs(band.p05[30] - (1000 + 4.95 * 300)) < 1e-9 && Math.abs(band.p95[60] - (1000 + 94.05 * 600)) < 1e-9);
  assert.equal(band.actual[60], 1000 + 7 * 600);
  assert.equal(histogram.counts.reduce((sum, count) => sum + count), 100);
  assert.deepEqual([histogram.from, histogram.to], [1000, 1000 + 99 * 600]);
});

test('a course of few steps has a band of as many', () => {
  const tally = new PathTally(1, SCALE);
  tally.add(Float64Array.of(1, 2, 3, 4));
  const { band, histogram } = tally.result(Float64Array.of(1, 2, 3, 4));
  assert.deepEqual([band.at, band.p50], [[0, 1 / 3, 2 / 3, 1], [1, 2, 3, 4]]);
  assert.equal(histogram.counts[0], 1);
});
