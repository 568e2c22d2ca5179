import type { Secret } from '../../domain/secret.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { BlobLock, BlobStore } from '../../ports/blob-store.ts';
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
const MANIFEST = '.manifest';
/** The id of a backup, and a piece below its generation: what is not called so is none of ours, and stays. */
const ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/;
const PIECE = /^[\d.TZ-]+\/[0-9a-f]{64}$/;
/** Pieces that are on their way to the vault at once: a bucket answers late, and takes many. */
const MOST_ON_THE_WAY = 8;

/**
 * Backups in a folder or a bucket: `online/GENERATION/PIECE`, `online/ID.manifest`, the same below
 * `cold/`, and a header that tells the key apart. A piece is named by its contents and kept once in its
 * generation, so an incremental backup adds what is new and still lists all of its files; a full one begins a
 * generation, which rests on no piece that is older. A manifest is written last and appears whole,
 * so a backup is there whole or not at all. One process writes at a time.
 */
export class BackupVault {
  readonly #blobs: BlobStore;
  readonly #sealing: Sealing;
  readonly #lock: BlobLock | undefined;
  /** Names of pieces that are online, of the generations that were asked for. */
  readonly #pieces = new Map<string, Set<string>>();
  readonly #onTheWay = new Set<Promise<void>>();
  /** Why a piece did not arrive. */
  #failure: unknown;

  private constructor(blobs: BlobStore, sealing: Sealing, lock: BlobLock | undefined) {
    this.#blobs = blobs;
    this.#sealing = sealing;
    this.#lock = lock;
  }

  /** Opens the vault, for one process to write to or for any to read. Throws `BackupError` and `BlobError`. */
  static async open(blobs: BlobStore, key: Secret, access: 'read' | 'write'): Promise<BackupVault> {
    const sealing = new Sealing(key);
    const vault = new BackupVault(blobs, sealing, access === 'write' ? await blobs.lock() : undefined);
    try {
      await vault.#checkHeader(access);
      return vault;
    } catch (error) {
      await vault.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#onTheWay);
    // A lock that cannot be given back ends by itself, and must not hide why all came to an end.
    await this.#lock?.release().catch(() => undefined);
  }

  async #checkHeader(access: 'read' | 'write'): Promise<void> {
    const { place } = this.#blobs;
    const text = await this.#blobs.get(HEADER);
    if (text === undefined) {
      if (access === 'read') throw new BackupError('none', `${place} holds no backups; ./algotrendy data backup ${place} makes one`);
      if ((await this.#ids()).length > 0) throw new BackupError('tampered', `${place}: ${HEADER} is gone; use another place`);
      return this.#blobs.put(HEADER, Buffer.from(JSON.stringify({ format: 1, key: this.#sealing.nameOf('key') })));
    }
    let header: unknown;
    try {
      header = JSON.parse(Buffer.from(text).toString());
    } catch (error) {
      throw new BackupError('tampered', `${place}: ${HEADER} is not as it was written`, error);
    }
    const { format, key } = header as { readonly format?: unknown; readonly key?: unknown };
    if (format !== 1) throw new BackupError('version', `${place} was written by version ${String(format)} of backups, and this is version 1; use the program that wrote it`);
    if (key !== this.#sealing.nameOf('key')) throw new BackupError('key', `the backups in ${place} were made with another key`);
  }

  /** Keeps a piece in a generation, unless it is there. Gives its name, and whether it was written; that it has arrived is known when the backup is finished. */
  async put(generation: string, contents: Uint8Array): Promise<{ readonly name: string; readonly isNew: boolean }> {
    const name = this.#sealing.nameOf(contents);
    let known = this.#pieces.get(generation);
    if (known === undefined) {
      const folder = `online/${generation}/`;
      this.#pieces.set(generation, known = new Set((await this.#blobs.list(folder)).map((path) => path.slice(folder.length))));
    }
    if (known.has(name)) return { name, isNew: false };
    while (this.#onTheWay.size >= MOST_ON_THE_WAY) await Promise.race(this.#onTheWay);
    if (this.#failure !== undefined) throw this.#failure;
    await this.#lock?.renew();
    known.add(name);
    const piece = this.#blobs.put(`online/${generation}/${name}`, this.#sealing.seal(name, contents))
      .catch((error: unknown) => { this.#failure ??= error; }).finally(() => this.#onTheWay.delete(piece));
    this.#onTheWay.add(piece);
    return { name, isNew: true };
  }

  /** Waits until every piece has arrived; throws where one has not. */
  async #arrived(): Promise<void> {
    await Promise.all(this.#onTheWay);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** A piece of a generation, online or cold. Throws kind `tampered`. */
  async get(generation: string, name: string): Promise<Uint8Array> {
    for (const place of PLACES) {
      const sealed = await this.#blobs.get(`${place}/${generation}/${name}`);
      if (sealed !== undefined) return this.#sealing.open(name, sealed);
    }
    throw new BackupError('tampered', `the piece ${name} of ${generation} is gone; use another backup`);
  }

  /** Makes a backup of the pieces that were put: from here on it is there. */
  async finish(manifest: Manifest): Promise<void> {
    await this.#arrived();
    await this.#lock?.renew();
    await this.#blobs.put(`online/${manifest.id}${MANIFEST}`, this.#sealing.seal(manifest.id, Buffer.from(JSON.stringify(manifest))));
  }

  /** The newest backup that began at or before a moment; undefined where there is none. Throws kind `tampered`. */
  async latest(asOf: Timestamp = Infinity): Promise<Manifest | undefined> {
    const found = (await this.#ids()).filter(({ id }) => timeOf(id) <= asOf).at(-1);
    return found === undefined ? undefined : this.#read(found.place, found.id);
  }

  /** An id for a backup that begins now: after all that are there, also where the clock was set back, so that the newest is the one that was made last. */
  async nextId(now: Timestamp): Promise<string> {
    const last = (await this.#ids()).at(-1)?.id;
    return backupId(last === undefined ? now : Math.max(now, timeOf(last) + 1));
  }

  /** Id of the oldest backup; undefined where there is none. */
  async oldest(): Promise<string | undefined> {
    return (await this.#ids()).at(0)?.id;
  }

  /** Moves backups of 30 days to `cold/` and removes those of a year, with the pieces that no other needs; removes what broken-off backups left. */
  async retain(now: Timestamp): Promise<Retention> {
    await this.#arrived();
    const keep = { online: new Set<string>(), cold: new Set<string>() };
    const counts = { online: 0, cold: 0, removed: 0 };
    for (const { place, id } of await this.#ids()) {
      const ageDays = (now - timeOf(id)) / DAY_MS;
      if (ageDays > COLD_DAYS) {
        await this.#blobs.remove(`${place}/${id}${MANIFEST}`);
        counts.removed++;
        continue;
      }
      const { generation, files } = await this.#read(place, id);
      const target = ageDays > ONLINE_DAYS ? 'cold' : 'online';
      for (const { pieces } of files) for (const name of pieces) keep[target].add(`${generation}/${name}`);
      // Where its pieces lie does not matter meanwhile: they are found in either place.
      if (target === 'cold' && place === 'online') await this.#blobs.move(`online/${id}${MANIFEST}`, `cold/${id}${MANIFEST}`);
      counts[target]++;
    }
    await this.#settlePieces(keep);
    return counts;
  }

  /** Every piece where it belongs: online if a backup there needs it, else cold, else nowhere. */
  async #settlePieces(keep: { readonly online: ReadonlySet<string>; readonly cold: ReadonlySet<string> }): Promise<void> {
    for (const place of PLACES) {
      for (const path of await this.#blobs.list(`${place}/`)) {
        const piece = path.slice(place.length + 1);
        if (!PIECE.test(piece)) continue;
        const target = keep.online.has(piece) ? 'online' : keep.cold.has(piece) ? 'cold' : undefined;
        if (target === place) continue;
        await this.#lock?.renew();
        if (target === undefined) await this.#blobs.remove(path);
        else await this.#blobs.move(path, `${target}/${piece}`);
      }
    }
    this.#pieces.clear();
  }

  async #read(place: string, id: string): Promise<Manifest> {
    const sealed = await this.#blobs.get(`${place}/${id}${MANIFEST}`);
    if (sealed === undefined) throw new BackupError('tampered', `the backup ${id} went away while it was looked for; try again`);
    const manifest = JSON.parse(Buffer.from(this.#sealing.open(id, sealed)).toString()) as Manifest;
    if (manifest.version !== 1) throw new BackupError('version', `the backup ${id} was written by another version; use the program that wrote it`);
    return manifest;
  }

  /** All backups, oldest first. */
  async #ids(): Promise<readonly { readonly place: string; readonly id: string }[]> {
    const found: { readonly place: string; readonly id: string }[] = [];
    for (const place of PLACES) {
      // Names of manifests begin with their year, as those of generations do; pieces lie deeper.
      for (const path of await this.#blobs.list(`${place}/`)) {
        const name = path.slice(place.length + 1);
        const id = name.endsWith(MANIFEST) ? name.slice(0, -MANIFEST.length) : '';
        if (ID.test(id)) found.push({ place, id });
      }
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

/** The id of a backup that begins at a moment. */
export function backupId(began: Timestamp): string {
  return new Date(began).toISOString().replaceAll(':', '-');
}

function timeOf(id: string): Timestamp {
  return Date.parse(id.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
}
