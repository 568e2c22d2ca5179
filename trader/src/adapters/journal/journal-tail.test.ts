import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { JournalError, JournalFile } from './journal-file.ts';
import { JournalTail } from './journal-tail.ts';

/** A journal of three commands in a folder of its own. */
function journal(context: TestContext): { readonly path: string; readonly file: JournalFile } {
  const folder = mkdtempSync(join(tmpdir(), 'tail-'));
  const path = join(folder, 'journal.jsonl');
  const file = new JournalFile(path);
  context.after(() => {
    file.close();
    rmSync(folder, { recursive: true });
  });
  for (const reason of ['one', 'two', 'three']) file.append({ kind: 'command', command: { kind: 'halt', reason } });
  return { path, file };
}

const reasons = (tail: JournalTail) => [...tail.read()].map(({ sequence, record }) => `${sequence} ${record.kind === 'command' && record.command.kind === 'halt' ? record.command.reason : record.kind}`);

test('a journal that grows is read to its end, and then what was added', (context) => {
  const { path, file } = journal(context);
  const tail = new JournalTail(path);
  assert.deepEqual(reasons(tail), ['1 one', '2 two', '3 three']);
  assert.deepEqual(reasons(tail), []);
  file.append({ kind: 'command', command: { kind: 'halt', reason: 'four' } });
  assert.deepEqual(reasons(tail), ['4 four']);
});

test('half a line is left for the next time, at every byte', (context) => {
  const { path } = journal(context);
  const whole = readFileSync(path);
  const end = whole.lastIndexOf(10, whole.length - 2) + 1;
  for (let cut = end; cut < whole.length; cut++) {
    writeFileSync(path, whole.subarray(0, cut));
    const tail = new JournalTail(path);
    assert.deepEqual(reasons(tail), ['1 one', '2 two'], `cut at ${cut}`);
    appendFileSync(path, whole.subarray(cut));
    assert.deepEqual(reasons(tail), ['3 three'], `cut at ${cut}`);
  }
});

test('a journal that has become shorter, has changed, or is none is refused', (context) => {
  const { path } = journal(context);
  const tail = new JournalTail(path);
  reasons(tail);
  truncateSync(path, 20);
  assert.throws(() => reasons(tail), (error) => error instanceof JournalError && error.kind === 'damaged');
  assert.throws(() => reasons(new JournalTail(`${path}.none`)), (error) => error instanceof JournalError && error.kind === 'unreadable');
});
