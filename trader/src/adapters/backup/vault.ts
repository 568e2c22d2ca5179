import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Secret } from '../../domain/secret.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import { BackupError } from './backup-error.ts';
import { Sealing } from './sealing.ts';

/** A file in a backup. */
export interface BackedUpFile {
  /** Below the state folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
  readonly sha256: string;
  /** Names of its pieces, in order. */
  readonly pieces: readonly string[];
}

/** What a backup says of itself; it lies in the vault sealed, under its id. */
export interface Manifest {
  readonly version: 1;
  /** When it began, as `2026-11-21T16-40-00.123Z`. Everything that was on the disk then is in it. */
  readonly id: string;
  readonly began: Timestamp;
  readonly kind: 'full' | 'incremental';
  /** The id of the full backup whose pieces it shares; its own where it is full. */
  readonly generation: string;
  readonly files: readonly BackedUpFile[];
}

/** Backups that are younger are kept in `online/`. */
const ONLINE_DAYS = 30;
/** Then in `cold/`, which may lie on slower storage, until they are as old as this. */
const COLD_DAYS = 365;

/** What a cleaning did to manifests. */
export interface Retention {
  readonly online: number;
  readonly cold: number;
  readonly removed: number;
}

const HEADER = 'algotrendy-backup.json';
const PLACES = ['online', 'cold'] as const;

/**
 * Backups in a folder: `online/GENERATION/PIECE`, `online/ID.manifest`, the same below `cold/`, and a
 * header that tells the key apart. A piece is named by its contents and kept once in its generation, so
 * an incremental backup adds what is new and still lists all of its files; a full one begins a
 * generation, which rests on no piece that is older. A manifest is written last, by a rename, so a
 * backup is there whole or not at all. One process writes at a time.
 */
export class BackupVault {
  readonly #folder: string;
  readonly #sealing: Sealing;
  readonly #lock: DatabaseSync | undefined;

  /** Opens the vault, for one process to write to or for any to read. Throws `BackupError`. */
  constructor(folder: string, key: Secret, access: 'read' | 'write') {
    this.#folder = folder;
    this.#sealing = new Sealing(key);
    if (access === 'write') this.#lock = attempt(folder, () => this.#prepare());
    try {
      this.#checkHeader();
    } catch (error) {
      this.#lock?.close();
      throw error;
    }
  }

  close(): void {
    this.#lock?.close();
  }

  #prepare(): DatabaseSync {
    mkdirSync(join(this.#folder, 'online'), { recursive: true });
    const lock = new DatabaseSync(join(this.#folder, 'lock'));
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw new BackupError('locked', `${this.#folder}: another process is writing backups here; try again when it is done`, error);
    }
    const header = join(this.#folder, HEADER);
    if (!existsSync(header)) {
      if (this.#ids().length > 0) throw new BackupError('tampered', `${header} is gone; use another folder`);
      writeWhole(header, Buffer.from(JSON.stringify({ format: 1, key: this.#sealing.nameOf('key') })));
    }
    return lock;
  }

  #checkHeader(): void {
    const path = join(this.#folder, HEADER);
    if (!existsSync(path)) throw new BackupError('none', `${this.#folder} holds no backups; ./algotrendy data backup ${this.#folder} makes one`);
    let header: unknown;
    try {
      header = JSON.parse(readFileSync(path, 'utf8'));
    } catch (error) {
      throw new BackupError('tampered', `${path} is not as it was written`, error);
    }
    const { format, key } = header as { readonly format?: unknown; readonly key?: unknown };
    if (format !== 1) throw new BackupError('version', `${this.#folder} was written by version ${String(format)} of backups, and this is version 1; use the program that wrote it`);
    if (key !== this.#sealing.nameOf('key')) throw new BackupError('key', `the backups in ${this.#folder} were made with another key`);
  }

  /** Keeps a piece in a generation, unless it is there. Gives its name, and whether it was written. */
  put(generation: string, contents: Uint8Array): { readonly name: string; readonly isNew: boolean } {
    const name = this.#sealing.nameOf(contents);
    const path = join(this.#folder, 'online', generation, name);
    if (existsSync(path)) return { name, isNew: false };
    const sealed = this.#sealing.seal(name, contents);
    attempt(this.#folder, () => { writeWhole(path, sealed); });
    return { name, isNew: true };
  }

  /** A piece of a generation, online or cold. Throws kind `tampered`. */
  get(generation: string, name: string): Uint8Array {
    const path = PLACES.map((place) => join(this.#folder, place, generation, name)).find((candidate) => existsSync(candidate));
    if (path === undefined) throw new BackupError('tampered', `the piece ${name} of ${generation} is gone; use another backup`);
    return this.#sealing.open(name, readFileSync(path));
  }

  /** Makes a backup of the pieces that were put: from here on it is there. */
  finish(manifest: Manifest): void {
    const sealed = this.#sealing.seal(manifest.id, Buffer.from(JSON.stringify(manifest)));
    attempt(this.#folder, () => { writeWhole(this.#manifestPath('online', manifest.id), sealed); });
  }

  /** The newest backup that began at or before a moment; undefined where there is none. Throws kind `tampered`. */
  latest(asOf: Timestamp = Infinity): Manifest | undefined {
    const found = this.#ids().filter(({ id }) => timeOf(id) <= asOf).at(-1);
    return found === undefined ? undefined : this.#read(found.place, found.id);
  }

  /** Moves backups of 30 days to `cold/` and removes those of a year, with the pieces that no other needs; removes what broken-off backups left. */
  retain(now: Timestamp): Retention {
    const keep = { online: new Set<string>(), cold: new Set<string>() };
    const counts = { online: 0, cold: 0, removed: 0 };
    for (const { place, id } of this.#ids()) {
      const ageDays = (now - timeOf(id)) / DAY_MS;
      if (ageDays > COLD_DAYS) {
        rmSync(this.#manifestPath(place, id));
        counts.removed++;
        continue;
      }
      const { generation, files } = this.#read(place, id);
      const target = ageDays > ONLINE_DAYS ? 'cold' : 'online';
      for (const { pieces } of files) for (const name of pieces) keep[target].add(`${generation}/${name}`);
      // Where its pieces lie does not matter meanwhile: they are found in either place.
      if (target === 'cold' && place === 'online') this.#move(`${id}.manifest`, 'online', 'cold');
      counts[target]++;
    }
    this.#settlePieces(keep);
    return counts;
  }

  /** Every piece where it belongs: online if a backup there needs it, else cold, else nowhere. */
  #settlePieces(keep: { readonly online: ReadonlySet<string>; readonly cold: ReadonlySet<string> }): void {
    for (const place of PLACES) {
      const root = join(this.#folder, place);
      if (!existsSync(root)) continue;
      for (const entry of readdirSync(root, { withFileTypes: true })) {
        if (!entry.isDirectory()) continue;
        for (const name of readdirSync(join(root, entry.name))) {
          const piece = `${entry.name}/${name}`;
          const target = keep.online.has(piece) ? 'online' : keep.cold.has(piece) ? 'cold' : undefined;
          if (target === undefined) rmSync(join(root, piece));
          else if (target !== place) this.#move(piece, place, target);
        }
        if (readdirSync(join(root, entry.name)).length === 0) rmSync(join(root, entry.name), { recursive: true });
      }
    }
  }

  #move(path: string, from: string, to: string): void {
    const target = join(this.#folder, to, path);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(this.#folder, from, path), target);
  }

  #manifestPath(place: string, id: string): string {
    return join(this.#folder, place, `${id}.manifest`);
  }

  #read(place: string, id: string): Manifest {
    const manifest = JSON.parse(Buffer.from(this.#sealing.open(id, readFileSync(this.#manifestPath(place, id)))).toString()) as Manifest;
    if (manifest.version !== 1) throw new BackupError('version', `the backup ${id} was written by another version; use the program that wrote it`);
    return manifest;
  }

  /** All backups, oldest first. */
  #ids(): readonly { readonly place: string; readonly id: string }[] {
    return PLACES.flatMap((place) => {
      const root = join(this.#folder, place);
      const names = existsSync(root) ? readdirSync(root).filter((name) => name.endsWith('.manifest')) : [];
      return names.map((name) => ({ place, id: name.slice(0, -'.manifest'.length) }));
    }).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

/** The id of a backup that begins at a moment. */
export function backupId(began: Timestamp): string {
  return new Date(began).toISOString().replaceAll(':', '-');
}

function timeOf(id: string): Timestamp {
  return Date.parse(id.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
}

/** Writes a file so that it appears whole and on the disk, or not at all. */
function writeWhole(path: string, contents: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.tmp`;
  const descriptor = openSync(draft, 'w', 0o600);
  try {
    for (let done = 0; done < contents.length;) done += writeSync(descriptor, contents, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
}

function attempt<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError('storage', `${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}. Backups that were there are as they were`, error);
  }
}
