import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../domain/random.ts';
import { normalQuantile } from './normal.ts';
import { sharpe } from './returns.ts';
import {
  annualisingFactor, autocorrelations, deflatedSharpe, expectedMaximumSharpe, independentTrials, minimumTrackRecord, probabilisticSharpe, sharpeError,
  sharpeInterval, sharpeSample, type SharpeSample,
} from './sharpe-statistics.ts';

/** Equal to the digits that a paper prints. */
function assertPrinted(actual: number | null, printed: string): void {
  assert.equal(actual?.toFixed(printed.split('.')[1]?.length), printed);
}

function assertClose(actual: number, expected: number, tolerance = 1e-14): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

const NORMAL = { skewness: 0, kurtosis: 3 };

test('skewness and kurtosis are those of the population, as SciPy counts them by default', () => {
  const sample = sharpeSample([2, 8, 0, 4, 1, 9, 9, 0]);
  assert.ok(sample);
  assertClose(sample.skewness, 0.2650554122698573);
  assertClose(sample.kurtosis, 1.333998924716149);
  assertClose(sample.sharpe * Math.sqrt(365), sharpe([2, 8, 0, 4, 1, 9, 9, 0], 365) ?? NaN);
  assert.equal(sample.observations, 8);
});

test('returns that are too few, do not differ, or are no numbers make no sample', () => {
  for (const returns of [[], [0.1], [0.1, 0.2], [0.1, 0.1, 0.1], [0, 0, 0, 0], [0.1, NaN, 0.2], [0.1, Infinity, 0]]) assert.equal(sharpeSample(returns), null);
});

// Bailey & López de Prado 2012, "Probabilistic Sharpe ratio": two years of a hedge fund's months.
const FUND: SharpeSample = { sharpe: 0.458, observations: 24, skewness: -2.448, kurtosis: 10.164 };

test('the probabilistic Sharpe ratio is that of the paper\'s hedge fund', () => {
  assertPrinted(probabilisticSharpe(FUND), '0.913');
  assertPrinted(probabilisticSharpe({ ...FUND, ...NORMAL }), '0.982');
});

test('the minimum track record is that of the paper\'s examples', () => {
  const years = (perYear: number, shape: { skewness: number; kurtosis: number }) => (
    (minimumTrackRecord({ sharpe: 2 / Math.sqrt(perYear), observations: 100, ...shape }, 0.95, 1 / Math.sqrt(perYear)) ?? NaN) / perYear
  );
  // A Sharpe ratio of 2 to be taken for more than 1: in years of daily, weekly and monthly normal returns, and of a hedge fund index's months.
  assertPrinted(years(250, NORMAL), '2.73');
  assertPrinted(years(52, NORMAL), '2.83');
  assertPrinted(years(12, NORMAL), '3.24');
  assertPrinted(years(12, { skewness: -0.72, kurtosis: 5.78 }), '4.99');
  assert.equal(minimumTrackRecord({ ...FUND, sharpe: 0.1 }, 0.95, 0.1), null);
});

test('the deflated Sharpe ratio is that of the paper\'s numerical example', () => {
  // Bailey & López de Prado 2014: annual ratio 2.5 over five years of 250 days; annual variance of the trials 1/2.
  const best: SharpeSample = { sharpe: 2.5 / Math.sqrt(250), observations: 1250, skewness: -3, kurtosis: 10 };
  const of = (count: number) => ({ count, variance: 0.5 / 250 });
  assertPrinted(expectedMaximumSharpe(of(100)), '0.1132');
  assertPrinted(deflatedSharpe(best, of(100)), '0.9004');
  assertPrinted(deflatedSharpe(best, of(46)), '0.9505');
  assertPrinted(deflatedSharpe({ ...best, ...NORMAL }, of(88)), '0.9505');
});

test('one trial deflates nothing, and more trials deflate more', () => {
  assert.equal(deflatedSharpe(FUND, { count: 1, variance: 0.1 }), probabilisticSharpe(FUND));
  assert.equal(deflatedSharpe(FUND, { count: 0, variance: 0.1 }), probabilisticSharpe(FUND));
  const deflated = [2, 10, 1e3, 1e6, 1e9].map((count) => deflatedSharpe(FUND, { count, variance: 0.01 }));
  assert.deepEqual(deflated.toSorted((a, b) => b - a), deflated);
});

test('a trial and a part of another never make a ratio look better than one alone', () => {
  for (const count of [1.001, 1.05, 1.2, 1.5]) {
    assert.ok(expectedMaximumSharpe({ count, variance: 1 }) >= 0, String(count));
    assert.ok(deflatedSharpe(FUND, { count, variance: 0.1 }) <= probabilisticSharpe(FUND));
  }
});

test('trials that are all alike are one, and those that have nothing in common are as many as they are', () => {
  assert.deepEqual([1, 0, -0.3, 0.5].map((correlation) => independentTrials(100, correlation)), [1, 100, 100, 50.5]);
});

test('the expected maximum is close to the mean of the largest of so many normal numbers', () => {
  const random = new Random(11);
  for (const count of [30, 300]) {
    let sum = 0;
    for (let run = 0; run < 2000; run++) sum += Math.max(...Array.from({ length: count }, () => random.normal()));
    assertClose(sum / 2000, expectedMaximumSharpe({ count, variance: 1 }), 0.025);
  }
});

test('a sample that is as long as its minimum track record has just that confidence', () => {
  const samples = fc.record({ sharpe: fc.double({ min: 0.01, max: 0.5, noNaN: true }), skewness: fc.double({ min: -1, max: 1, noNaN: true }), kurtosis: fc.double({ min: 3, max: 20, noNaN: true }) });
  fc.assert(fc.property(samples, fc.double({ min: 0.55, max: 0.999, noNaN: true }), (shape, confidence) => {
    const observations = minimumTrackRecord({ ...shape, observations: 3 }, confidence, 0.005) ?? NaN;
    assertClose(probabilisticSharpe({ ...shape, observations }, 0.005), confidence, 1e-9);
    const [low] = sharpeInterval({ ...shape, observations }, 2 * confidence - 1);
    assertClose(low, 0.005, 1e-9);
  }));
});

test('nine intervals in ten hold the true Sharpe ratio where the confidence is nine in ten', () => {
  const random = new Random(3);
  let held = 0;
  for (let run = 0; run < 2000; run++) {
    const sample = sharpeSample(Array.from({ length: 250 }, () => 0.1 + random.normal()));
    assert.ok(sample);
    const [low, high] = sharpeInterval(sample, 0.9);
    if (low < 0.1 && high > 0.1) held += 1;
  }
  assert.ok(Math.abs(held / 2000 - 0.9) < 0.02, `${held} of 2000`);
});

test('the error of normal returns is the one of Lo', () => {
  assertClose(sharpeError({ sharpe: 0.2, observations: 101, ...NORMAL }), Math.sqrt((1 + 0.2 ** 2 / 2) / 100));
  assertClose(normalQuantile(0.975) * 2 * sharpeError(FUND), sharpeInterval(FUND, 0.95)[1] - sharpeInterval(FUND, 0.95)[0]);
});

test('the annual factor is √q without memory, and the closed form of Lo for a first-order one', () => {
  assertClose(annualisingFactor([], 12) ?? NaN, Math.sqrt(12));
  for (const rho of [-0.5, -0.2, 0.2, 0.5, 0.9]) {
    const q = 12;
    // Lo 2002, equation 21.
    const closed = Math.sqrt(q) / Math.sqrt(1 + 2 * rho / (1 - rho) * (1 - (1 - rho ** q) / (q * (1 - rho))));
    assertClose(annualisingFactor(Array.from({ length: 20 }, (_, i) => rho ** (i + 1)), q) ?? NaN, closed);
  }
  assert.equal(annualisingFactor([-1, -1], 12), null);
});

test('autocorrelations are those that NumPy gives, and there are none where nothing moves', () => {
  const expected = [-0.314684329199549, -0.13331454340473506, -0.177423900789177];
  autocorrelations([2, 8, 0, 4, 1, 9, 9, 0], 3).forEach((rho, i) => assertClose(rho, expected[i]));
  assert.equal(autocorrelations([1, 1, 1], 2).length, 0);
  assert.equal(autocorrelations([1, 2, 3], 10).length, 2);
});
