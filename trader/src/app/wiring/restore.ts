import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BackupError } from '../../adapters/backup/backup-error.ts';
import { makeFolder } from '../../adapters/backup/folder-blobs.ts';
import { backupId, BackupVault, type BackedUpFile, type Manifest } from '../../adapters/backup/vault.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import { Refusal } from '../refusal.ts';
import { accountsFile } from './api-auth.ts';
import { isDatabase, SERVERS } from './backup.ts';

/** What was restored. */
export interface RestoreReport {
  readonly id: string;
  readonly kind: Manifest['kind'];
  readonly began: Timestamp;
  readonly files: number;
  readonly bytes: number;
  /** Databases that SQLite found sound, every page and index. */
  readonly databases: number;
  /** Whether a QuestDB is in it: `servers/questdb`, to start a server on. */
  readonly questdb: boolean;
  /** From opening the vault to the last check, milliseconds. */
  readonly tookMs: number;
}

/** The one thing that may be in a state folder already: the key of the backups is in it. */
const KEPT = 'secrets.env';
/** Stays behind where keys were changed, and holds nothing. */
const KEPT_LOCK = `${KEPT}.lock`;
/** For its owner alone, whatever a backup says: older ones give it to everybody, and then nobody is let in. */
const ACCOUNTS = accountsFile({ home: '' });
const PIECES_AHEAD = 8;

/**
 * Makes the state folder `target` out of the newest backup that began at or before `asOf`. Every piece,
 * every file and every database is checked before the folder appears under its name, so whatever fails or is
 * killed leaves `target` as it was. Refuses a folder that holds anything but keys; throws `BackupError` and `BlobError`.
 */
export async function restore(blobs: BlobStore, key: Secret, target: string, asOf: Timestamp = Infinity): Promise<RestoreReport> {
  const started = performance.now();
  const aside = `${target}.before`;
  // A restore that was killed at its last step left it so.
  if (!existsSync(target) && existsSync(aside)) renameSync(aside, target);
  if (existsSync(target) && readdirSync(target).some((name) => name !== KEPT && name !== KEPT_LOCK)) {
    throw new Refusal('bad-data', `${target} is not empty`, { hint: 'Move it away, or restore into another folder with --to.' });
  }
  const vault = await BackupVault.open(blobs, key, 'read');
  const draft = `${target}.restoring`;
  try {
    const manifest = await vault.latest(asOf);
    if (manifest === undefined) throw new BackupError('none', `${blobs.place} holds no backup${asOf === Infinity ? '' : ` from before ${backupId(asOf)}; the oldest is ${await vault.oldest() ?? 'none'}`}`);
    rmSync(draft, { recursive: true, force: true });
    makeFolder(draft);
    let databases = 0;
    for (const file of manifest.files) {
      const path = join(draft, checkedPath(file));
      await writeFile(vault, manifest.generation, file, path);
      if (isDatabase(path)) {
        checkDatabase(path, file.path);
        databases++;
      }
    }
    const questdb = existsSync(join(draft, SERVERS, 'questdb'));
    // By it the server knows that it has to go back to the checkpoint.
    if (questdb) writeFileSync(join(draft, SERVERS, 'questdb/_restore'), '');
    if (existsSync(join(target, KEPT))) keepKeys(join(target, KEPT), join(draft, KEPT));
    // What was there is put aside, not removed, until the new one stands: the keys are in it.
    if (existsSync(target)) renameSync(target, aside);
    renameSync(draft, target);
    rmSync(aside, { recursive: true, force: true });
    const { id, kind, began, files } = manifest;
    return { id, kind, began, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), databases, questdb, tookMs: performance.now() - started };
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await vault.close();
  }
}

/** Copies the keys, and has them on the disk before what was there goes: the key of the backups is among them. */
function keepKeys(from: string, to: string): void {
  copyFileSync(from, to);
  const descriptor = openSync(to, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A manifest is sealed, so this guards against ourselves. */
function checkedPath({ path }: BackedUpFile): string {
  if (isAbsolute(path) || path.split(/[/\\]/).includes('..')) throw new BackupError('tampered', `the backup names a file outside of its folder: ${path}`);
  return path;
}

/** Pieces in their order, some of them asked for ahead: a bucket answers late. */
async function* piecesOf(vault: BackupVault, generation: string, names: readonly string[]): AsyncIterable<Uint8Array> {
  const asked: Promise<Uint8Array>[] = [];
  for (let next = 0; ;) {
    for (; asked.length < PIECES_AHEAD && next < names.length; next++) {
      const piece = vault.get(generation, names[next]);
      // One that fails is heard of when its turn comes.
      piece.catch(() => undefined);
      asked.push(piece);
    }
    const piece = asked.shift();
    if (piece === undefined) return;
    yield await piece;
  }
}

async function writeFile(vault: BackupVault, generation: string, file: BackedUpFile, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const hash = createHash('sha256');
  const descriptor = openSync(path, 'wx', file.path === ACCOUNTS ? 0o600 : file.mode);
  try {
    for await (const piece of piecesOf(vault, generation, file.pieces)) {
      hash.update(piece);
      for (let done = 0; done < piece.length;) done += writeSync(descriptor, piece, done);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  if (hash.digest('hex') !== file.sha256) throw new BackupError('tampered', `${file.path} is not what was backed up; use another backup`);
}

function checkDatabase(path: string, name: string): void {
  const database = new DatabaseSync(path);
  try {
    const found = database.prepare('PRAGMA integrity_check').all().map((row) => String(Object.values(row)[0]));
    if (found.join() !== 'ok') throw new BackupError('tampered', `the database ${name} is not sound: ${found.slice(0, 3).join('; ')}`);
  } finally {
    database.close();
  }
}
