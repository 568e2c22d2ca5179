import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { codeLines } from './coverage.ts';

const ROOT = path.dirname(import.meta.dirname);
const folder = mkdtempSync(path.join(tmpdir(), 'test-runner-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const GOOD = "import { test } from 'node:test';\ntest('good', () => {});\n";

/** Runs the runner over the given test files and returns its exit code and last line. */
function runOver(name: string, tests: Readonly<Record<string, string>>, ...words: string[]): { code: number | null; last: string; output: string } {
  const repository = path.join(folder, name);
  cpSync(path.join(ROOT, 'scripts'), path.join(repository, 'scripts'), { recursive: true, filter: (file) => !file.endsWith('.test.ts') });
  cpSync(path.join(ROOT, 'package.json'), path.join(repository, 'package.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(repository, 'node_modules'), 'junction');
  mkdirSync(path.join(repository, 'trader/src'), { recursive: true });
  for (const [file, text] of Object.entries(tests)) writeFileSync(path.join(repository, 'trader/src', file), text);
  const env = { ...process.env };
  delete env['NODE_TEST_CONTEXT'];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(repository, 'scripts/test.ts'), ...words], { encoding: 'utf8', env });
  return { code: status, last: stdout.trimEnd().split('\n').at(-1) ?? '', output: stdout + stderr };
}

test('passing tests give the total and exit code 0', () => {
  const { code, last } = runOver('good', { 'a.test.ts': GOOD, 'b.test.ts': "import { describe, it } from 'node:test';\ndescribe('s', () => { it('one', () => {}); it('two', () => {}); });" });
  assert.deepEqual({ code, last }, { code: 0, last: '3 passed, 0 failed' });
});

const BROKEN: Readonly<Record<string, string>> = {
  'a failing test': "import { test } from 'node:test';\ntest('bad', () => { throw new Error('reason'); });",
  'a file that cannot be loaded': "import './missing.ts';",
  'a file with a syntax error': 'const = 1;',
  'a process that exits early': "import { test } from 'node:test';\ntest('bad', () => { process.exit(0); });\ntest('never', () => {});",
  'an error after the tests': "import { test } from 'node:test';\ntest('ok', () => {});\nsetTimeout(() => { throw new Error('late'); }, 20);",
  'a file without tests': 'export const nothing = 1;',
  'a suite without tests': "import { describe } from 'node:test';\ndescribe('empty', () => {});",
  'a skipped test': "import { test } from 'node:test';\ntest.skip('later', () => {});",
  'a test marked as to be done': "import { test } from 'node:test';\ntest('later', { todo: true }, () => {});",
  'a hook that fails': "import { describe, it, before } from 'node:test';\ndescribe('s', () => { before(() => { throw new Error('hook'); }); it('one', () => {}); });",
};

test('whatever does not pass fails the run: crashes, empty files, skips and hooks too', () => {
  const names = Object.keys(BROKEN);
  const { code, last, output } = runOver('broken', { 'good.test.ts': GOOD, ...Object.fromEntries(names.map((name, index) => [`f${index}.test.ts`, BROKEN[name] ?? ''])) });
  assert.equal(code, 1);
  for (const [index, name] of names.entries()) assert.match(output, new RegExp(`✗ trader/src/f${index}\\.test\\.ts`), name);
  assert.match(output, /reason/);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(last) ?? [];
  assert.equal(passed, '2');
  assert.ok(Number(failed) >= names.length, output);
});

test('no test at all is a failure', () => {
  assert.deepEqual(pick(runOver('none', {})), { code: 1, last: '0 passed, 1 failed' });
  assert.deepEqual(pick(runOver('filtered', { 'a.test.ts': GOOD }, 'nothing-like-it')), { code: 1, last: '0 passed, 1 failed' });
});

function pick({ code, last }: { code: number | null; last: string }): { code: number | null; last: string } {
  return { code, last };
}

test('words choose files by their path', () => {
  const { last, output } = runOver('words', { 'ledger.test.ts': GOOD, 'risk.test.ts': GOOD }, 'risk');
  assert.equal(last, '1 passed, 0 failed');
  assert.doesNotMatch(output, /ledger/);
});

test('coverage counts lines of code only, and files that no test loads as not reached', () => {
  assert.deepEqual([...codeLines('// why\ninterface A {\n  b: number;\n}\n\nexport const c = (d: number): number => {\n  /* e */\n  return d;\n};\n')], [6, 8, 9]);
  const { output, code } = runOver('coverage', {
    'reached.ts': 'export const one = (): number => 1;\n',
    'forgotten.ts': 'export function two(): number {\n  return 2;\n}\n',
    'types-only.ts': 'export interface Three {\n  four: number;\n}\n',
    'a.test.ts': "import { test } from 'node:test';\nimport { one } from './reached.ts';\ntest('one', () => { one(); });\n",
  }, '--coverage');
  assert.equal(code, 0, output);
  assert.match(output, /forgotten\.ts +0\.0 % +— +0\.0 %/);
  assert.match(output, /reached\.ts +100\.0 % /);
  assert.match(output, /^all +25\.0 %/m);
  assert.match(output, /2 files with code, 1 of them loaded by no test/);
});

test('every script of npm that takes words explains itself, and refuses those that it does not know', () => {
  for (const script of ['scripts/test.ts', 'scripts/verify.ts', 'trader/bench/main.ts', 'trader/bench/ui-score.ts']) {
    const call = (...words: readonly string[]) => spawnSync(process.execPath, [path.join(ROOT, script), ...words], { encoding: 'utf8' });
    const help = call('--help');
    assert.deepEqual([help.status, help.stderr.replaceAll(/^.*ExperimentalWarning.*\n|^\(Use .*\n/gm, '')], [0, ''], script);
    assert.match(help.stdout, /^[A-Z].*\n(.*\n)?\n {2}npm (test|run)/, script);
    const unknown = call('--nonsense');
    assert.equal(unknown.status, 2, script);
    assert.ok(/Unknown option '--nonsense'/.test(unknown.stderr) && unknown.stderr.includes(help.stdout.trim()) && !/\n {4}at /.test(unknown.stderr), unknown.stderr);
  }
});
