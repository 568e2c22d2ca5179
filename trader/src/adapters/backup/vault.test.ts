import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BlobError } from '../../domain/blob-error.ts';
import { Secret } from '../../domain/secret.ts';
import { DAY_MS } from '../../domain/time.ts';
import { BackupError, type BackupErrorKind } from './backup-error.ts';
import { FolderBlobs } from './folder-blobs.ts';
import { newKeyText, Sealing } from './sealing.ts';
import { backupId, BackupVault, type Manifest } from './vault.ts';

const root = mkdtempSync(join(tmpdir(), 'vault-'));
after(() => { rmSync(root, { recursive: true }); });
const KEY = new Secret(newKeyText());
const DAY_ONE = Date.UTC(2025, 0, 1);
let number = 0;

function newFolder(): string {
  return join(root, String(number++));
}

function is(kind: BackupErrorKind) {
  return (error: unknown) => error instanceof BackupError && error.kind === kind;
}

/** A backup of one file with these pieces. */
async function store(vault: BackupVault, began: number, generation: string, ...contents: readonly string[]): Promise<Manifest> {
  const pieces: string[] = [];
  for (const text of contents) pieces.push((await vault.put(generation, Buffer.from(text))).name);
  const manifest: Manifest = { version: 1, id: backupId(began), began, kind: generation === backupId(began) ? 'full' : 'incremental', generation, files: [{ path: 'a', bytes: 1, mode: 0o600, sha256: '', pieces }] };
  await vault.finish(manifest);
  return manifest;
}

function open(folder: string, access: 'read' | 'write', key = KEY): Promise<BackupVault> {
  return BackupVault.open(new FolderBlobs(folder), key, access);
}

async function inVault<T>(folder: string, work: (vault: BackupVault) => Promise<T>): Promise<T> {
  const vault = await open(folder, 'write');
  try {
    return await work(vault);
  } finally {
    await vault.close();
  }
}

async function text(vault: BackupVault, { generation, files: [file] }: Manifest): Promise<string> {
  let whole = '';
  for (const name of file?.pieces ?? []) whole += Buffer.from(await vault.get(generation, name)).toString();
  return whole;
}

test('what is sealed opens under its own name and key alone, and shows nothing of itself', () => {
  const sealing = new Sealing(KEY);
  const contents = Buffer.from('orders and fills '.repeat(100));
  const sealed = sealing.seal('a', contents);
  assert.deepEqual(Buffer.from(sealing.open('a', sealed)), contents);
  assert.ok(!Buffer.from(sealed).includes('orders'));
  assert.notDeepEqual(sealing.seal('a', contents), sealed, 'a nonce is used once');
  assert.throws(() => sealing.open('b', sealed), is('tampered'));
  assert.throws(() => new Sealing(new Secret(newKeyText())).open('a', sealed), is('tampered'));
  assert.notEqual(new Sealing(new Secret(newKeyText())).nameOf(contents), sealing.nameOf(contents));
  for (const key of ['', 'password', 'g'.repeat(64)]) assert.throws(() => new Sealing(new Secret(key)), is('key'));
});

test('a change of any byte of anything in a vault is refused', async () => {
  const folder = newFolder();
  const made = await inVault(folder, (vault) => store(vault, DAY_ONE, backupId(DAY_ONE), 'one', 'two'));
  const paths = [`online/${made.id}.manifest`, ...(made.files[0]?.pieces ?? []).map((name) => `online/${made.generation}/${name}`)].map((path) => join(folder, path));
  for (const path of paths) {
    const whole = readFileSync(path);
    for (const change of [
      ...[0, 12, 28, whole.length - 1].map((at) => Buffer.from(whole).fill((whole[at] ?? 0) ^ 1, at, at + 1)), whole.subarray(0, -1), whole.subarray(0, 5), Buffer.alloc(0),
    ]) {
      writeFileSync(path, change);
      await assert.rejects(inVault(folder, async (vault) => text(vault, await vault.latest() ?? made)), is('tampered'));
    }
    writeFileSync(path, whole);
  }
  await inVault(folder, async (vault) => { assert.equal(await text(vault, await vault.latest() ?? made), 'onetwo'); });
  // One piece in another's place, an older backup under a newer name, a piece that is gone.
  const [manifestPath = '', first = '', second = ''] = paths;
  const other = readFileSync(second);
  const whole = readFileSync(first);
  writeFileSync(first, other);
  await assert.rejects(inVault(folder, (vault) => text(vault, made)), is('tampered'));
  writeFileSync(first, whole);
  rmSync(second);
  await assert.rejects(inVault(folder, (vault) => text(vault, made)), is('tampered'));
  renameSync(manifestPath, join(folder, 'online', `${backupId(DAY_ONE + DAY_MS)}.manifest`));
  await assert.rejects(inVault(folder, (vault) => vault.latest()), is('tampered'));
});

test('another key, another version, a folder without backups and a second writer are told apart', async () => {
  const folder = newFolder();
  await assert.rejects(open(folder, 'read'), is('none'));
  const vault = await open(folder, 'write');
  await assert.rejects(open(folder, 'write'), (error) => error instanceof BlobError && error.kind === 'locked');
  await vault.close();
  await assert.rejects(open(folder, 'write', new Secret(newKeyText())), is('key'));
  const header = join(folder, 'algotrendy-backup.json');
  writeFileSync(header, readFileSync(header, 'utf8').replace('"format":1', '"format":2'));
  await assert.rejects(open(folder, 'read'), is('version'));
  writeFileSync(header, '{');
  await assert.rejects(open(folder, 'read'), is('tampered'));
});

test('contents are kept once in a generation, and a full backup shares nothing with those before', async () => {
  const folder = newFolder();
  await inVault(folder, async (vault) => {
    assert.equal((await vault.put('a', Buffer.from('same'))).isNew, true);
    assert.equal((await vault.put('a', Buffer.from('same'))).isNew, false);
    assert.equal((await vault.put('b', Buffer.from('same'))).isNew, true);
  });
});

test('backups stay online for 30 days and cold for a year; what a later one shares stays where it is needed', async () => {
  const folder = newFolder();
  await inVault(folder, async (vault) => {
    const generation = backupId(DAY_ONE);
    const first = await store(vault, DAY_ONE, generation, 'shared', 'only first');
    const second = await store(vault, DAY_ONE + 20 * DAY_MS, generation, 'shared', 'only second');
    await vault.put(generation, Buffer.from('left by a backup that was killed'));
    const pieces = (place: string) => (existsSync(join(folder, place, generation)) ? readdirSync(join(folder, place, generation)).length : 0);
    assert.deepEqual(await vault.retain(DAY_ONE + 20 * DAY_MS), { online: 2, cold: 0, removed: 0 });
    assert.deepEqual([pieces('online'), pieces('cold')], [3, 0]);
    assert.deepEqual(await vault.retain(DAY_ONE + 31 * DAY_MS), { online: 1, cold: 1, removed: 0 });
    assert.deepEqual([pieces('online'), pieces('cold')], [2, 1]);
    assert.equal(await text(vault, await vault.latest(DAY_ONE) ?? second), 'sharedonly first');
    assert.deepEqual(await vault.retain(DAY_ONE + 60 * DAY_MS), { online: 0, cold: 2, removed: 0 });
    assert.equal(await text(vault, await vault.latest() ?? first), 'sharedonly second');
    assert.deepEqual(await vault.retain(DAY_ONE + 370 * DAY_MS), { online: 0, cold: 1, removed: 1 });
    assert.equal(await text(vault, await vault.latest() ?? first), 'sharedonly second');
    assert.deepEqual(await vault.retain(DAY_ONE + 400 * DAY_MS), { online: 0, cold: 0, removed: 1 });
    assert.deepEqual([pieces('online'), pieces('cold')], [0, 0]);
    assert.equal(await vault.latest(), undefined);
  });
});

test('what others keep in the same place is not touched', async () => {
  const folder = newFolder();
  const own = ['letter.tmp', 'photos/one.jpg.tmp', 'online/photos/one.jpg', 'cold/photos/two.jpg', 'online/2026-holiday/three.jpg'];
  for (const path of own) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  await inVault(folder, async (vault) => {
    await store(vault, DAY_ONE, backupId(DAY_ONE), 'a');
    await vault.retain(DAY_ONE + 40 * DAY_MS);
    await vault.retain(DAY_ONE + 400 * DAY_MS);
  });
  assert.deepEqual(own.filter((path) => !existsSync(join(folder, path))), []);
});

test('a place that cannot be locked for another reason is not said to be in use', async () => {
  const folder = newFolder();
  mkdirSync(folder);
  writeFileSync(join(folder, 'lock'), 'a file of somebody else, which is no database and as long as this');
  await assert.rejects(open(folder, 'write'), (error) => error instanceof BlobError && error.kind === 'storage' && !/another process/.test(error.message));
});
