import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { SqliteAccounts } from '../../adapters/accounts/sqlite-accounts.ts';
import { BackupError } from '../../adapters/backup/backup-error.ts';
import { FolderBlobs } from '../../adapters/backup/folder-blobs.ts';
import { newKeyText } from '../../adapters/backup/sealing.ts';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { allocateBars } from '../../domain/bar.ts';
import { BlobError } from '../../domain/blob-error.ts';
import { Secret } from '../../domain/secret.ts';
import { Refusal } from '../refusal.ts';
import { backUp as backUpInto, type BackupOptions } from './backup.ts';
import { drill } from './restore-drill.ts';
import { restore as restoreFrom } from './restore.ts';

const root = mkdtempSync(join(tmpdir(), 'backup-'));
after(() => { rmSync(root, { recursive: true, force: true }); });
const KEY = new Secret(newKeyText());
const NOW = { full: false, now: () => Date.now() };
const MAIN = new URL('../main.mjs', import.meta.url).pathname;
const SERIES = { instrument: 'TEST', intervalMs: 60_000 };

const backUp = (home: string, folder: string, key: Secret, options: BackupOptions) => backUpInto(home, new FolderBlobs(folder), key, options);
const restore = (folder: string, key: Secret, target: string, asOf?: number) => restoreFrom(new FolderBlobs(folder), key, target, asOf);

async function addBars(home: string, from: number, count: number): Promise<void> {
  const store = new EmbeddedMarketStore(join(home, 'market/bars.sqlite'));
  const bars = allocateBars(count);
  for (let row = 0; row < count; row++) {
    bars.timestamp[row] = (from + row) * 60_000;
    for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) bars[column][row] = 1 + Math.sin(from + row) ** 2;
    bars.high[row] = 2;
    bars.low[row] = 1;
  }
  await store.append(SERIES, { source: 'test', knownAt: 1, bars });
  await store.close();
}

/** A state folder with something of every kind. */
async function makeHome(name: string, bars = 5_000): Promise<string> {
  const home = join(root, name);
  for (const folder of ['paper', 'runs', 'cache/bars', 'live']) mkdirSync(join(home, folder), { recursive: true });
  await addBars(home, 0, bars);
  for (const [path, text] of [['paper/journal.jsonl', 'one\ntwo\n'], ['runs/r1.json', '{}'], ['cache/bars/x', 'x'], ['secrets.env', 'A=b\n'], ['live/alive.json', '{}'], ['runs/empty', '']] as const) writeFileSync(join(home, path), text);
  chmodSync(join(home, 'runs/r1.json'), 0o600);
  return home;
}

async function closes(home: string): Promise<Float64Array> {
  const store = new EmbeddedMarketStore(join(home, 'market/bars.sqlite'));
  try {
    return (await store.range(SERIES)).close;
  } finally {
    await store.close();
  }
}

test('what is restored is what was there, but for keys, caches and signs of life', async () => {
  const home = await makeHome('whole');
  const { kind, files } = await backUp(home, join(root, 'whole-vault'), KEY, NOW);
  assert.deepEqual({ kind, files }, { kind: 'full', files: 4 });
  const target = join(root, 'whole-back');
  const report = await restore(join(root, 'whole-vault'), KEY, target);
  assert.deepEqual({ files: report.files, databases: report.databases }, { files: 4, databases: 1 });
  assert.deepEqual(readdirSync(target).sort(), ['market', 'paper', 'runs']);
  assert.equal(readFileSync(join(target, 'paper/journal.jsonl'), 'utf8'), 'one\ntwo\n');
  assert.equal(readFileSync(join(target, 'runs/empty'), 'utf8'), '');
  assert.equal(statSync(join(target, 'runs/r1.json')).mode & 0o777, 0o600);
  assert.deepEqual(await closes(target), await closes(home));
  assert.deepEqual(readdirSync(home).filter((name) => name.startsWith('.backup')), []);
});

test('people\'s accounts come back for their owner alone, also where a backup gives them to everybody, as older ones do: people can sign in after a restore', async () => {
  for (const [name, mode] of [['people', 0o600], ['older', 0o644]] as const) {
    const home = await makeHome(name);
    await new SqliteAccounts(join(home, 'accounts.sqlite')).close();
    chmodSync(join(home, 'accounts.sqlite'), mode);
    await backUp(home, join(root, `${name}-vault`), KEY, NOW);
    const target = join(root, `${name}-back`);
    await restore(join(root, `${name}-vault`), KEY, target);
    assert.equal(statSync(join(target, 'accounts.sqlite')).mode & 0o777, 0o600);
    await new SqliteAccounts(join(target, 'accounts.sqlite')).close();
  }
});

test('an incremental backup writes what is new, and each backup is read as of its own time', async () => {
  const home = await makeHome('parts', 60_000);
  const vault = join(root, 'parts-vault');
  const first = await backUp(home, vault, KEY, { full: false, now: () => 1_000_000 });
  assert.equal((await backUp(home, vault, KEY, { full: false, now: () => 2_000_000 })).newBytes, 0);
  await addBars(home, 60_000, 10);
  writeFileSync(join(home, 'paper/journal.jsonl'), 'one\ntwo\nthree\n');
  const third = await backUp(home, vault, KEY, { full: false, now: () => 3_000_000 });
  assert.equal(third.kind, 'incremental');
  assert.ok(third.newBytes > 0 && third.newBytes < first.newBytes, `${third.newBytes} of ${first.newBytes}`);
  assert.deepEqual(await backUp(home, vault, KEY, { full: true, now: () => 4_000_000 }).then(({ kind, newBytes, bytes }) => [kind, newBytes === bytes]), ['full', true]);
  for (const [asOf, bars, journal] of [[1_500_000, 60_000, 'one\ntwo\n'], [3_000_000, 60_010, 'one\ntwo\nthree\n']] as const) {
    const target = join(root, `parts-${asOf}`);
    await restore(vault, KEY, target, asOf);
    assert.equal((await closes(target)).length, bars);
    assert.equal(readFileSync(join(target, 'paper/journal.jsonl'), 'utf8'), journal);
  }
  await assert.rejects(restore(vault, KEY, join(root, 'parts-none'), 999_999), (error) => error instanceof BackupError && error.kind === 'none');
});

test('a folder that holds something is not restored into; one with keys alone keeps them', async () => {
  const home = await makeHome('into');
  const vault = join(root, 'into-vault');
  await backUp(home, vault, KEY, NOW);
  await assert.rejects(restore(vault, KEY, home), (error) => error instanceof Refusal && error.code === 'bad-data');
  const target = join(root, 'into-keys');
  mkdirSync(target);
  writeFileSync(join(target, 'secrets.env'), 'A=b\n', { mode: 0o600 });
  writeFileSync(join(target, 'secrets.env.lock'), '');
  await restore(vault, KEY, target);
  assert.equal(readFileSync(join(target, 'secrets.env'), 'utf8'), 'A=b\n');
  assert.ok(existsSync(join(target, 'runs/r1.json')));
  // As a restore leaves it that is killed between its last two steps.
  rmSync(target, { recursive: true });
  mkdirSync(`${target}.before`);
  writeFileSync(join(`${target}.before`, 'secrets.env'), 'A=b\n', { mode: 0o600 });
  await restore(vault, KEY, target);
  assert.equal(readFileSync(join(target, 'secrets.env'), 'utf8'), 'A=b\n');
  assert.ok(!existsSync(`${target}.before`));
});

test('what was tampered with is not restored, not even in part', async () => {
  const home = await makeHome('tampered');
  const vault = join(root, 'tampered-vault');
  const { id } = await backUp(home, vault, KEY, NOW);
  const folder = join(vault, 'online', id);
  const [piece = ''] = readdirSync(folder);
  const bytes = readFileSync(join(folder, piece));
  writeFileSync(join(folder, piece), bytes.fill((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1));
  const target = join(root, 'tampered-back');
  await assert.rejects(restore(vault, KEY, target), (error) => error instanceof BackupError && error.kind === 'tampered');
  assert.ok(!existsSync(target) && !existsSync(`${target}.restoring`));
  await assert.rejects(restore(vault, new Secret(newKeyText()), target), (error) => error instanceof BackupError && error.kind === 'key');
});

test('a backup that is killed anywhere leaves the earlier ones as they were, and the next one cleans up', async () => {
  const home = await makeHome('killed');
  const vault = join(root, 'killed-vault');
  await backUp(home, vault, KEY, NOW);
  const pieces = () => readdirSync(vault, { recursive: true }).length;
  let killed = 0;
  for (let round = 0; round < 6; round++) {
    writeFileSync(join(home, 'runs/large'), randomBytes(24 << 20));
    const before = pieces();
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'data', 'backup', vault], { stdio: 'ignore', env: { ...process.env, ALGOTRENDY_HOME: home, ALGOTRENDY_SECRET_BACKUP_KEY: KEY.reveal() } });
    const ended = new Promise((done) => { child.once('exit', (_code, signal) => { done(signal); }); });
    while (pieces() < before + 3 * round && child.exitCode === null) await setTimeout(2);
    child.kill('SIGKILL');
    if (await ended === 'SIGKILL') killed++;
    const target = join(root, `killed-${round}`);
    await restore(vault, KEY, target);
    assert.equal((await closes(target)).length, 5_000);
  }
  assert.ok(killed >= 3, `${killed} were killed`);
  rmSync(join(home, 'runs/large'));
  await backUp(home, vault, KEY, { full: true, now: () => Date.now() });
  assert.deepEqual(readdirSync(home).filter((name) => name.startsWith('.backup')), []);
  assert.deepEqual(readdirSync(vault, { recursive: true }).filter((name) => String(name).endsWith('.tmp')), []);
});

test('a restore that is killed leaves no half of a state folder, and is done again', async () => {
  const home = await makeHome('cut');
  writeFileSync(join(home, 'runs/large'), randomBytes(24 << 20));
  const vault = join(root, 'cut-vault');
  await backUp(home, vault, KEY, NOW);
  const target = join(root, 'cut-back');
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'data', 'restore', vault, '--to', target], { stdio: 'ignore', env: { ...process.env, ALGOTRENDY_HOME: home, ALGOTRENDY_SECRET_BACKUP_KEY: KEY.reveal() } });
    const ended = new Promise((done) => { child.once('exit', done); });
    while (!existsSync(join(`${target}.restoring`, ['market/bars.sqlite', 'paper/journal.jsonl', 'runs/large'][round] ?? '')) && child.exitCode === null) await setTimeout(1);
    child.kill('SIGKILL');
    await ended;
    assert.ok(!existsSync(target) || statSync(join(target, 'runs/large')).size === 24 << 20);
    rmSync(target, { recursive: true, force: true });
  }
  await restore(vault, KEY, target);
  assert.equal((await closes(target)).length, 5_000);
  assert.deepEqual(readdirSync(root).filter((name) => name.startsWith('cut-back')), ['cut-back']);
});

test('a drill restores what was acknowledged while backups ran, measures it, and leaves nothing behind', async () => {
  const home = await makeHome('drilled');
  const vault = join(root, 'drilled-vault');
  await backUp(home, vault, KEY, { full: false, now: () => Date.now() - 60_000 });
  const beside = readdirSync(root).length;
  const { rtoMs, rpoMs, underLoad, restored } = await drill(new FolderBlobs(vault), KEY, home, () => Date.now());
  assert.equal(restored.databases, 1);
  assert.ok(rtoMs > 0 && rtoMs < 60_000 && rpoMs >= 60_000 && rpoMs < 120_000, `${rtoMs} ${rpoMs}`);
  assert.ok(underLoad.sound && underLoad.bars > underLoad.acknowledgedBefore && underLoad.acknowledged > underLoad.acknowledgedBefore);
  assert.equal(readdirSync(root).length, beside);
});

test('a database is copied as it is at one moment while another process writes', async () => {
  const home = await makeHome('moving');
  const database = new DatabaseSync(join(home, 'moving.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE pair (a INTEGER, b INTEGER); INSERT INTO pair VALUES (0, 0)');
  let writing = true;
  const writer = (async () => {
    for (let n = 1; writing; n++) {
      database.exec(`BEGIN; UPDATE pair SET a = ${n}; UPDATE pair SET b = ${n}; COMMIT`);
      await new Promise((done) => { setImmediate(done); });
    }
  })();
  for (let round = 0; round < 5; round++) {
    await backUp(home, join(root, 'moving-vault'), KEY, NOW);
    const target = join(root, `moving-${round}`);
    await restore(join(root, 'moving-vault'), KEY, target);
    const copy = new DatabaseSync(join(target, 'moving.sqlite'));
    const { a, b } = copy.prepare('SELECT a, b FROM pair').get() as { a: number; b: number };
    copy.close();
    assert.equal(a, b);
  }
  writing = false;
  await writer;
  database.close();
});

test('a place in which no folder can be made is refused, and does not hang', { timeout: 20_000 }, async () => {
  const home = await makeHome('proc');
  await assert.rejects(backUp(home, process.platform === 'linux' ? '/proc/backups' : join(home, 'runs/r1.json/below'), KEY, NOW), (error) => error instanceof BlobError && error.kind === 'storage');
});

test('what a person has moved to another disk, with a link in its place, is in the backup too', async () => {
  const home = await makeHome('linked');
  const disk = join(root, 'linked-disk');
  renameSync(join(home, 'market'), disk);
  symlinkSync(disk, join(home, 'market'));
  writeFileSync(join(root, 'linked-run'), 'far away');
  symlinkSync(join(root, 'linked-run'), join(home, 'runs/far'));
  symlinkSync(home, join(home, 'runs/round'));
  symlinkSync(join(root, 'nowhere'), join(home, 'runs/dangling'));
  const { files } = await backUp(home, join(root, 'linked-vault'), KEY, NOW);
  assert.equal(files, 5);
  const target = join(root, 'linked-back');
  await restore(join(root, 'linked-vault'), KEY, target);
  assert.equal((await closes(target)).length, 5_000);
  assert.equal(readFileSync(join(target, 'runs/far'), 'utf8'), 'far away');
});

test('backups are not kept in the folder that they are of: each would hold all before it', async () => {
  const home = await makeHome('inside');
  symlinkSync(home, join(root, 'inside-link'));
  for (const place of [join(home, 'backups'), join(root, 'inside-link', 'deep/backups'), home]) {
    await assert.rejects(backUp(home, place, KEY, NOW), (error) => error instanceof Refusal && error.code === 'usage', place);
  }
  assert.ok(!existsSync(join(home, 'backups')) && !existsSync(join(home, 'lock')));
});

test('the newest backup is the one that was made last, also where the clock was set back in between', async () => {
  const home = await makeHome('clock');
  const vault = join(root, 'clock-vault');
  await backUp(home, vault, KEY, { full: false, now: () => Date.UTC(2036, 0, 1) });
  writeFileSync(join(home, 'paper/journal.jsonl'), 'later\n');
  await backUp(home, vault, KEY, { full: false, now: () => Date.UTC(2026, 0, 1) });
  await backUp(home, vault, KEY, { full: true, now: () => Date.UTC(2026, 0, 1) });
  const target = join(root, 'clock-back');
  assert.equal((await restore(vault, KEY, target)).began, Date.UTC(2026, 0, 1));
  assert.equal(readFileSync(join(target, 'paper/journal.jsonl'), 'utf8'), 'later\n');
});
