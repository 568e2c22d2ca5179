import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { toRefusal } from './refusal.ts';

test('a database that finds no room is a full disk, not a defect', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('PRAGMA max_page_count = 1');
  assert.throws(() => database.exec('CREATE TABLE notes (text TEXT)'), (error) => {
    const { code, message, hint } = toRefusal(error);
    assert.deepEqual([code, message], ['disk', 'nothing more can be written: database or disk is full']);
    assert.match(hint ?? '', /Free some space/);
    return true;
  });
  database.close();
});
