// Apart from the file beside it, which loads SQLite: every command looks at errors, few open a database.

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
