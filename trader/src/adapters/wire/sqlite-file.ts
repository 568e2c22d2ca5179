import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** Why a database file did not do what was asked: another process writes and does not end; the disk is full, or fails; it may not be written or opened; it is no database, or not as it was written. */
export type SqliteFault = 'locked' | 'full' | 'unwritable' | 'damaged';

/** https://sqlite.org/rescode.html: busy; read only, I/O, cannot open; corrupt; full; not a database. */
const FAULTS: Readonly<Record<number, SqliteFault>> = { 5: 'locked', 8: 'unwritable', 10: 'full', 11: 'damaged', 13: 'full', 14: 'unwritable', 26: 'damaged' };

/** What an error of SQLite, or of the file system below it, means; undefined for any other. */
export function sqliteFault(error: unknown): SqliteFault | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error) return FAULTS[Number(error.errcode) & 0xff];
  if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) return 'full';
  return 'syscall' in error ? 'unwritable' : undefined;
}

/** Opens a database that may not be written. One with a log beside it can be read where the log can; one without, or with an empty one, has all in itself, and nobody changes it without writing a log. */
export function openReadOnly(path: string): DatabaseSync {
  return new DatabaseSync((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0 ? path : new URL('?immutable=1', pathToFileURL(path)), { readOnly: true });
}
