import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outsideSession, sessionText } from './market-sessions.ts';

const at = (text: string) => Date.parse(text);

test('a share trades from 9:30 to 16:00 in New York, in summer and in winter, and not on weekends', () => {
  const times = ['2026-01-05T14:29Z', '2026-01-05T14:30Z', '2026-01-05T20:59Z', '2026-01-05T21:00Z', '2026-07-06T13:29Z', '2026-07-06T13:30Z', '2026-07-06T20:00Z', '2026-07-11T15:00Z'].map(at);
  assert.deepEqual(outsideSession({ time: times }), [true, false, false, true, true, false, true, true]);
});

test('only shares have a session, and bars of a day do not show it', () => {
  assert.match(sessionText('equity', 60_000) ?? '', /New York/);
  assert.deepEqual([sessionText('crypto', 60_000), sessionText('equity', 86_400_000)], [undefined, undefined]);
});
