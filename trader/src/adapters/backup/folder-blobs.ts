import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BlobError } from '../../domain/blob-error.ts';
import type { BlobLock, BlobStore } from '../../ports/blob-store.ts';
import { syncFolder } from '../wire/folder-sync.ts';
import { sqliteFault } from '../wire/sqlite-fault.ts';

/** No file of anybody else is called so: the place may be a disk on which other things lie. */
const DRAFT = '.backup-draft';
/** Below these most blobs lie; a draft elsewhere is overwritten by the next one. */
const FOLDERS = ['online/', 'cold/'];
const LOCK = 'lock';

/** Blobs as files below a folder, which is made when something is written. The lock is the system's, so it ends with its process. */
export class FolderBlobs implements BlobStore {
  readonly place: string;

  constructor(folder: string) {
    this.place = folder;
  }

  async put(name: string, contents: Uint8Array): Promise<void> {
    this.#attempt(() => {
      const path = join(this.place, name);
      makeFolder(dirname(path));
      const descriptor = openSync(`${path}${DRAFT}`, 'w', 0o600);
      try {
        for (let done = 0; done < contents.length;) done += writeSync(descriptor, contents, done);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(`${path}${DRAFT}`, path);
      syncFolder(dirname(path));
    });
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const path = join(this.place, name);
    return this.#attempt(() => (existsSync(path) ? readFileSync(path) : undefined));
  }

  async list(prefix: string): Promise<readonly string[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    return this.#attempt(() => filesBelow(this.place, folder).filter((name) => name.startsWith(prefix) && !name.endsWith(DRAFT) && name !== LOCK));
  }

  async move(from: string, to: string): Promise<void> {
    this.#attempt(() => {
      const [source, target] = [join(this.place, from), join(this.place, to)];
      makeFolder(dirname(target));
      try {
        renameSync(source, target);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
        // A part of the folder may lie on a slower disk.
        copyFileSync(source, `${target}${DRAFT}`);
        syncFile(`${target}${DRAFT}`);
        renameSync(`${target}${DRAFT}`, target);
        syncFolder(dirname(target));
        rmSync(source);
      }
      this.#removeEmpty(dirname(source));
    });
  }

  async remove(name: string): Promise<void> {
    this.#attempt(() => {
      rmSync(join(this.place, name), { force: true });
      this.#removeEmpty(dirname(join(this.place, name)));
    });
  }

  async lock(): Promise<BlobLock> {
    const database = this.#attempt(() => {
      makeFolder(this.place);
      return new DatabaseSync(join(this.place, LOCK));
    });
    try {
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (sqliteFault(error) === 'locked') throw new BlobError('locked', `${this.place}: another process is writing here; try again when it is done`, error);
      throw new BlobError('storage', `${this.place} cannot be locked: ${error instanceof Error ? error.message : String(error)}. See that its file ${LOCK} is of backups, and may be written`, error);
    }
    // What was killed half-way left drafts.
    for (const name of FOLDERS.flatMap((folder) => filesBelow(this.place, folder)).filter((each) => each.endsWith(DRAFT))) rmSync(join(this.place, name), { force: true });
    return { async renew() {}, async release() { database.close(); } };
  }

  #removeEmpty(folder: string): void {
    if (folder === this.place) return;
    try {
      rmdirSync(folder);
    } catch {
      // It holds others, or is gone: the system knows sooner than a look at all of its names.
    }
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof BlobError) throw error;
      throw new BlobError('storage', `${this.place} cannot be written: ${error instanceof Error ? error.message : String(error)}. Backups that were there are as they were`, error);
    }
  }
}

/** Makes a folder and those above it. Node's own way of doing so tries for ever where the system says that a parent is missing which is there, as Linux does in /proc. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const above = dirname(resolve(folder));
  if (above !== resolve(folder)) makeFolder(above);
  try {
    mkdirSync(folder);
    syncFolder(dirname(resolve(folder)));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function filesBelow(root: string, folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesBelow(root, `${folder}${entry.name}/`) : [`${folder}${entry.name}`]));
}
