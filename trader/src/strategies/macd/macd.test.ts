import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barsOf, targets } from '../../../test/opinions.ts';
import type { Bar } from '../../domain/bar.ts';
import { readParameters } from '../../domain/parameters.ts';
import { Macd } from '../../indicators/trend.ts';
import { macd } from './macd.ts';

/*
 * With fast=1, slow=3, signal=3 the weights are 1 and ½, so that the lines can be had by hand:
 *   close       8   12  12     4       4        8       16        12        4
 *   MACD        0    2   1  −3.5    −1.5     1.25    4.625    0.3125  −3.84375
 *   signal      0    1   1 −1.25  −1.375  −0.0625  2.28125  1.296875 −1.273…
 *   histogram   0    1   0 −2.25  −0.125   1.3125  2.34375 −0.984375 −2.570…
 */
const CLOSES = [8, 12, 12, 4, 4, 8, 16, 12, 4];
const BY_HAND = { fast: 1, slow: 3, signal: 3, warmup: 1 };

test('cross follows the MACD line above and below its signal line, and is flat where they meet', () => {
  const cross = (direction: string) => targets(macd, { ...BY_HAND, rule: 'cross', direction }, barsOf(CLOSES));
  assert.deepEqual(cross('both'), [0, 1, 0, -1, -1, 1, 1, -1, -1]);
  assert.deepEqual(cross('long'), [0, 1, 0, 0, 0, 1, 1, 0, 0]);
  assert.deepEqual(cross('short'), [0, 0, 0, -1, -1, 0, 0, -1, -1]);
});

test('zero follows the MACD line above and below zero', () => {
  const zero = (direction: string) => targets(macd, { ...BY_HAND, rule: 'zero', direction }, barsOf(CLOSES));
  assert.deepEqual(zero('both'), [0, 1, 1, -1, -1, 1, 1, 1, -1]);
  assert.deepEqual(zero('long'), [0, 1, 1, 0, 0, 1, 1, 1, 0]);
  assert.deepEqual(zero('short'), [0, 0, 0, -1, -1, 0, 0, 0, -1]);
});

test('spread holds between the thresholds what it decided beyond them', () => {
  // histogram ÷ close: 0, 0.083, 0, −0.56, −0.03, 0.16, 0.15, −0.08, −0.64
  const spread = (direction: string) => targets(macd, { ...BY_HAND, rule: 'spread', threshold: 0.1, direction }, barsOf(CLOSES));
  assert.deepEqual(spread('both'), [0, 0, 0, -1, -1, 1, 1, 1, -1]);
  assert.deepEqual(spread('long'), [0, 0, 0, 0, 0, 1, 1, 1, 0]);
  assert.deepEqual(spread('short'), [0, 0, 0, -1, -1, 0, 0, 0, -1]);
});

test('divergence buys a lower low with a higher histogram once the later pivot is confirmed', () => {
  // Low pivots at bars 3 (histogram −2.25) and 5 (1.3125); the second is known on bar 6.
  const lows = [8, 12, 11, 3.5, 4, 2, 10, 12, 4];
  const given = { ...BY_HAND, rule: 'divergence', pivot: 1, direction: 'both' };
  assert.deepEqual(targets(macd, given, barsOf(CLOSES, lows)), [0, 0, 0, 0, 0, 0, 1, 0, 0]);
  const mirror = (values: readonly number[]) => values.map((value) => 20 - value);
  const mirrored = barsOf(mirror(CLOSES), mirror(CLOSES), mirror(lows));
  assert.deepEqual(targets(macd, given, mirrored), [0, 0, 0, 0, 0, 0, -1, 0, 0]);
  assert.deepEqual(targets(macd, { ...given, direction: 'long' }, mirrored), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

/** The divergence rule as its README says it, over whole arrays. */
function divergences(bars: readonly Bar[], pivot: number): number[] {
  const lines = new Macd(2, 4, 3, 'first');
  const histogram = bars.map(({ close }) => { lines.update(close); return lines.histogram; });
  const signs = [(i: number) => bars[i].low, (i: number) => -bars[i].high].map((price, mirrored) => {
    const marks = new Set<number>();
    let last: number | undefined;
    for (let i = pivot; i + pivot < bars.length; i++) {
      const steps = Array.from({ length: pivot }, (_, k) => k + 1);
      if (!steps.every((k) => price(i) < price(i - k) && price(i) <= price(i + k))) continue;
      const rise = last === undefined ? 0 : (histogram[i] - histogram[last]) * (mirrored ? -1 : 1);
      if (last !== undefined && price(i) < price(last) && rise > 0) marks.add(i + pivot);
      last = i;
    }
    return marks;
  });
  let target = 0;
  return histogram.map((now, i) => {
    const [bullish, bearish] = signs.map((marks) => marks.has(i));
    const before = histogram[i - 1] ?? NaN;
    if (bullish !== bearish) target = bullish ? 1 : -1;
    else if (target === 1 ? before >= 0 && now < 0 : target === -1 && before <= 0 && now > 0) target = 0;
    return i < 1 ? 0 : target;
  });
}

test('divergence agrees with its definition over whole arrays', () => {
  let decisions = 0;
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(2), fc.nat(2)), { minLength: 20, maxLength: 120 }),
    fc.integer({ min: 1, max: 3 }),
    (steps, pivot) => {
      let price = 100;
      const closes = steps.map(([step]) => price += step);
      const bars = barsOf(closes, closes.map((c, i) => c - (steps[i]?.[1] ?? 0)), closes.map((c, i) => c + (steps[i]?.[2] ?? 0)));
      const expected = divergences(bars, pivot);
      const given = { fast: 2, slow: 4, signal: 3, warmup: 1, rule: 'divergence', pivot, direction: 'both' };
      decisions += expected.filter((target) => target !== 0).length;
      assert.deepEqual(targets(macd, given, bars), expected);
    },
  ), { seed: 7 });
  assert.ok(decisions > 100);
});

test('the first decision falls on bar index warmup', () => {
  const rising = barsOf(Array.from({ length: 60 }, (_, i) => 100 + i * i));
  for (const warmup of [1, 20, 34]) {
    assert.equal(targets(macd, { warmup }, rising).findIndex((target) => target !== 0), warmup);
  }
});

test('without a warm-up of its own it waits until the signal line seeded by means exists', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }), (fast, more, signal) => {
    const values = readParameters(macd.parameters, { fast, slow: fast + more, signal });
    assert.ok(values.ok);
    assert.equal(macd.warmup(values.value), new Macd(fast, fast + more, signal, 'sma').warmup - 1);
  }), { seed: 7 });
});

test('seeded by means it decides on no bar before its lines exist, however short the warm-up', () => {
  const rising = barsOf(Array.from({ length: 60 }, (_, i) => 100 + i * i));
  assert.equal(targets(macd, { warmup: 1, seed: 'sma' }, rising).findIndex((target) => target !== 0), 33);
});

test('a fast average that is not faster is refused', () => {
  const values = readParameters(macd.parameters, { fast: 26, slow: 26 });
  assert.ok(values.ok);
  assert.equal(macd.check?.(values.value), 'fast must be less than slow, not 26 and 26');
});
