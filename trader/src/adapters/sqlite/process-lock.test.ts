import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ProcessLock } from './process-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'algotrendy-lock-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own that takes the lock, says whether it has it, and then does nothing. */
async function holder(path: string): Promise<{ readonly child: ChildProcess; readonly word: string }> {
  const module = pathToFileURL(join(import.meta.dirname, 'process-lock.ts')).href;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', `
    const { ProcessLock } = await import(${JSON.stringify(module)});
    globalThis.lock = ProcessLock.take(${JSON.stringify(path)});
    console.log(globalThis.lock ? 'taken' : 'busy');
    setTimeout(() => {}, 60_000);
  `], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [data] = await once(child.stdout, 'data') as [Buffer];
  return { child, word: data.toString().trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('one process at a time holds the lock; its death by SIGKILL releases it', async () => {
  const path = join(folder, 'a.lock');
  const first = await holder(path);
  assert.equal(first.word, 'taken');
  assert.equal(ProcessLock.take(path), undefined);
  const second = await holder(path);
  assert.equal(second.word, 'busy');
  await kill(first.child);
  const lock = ProcessLock.take(path);
  assert.ok(lock);
  const third = await holder(path);
  assert.equal(third.word, 'busy');
  lock.release();
  await Promise.all([second, third].map(({ child }) => kill(child)));
});

test('a lock that is only looked at is waited for, one that is kept is not waited for longer than asked', async () => {
  const path = join(folder, 'd.lock');
  const first = await holder(path);
  assert.equal(ProcessLock.take(path, 50), undefined);
  const gone = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  const lock = ProcessLock.take(path, 5_000);
  assert.ok(lock);
  lock.release();
  await gone;
});

test('within a process it is held once too, and free again when released', () => {
  const path = join(folder, 'b.lock');
  const lock = ProcessLock.take(path);
  assert.ok(lock);
  assert.equal(ProcessLock.take(path), undefined);
  lock.release();
  const again = ProcessLock.take(path);
  assert.ok(again);
  again.release();
});

test('a lock file that cannot be one is an error, not a free lock', () => {
  const path = join(folder, 'c.lock');
  writeFileSync(path, 'this is no database, and long enough that it could not be an empty one either');
  assert.throws(() => ProcessLock.take(path));
  assert.throws(() => ProcessLock.take(join(folder, 'no', 'folder', 'd.lock')));
});
