import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walkBars } from '../../test/markets.ts';
import { seededRandom } from '../../test/random.ts';
import { readParameters } from '../domain/parameters.ts';
import type { StrategyDefinition } from '../ports/strategy.ts';
import { bollinger } from '../strategies/bollinger/bollinger.ts';
import { macd } from '../strategies/macd/macd.ts';
import { axesNear } from './neighbour-axes.ts';

const BARS = walkBars(seededRandom(2), { bars: 1500, volatility: 0.01 });

function near(definition: StrategyDefinition, given: Readonly<Record<string, string | number>>) {
  const values = readParameters(definition.parameters, given);
  assert.ok(values.ok);
  return axesNear(definition, values.value, BARS);
}

test('the first three numbers are varied, from half to twice their value, and whole ones stay whole', () => {
  assert.deepEqual(near(macd, {}), [
    { name: 'fast', values: [6, 9, 12, 18, 24] }, { name: 'slow', values: [13, 20, 26, 39, 52] }, { name: 'signal', values: [5, 7, 9, 14, 18] },
  ]);
});

test('what changes no decision is not varied: it would count as tries that were none', () => {
  assert.deepEqual(near(bollinger, { rule: 'reversion' }).map(({ name }) => name), ['period', 'deviations']);
  assert.deepEqual(near(bollinger, { rule: 'squeeze' }).map(({ name }) => name), ['period', 'deviations', 'lookback']);
});

test('values stay within their range, and what is off stays off', () => {
  const axes = near(macd, { fast: 1, slow: 4, signal: 2 });
  assert.deepEqual(axes, [{ name: 'fast', values: [1, 2] }, { name: 'slow', values: [2, 3, 4, 6, 8] }, { name: 'signal', values: [1, 2, 3, 4] }]);
});
