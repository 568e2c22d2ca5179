import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../command-line.ts';

/** What a process says that is signalled before anybody listens, and again when somebody does, started with these flags. */
function signalled(flags: readonly string[]): string {
  const program = `const signal = () => process.kill(process.pid, 'SIGUSR1');
    signal();
    setTimeout(() => { process.on('SIGUSR1', () => { console.error('heard'); }); signal(); setTimeout(() => {}, 200); }, 300);`;
  return spawnSync(process.execPath, [...flags, '-e', program], { encoding: 'utf8' }).stderr;
}

test('a signal to halt that comes before trading listens opens no debugger to the machine, and is heard from then on', () => {
  const launcher = /^exec "\$node" (.*) "\$root/m.exec(readFileSync(join(ROOT, 'algotrendy'), 'utf8'))?.[1];
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const start = /^node (.*) trader\/src/.exec(scripts.start)?.[1];
  for (const flags of [launcher, start]) {
    assert.ok(flags !== undefined);
    const said = signalled(flags.split(' '));
    assert.doesNotMatch(said, /Debugger listening/);
    assert.match(said, /^heard$/m, 'Node\'s own --disable-sigusr1 would block the signal for good');
  }
  assert.match(signalled(['--inspect-port=0']), /Debugger listening/, 'what is looked for is what Node says');
});
