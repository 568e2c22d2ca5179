import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

test('on a disk that takes no more a halt is left all the same; what else is said is not, and says so', () => {
  for (const [command, fails, taken] of [[{ kind: 'halt', reason: 'news' }, false, 'halt'], [{ kind: 'flatten', reason: 'news' }, true, 'halt'], [{ kind: 'resume' }, true, undefined]] as const) {
    inBox((box, home) => {
      box.take();
      const script = `import { CommandBox } from ${JSON.stringify(new URL('./command-box.ts', import.meta.url).href)}; new CommandBox(${JSON.stringify(home)}).put(${JSON.stringify(command)});`;
      // No file may have a byte here.
      const { status, stderr } = spawnSync('bash', ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], { encoding: 'utf8' });
      assert.equal(status !== 0, fails, stderr);
      assert.equal(box.take()?.kind, taken);
      assert.deepEqual(readdirSync(join(home, 'paper')), taken === undefined ? [] : ['command.taken.json']);
    });
  }
});
