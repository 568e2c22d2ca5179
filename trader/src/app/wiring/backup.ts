import { createHash } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fstatSync, mkdtempSync, openSync, readdirSync, readSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { backup as snapshot, DatabaseSync } from 'node:sqlite';
import { newKeyText } from '../../adapters/backup/sealing.ts';
import { BackupVault, type BackedUpFile, type Manifest, type Retention } from '../../adapters/backup/vault.ts';
import { Secret } from '../../domain/secret.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { openSecrets } from './secret-stores.ts';

/** The secret that holds the key of the backups. */
const BACKUP_KEY = 'BACKUP_KEY';

/** What a backup came to. */
export interface BackupReport {
  readonly id: string;
  readonly kind: Manifest['kind'];
  readonly files: number;
  readonly bytes: number;
  /** Bytes of pieces that were not in the vault yet, before they are compressed. */
  readonly newBytes: number;
  readonly retention: Retention;
}

/** Pieces of this size are compared with those of earlier backups. */
const PIECE_BYTES = 1 << 20;
const WAIT_MS = 10_000;
const SQLITE_MAGIC = 'SQLite format 3\0';
const SNAPSHOTS = '.backup-';
/** Below it lies what a backup has of servers. */
export const SERVERS = 'servers';

/** What a backup holds of a server: files as they are while this is gone through, some of them made for it in a folder that is removed afterwards. */
export type ServerCopy = (scratch: string) => AsyncIterable<{ readonly path: string; readonly source: string }>;

/**
 * Left out: what can be made again (`cache`, `sweeps`), what a restore brought of servers, the keys, which do not belong where their own
 * key unlocks them, a sign of life, dumps that are put in order, and what SQLite keeps beside its files, which a snapshot holds.
 */
function isLeftOut(path: string): boolean {
  return path === 'cache' || path === 'sweeps' || path === SERVERS || path === 'live/alive.json' || path.startsWith('secrets.env') || path.startsWith(SNAPSHOTS)
    || /(\.tmp|\.staging|-wal|-shm|-journal)$/.test(path);
}

/** The key of the backups, which is made and kept where `make` says so and there is none. Refuses where there is none otherwise. */
export async function backupKey(config: Config, make = false): Promise<Secret> {
  const secrets = openSecrets(config);
  const known = await secrets.read(BACKUP_KEY);
  if (known !== undefined) return known;
  if (!make) throw new Refusal('usage', `there is no key for backups: the secret ${BACKUP_KEY} is not set`, { hint: 'Make one with data backup FOLDER --new-key, and keep a copy of it away from this machine: without it no backup can be read.' });
  return secrets.writeFirst(BACKUP_KEY, new Secret(newKeyText()));
}

/** How a backup is made. */
export interface BackupOptions {
  /** Rest on nothing that was written before; a first one is so anyway. */
  readonly full: boolean;
  readonly now: () => Timestamp;
  /** Servers whose data are to be in it. */
  readonly servers?: readonly ServerCopy[];
}

/**
 * Adds a backup of a state folder to a vault while others go on writing: of each SQLite database as it
 * is at one moment, of each other file as far as it was when it was opened, of servers as they are at one moment of
 * theirs. Then keeps the vault to its retention. Throws `BackupError` and `BlobError`.
 */
export async function backUp(home: string, blobs: BlobStore, key: Secret, { full, now, servers = [] }: BackupOptions): Promise<BackupReport> {
  refuseInside(home, blobs.place);
  const vault = await BackupVault.open(blobs, key, 'write');
  const began = now();
  let snapshots: string | undefined;
  try {
    removeLeftSnapshots(home);
    const scratch = snapshots = mkdtempSync(join(home, `${SNAPSHOTS}${process.pid}-`));
    const id = await vault.nextId(began);
    const generation = (full ? undefined : (await vault.latest())?.generation) ?? id;
    const files: BackedUpFile[] = [];
    let newBytes = 0;
    const take = async (path: string, source: string) => {
      const taken = await takeFile(vault, generation, path, source);
      if (source.startsWith(scratch)) rmSync(source, { force: true });
      if (taken === undefined) return;
      files.push(taken.file);
      newBytes += taken.newBytes;
    };
    for (const path of filesBelow(home, '')) await take(path, isDatabase(join(home, path)) ? await databaseSnapshot(join(home, path), scratch) : join(home, path));
    for (const server of servers) for await (const { path, source } of server(scratch)) await take(`${SERVERS}/${path}`, source);
    const kind = generation === id ? 'full' : 'incremental';
    await vault.finish({ version: 1, id, began, kind, generation, files });
    return { id, kind, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), newBytes, retention: await vault.retain(now()) };
  } finally {
    if (snapshots !== undefined) rmSync(snapshots, { recursive: true, force: true });
    await vault.close();
  }
}

/** A backup in the folder that it is of would be in the next one, which would be twice as large, and so on. */
function refuseInside(home: string, place: string): void {
  if (place.startsWith('s3:')) return;
  // The place need not be there yet: then a folder above it is.
  let above = resolve(place);
  while (!existsSync(above)) above = dirname(above);
  const way = relative(realpathSync(home), realpathSync(above));
  if (way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))) {
    throw new Refusal('usage', `${place} is in the folder that is to be backed up`, { hint: `Name one outside of ${home}, better on another disk.` });
  }
}

/** Paths of files below a folder, with slashes, in an order of their own. A link is what it leads to, unless that is a folder it lies in. */
function filesBelow(home: string, folder: string, around: readonly string[] = []): string[] {
  const here = realpathSync(join(home, folder));
  if (around.includes(here)) return [];
  return readdirSync(here, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (isLeftOut(path)) return [];
    const is = entry.isSymbolicLink() ? statSync(join(home, path), { throwIfNoEntry: false }) : entry;
    return is?.isDirectory() === true ? filesBelow(home, path, [...around, here]) : is?.isFile() === true ? [path] : [];
  });
}

/** Whether a file begins as SQLite's do; one that is gone does not. */
export function isDatabase(path: string): boolean {
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const descriptor = openOrNone(path);
  if (descriptor === undefined) return false;
  readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  return head.toString('latin1') === SQLITE_MAGIC;
}

/** A copy of a database as it is at one moment; writers do not wait for it. Its pages lie where they lay, so that those that did not change are found again. */
async function databaseSnapshot(path: string, folder: string): Promise<string> {
  const copy = join(folder, 'snapshot');
  const database = new DatabaseSync(path, { readOnly: true, timeout: WAIT_MS });
  try {
    // All pages in one step: a copy that lets writers in between begins anew with each of them.
    await snapshot(database, copy, { rate: 0x7fff_ffff });
    // SQLite makes it for everybody to read; people's accounts are not taken back as such.
    chmodSync(copy, statSync(path).mode & 0o777);
  } finally {
    database.close();
  }
  return copy;
}

/** Puts a file into the vault piece by piece, up to the length that it has now; undefined where it is gone. */
async function takeFile(vault: BackupVault, generation: string, path: string, source: string): Promise<{ readonly file: BackedUpFile; readonly newBytes: number } | undefined> {
  const descriptor = openOrNone(source);
  if (descriptor === undefined) return undefined;
  try {
    const { size, mode } = fstatSync(descriptor);
    const hash = createHash('sha256');
    const pieces: string[] = [];
    let newBytes = 0;
    for (let from = 0; from < size;) {
      const piece = Buffer.alloc(Math.min(PIECE_BYTES, size - from));
      const read = readFully(descriptor, piece, from);
      if (read < piece.length) throw new Refusal('bad-data', `${path} became shorter while it was read`, { hint: 'Back up again.' });
      hash.update(piece);
      const { name, isNew } = await vault.put(generation, piece);
      pieces.push(name);
      if (isNew) newBytes += read;
      from += read;
    }
    return { file: { path, bytes: size, mode: mode & 0o777, sha256: hash.digest('hex'), pieces }, newBytes };
  } finally {
    closeSync(descriptor);
  }
}

function readFully(descriptor: number, target: Uint8Array, position: number): number {
  let done = 0;
  while (done < target.length) {
    const read = readSync(descriptor, target, done, target.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** A file that others may remove at any moment. */
function openOrNone(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Snapshots of backups that were killed. */
function removeLeftSnapshots(home: string): void {
  for (const name of readdirSync(home).filter((entry) => entry.startsWith(SNAPSHOTS))) {
    const pid = Number(name.slice(SNAPSHOTS.length).split('-')[0]);
    if (pid !== process.pid && !isAlive(pid)) rmSync(join(home, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
