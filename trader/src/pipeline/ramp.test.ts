import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar, MemoryJournal } from '../../test/markets.ts';
import { Signal } from '../domain/signal.ts';
import { DAY_MS } from '../domain/time.ts';
import type { RampRecord } from '../ports/journal.ts';
import type { Strategy } from '../ports/strategy.ts';
import { Ramp } from './ramp.ts';
import type { TradingState } from './risk.ts';

const ACTIVE: TradingState = { kind: 'active' };
const HALTED: TradingState = { kind: 'halted', reason: 'a person', flat: false };
const PAUSED: TradingState = { kind: 'halted', reason: 'catching up', flat: false };

/** Lives through days, each seen in one state, and gives the factor after each. */
function live(ramp: Ramp, days: readonly TradingState[]): number[] {
  return days.map((state, day) => {
    ramp.look(day * DAY_MS + 1, state, 'catching up');
    const due = ramp.due(day * DAY_MS + 1);
    if (due) ramp.admit(due);
    ramp.look((day + 1) * DAY_MS, state, 'catching up');
    return ramp.factor;
  });
}

test('sizes grow with each day that was traded without a breach, and no further than full', () => {
  const journal = new MemoryJournal();
  assert.deepEqual(live(new Ramp(0.1, 0.3, journal), [ACTIVE, ACTIVE, ACTIVE, ACTIVE, ACTIVE]), [0.1, 0.4, 0.7, 1, 1]);
  assert.deepEqual(journal.records, [0.4, 0.7, 1].map((factor, at) => ({ kind: 'ramp', factor, tsEvent: (at + 1) * DAY_MS + 1 })));
});

test('a day that was halted sends it back to where it began; one of catching up counts for nothing', () => {
  assert.deepEqual(live(new Ramp(0.1, 0.2, new MemoryJournal()), [ACTIVE, ACTIVE, HALTED, ACTIVE, ACTIVE]), [0.1, 0.3, 0.5, 0.1, 0.3]);
  assert.deepEqual(live(new Ramp(0.1, 0.2, new MemoryJournal()), [PAUSED, PAUSED, ACTIVE, ACTIVE]), [0.1, 0.1, 0.1, 0.3]);
});

test('an order that a limit held back makes the day none without a breach', () => {
  const ramp = new Ramp(0.5, 0.5, new MemoryJournal());
  ramp.look(1, ACTIVE, '');
  ramp.breach();
  ramp.look(DAY_MS + 1, ACTIVE, '');
  assert.equal(ramp.due(0), undefined);
});

test('a restart that repeats the records and the days has the same factor, and what a crash kept it from writing is due again', () => {
  const journal = new MemoryJournal();
  const first = new Ramp(0.1, 0.1, journal);
  live(first, [ACTIVE, ACTIVE, ACTIVE]);
  const again = new Ramp(0.1, 0.1, new MemoryJournal());
  for (let day = 0; day < 3; day++) {
    again.look(day * DAY_MS + 1, ACTIVE, '');
    if (day === 1) again.admit(journal.records[0] as RampRecord);
    again.look((day + 1) * DAY_MS, ACTIVE, '');
  }
  assert.deepEqual([again.factor, again.due(9)], [0.2, { kind: 'ramp', factor: 0.3, tsEvent: 9 }]);
});

test('an opinion keeps the factor that it was formed under, and its exits as they are', () => {
  const ramp = new Ramp(0.25, 0.25, new MemoryJournal());
  const wants = [1, 1, -1, 0, 1];
  const strategy: Strategy = { onBar({ timestamp }, signal) { signal.target = wants[timestamp]; signal.stop = 90; }, describe: () => ({ mood: 1 }) };
  const over = ramp.over(strategy);
  const signal = new Signal();
  const targets = wants.map((_, at) => {
    if (at === 1) ramp.admit({ kind: 'ramp', factor: 0.5, tsEvent: 0 });
    over.onBar(bar(at, 100), signal);
    return signal.target;
  });
  assert.deepEqual(targets, [0.25, 0.25, -0.5, 0, 0.5]);
  assert.deepEqual([signal.stop, over.describe?.()], [90, { mood: 1 }]);
});

test('what is no opinion stays none, however small the factor', () => {
  const signal = new Signal();
  for (const target of [5, -3, NaN]) {
    new Ramp(0.1, 0.1, new MemoryJournal()).over({ onBar(_, own) { own.target = target; } }).onBar(bar(0, 100), signal);
    assert.equal(signal.target, target);
  }
});
