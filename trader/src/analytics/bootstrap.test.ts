import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../domain/random.ts';
import { blockLength, resampleBlocks } from './bootstrap.ts';

/** x′ = φ·x + noise of a generator that any language has, so that others can be asked for the same series. */
function series(length: number, memory: number): number[] {
  let state = 12_345n;
  let x = 0;
  return Array.from({ length }, () => {
    state = (1_103_515_245n * state + 12_345n) % 2_147_483_648n;
    x = memory * x + (Number(state) / 2_147_483_648 - 0.5);
    return x;
  });
}

test('the block length is the one that arch 8 gives for the stationary bootstrap', () => {
  for (const [length, memory, expected] of [
    [60, 0.2, 1.475159140302546], [100, 0.5, 3.913472882523352], [500, 0, 1.2581190835185323], [500, 0.3, 5.515405002135969],
    [1000, 0.9, 25.325077028523378], [2000, -0.5, 19.50897163096547],
  ] as const) {
    const found = blockLength(series(length, memory));
    assert.ok(Math.abs(found / expected - 1) < 1e-12, `${length} with ${memory}: ${found} is not ${expected}`);
  }
});

test('a series without memory, or too short to tell, is drawn value by value', () => {
  assert.equal(blockLength(series(2500, 0.05)), 1);
  assert.equal(blockLength([1, 2, 3]), 1);
  assert.equal(blockLength(new Float64Array(100)), 1);
});

test('blocks have the length that was asked for on average, begin anywhere and go round the end', () => {
  const random = new Random(5);
  const places = Float64Array.from({ length: 100 }, (_, i) => i);
  const drawn = new Float64Array(200_000);
  resampleBlocks(places, 8, random, drawn);
  const counts = new Float64Array(100);
  let breaks = 0;
  drawn.forEach((place, i) => {
    counts[place] += 1;
    if (i > 0 && place !== (drawn[i - 1] + 1) % 100) breaks += 1;
  });
  // One new block in a hundred begins where the last one would have gone on.
  assert.ok(Math.abs(drawn.length / (breaks / 0.99) - 8) < 0.1, `${drawn.length / breaks}`);
  assert.ok(counts.every((count) => Math.abs(count - 2000) < 500));
  resampleBlocks(places, 1, random, drawn);
  assert.ok(drawn.filter((place, i) => i > 0 && place === (drawn[i - 1] + 1) % 100).length < 3000);
});

test('the mean of resampled means goes to the mean, and their spread to its standard error', () => {
  const random = new Random(8);
  const values = Float64Array.from({ length: 400 }, () => 0.5 + random.normal());
  const mean = values.reduce((sum, value) => sum + value) / 400;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400);
  const drawn = new Float64Array(400);
  const means = Array.from({ length: 2000 }, () => {
    resampleBlocks(values, blockLength(values), random, drawn);
    return drawn.reduce((sum, value) => sum + value) / 400;
  });
  const average = means.reduce((sum, value) => sum + value) / means.length;
  const spread = Math.sqrt(means.reduce((sum, value) => sum + (value - average) ** 2, 0) / means.length);
  assert.ok(Math.abs(average - mean) < 0.005, `${average} is not ${mean}`);
  assert.ok(Math.abs(spread / (deviation / 20) - 1) < 0.1, `${spread} is not ${deviation / 20}`);
});

test('blocks keep what a series remembers: the resampled mean of a trending one is as uncertain as it should be', () => {
  const random = new Random(21);
  let x = 0;
  const values = Float64Array.from({ length: 2000 }, () => (x = 0.6 * x + random.normal()));
  const drawn = new Float64Array(values.length);
  const means = Array.from({ length: 600 }, () => {
    resampleBlocks(values, blockLength(values), random, drawn);
    return drawn.reduce((sum, value) => sum + value) / drawn.length;
  });
  const average = means.reduce((sum, value) => sum + value) / means.length;
  const spread = Math.sqrt(means.reduce((sum, value) => sum + (value - average) ** 2, 0) / means.length);
  // The long-run deviation of an autoregression is that of its noise ÷ (1 − φ).
  assert.ok(Math.abs(spread / (2.5 / Math.sqrt(2000)) - 1) < 0.15, `${spread}`);
});
