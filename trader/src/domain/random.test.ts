import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.ts';

const COUNT = 100_000;
const draw = (random: Random, one: (random: Random) => number) => Array.from({ length: COUNT }, () => one(random));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('the same seed gives the same numbers, another seed others', () => {
  const first = draw(new Random(7), (random) => random.next());
  assert.deepEqual(draw(new Random(7), (random) => random.next()), first);
  assert.notDeepEqual(draw(new Random(8), (random) => random.next()).slice(0, 5), first.slice(0, 5));
  assert.notEqual(new Random(1).next(), new Random(1 + 2 ** 40).next());
});

test('uniform numbers fill [0, 1) evenly and do not follow from the one before', () => {
  const values = draw(new Random(1), (random) => random.next());
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const deciles = Array.from({ length: 10 }, () => 0);
  for (const value of values) deciles[Math.floor(value * 10)] += 1;
  // χ² with 9 degrees of freedom: 27.9 at one in a thousand.
  assert.ok(deciles.reduce((sum, count) => sum + (count - COUNT / 10) ** 2 / (COUNT / 10), 0) < 27.9);
  const serial = mean(values.slice(1).map((value, i) => (value - 0.5) * (values[i] - 0.5))) * 12;
  assert.ok(Math.abs(serial) < 4 / Math.sqrt(COUNT), String(serial));
});

test('whole numbers are equally likely', () => {
  const counts = [0, 0, 0];
  for (const value of draw(new Random(2), (random) => random.integer(3))) counts[value] += 1;
  for (const count of counts) assert.ok(Math.abs(count - COUNT / 3) < 4 * Math.sqrt(COUNT * 2 / 9), String(counts));
});

test('normal numbers have mean 0, variance 1, and the tails of the bell', () => {
  const values = draw(new Random(3), (random) => random.normal());
  assert.ok(Math.abs(mean(values)) < 4 / Math.sqrt(COUNT));
  assert.ok(Math.abs(mean(values.map((value) => value * value)) - 1) < 4 * Math.sqrt(2 / COUNT));
  const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / COUNT;
  assert.ok(Math.abs(beyond - 0.05) < 4 * Math.sqrt(0.05 * 0.95 / COUNT), String(beyond));
});

test('a seed that is no whole number is refused', () => {
  for (const seed of [0.5, NaN, Infinity, 2 ** 60]) assert.throws(() => new Random(seed), RangeError);
});
