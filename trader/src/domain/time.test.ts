import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beginsWithDay, formatInterval, isTimestamp, parseInterval } from './time.ts';

test('intervals are read and written in the largest unit that fits', () => {
  assert.deepEqual(['1s', '1m', '60m', '4h', '24h', '7d', '90m'].map((text) => formatInterval(parseInterval(text) ?? NaN)), ['1s', '1m', '1h', '4h', '1d', '1w', '90m']);
  fc.assert(fc.property(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('s', 'm', 'h', 'd', 'w'), (count, unit) => {
    const ms = parseInterval(`${count}${unit}`);
    assert.equal(parseInterval(formatInterval(ms ?? NaN)), ms);
  }));
});

test('what is no interval is none', () => {
  for (const text of ['', 'm', '0m', '-1m', '1', '1 m', '1M', '1.5h', '01m', '100000s', '1m\n', 'constructor', '1constructor']) assert.equal(parseInterval(text), undefined, JSON.stringify(text));
  assert.equal(formatInterval(500), '500ms');
});

test('a timestamp is a whole millisecond that a date can name', () => {
  for (const time of [0, -1, 1_700_000_000_000, 8.64e15, -8.64e15]) assert.ok(isTimestamp(time) && !Number.isNaN(new Date(time).getTime()));
  for (const time of [NaN, Infinity, -Infinity, 0.5, 8.64e15 + 2, 1e300]) assert.ok(!isTimestamp(time), String(time));
});

test('days are those of the calendar', () => {
  for (const text of ['2024-02-29', '2000-02-29T12:00', '2023-02-28', '2023-12-31 00:00', '2023-04-30']) assert.ok(beginsWithDay(text), text);
  for (const text of ['2023-02-29', '1900-02-29', '2024-02-30', '2023-04-31', '2023-13-01', '2023-00-01', '2023-01-00', '2023-01-32', '']) assert.ok(!beginsWithDay(text), text);
});
