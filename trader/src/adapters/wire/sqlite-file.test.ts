import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { sqliteFault } from './sqlite-fault.ts';
import { turnLogOn } from './sqlite-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sqlite-file-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

/** Another one that holds a new database for so long. */
async function holder(path: string, ms: number): Promise<Worker> {
  const worker = new Worker(`
    const { DatabaseSync } = require('node:sqlite');
    const { parentPort, workerData: { path, ms } } = require('node:worker_threads');
    const database = new DatabaseSync(path);
    database.exec('BEGIN EXCLUSIVE');
    parentPort.postMessage('held');
    setTimeout(() => { database.close(); }, ms);
  `, { eval: true, workerData: { path, ms } });
  await once(worker, 'message');
  return worker;
}

test('a log is turned on as soon as the one that made the file lets it go, whatever SQLite waits', async () => {
  const path = join(folder, 'new.sqlite');
  const worker = await holder(path, 200);
  const database = new DatabaseSync(path, { timeout: 0 });
  turnLogOn(database, 10_000);
  assert.deepEqual({ ...database.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
  database.close();
  await worker.terminate();
});

test('who does not let it go is not waited for longer than asked', async () => {
  const path = join(folder, 'held.sqlite');
  const worker = await holder(path, 60_000);
  const database = new DatabaseSync(path, { timeout: 0 });
  assert.throws(() => { turnLogOn(database, 30); }, (error) => sqliteFault(error) === 'locked');
  database.close();
  await worker.terminate();
});
