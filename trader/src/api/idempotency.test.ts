import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SqliteAnswers } from '../adapters/api-record/sqlite-answers.ts';
import { WALL_CLOCK } from '../../test/wall-clock.ts';
import { DAY_MS } from '../domain/time.ts';
import type { Caller } from './auth/access.ts';
import { Idempotency } from './idempotency.ts';

const folder = mkdtempSync(join(tmpdir(), 'answers-'));
after(() => { rmSync(folder, { recursive: true }); });

const caller = (userId: string): Caller => ({ kind: 'session', userId, name: userId, role: 'trader', id: 's', steppedUpAt: undefined, enrolling: false, expiresAt: 0 });
const change = (key: unknown, request = 'r', userId = 'ana', secret = false) => ({ caller: caller(userId), key, request, secret });

test('a change under the same key is made once, and its answer given again', async () => {
  const once = new Idempotency(new SqliteAnswers(':memory:'), WALL_CLOCK);
  const ids: string[] = [];
  const carryOut = (id: string) => Promise.resolve(ids.push(id));
  assert.deepEqual(await once.once(change('k'), carryOut), { body: '1', repeated: false });
  assert.deepEqual(await once.once(change('k'), carryOut), { body: '1', repeated: true });
  assert.equal(ids.length, 1);
});

test('the same key of another person is another change, with another id', async () => {
  const once = new Idempotency(new SqliteAnswers(':memory:'), WALL_CLOCK);
  const ids = new Set<string>();
  for (const user of ['ana', 'ben']) await once.once(change('k', 'r', user), (id) => Promise.resolve(ids.add(id).size));
  assert.equal(ids.size, 2);
});

test('a key of another request is refused, and so is none', async () => {
  const once = new Idempotency(new SqliteAnswers(':memory:'), WALL_CLOCK);
  await once.once(change('k', 'one'), () => Promise.resolve(1));
  await assert.rejects(once.once(change('k', 'two'), () => Promise.resolve(2)), { code: 'idempotency-key-reused' });
  for (const key of [undefined, '', 'with space', 'x'.repeat(65), ['a', 'b']]) await assert.rejects(once.once(change(key), () => Promise.resolve(1)), { code: 'idempotency-key-missing' });
});

test('a second request while the first is at work is told to wait', async () => {
  const once = new Idempotency(new SqliteAnswers(':memory:'), WALL_CLOCK);
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = once.once(change('k'), () => promise);
  await assert.rejects(once.once(change('k'), () => Promise.resolve(2)), { code: 'still-running' });
  resolve(1);
  assert.equal((await first).body, '1');
});

test('a change that failed may be tried again with its key, under the same id', async () => {
  const once = new Idempotency(new SqliteAnswers(':memory:'), WALL_CLOCK);
  const ids: string[] = [];
  await assert.rejects(once.once(change('k'), (id) => {
    ids.push(id);
    return Promise.reject(new Error('no'));
  }));
  await once.once(change('k'), (id) => Promise.resolve(ids.push(id)));
  assert.equal(ids[0], ids[1]);
});

test('another change under the key of one that failed has an id of its own, so that what became of the first is not taken for it', async () => {
  const once = new Idempotency(new SqliteAnswers(':memory:'), WALL_CLOCK);
  const ids = new Set<string>();
  // As when the run had not answered a halt in time, and a flatten follows.
  await assert.rejects(once.once(change('k', 'halt'), (id) => Promise.reject(new Error(String(ids.add(id).size)))));
  await once.once(change('k', 'flatten'), (id) => Promise.resolve(ids.add(id).size));
  assert.equal(ids.size, 2);
});

test('a secret is not kept: its repetition is told that it was done', async () => {
  const store = new SqliteAnswers(':memory:');
  const once = new Idempotency(store, WALL_CLOCK);
  const { body } = await once.once(change('k', 'r', 'ana', true), () => Promise.resolve({ secret: 's3cret' }));
  assert.match(body, /s3cret/);
  await assert.rejects(once.once(change('k', 'r', 'ana', true), () => Promise.resolve(1)), { code: 'conflict' });
});

test('an answer outlives the process; what was begun and not finished is begun anew; after a day it is forgotten', () => {
  const path = join(folder, 'a.sqlite');
  const first = new SqliteAnswers(path);
  first.begin('done', 'r', 1);
  first.finish('done', { status: 200, body: '{}' });
  first.begin('cut', 'r', 1);
  first.close();
  const second = new SqliteAnswers(path);
  assert.deepEqual(second.begin('done', 'r', 2), { kind: 'done', answer: { status: 200, body: '{}' } });
  assert.deepEqual(second.begin('cut', 'r', 2), { kind: 'new' });
  second.close();
  const third = new SqliteAnswers(path);
  assert.deepEqual(third.begin('done', 'r', 2 + DAY_MS), { kind: 'new' });
  third.close();
});
