import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../command-line.ts';

/** What a process says that is signalled before anybody listens, started with these flags. */
function signalled(flags: readonly string[]): string {
  return spawnSync(process.execPath, [...flags, '-e', 'process.kill(process.pid, "SIGUSR1"); setTimeout(() => {}, 300)'], { encoding: 'utf8' }).stderr;
}

test('a signal to halt that comes before trading listens opens no debugger to the machine', () => {
  const launcher = /^exec "\$node" (.*) "\$root/m.exec(readFileSync(join(ROOT, 'algotrendy'), 'utf8'))?.[1];
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const start = /^node (.*) trader\/src/.exec(scripts.start)?.[1];
  for (const flags of [launcher, start]) {
    assert.ok(flags !== undefined);
    assert.equal(signalled(flags.split(' ')), '');
  }
  assert.match(signalled(['--inspect-port=0']), /Debugger listening/, 'what is looked for is what Node says');
});
