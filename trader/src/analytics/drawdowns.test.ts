import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { drawdowns, FallTally } from './drawdowns.ts';

test('however many falls there were, the deepest are kept, and in order of time', () => {
  const equities = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 300 });
  fc.assert(fc.property(equities, fc.integer({ min: 1, max: 6 }), (equity, most) => {
    const all = drawdowns({ timestamps: Float64Array.from(equity.keys()), values: Float64Array.from(equity) });
    const tally = new FallTally(most);
    equity.forEach((value, moment) => tally.add(moment, value));
    const kept = tally.falls();
    const deepest = (falls: typeof all) => falls.map(({ depth }) => depth).toSorted((a, b) => b - a).slice(0, most);
    assert.deepEqual(deepest(kept), deepest(all));
    assert.deepEqual(kept, all.filter((fall) => kept.some(({ peak }) => peak === fall.peak)));
    assert.ok(kept.length <= 2 * most + 1);
  }));
});

test('a value that is not known is no fall and no peak', () => {
  const { length, 0: fall } = drawdowns({ timestamps: Float64Array.of(0, 1, 2, 3), values: Float64Array.of(10, NaN, 8, 10) });
  assert.deepEqual([length, fall.peak, fall.trough, fall.recovered], [1, 0, 2, 3]);
});
