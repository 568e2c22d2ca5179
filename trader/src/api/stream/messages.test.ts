import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CLOSE, TOPICS } from './messages.ts';

const PAGE = readFileSync(new URL('../../../../docs/stream.md', import.meta.url), 'utf8');

test('The page of the stream has a row for each topic that says how it is carried and who may hear it, and no other', () => {
  const rows = [...PAGE.matchAll(/^\| `([a-z]+)` \|.*\| (yes|no) \| (\w+) \| (\w+) \|$/gm)].map(([, topic, byInstrument, delivery, role]) => [topic, byInstrument === 'yes', delivery, role]);
  assert.deepEqual(rows, Object.entries(TOPICS).map(([topic, { byInstrument, delivery, role }]) => [topic, byInstrument, delivery, role]));
});

test('The page of the stream says what each code means that a connection is closed with', () => {
  const rows = [...PAGE.matchAll(/^\| (\d{4}) \|/gm)].map(([, code]) => Number(code));
  assert.deepEqual(rows, [...Object.values(CLOSE), 1009].toSorted((a, b) => a - b));
});

test('The page of the stream names each code of a refusal', () => {
  const source = readFileSync(new URL('messages.ts', import.meta.url), 'utf8');
  const codes = /type StreamErrorCode =([^;]+);/.exec(source)?.[1].match(/[a-z-]+(?=')/g) ?? [];
  assert.ok(codes.length >= 6);
  for (const code of codes) assert.match(PAGE, new RegExp(`\`${code}\``));
});
