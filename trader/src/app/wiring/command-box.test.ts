import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandBox } from './command-box.ts';

function inBox(check: (box: CommandBox, home: string) => void): void {
  const home = mkdtempSync(join(tmpdir(), 'command-box-'));
  try {
    check(new CommandBox(home), home);
  } finally {
    rmSync(home, { recursive: true });
  }
}

test('a command waits until it is taken, and the last one counts', () => inBox((box) => {
  assert.deepEqual([box.isFull(), box.take()], [false, undefined]);
  box.put({ kind: 'halt', reason: 'news' });
  box.put({ kind: 'flatten', reason: 'worse news' });
  for (let times = 0; times < 2; times++) assert.deepEqual(box.take(), { kind: 'flatten', reason: 'worse news', by: 'cli' });
  assert.equal(box.isFull(), true);
  box.clear();
  assert.deepEqual([box.isFull(), box.take()], [false, undefined]);
}));

test('a command that comes while another is carried out is not lost with it', () => inBox((box) => {
  box.put({ kind: 'resume' });
  assert.equal(box.take()?.kind, 'resume');
  box.put({ kind: 'flatten', reason: 'at once' });
  assert.equal(box.take()?.kind, 'resume', 'the one under way comes first, also after a crash');
  box.clear();
  assert.equal(box.isFull(), true);
  assert.equal(box.take()?.kind, 'flatten');
}));

test('what cannot be read as a command halts', () => inBox((box, home) => {
  box.put({ kind: 'resume' });
  for (const text of ['', 'halt', '{"kind":"buy"}', '{"kind":"halt"}', 'null']) {
    writeFileSync(join(home, 'paper', 'command.json'), text);
    assert.equal(box.take()?.kind, 'halt', text);
    box.clear();
  }
}));
