import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { turnLogOn } from '../wire/sqlite-file.ts';
import { AccountsError, type AccountsErrorKind } from './accounts-error.ts';

/** Raised with the tables below. */
const VERSION = 1;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS user (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, role TEXT NOT NULL, passwordHash TEXT, disabled INTEGER NOT NULL,
    totpSealed TEXT, totpPending TEXT, totpStep INTEGER NOT NULL DEFAULT 0, createdAt INTEGER NOT NULL, lastSeenAt INTEGER) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS recovery (userId TEXT NOT NULL REFERENCES user ON DELETE CASCADE, hash TEXT NOT NULL, PRIMARY KEY (userId, hash)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, userId TEXT NOT NULL REFERENCES user ON DELETE CASCADE, createdAt INTEGER NOT NULL, lastSeenAt INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL, steppedUpAt INTEGER NOT NULL, address TEXT NOT NULL, device TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_user ON session (userId);
  CREATE TABLE IF NOT EXISTS refresh (hash TEXT PRIMARY KEY, sessionId TEXT NOT NULL REFERENCES session ON DELETE CASCADE, usedAt INTEGER, nextHash TEXT) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS refresh_session ON refresh (sessionId);
  CREATE TABLE IF NOT EXISTS familiar (userId TEXT NOT NULL REFERENCES user ON DELETE CASCADE, address TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (userId, address)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY, userId TEXT NOT NULL REFERENCES user ON DELETE CASCADE, name TEXT NOT NULL, role TEXT NOT NULL, secretHash TEXT NOT NULL UNIQUE,
    lastFour TEXT NOT NULL, createdAt INTEGER NOT NULL, expiresAt INTEGER, lastUsedAt INTEGER) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS link (hash TEXT PRIMARY KEY, purpose TEXT NOT NULL, userId TEXT REFERENCES user ON DELETE CASCADE, expiresAt INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS failure (key TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS failure_key ON failure (key, at);
  CREATE TABLE IF NOT EXISTS ban (key TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS publicKey (kid TEXT PRIMARY KEY, jwk TEXT NOT NULL, expiresAt INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS approval (
    id TEXT PRIMARY KEY, action TEXT NOT NULL, requestHash TEXT NOT NULL, detail TEXT NOT NULL, userId TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL, state TEXT NOT NULL, decidedBy TEXT) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, via TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    outcome TEXT NOT NULL, address TEXT NOT NULL, detail TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
  CREATE TRIGGER IF NOT EXISTS audit_stands BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only ever added to'); END;
  CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is only ever added to'); END;
  PRAGMA user_version = ${VERSION};
`;
/** How long a process waits for another one that writes. */
const WAIT_MS = 5_000;
/** Bits of a mode that let group and others in. */
const OTHERS = 0o077;

/** Opens the file of accounts, made for its owner alone (mode 0600) where there is none. Throws `AccountsError`. */
export function openAccountsFile(path: string): DatabaseSync {
  if (path !== ':memory:') guardMode(path);
  return attempt(path, () => {
    const database = new DatabaseSync(path, { timeout: WAIT_MS });
    // What was done is on the disk before anybody is told so.
    turnLogOn(database, WAIT_MS);
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON');
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > VERSION) throw new AccountsError('version', `${path} was written by a newer version of AlgoTrendy (its tables are of version ${version}). Update this one.`);
    if (version < VERSION) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
    return database;
  });
}

/** Does something with the file; what SQLite says of it becomes an `AccountsError`. */
export function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
    const kind = code === undefined ? undefined : KINDS[code];
    if (kind === undefined || !(error instanceof Error)) throw error;
    throw new AccountsError(kind, `${path}: ${error.message}. ${REMEDIES[kind]}`);
  }
}

/** SQLite's primary result codes. */
const KINDS: Readonly<Record<number, AccountsErrorKind>> = { 5: 'locked', 6: 'locked', 8: 'storage', 10: 'storage', 11: 'damaged', 13: 'storage', 14: 'storage', 26: 'damaged' };
const REMEDIES: Readonly<Record<AccountsErrorKind, string>> = {
  locked: 'Another process is writing it: try again.',
  storage: 'See that the disk has room and may be written.',
  damaged: 'Bring it back from a backup; without it nobody can sign in.',
  open: '', version: '',
};

function guardMode(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) {
    // SQLite gives its own files beside it the same mode.
    closeSync(openSync(path, 'a', 0o600));
    return;
  }
  const mode = statSync(path).mode & 0o777;
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    throw new AccountsError('open', `${path} may be read by others (mode ${mode.toString(8).padStart(4, '0')}). Say: chmod 600 ${path}; and end all sessions and renew the tokens if others use this machine.`);
  }
}
