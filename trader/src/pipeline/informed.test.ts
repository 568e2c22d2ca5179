import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barsOf, opinions } from '../../test/opinions.ts';
import { readingsOf } from '../domain/dated-series.ts';
import type { SeriesReading, Strategy } from '../ports/strategy.ts';
import { informed } from './informed.ts';

const MINUTE = 60_000;

/** Writes what it reads where its opinion would stand. */
function reader(readings: readonly SeriesReading[]): Strategy {
  return { onBar: (_, signal) => { [signal.stop, signal.takeProfit] = [readings[0]?.value ?? NaN, readings[1]?.value ?? NaN]; } };
}

test('a bar sees what was known at its close, to the millisecond, and nothing before anything was known', () => {
  const first = readingsOf([{ date: 0, value: 1, availableAt: MINUTE }, { date: 1, value: 2, availableAt: 2 * MINUTE + 1 }]);
  const second = readingsOf([{ date: 0, value: 7, availableAt: 0 }]);
  const seen = opinions(informed(reader, MINUTE, [first, second]), barsOf([1, 1, 1]));
  assert.deepEqual(seen.map(({ stop }) => stop), [1, 1, 2]);
  assert.deepEqual(seen.map(({ takeProfit }) => takeProfit), [7, 7, 7]);
  assert.deepEqual(opinions(informed(reader, MINUTE, [[], second]), barsOf([1])).map(({ stop }) => stop), [NaN]);
});

test('what is published after a bar\'s close changes nothing that was decided up to it, whatever it revises', () => {
  const states = fc.uniqueArray(fc.record({ date: fc.integer({ min: 0, max: 4 }), availableAt: fc.integer({ min: 0, max: 10 * MINUTE }), value: fc.integer({ min: 1, max: 9 }) }), { selector: ({ date, availableAt }) => `${date} ${availableAt}` });
  fc.assert(fc.property(states, fc.integer({ min: 1, max: 10 }), (all, bars) => {
    const closes = barsOf(Array.from({ length: 10 }, () => 1));
    const told = (some: typeof all) => opinions(informed(reader, MINUTE, [readingsOf(some), []]), closes).slice(0, bars);
    assert.deepEqual(told(all), told(all.filter(({ availableAt }) => availableAt <= bars * MINUTE)));
  }));
});

test('it describes its opinion by what its strategy says, and only where that says something', () => {
  assert.equal(informed(reader, MINUTE, []).describe, undefined);
  assert.deepEqual(informed(() => ({ onBar: () => undefined, describe: () => ({ rate: 4 }) }), MINUTE, []).describe?.(), { rate: 4 });
});
