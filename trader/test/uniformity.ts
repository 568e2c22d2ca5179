import type { Random } from '../src/domain/random.ts';

/**
 * How far p-values are from uniform: the largest distance between their shares and those of a uniform
 * distribution, × √n (Kolmogorov's statistic). One in a hundred samples of a uniform one exceeds
 * 1.63. The p-values are multiples of 1/`steps`; each is spread over its step at random first.
 */
export function kolmogorov(pValues: readonly number[], steps: number, random: Random): number {
  const sorted = pValues.map((value) => value - random.next() / steps).toSorted((a, b) => a - b);
  return Math.sqrt(sorted.length) * Math.max(...sorted.map((value, i) => Math.max((i + 1) / sorted.length - value, value - i / sorted.length)));
}
