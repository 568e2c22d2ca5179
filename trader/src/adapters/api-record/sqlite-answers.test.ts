import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SqliteAnswers } from './sqlite-answers.ts';

const folder = mkdtempSync(join(tmpdir(), 'answers-'));
after(() => { rmSync(folder, { recursive: true }); });

test('a change under way is not begun again because another process starts to serve beside it', () => {
  const path = join(folder, 'answers.sqlite');
  const trading = new SqliteAnswers(path);
  assert.equal(trading.begin('a', 'request', 1).kind, 'new');
  const beside = new SqliteAnswers(path, false);
  assert.deepEqual([trading.begin('a', 'request', 2).kind, beside.begin('a', 'request', 2).kind], ['running', 'running']);
  trading.finish('a', { status: 200, body: '{}' });
  assert.equal(beside.begin('a', 'request', 3).kind, 'done');
  beside.close();
  trading.close();
});

test('what a process had begun when it ended was never begun', () => {
  const path = join(folder, 'ended.sqlite');
  const first = new SqliteAnswers(path);
  first.begin('a', 'request', 1);
  first.close();
  const next = new SqliteAnswers(path);
  assert.equal(next.begin('a', 'request', 2).kind, 'new');
  next.close();
});
