import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneDay } from './zone-time.ts';

test('a session has the date that its exchange gives it, whatever day it is in UTC', () => {
  const day = (text: string, zone: string) => new Date(zoneDay(Date.parse(text), zone)).toISOString();
  // Sydney opens at 10:00, in summer at 23:00 UTC of the day before; New York at 9:30, whatever the season.
  assert.equal(day('2024-01-14T23:00:00Z', 'Australia/Sydney'), '2024-01-15T00:00:00.000Z');
  assert.equal(day('2024-07-15T00:00:00Z', 'Australia/Sydney'), '2024-07-15T00:00:00.000Z');
  assert.equal(day('2024-01-16T14:30:00Z', 'America/New_York'), '2024-01-16T00:00:00.000Z');
  assert.equal(day('2024-01-16T01:00:00Z', 'America/New_York'), '2024-01-15T00:00:00.000Z');
  assert.equal(day('2020-01-02T00:00:00Z', 'UTC'), '2020-01-02T00:00:00.000Z');
  assert.throws(() => zoneDay(0, 'Nowhere/Land'), RangeError);
});
