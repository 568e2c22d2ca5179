import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarMonths, dayState } from './calendar-days.ts';

const day = (text: string, change = {}) => ({ day: Date.parse(text), bars: 24, expected: 24, quarantined: 0, asked: true, ...change });

test('a month lies in weeks from Monday, with every day once', () => {
  const months = calendarMonths([day('2026-01-31'), day('2026-03-01')]);
  assert.deepEqual(months.map(({ year, month }) => `${year}-${month + 1}`), ['2026-1', '2026-2', '2026-3']);
  const january = months[0]?.weeks.flat() ?? [];
  assert.equal(january.filter((each) => each !== undefined).length, 31);
  assert.equal(january.findIndex((each) => each !== undefined), 3, '2026 begins on a Thursday');
  assert.equal(january.length % 7, 0);
});

test('a day that nobody asked about is no gap, and distrust shows before anything else', () => {
  assert.equal(dayState(day('2026-01-01')), 'whole');
  assert.equal(dayState(day('2026-01-01', { bars: 23 })), 'partial');
  assert.equal(dayState(day('2026-01-01', { bars: 0 })), 'empty');
  assert.equal(dayState(day('2026-01-01', { bars: 0, asked: false })), 'unasked');
  assert.equal(dayState(day('2026-01-01', { quarantined: 1 })), 'quarantined');
});
