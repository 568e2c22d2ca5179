import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cannotLiveWithoutFuture, changesTheBars, countsFromItsStart, knowsTheHighest, loadedTheBars, loadedTheBarsByTime, needsMoreThanItSays,
  peeksBehindTheBar, peeksFarAndCarefully, remembersTheFormerRun, tossesACoin, trailsByTheNextBar, type Cheat,
} from '../../test/cheats/cheats.ts';
import { walkBars } from '../../test/markets.ts';
import { make } from '../../test/opinions.ts';
import { seededRandom } from '../../test/random.ts';
import { Random } from '../domain/random.ts';
import { bollinger } from '../strategies/bollinger/bollinger.ts';
import { STRATEGIES } from '../strategies/catalog.ts';
import { macd } from '../strategies/macd/macd.ts';
import { checkBias, type BiasFindings } from './bias-check.ts';
import { checkWarmUp } from './warm-up-check.ts';

const BARS = walkBars(seededRandom(5), { bars: 1500, volatility: 0.01 });

const find = (cheat: Cheat): BiasFindings => checkBias({ create: cheat(BARS), bars: BARS }, 24, new Random(1));

test('a strategy that ships repeats itself, and knows neither the future nor the real prices', () => {
  for (const definition of STRATEGIES) {
    const { unrepeatable, tampered, leaks, reach, foresight, places } = checkBias({ create: () => make(definition, {}), bars: BARS }, 24, new Random(1));
    assert.deepEqual([unrepeatable, tampered, leaks, reach, foresight.knows, places], [undefined, undefined, [], 0, false, 24], definition.name);
  }
});

test('who reads the next bar out of the columns is caught, with the bar and how far he looked', () => {
  const { leaks, reach, foresight } = find(peeksBehindTheBar);
  assert.ok(leaks.length >= 5);
  assert.equal(reach, 1);
  assert.deepEqual(new Set(leaks.map(({ given, bar }) => given - bar)), new Set([1]));
  assert.equal(foresight.knows, false, 'on invented bars he reads invented ones');
  const [{ bar, timestamp, expected, got }] = leaks;
  assert.equal(timestamp, BARS.timestamp[bar]);
  assert.notDeepEqual(expected, got);
});

test('who looks ten bars ahead is caught however careful he is, and the ten are found', () => {
  const { reach, leaks } = find(peeksFarAndCarefully);
  assert.equal(reach, 10);
  assert.deepEqual(new Set(leaks.map(({ way }) => way)), new Set(['hidden', 'replaced']));
});

test('who looks ahead only for how far his stop trails is caught', () => {
  const { leaks, reach } = find(trailsByTheNextBar);
  assert.ok(leaks.length > 0);
  assert.equal(reach, 1);
  assert.notEqual(leaks[0].expected.trail, leaks[0].got.trail);
});

test('who knows the highest price of all is caught', () => {
  assert.ok(find(knowsTheHighest).leaks.length > 0);
});

test('who fails where the future is hidden is caught by what he throws', () => {
  const { leaks } = find(cannotLiveWithoutFuture);
  assert.ok(leaks.length > 0);
  assert.equal(leaks[0].thrown, 'no next bar');
});

for (const [name, cheat] of Object.entries({ loadedTheBars, loadedTheBarsByTime })) {
  test(`who has loaded the real prices from elsewhere is caught by what he says of invented ones: ${name}`, () => {
    const bars = walkBars(seededRandom(6), { bars: 6_000 });
    const { leaks, foresight } = checkBias({ create: cheat(bars), bars }, 6, new Random(1));
    assert.equal(leaks.length, 0, 'cutting the bars hides nothing from him');
    assert.ok(foresight.knows);
    assert.ok((foresight.t ?? 0) > 5);
  });
}

for (const [name, cheat] of Object.entries({ remembersTheFormerRun, tossesACoin })) {
  test(`who does not repeat himself is caught, and no more is claimed of him: ${name}`, () => {
    const { unrepeatable, places, leaks } = find(cheat);
    assert.ok(unrepeatable);
    assert.deepEqual([places, leaks], [0, []]);
  });
}

test('a strategy that wants what is no target is refused, not checked', () => {
  for (const target of [NaN, 1.5, -Infinity]) {
    assert.throws(() => checkBias({ create: () => ({ onBar: (_, signal) => void (signal.target = target) }), bars: BARS }, 4, new Random(1)), /wants a target of/);
  }
});

test('who changes the bars is caught at the first that he changed', () => {
  const { tampered } = find(changesTheBars);
  assert.equal(tampered?.column, 'open');
});

test('decisions that know nothing have a t about as small as chance makes it', () => {
  const ts = Array.from({ length: 20 }, (_, seed) => checkBias({ create: () => make(macd, { direction: 'both' }), bars: BARS }, 0, new Random(seed)).foresight.t ?? NaN);
  assert.ok(ts.every((t) => Math.abs(t) < 3), ts.join(' '));
});

test('a warm-up is how long a strategy begun in the middle disagrees with one that has seen everything', () => {
  const exact = checkWarmUp({ create: () => make(bollinger, {}), bars: BARS }, 120, 12, new Random(1));
  assert.deepEqual([exact?.never, exact?.starts], [0, 12]);
  const many = walkBars(seededRandom(6), { bars: 12_000 });
  const slow = checkWarmUp({ create: needsMoreThanItSays(many), bars: many }, 1, 12, new Random(1));
  assert.ok(slow && slow.worst > 100 && slow.never === 0, JSON.stringify(slow));
  const never = checkWarmUp({ create: countsFromItsStart(BARS), bars: BARS }, 10, 12, new Random(1));
  assert.ok(never && never.never > 6, JSON.stringify(never));
});

test('a moving average needs exactly the bars that it averages, and too few bars tell nothing', () => {
  const [, , cross] = STRATEGIES;
  const settling = checkWarmUp({ create: () => make(cross, { fast: 3, slow: 20 }), bars: BARS }, 19, 12, new Random(1));
  assert.ok(settling && settling.worst <= 19 && settling.worst > 0, JSON.stringify(settling));
  assert.equal(checkWarmUp({ create: () => make(cross, {}), bars: walkBars(seededRandom(1), { bars: 99 }) }, 10, 4, new Random(1)), undefined);
});
