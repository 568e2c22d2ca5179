import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSpan, formatStopwatch, formatTime, formatUtc } from './time.ts';

test('a span is told in the unit that a person would choose', () => {
  assert.deepEqual([400, 12_000, 240_000, 3 * 3_600_000 + 300_000, 50 * 3_600_000, -5].map(formatSpan), ['0.4 s', '12 s', '4 m', '3 h 5 m', '2 d', '0.0 s']);
});

test('a stopwatch counts minutes and seconds, and hours when there are any', () => {
  assert.deepEqual([24_000, 727_000, 3_729_000].map(formatStopwatch), ['0:24', '12:07', '1:02:09']);
});

test('a time names its zone, and UTC is written to the second', () => {
  const at = Date.UTC(2026, 10, 21, 9, 3, 11);
  assert.equal(formatUtc(at), '2026-11-21 09:03:11 UTC');
  assert.match(formatTime(at, 'day-second'), /^\d{2} \w{3,4} 2026 \d{2}:\d{2}:11 \S+$/);
});

test('a day of the calendar is the same one west of Greenwich', (t) => {
  const { TZ } = process.env;
  t.after(() => { if (TZ === undefined) delete process.env['TZ']; else process.env['TZ'] = TZ; });
  process.env['TZ'] = 'America/New_York';
  assert.equal(formatTime(Date.UTC(2024, 0, 1), 'calendar'), '01 Jan 2024');
});
