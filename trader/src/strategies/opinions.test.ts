import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { make, opinions } from '../../test/opinions.ts';
import type { Given, Opinion } from '../../test/opinions.ts';
import type { Bar } from '../domain/bar.ts';
import { readParameters } from '../domain/parameters.ts';
import type { StrategyDefinition } from '../ports/strategy.ts';
import { STRATEGIES } from './catalog.ts';

/** Short periods, so that a short series holds many decisions. */
const SHORT: Readonly<Record<string, Given>> = {
  macd: { fast: 2, slow: 5, signal: 3, pivot: 1, threshold: 0.001 },
  bollinger: { period: 4, deviations: 1, lookback: 5 },
  'moving-average-cross': { fast: 2, slow: 4 },
  'macro-filter': { average: 3, threshold: 0 },
};

/** Every strategy with every combination of its choices, without and with exits. */
const CASES = STRATEGIES.flatMap((definition) => {
  let given: Given[] = [SHORT[definition.name] ?? {}];
  for (const [name, spec] of Object.entries(definition.parameters)) {
    if (spec.kind === 'choice') given = given.flatMap((values) => spec.choices.map((word) => ({ ...values, [name]: word })));
  }
  if ('stop' in definition.parameters) given = given.flatMap((values) => [values, { ...values, stop: 0.1, target: 0.2 }]);
  return given.map((values) => ({ definition, given: values }));
});

const BARS = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.nat(3), fc.nat(3)), { minLength: 30, maxLength: 150 }).map((steps) => {
  let price = 1000;
  return steps.map(([step, above, below], i): Bar => {
    const open = price;
    price += step;
    return { timestamp: i * 60_000, open, high: Math.max(open, price) + above, low: Math.min(open, price) - below, close: price, volume: 1 };
  });
});

/** Runs `holds` on random bars for every case; `numRuns` is per case. */
function always(holds: (definition: StrategyDefinition, given: Given, bars: Bar[]) => void): void {
  for (const { definition, given } of CASES) {
    fc.assert(fc.property(BARS, (bars) => holds(definition, given, bars)), { seed: 11, numRuns: 25 });
  }
}

test('an opinion depends on no later bar', () => {
  always((definition, given, bars) => {
    const whole = opinions(make(definition, given), bars);
    for (const end of [1, bars.length >> 1, bars.length - 1]) {
      assert.deepEqual(opinions(make(definition, given), bars.slice(0, end)), whole.slice(0, end));
    }
  });
});

test('two of the same strategy share nothing and say the same', () => {
  always((definition, given, bars) => {
    const [first, second] = [make(definition, given), make(definition, given)];
    const alone = opinions(make(definition, given), bars);
    const half = bars.length >> 1;
    opinions(first, bars.slice(0, half));
    assert.deepEqual(opinions(second, bars), alone);
  });
});

test('every target lies within −1 and 1 and on a side that the direction allows', () => {
  const seen = new Map<string, Set<number>>();
  always((definition, given, bars) => {
    const allowed = given.direction === 'both' ? [-1, 0, 1] : given.direction === 'short' ? [-1, 0] : [0, 1];
    for (const { target } of opinions(make(definition, given), bars)) {
      assert.ok(allowed.includes(target));
      const key = `${definition.name} ${JSON.stringify(given)}`;
      seen.set(key, (seen.get(key) ?? new Set()).add(target));
    }
  });
  for (const { definition, given } of CASES) {
    const key = `${definition.name} ${JSON.stringify(given)}`;
    assert.equal(seen.get(key)?.size, given.direction === 'both' ? 3 : 2, `${key} takes every target it may`);
  }
});

test('a new position has its exits on the right sides of the close, a flat one has none', () => {
  always((definition, given, bars) => {
    let before: Opinion = { target: 0, stop: NaN, takeProfit: NaN };
    opinions(make(definition, given), bars).forEach((now, i) => {
      const { close } = bars[i];
      if (now.target === 0 || !('stop' in given)) assert.deepEqual([now.stop, now.takeProfit], [NaN, NaN]);
      else if (now.target === before.target) assert.deepEqual(now, before);
      else if (now.target > 0) assert.ok(0 < now.stop && now.stop < close && close < now.takeProfit);
      else assert.ok(now.stop > close && close > now.takeProfit && now.takeProfit > 0);
      before = now;
    });
  });
});

test('nothing is said before the warm-up is over', () => {
  always((definition, given, bars) => {
    const values = readParameters(definition.parameters, given);
    assert.ok(values.ok);
    const early = opinions(make(definition, given), bars).slice(0, definition.warmup(values.value));
    assert.ok(early.every(({ target }) => target === 0));
  });
});
