import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barsOf, targets } from '../../../test/opinions.ts';
import { Bollinger } from '../../indicators/volatility.ts';
import { bollinger } from './bollinger.ts';

const NARROW = { period: 3, deviations: 1 };

test('reversion goes against a close outside the bands and leaves at the middle', () => {
  // middle: –, –, 10, 11, 11, 10, 8.33, 8; the bands stand 0, 1.41, 1.41, 2.45, 1.25, 0.82 from it.
  const bars = barsOf([10, 10, 10, 13, 10, 7, 8, 9]);
  const reversion = (direction: string) => targets(bollinger, { ...NARROW, rule: 'reversion', direction }, bars);
  assert.deepEqual(reversion('both'), [0, 0, 0, -1, 0, 1, 1, -1]);
  assert.deepEqual(reversion('long'), [0, 0, 0, 0, 0, 1, 1, 0]);
  assert.deepEqual(reversion('short'), [0, 0, 0, -1, 0, 0, 0, -1]);
});

test('squeeze follows the first close outside the bands after they were at their narrowest', () => {
  // The bands are at their narrowest of three bars on bars 4, 5 and 8; closes 6, 9 and 11 are outside.
  const bars = barsOf([10, 16, 10, 13, 12, 12.5, 14, 15, 14, 12, 14, 16]);
  const squeeze = (direction: string) => targets(bollinger, { ...NARROW, lookback: 3, rule: 'squeeze', direction }, bars);
  assert.deepEqual(squeeze('both'), [0, 0, 0, 0, 0, 0, 1, 1, 0, -1, 0, 0]);
  assert.deepEqual(squeeze('long'), [0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0], 'the break down has used up the squeeze');
  assert.deepEqual(squeeze('short'), [0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0]);
});

/** The squeeze rule as its README says it, over whole arrays. */
function squeezes(closes: readonly number[], lookback: number): number[] {
  const bands = new Bollinger(4, 1.2);
  const seen = closes.map((close) => {
    bands.update(close);
    return { upper: bands.upper, middle: bands.middle, lower: bands.lower, width: (bands.upper - bands.lower) / bands.middle };
  });
  const squeezed = seen.map(({ width }, i) => i + 1 >= lookback && seen.slice(i + 1 - lookback, i + 1).every((other) => width <= other.width));
  let target = 0;
  let since = 0;
  return closes.map((close, i) => {
    const { upper, middle, lower } = seen[i];
    const side = close > upper ? 1 : close < lower ? -1 : 0;
    if (side !== 0 && squeezed.slice(since, i).includes(true)) {
      since = i;
      target = side;
    } else if (target === 1 ? close < middle : target === -1 && close > middle) {
      target = 0;
    }
    return target;
  });
}

test('squeeze agrees with its definition over whole arrays', () => {
  let decisions = 0;
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 10, maxLength: 120 }), fc.integer({ min: 2, max: 12 }),
    (steps, lookback) => {
      let price = 1000;
      const closes = steps.map((step) => price += step);
      const expected = squeezes(closes, lookback);
      decisions += expected.filter((target) => target !== 0).length;
      assert.deepEqual(targets(bollinger, { period: 4, deviations: 1.2, lookback, direction: 'both' }, barsOf(closes)), expected);
    },
  ), { seed: 7 });
  assert.ok(decisions > 100);
});

test('in a market that does not move neither rule has an opinion', () => {
  const flat = barsOf(Array.from({ length: 200 }, () => 0.1));
  for (const rule of ['squeeze', 'reversion']) {
    assert.deepEqual(new Set(targets(bollinger, { rule, direction: 'both' }, flat)), new Set([0]));
  }
});
