import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { readJournal, type JournalImage } from './journal-ledger.ts';
import { parseLine, runPaper, type Ended } from './paper-process.ts';
import { journalOf } from './small-run.ts';

// A disk that is full, or refuses: trading ends at the record that does not fit, and goes on from
// the one before it. A small file system of its own where this process may mount one, and besides
// a limit on the size of files, which the system enforces for anyone.
const FILE_BLOCKS = 512;
const folder = mkdtempSync(join(tmpdir(), 'full-disk-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const undisturbed = join(folder, 'undisturbed');
let journal: JournalImage;
let told: Ended;

before(async () => {
  told = await runPaper({ home: undisturbed });
  journal = readJournal(journalOf(undisturbed));
});

function freshHome(name: string): string {
  const home = join(folder, name);
  mkdirSync(join(home, 'paper'), { recursive: true });
  symlinkSync(join(undisturbed, 'cache'), join(home, 'cache'));
  return home;
}

/** Mounts a file system of so many bytes over `path`; false where that is not allowed. */
function mount(t: TestContext, path: string, bytes: number): boolean {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
  if (status === 0) t.after(() => spawnSync('umount', [path]));
  else t.diagnostic('no mount is allowed here: the limit on the size of files stands for a full disk');
  return status === 0;
}

/** One error, exit code 6, a last line that says the same, and a journal that is a beginning of the undisturbed one. */
function checkStopped({ code, lines, errors }: Ended, home: string, reason: RegExp): void {
  assert.equal(code, 6, errors);
  assert.match(errors, /^algotrendy: .*cannot be written.*\n( {2}W.*\n)*$/);
  assert.match(errors, reason);
  const { error } = parseLine(lines.at(-1)) as { error?: { code: string } };
  assert.equal(error?.code, 'disk');
  assert.equal(lines.slice(0, -1).every((line) => line.startsWith('{"kind":"state"') || told.lines.includes(line)), true, 'nothing was told that did not happen');
  const bytes = readFileSync(journalOf(home));
  assert.ok(bytes.length > 0 && bytes.equals(journal.bytes.subarray(0, bytes.length)));
}

/** To the end of the data, or some way on where that is enough. */
async function checkGoesOn(home: string, way: 'to the end' | 'some way'): Promise<void> {
  const before = readFileSync(journalOf(home)).length;
  const { code, lines, errors } = await runPaper({ home, onLine: (_, number, kill) => void (way === 'some way' && number === 500 && kill()) });
  const bytes = readFileSync(journalOf(home));
  assert.ok(bytes.length > before + 50_000 && bytes.equals(journal.bytes.subarray(0, bytes.length)), errors);
  if (way === 'to the end') assert.deepEqual([code, lines.at(-1), bytes.length], [0, told.lines.at(-1), journal.bytes.length]);
}

test('a full disk stops trading with one clear error; when there is room it goes on, and nothing shows', async (t) => {
  const home = freshHome('full');
  const bytes = 300 << 10;
  if (mount(t, join(home, 'paper'), bytes)) {
    checkStopped(await runPaper({ home }), home, /ENOSPC/);
    checkStopped(await runPaper({ home }), home, /ENOSPC/);
    assert.ok(readFileSync(journalOf(home)).length > bytes - 8_192, 'filled to its end');
    assert.equal(spawnSync('mount', ['-o', 'remount,size=64m', join(home, 'paper')]).status, 0);
  }
  await checkGoesOn(home, 'to the end');
});

test('a limit on the size of files stops trading the same way', async () => {
  const home = freshHome('limited');
  for (const blocks of [FILE_BLOCKS, FILE_BLOCKS, 2 * FILE_BLOCKS + 1]) {
    checkStopped(await runPaper({ home, fileBlocks: blocks }), home, /EFBIG/);
    assert.ok(readFileSync(journalOf(home)).length > 0);
  }
  await checkGoesOn(home, 'some way');
});

test('a disk that is full before the shipped bars are read is told apart from bad data', async () => {
  const home = join(folder, 'no-cache');
  const { code, errors } = await runPaper({ home, fileBlocks: 64 });
  assert.equal(code, 6, errors);
  assert.match(errors, /^algotrendy: .*\n( {2}W.*\n)*$/);
  assert.equal((await runPaper({ home, words: ['paper', '--json', '--speed', '1', '--for', '1s'] })).code, 0);
});

test('a full disk under the output ends the run; its journal is whole', async () => {
  const home = freshHome('output');
  const { code, errors } = await runPaper({ home, output: openSync(process.platform === 'linux' ? '/dev/full' : join(folder, 'output'), 'w'), ...(process.platform !== 'linux' && { fileBlocks: FILE_BLOCKS }) });
  assert.equal(code, 6, errors);
  assert.match(errors, /^algotrendy: the output cannot be written: .*\n {2}What to do: .*\n$/);
  await checkGoesOn(home, 'some way');
});

test('a home that is a file, or may not be written, is refused with its path and what to do', async (t) => {
  const file = join(folder, 'file');
  writeFileSync(file, 'kept');
  const home = freshHome('read-only');
  await runPaper({ home, words: ['paper', '--json', '--speed', '1', '--for', '1s'] });
  const before = readFileSync(journalOf(home));
  if (mount(t, join(home, 'paper'), 1 << 20)) assert.equal(spawnSync('mount', ['-o', 'remount,ro', join(home, 'paper')]).status, 0);
  else chmodSync(join(home, 'paper'), 0o500);
  for (const refusing of [file, home]) {
    const { code, lines, errors } = await runPaper({ home: refusing });
    assert.equal(code, 6, errors);
    assert.match(errors, /^algotrendy: the state folder cannot be written: .*\n {2}Where: .*paper\n {2}What to do: .*ALGOTRENDY_HOME.*\n$/);
    assert.equal(lines.length, 1);
  }
  spawnSync('umount', [join(home, 'paper')]);
  chmodSync(join(home, 'paper'), 0o700);
  assert.equal(readFileSync(file, 'utf8'), 'kept');
  assert.deepEqual([readFileSync(journalOf(home)).equals(before), readdirSync(join(home, 'paper')).sort()], [true, ['journal.jsonl', 'lock']]);
});
