import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalCdf, normalQuantile } from './normal.ts';

function assertRelative(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual / expected - 1) < 5e-16, `${what}: ${actual} is not ${expected}`);
}

// The nearest doubles to what mpmath 1.3 gives with 40 digits.
const CDF = [
  [-37, 5.725571222524577e-300], [-20, 2.7536241186062337e-89], [-10, 7.619853024160525e-24], [-8, 6.220960574271784e-16],
  [-5.66, 7.568649751997714e-9], [-5.656, 7.747073323749068e-9], [-5, 2.866515718791939e-7], [-1, 0.15865525393145705],
  [-0.1, 0.460172162722971], [0.5, 0.6914624612740131], [0.6744, 0.7499714786270594], [0.6745, 0.7500032571363008],
  [1, 0.8413447460685429], [3, 0.9986501019683699], [8, 0.9999999999999993],
] as const;

// The first three are the check values that Wichura prints with AS 241; the others as above.
const QUANTILES = [
  [0.25, -0.6744897501960817], [0.001, -3.090232306167814], [1e-20, -9.262340089798409],
  [0.075, -1.439531470938456], [0.0762, -1.4311054345323178], [0.3, -0.5244005127080408], [0.9, 1.2815515655446006],
  [0.975, 1.9599639845400538], [0.99, 2.3263478740408408], [1e-5, -4.264890793922825], [1e-11, -6.706023155495136],
  [1.4e-11, -6.656723091518184], [1e-300, -37.0470962993612],
] as const;

test('the normal distribution has its published values to full double precision', () => {
  for (const [x, expected] of CDF) assertRelative(normalCdf(x), expected, `cdf(${x})`);
  for (const [probability, expected] of QUANTILES) assertRelative(normalQuantile(probability), expected, `quantile(${probability})`);
});

test('the ends of the normal distribution are 0 and 1, and what is no probability has no quantile', () => {
  assert.deepEqual([-Infinity, -50, 0, 50, Infinity].map(normalCdf), [0, 0, 0.5, 1, 1]);
  assert.deepEqual([0, 0.5, 1, -0.1, 1.1, NaN].map(normalQuantile), [-Infinity, 0, Infinity, NaN, NaN, NaN]);
  assert.ok(Number.isNaN(normalCdf(NaN)));
});

test('the quantile undoes the distribution, and both are symmetric', () => {
  fc.assert(fc.property(fc.double({ min: -37, max: 0, noNaN: true }), (x) => {
    assert.ok(Math.abs(normalQuantile(normalCdf(x)) - x) < 1e-13 * Math.max(1, Math.abs(x)));
    assert.ok(Math.abs(normalCdf(x) + normalCdf(-x) - 1) < 1e-15);
  }));
});
