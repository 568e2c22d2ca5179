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
  assert.equal(box.peek(), undefined);
  box.put({ kind: 'halt', reason: 'news' });
  box.put({ kind: 'flatten', reason: 'worse news' });
  assert.deepEqual(box.peek(), { kind: 'flatten', reason: 'worse news' });
  assert.deepEqual(box.peek(), { kind: 'flatten', reason: 'worse news' });
  box.clear();
  assert.equal(box.peek(), undefined);
}));

test('what cannot be read as a command halts', () => inBox((box, home) => {
  box.put({ kind: 'resume' });
  for (const text of ['', 'halt', '{"kind":"buy"}', '{"kind":"halt"}', 'null']) {
    writeFileSync(join(home, 'paper', 'command.json'), text);
    assert.equal(box.peek()?.kind, 'halt', text);
  }
}));
