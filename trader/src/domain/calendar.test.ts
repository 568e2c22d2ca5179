import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dayOf, dayText, minuteText, startOfDay } from './calendar.ts';

test('every moment has the day and the minute that the Gregorian calendar gives it', () => {
  fc.assert(fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
    const text = date.toISOString();
    assert.equal(dayText(date.getTime()), text.slice(0, 10));
    assert.equal(minuteText(date.getTime()), text.slice(0, 16).replace('T', ' '));
    assert.equal(startOfDay(dayOf(date.getTime())), Date.parse(`${text.slice(0, 10)}T00:00:00Z`));
  }));
});
