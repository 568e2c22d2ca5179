import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../domain/random.ts';
import { backtestOverfitting } from './overfitting.ts';
import { sharpe, simpleReturns } from './returns.ts';

function noise(random: Random, trials: number, periods: number, drift = (_trial: number) => 0): Float64Array[] {
  return Array.from({ length: trials }, (_, trial) => Float64Array.from({ length: periods }, () => random.normal() * 0.01 + drift(trial)));
}

/** The same by the words of the paper: submatrices put together, columns ranked, ranks made logits. */
function byTheBook(trials: readonly ArrayLike<number>[], slices: number) {
  const length = trials[0].length / slices;
  const logits: number[] = [];
  const take = (from: number, chosen: readonly number[]): (readonly number[])[] => (
    chosen.length === slices / 2 ? [chosen]
      : Array.from({ length: slices - from }, (_, i) => take(from + i + 1, [...chosen, from + i])).flat()
  );
  const splits = take(0, []);
  let lost = 0;
  for (const half of splits) {
    const ratios = (inside: boolean) => trials.map((returns) => (
      sharpe(Array.from(returns).filter((_, i) => half.includes(Math.floor(i / length)) === inside), 1) ?? 0
    ));
    const before = ratios(true);
    const after = ratios(false);
    const best = before.indexOf(Math.max(...before));
    const rank = after.filter((ratio) => ratio <= after[best]).length / (trials.length + 1);
    logits.push(Math.log(rank / (1 - rank)));
    if (after[best] < 0) lost += 1;
  }
  return { probability: logits.filter((logit) => logit <= 1e-12).length / logits.length, splits: splits.length, lossProbability: lost / splits.length };
}

test('the probability of overfitting is that of the paper\'s procedure, step by step', () => {
  const random = new Random(2);
  for (const [trials, slices, edge] of [[2, 2, 0], [5, 4, 0.002], [12, 6, 0.001], [7, 8, 0]] as const) {
    const returns = noise(random, trials, slices * 10, (trial) => trial * edge / trials);
    const found = backtestOverfitting(returns, slices);
    assert.ok(found);
    const { probability, splits, lossProbability } = found;
    assert.deepEqual({ probability, splits, lossProbability }, byTheBook(returns, slices));
  }
});

test('among trials of noise the best is no better elsewhere: the probability is a half on average', () => {
  const random = new Random(4);
  let sum = 0;
  for (let run = 0; run < 150; run++) sum += backtestOverfitting(noise(random, 20, 200), 8)?.probability ?? NaN;
  assert.ok(Math.abs(sum / 150 - 0.5) < 0.05, `${sum / 150}`);
});

test('a trial that is truly the best is found, and the probability is near 0', () => {
  const found = backtestOverfitting(noise(new Random(6), 50, 1000, (trial) => (trial === 17 ? 0.003 : 0)));
  assert.ok(found);
  assert.equal(found.splits, 12_870);
  assert.ok(found.probability < 0.001 && found.lossProbability < 0.001);
});

test('where each trial has one good slice, the best of one half is bad in the other', () => {
  const trials = Array.from({ length: 8 }, (_, trial) => Array.from({ length: 80 }, (_period, i) => (Math.floor(i / 10) === trial ? 0.01 : -0.001) + (i % 2) * 1e-4));
  const found = backtestOverfitting(trials, 8);
  assert.ok(found);
  assert.deepEqual([found.probability, found.lossProbability], [1, 1]);
});

test('the winners\' decay is a line through their ratios in and out of sample', () => {
  const found = backtestOverfitting(noise(new Random(9), 10, 320, (trial) => trial * 0.0003), 16);
  assert.ok(found?.degradation);
  const { slope, intercept, r2 } = found.degradation;
  // One full sample has only so much to share out: what one half has more, the other has less.
  assert.ok(slope < 0 && intercept > 0 && r2 > 0 && r2 < 1, JSON.stringify(found.degradation));
});

test('a trial that never trades has a ratio of 0, and fewer trials or periods than it takes give nothing', () => {
  const idle = new Float64Array(64);
  const losing = Float64Array.from({ length: 64 }, (_, i) => -0.001 * (1 + i % 2));
  assert.equal(backtestOverfitting([losing, idle], 4)?.probability, 0);
  assert.equal(backtestOverfitting([idle, idle], 4)?.degradation, null);
  assert.equal(backtestOverfitting([losing], 4), null);
  assert.equal(backtestOverfitting([], 4), null);
  assert.equal(backtestOverfitting([[1, 2, 3], [2, 3, 4]], 4), null);
  assert.throws(() => backtestOverfitting([idle, idle], 5), RangeError);
  assert.throws(() => backtestOverfitting([idle, idle], 18), RangeError);
  assert.throws(() => backtestOverfitting([idle, [1]], 4), RangeError);
});

test('a ruined trial is left out: beside it, what was chosen would only seem better', () => {
  const random = new Random(1);
  const losing = noise(random, 9, 200, () => -0.003);
  // Units that go on losing after equity is gone: no returns from day 167 on.
  const ruined = simpleReturns(Float64Array.from({ length: 201 }, (_, day) => 1000 - 6 * day));
  assert.ok(ruined.some(Number.isNaN));
  const found = backtestOverfitting(losing, 8);
  assert.ok(found !== null && found.probability > 0);
  assert.deepEqual(backtestOverfitting([ruined, ...losing, ruined], 8), found);
  assert.equal(found.trials, 9);
  assert.equal(backtestOverfitting([ruined, losing[0], ruined], 8), null);
});
