import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocateBars, type Bars } from '../domain/bar.ts';
import type { BarFacts, ProvidedBars } from '../ports/bar-provider.ts';
import { compareBars, compareSources, decide, trustOf } from './cross-check.ts';

function barsOf(...closes: readonly number[]): Bars {
  const bars = allocateBars(closes.length);
  closes.forEach((close, i) => {
    bars.timestamp[i] = i;
    bars.open[i] = bars.high[i] = bars.low[i] = bars.close[i] = close;
  });
  return bars;
}

function told(bars: Bars, facts: Partial<BarFacts> = {}): ProvidedBars {
  return { source: 'x', bars, covers: [], refused: [], facts: { currency: 'USD', timeZone: 'America/New_York', adjusted: 'splits', splits: [], dividends: [], ...facts } };
}

test('a tenth of a percent is no difference, and more is one, named by the price that differs most', () => {
  assert.deepEqual(compareBars(barsOf(100, 200), barsOf(100.09, 200)), { compared: 2, differences: [] });
  const other = barsOf(100.2, 200);
  other.high[0] = 105;
  const { differences: [difference] } = compareBars(barsOf(100, 200), other);
  assert.deepEqual([difference.time, difference.column, difference.first, difference.second], [0, 'high', 100, 105]);
});

test('only bars of the same time are compared, whichever source has more of them', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50 })), fc.uniqueArray(fc.integer({ min: 0, max: 50 })), (left, right) => {
    const make = (times: readonly number[]) => {
      const bars = barsOf(...times.map(() => 10));
      times.toSorted((a, b) => a - b).forEach((time, i) => { bars.timestamp[i] = time; });
      return bars;
    };
    assert.deepEqual(compareBars(make(left), make(right)), { compared: left.filter((time) => right.includes(time)).length, differences: [] });
  }));
});

test('pence and pounds are compared as one; currencies, zones and adjustments that differ are not compared at all', () => {
  assert.deepEqual(compareSources(told(barsOf(12.5), { currency: 'GBP' }), told(barsOf(1_250), { currency: 'GBp' }))?.differences, []);
  assert.deepEqual(compareSources(told(barsOf(1_250), { currency: 'GBX' }), told(barsOf(12.5), { currency: 'GBP' }))?.differences, []);
  assert.equal(compareSources(told(barsOf(1)), told(barsOf(1), { currency: 'EUR' })), undefined);
  assert.equal(compareSources(told(barsOf(1)), told(barsOf(1), { timeZone: 'Europe/London' })), undefined);
  assert.equal(compareSources(told(barsOf(1)), told(barsOf(1), { adjusted: 'none' })), undefined);
  assert.equal(compareSources(told(barsOf(1)), told(barsOf(1), { currency: undefined }))?.compared, 1);
});

test('a third source decides against the one that it contradicts, and only if it agrees with the other', () => {
  const { differences: [difference] } = compareBars(barsOf(100), barsOf(110));
  assert.equal(decide(difference, barsOf(100.05)), 'second');
  assert.equal(decide(difference, barsOf(110)), 'first');
  assert.equal(decide(difference, barsOf(105)), undefined);
  assert.equal(decide(difference, barsOf()), undefined);
});

test('trust is a half before any comparison, grows with agreement and falls with dispute, and is never certain', () => {
  assert.equal(trustOf({ agreed: 0, disagreed: 0 }), 0.5);
  fc.assert(fc.property(fc.nat(10_000), fc.nat(10_000), (agreed, disagreed) => {
    const trust = trustOf({ agreed, disagreed });
    assert.ok(trust > 0 && trust < 1);
    assert.ok(trustOf({ agreed: agreed + 1, disagreed }) > trust);
    assert.ok(trustOf({ agreed, disagreed: disagreed + 1 }) < trust);
  }));
});
