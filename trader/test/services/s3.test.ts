import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newKeyText } from '../../src/adapters/backup/sealing.ts';
import { backupId, BackupVault } from '../../src/adapters/backup/vault.ts';
import { S3Blobs } from '../../src/adapters/s3/s3-blobs.ts';
import { BlobError, type BlobErrorKind } from '../../src/domain/blob-error.ts';
import { Secret } from '../../src/domain/secret.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { blobStoreContract } from '../contract/blob-store.ts';
import { ACCESS_KEY, S3Server, SECRET_KEY } from './s3-server.ts';

const BUCKET = 'backups';
const MAIN = new URL('../../src/app/main.mjs', import.meta.url).pathname;
const KEY = newKeyText();
const root = mkdtempSync(join(tmpdir(), 's3-test-'));
let server: S3Server;
before(async () => { server = await S3Server.start(BUCKET); });
after(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

function blobs(prefix: string, { bucket = BUCKET, secret = SECRET_KEY, endpoint = server.endpoint } = {}): S3Blobs {
  return new S3Blobs({ bucket, prefix, region: 'us-east-1', endpoint, accessKeyId: new Secret(ACCESS_KEY), secretAccessKey: new Secret(secret), sessionToken: undefined });
}

let contracted: S3Server;
blobStoreContract('a bucket', {
  async make() {
    contracted = await S3Server.start('contract');
    return () => blobs('a/prefix', { bucket: 'contract', endpoint: contracted.endpoint });
  },
  clean: () => contracted.stop(),
});

/** Runs the product; `kill` ends it when its folder of pieces holds something. */
async function run(words: readonly string[], home: string): Promise<{ readonly code: number | null; readonly text: string; readonly json: Record<string, unknown> }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...words, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ALGOTRENDY_HOME: home, ALGOTRENDY_SECRET_BACKUP_KEY: KEY, ALGOTRENDY_SECRET_S3_ACCESS_KEY_ID: ACCESS_KEY, ALGOTRENDY_SECRET_S3_SECRET_ACCESS_KEY: SECRET_KEY },
  });
  let [stdout, text] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => { stdout += String(chunk); text += String(chunk); });
  child.stderr.on('data', (chunk: Buffer) => { text += String(chunk); });
  const code = await new Promise<number | null>((done) => { child.once('close', done); });
  assert.ok(!text.includes(SECRET_KEY) && !text.includes(KEY), text);
  return { code, text, json: stdout === '' ? {} : JSON.parse(stdout) as Record<string, unknown> };
}

function makeHome(name: string): string {
  const home = join(root, name);
  mkdirSync(join(home, 'runs'), { recursive: true });
  for (let i = 0; i < 20; i++) writeFileSync(join(home, 'runs', `${i}.json`), randomBytes(200_000));
  return home;
}

test('a backup in a bucket is full, then incremental, drilled, and restores as of its time', async () => {
  const home = makeHome('home');
  const place = [`s3://${BUCKET}/trader`, '--endpoint', server.endpoint];
  const first = await run(['data', 'backup', ...place], home);
  assert.deepEqual([first.code, first.json['kind'], first.json['files']], [0, 'full', 20], first.text);
  writeFileSync(join(home, 'runs/new.json'), 'new');
  const second = await run(['data', 'backup', ...place], home);
  assert.deepEqual([second.json['kind'], second.json['newBytes'], (second.json['retention'] as { online: number }).online], ['incremental', 3, 2]);
  const drill = await run(['data', 'restore', ...place, '--drill'], home);
  assert.deepEqual([drill.code, drill.json['met']], [0, { rto: true, rpo: true, sound: true }], drill.text);
  const target = join(root, 'back');
  assert.equal((await run(['data', 'restore', ...place, '--to', target], home)).code, 0);
  for (const name of ['0.json', '19.json', 'new.json']) assert.deepEqual(readFileSync(join(target, 'runs', name)), readFileSync(join(home, 'runs', name)));
});

test('what was changed in the bucket is not restored', async () => {
  const home = makeHome('tampered');
  const place = [`s3://${BUCKET}/tampered`, '--endpoint', server.endpoint];
  await run(['data', 'backup', ...place], home);
  const store = blobs('tampered');
  const [piece = ''] = (await store.list('online/')).filter((name) => !name.endsWith('.manifest'));
  const sealed = Buffer.from(await store.get(piece) ?? []);
  await store.put(piece, sealed.fill((sealed.at(-1) ?? 0) ^ 1, sealed.length - 1));
  const { code, json } = await run(['data', 'restore', ...place, '--to', join(root, 'tampered-back')], home);
  assert.deepEqual([code, (json['error'] as { code: string }).code], [3, 'bad-data']);
});

test('a backup whose process is killed, or whose server is, leaves the earlier ones as they were', async () => {
  const home = makeHome('killed');
  const place = [`s3://${BUCKET}/killed`, '--endpoint', server.endpoint];
  assert.equal((await run(['data', 'backup', ...place], home)).code, 0);
  for (let i = 0; i < 60; i++) writeFileSync(join(home, 'runs', `more-${i}.json`), randomBytes(500_000));
  const before = (await blobs('killed').list('online/')).length;
  const cut = run(['data', 'backup', ...place], home);
  while ((await blobs('killed').list('online/')).length < before + 5) await new Promise((wait) => { setTimeout(wait, 5); });
  await server.kill();
  const { code, json } = await cut;
  assert.deepEqual([code, (json['error'] as { code: string }).code], [1, 'failure']);
  await server.restart();
  assert.equal((await run(['data', 'restore', ...place, '--to', join(root, 'killed-back')], home)).code, 0);
  // The lock of who died is held until its lease is over, by the server's clock.
  assert.equal((await run(['data', 'backup', ...place], home)).code, 4);
  const past = new Date(Date.now() - 6 * 60_000);
  utimesSync(join(server.folder, BUCKET, 'killed/lock'), past, past);
  const again = await run(['data', 'backup', ...place], home);
  assert.deepEqual([again.code, again.json['files']], [0, 80], again.text);
});

test('who was taken for dead and was not learns that the lock is gone, and of two who would take it one does', async () => {
  const held = await blobs('lease').lock();
  const past = new Date(Date.now() - 6 * 60_000);
  utimesSync(join(server.folder, BUCKET, 'lease/lock'), past, past);
  const takers = await Promise.allSettled([blobs('lease').lock(), blobs('lease').lock(), blobs('lease').lock()]);
  assert.deepEqual(takers.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
  await held.release();
});

test('backups of a bucket stay online for 30 days and cold for a year, with the pieces that they need', async () => {
  const DAY_ONE = Date.UTC(2025, 0, 1);
  const vault = await BackupVault.open(blobs('retained'), new Secret(KEY), 'write');
  try {
    const generation = backupId(DAY_ONE);
    for (const [began, own] of [[DAY_ONE, 'first'], [DAY_ONE + 20 * DAY_MS, 'second']] as const) {
      const pieces = [(await vault.put(generation, Buffer.from('shared'))).name, (await vault.put(generation, Buffer.from(own))).name];
      await vault.finish({ version: 1, id: backupId(began), began, kind: 'full', generation, files: [{ path: 'a', bytes: 1, mode: 0o600, sha256: '', pieces }] });
    }
    const places = async () => [(await blobs('retained').list('online/')).length, (await blobs('retained').list('cold/')).length];
    assert.deepEqual([await vault.retain(DAY_ONE + 31 * DAY_MS), await places()], [{ online: 1, cold: 1, removed: 0 }, [3, 2]]);
    assert.deepEqual([await vault.retain(DAY_ONE + 60 * DAY_MS), await places()], [{ online: 0, cold: 2, removed: 0 }, [0, 5]]);
    const manifest = await vault.latest();
    assert.equal(Buffer.concat(await Promise.all((manifest?.files[0]?.pieces ?? []).map((name) => vault.get(generation, name)))).toString(), 'sharedsecond');
    assert.deepEqual([await vault.retain(DAY_ONE + 400 * DAY_MS), await places()], [{ online: 0, cold: 0, removed: 2 }, [0, 0]]);
  } finally {
    await vault.close();
  }
});

test('wrong keys, no bucket and no server are told apart', async () => {
  const is = (kind: BlobErrorKind) => (error: unknown) => error instanceof BlobError && error.kind === kind && !error.message.includes(SECRET_KEY);
  await assert.rejects(blobs('x', { secret: 'wrong' }).list(''), is('refused'));
  await assert.rejects(blobs('x', { bucket: 'nowhere' }).list(''), is('none'));
  await assert.rejects(blobs('x', { endpoint: 'http://127.0.0.1:1' }).put('a', Buffer.from('x')), is('unreachable'));
  const { code, json } = await run(['data', 'backup', 's3:///x'], makeHome('wrong'));
  assert.deepEqual([code, (json['error'] as { message: string }).message], [2, '"s3:///x" is no bucket']);
});
