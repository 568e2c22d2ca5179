import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startOfDay } from './calendar.ts';
import { readingsOf, type SeriesState } from './dated-series.ts';

const day = (year: number, month: number, of = 1) => startOfDay({ year, month, day: of });

test('a reading is the newest figure of its moment, with that of a year before as it was known then', () => {
  const states: readonly SeriesState[] = [
    { date: day(2020, 3), value: 100, availableAt: day(2020, 4, 10) },
    { date: day(2021, 3), value: 104, availableAt: day(2021, 4, 10) },
    // The year before is revised later, and the newest after that.
    { date: day(2020, 3), value: 101, availableAt: day(2021, 6) },
    { date: day(2021, 3), value: 105, availableAt: day(2021, 7) },
  ];
  assert.deepEqual(readingsOf(states).map(({ availableAt, value, yearBefore }) => [availableAt, value, yearBefore]), [
    [day(2020, 4, 10), 100, NaN], [day(2021, 4, 10), 104, 100], [day(2021, 6), 104, 101], [day(2021, 7), 105, 101],
  ]);
});

test('a figure that is taken back leaves the one before it, and a revision of an old date changes no reading', () => {
  const states: readonly SeriesState[] = [
    { date: 1, value: 10, availableAt: 5 }, { date: 2, value: 20, availableAt: 6 }, { date: 1, value: 11, availableAt: 7 }, { date: 2, value: NaN, availableAt: 8 }, { date: 1, value: NaN, availableAt: 9 },
  ];
  assert.deepEqual(readingsOf(states).map(({ availableAt, date, value }) => [availableAt, date, value]), [[5, 1, 10], [6, 2, 20], [8, 1, 11], [9, NaN, NaN]]);
});

test('of a daily series the year before is the nearest day that has a figure, but none of more than a month earlier', () => {
  const near = readingsOf([{ date: day(2019, 12, 30), value: 1, availableAt: 0 }, { date: day(2021, 1, 4), value: 3, availableAt: 1 }, { date: day(2020, 1, 2), value: 2, availableAt: 1 }]);
  assert.equal(near.at(-1)?.yearBefore, 2);
  const far = readingsOf([{ date: day(2019, 11), value: 1, availableAt: 0 }, { date: day(2021, 1, 4), value: 3, availableAt: 1 }]);
  assert.equal(far.at(-1)?.yearBefore, NaN);
});

test('a reading holds nothing that became available after it, in whatever order states come', () => {
  const states = fc.uniqueArray(fc.record({ date: fc.integer({ min: 0, max: 5 }), availableAt: fc.integer({ min: 0, max: 9 }), value: fc.constantFrom(1, 2, NaN) }), { selector: ({ date, availableAt }) => `${date} ${availableAt}` });
  fc.assert(fc.property(states, fc.integer({ min: 0, max: 9 }), (all, moment) => {
    const upTo = (readings: ReturnType<typeof readingsOf>) => readings.filter(({ availableAt }) => availableAt <= moment);
    assert.deepEqual(upTo(readingsOf(all)), readingsOf(all.filter(({ availableAt }) => availableAt <= moment)));
    assert.deepEqual(readingsOf([...all].reverse()), readingsOf(all));
  }));
});
