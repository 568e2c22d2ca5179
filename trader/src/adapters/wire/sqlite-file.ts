import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { sqliteFault } from './sqlite-fault.ts';

/** How often it is tried again to turn a log on. */
const AGAIN_MS = 5;

/**
 * Has a database write to a log, so that readers do not wait for writers. Of several processes that open a new file
 * at once SQLite tells some that it is locked without waiting, whatever its timeout: they are tried again here for so long.
 */
export function turnLogOn(database: DatabaseSync, waitMs: number): void {
  for (const began = performance.now(); ;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (sqliteFault(error) !== 'locked' || performance.now() - began > waitMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
    }
  }
}

/** Opens a database that may not be written. One with a log beside it can be read where the log can; one without, or with an empty one, has all in itself, and nobody changes it without writing a log. */
export function openReadOnly(path: string): DatabaseSync {
  return new DatabaseSync((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0 ? path : new URL('?immutable=1', pathToFileURL(path)), { readOnly: true });
}
