import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import { sqliteFault } from '../wire/sqlite-fault.ts';
import { openReadOnly, turnLogOn } from '../wire/sqlite-file.ts';

/** What a store is told by; "ATMS" as a number. */
const APPLICATION_ID = 0x41544d53;
/** Raised whenever a store of before cannot be read as one of now. */
const VERSION = 1;
/** How long a writer waits for another one. */
const WAIT_MS = 10_000;

/**
 * `chunk` holds most of it: some thousand states as one blob (chunk-codec.ts). `recent` holds the few
 * newest states as rows, until they are enough to be worth the writing of a chunk anew. All states of
 * one time are in one chunk and in `recent`. `plain`: one state for each time, none in quarantine.
 */
const SCHEMA = `
  CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE reason (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, instrument TEXT NOT NULL, interval_ms INTEGER NOT NULL,
    bars INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    revisions INTEGER NOT NULL, quarantined INTEGER NOT NULL, known_at INTEGER NOT NULL,
    UNIQUE (instrument, interval_ms)
  ) STRICT;
  CREATE TABLE series_source (series INTEGER NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (series, source)) STRICT, WITHOUT ROWID;
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, series INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL,
    plain INTEGER NOT NULL, known_to INTEGER NOT NULL, checksum INTEGER NOT NULL, states BLOB NOT NULL,
    UNIQUE (series, first)
  ) STRICT;
  CREATE TABLE recent (
    arrival INTEGER PRIMARY KEY, series INTEGER NOT NULL, time INTEGER NOT NULL, known_at INTEGER NOT NULL,
    open REAL NOT NULL, high REAL NOT NULL, low REAL NOT NULL, close REAL NOT NULL, volume REAL, source INTEGER NOT NULL, reason INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX recent_order ON recent (series, time, known_at, arrival);
  CREATE TABLE coverage (series INTEGER NOT NULL, begins INTEGER NOT NULL, ends INTEGER NOT NULL, PRIMARY KEY (series, begins)) STRICT, WITHOUT ROWID;
`;

/** Opens the database of a store, which is made where there is none; one that may not be written is opened to be read. Throws `MarketStoreError`. */
export function openDatabase(path: string): DatabaseSync {
  try {
    return openToWrite(path);
  } catch (error) {
    if (error instanceof MarketStoreError && error.kind === 'storage' && existsSync(path)) return openToRead(path);
    throw error;
  }
}

function openToRead(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = openReadOnly(path);
    checkVersion(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw storeError(error, path);
  }
}

function openToWrite(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: WAIT_MS });
    // A page of 8 KiB: blobs of chunks take few of them, and a row that is added writes few bytes.
    database.exec('PRAGMA page_size = 8192; PRAGMA synchronous = FULL');
    turnLogOn(database, WAIT_MS);
    prepare(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw storeError(error, path);
  }
}

function prepare(database: DatabaseSync, path: string): void {
  if (numberOf(database, 'application_id') === APPLICATION_ID) return checkVersion(database, path);
  transaction(database, path, () => {
    // Another process may have been first.
    if (numberOf(database, 'application_id') === APPLICATION_ID) return checkVersion(database, path);
    if (numberOf(database, 'schema_version') !== 0) throw new MarketStoreError('damaged', `${path} is another program's database; move it away`);
    database.exec(`${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}`);
  });
}

function checkVersion(database: DatabaseSync, path: string): void {
  const version = numberOf(database, 'user_version');
  if (version !== VERSION) {
    throw new MarketStoreError('version', `${path} was written by version ${version} of the store, and this is version ${VERSION}; use the program that wrote it, or another ALGOTRENDY_HOME`);
  }
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

/** Does `work` whole or not at all, as the only writer. Throws `MarketStoreError`. */
export function transaction<T>(database: DatabaseSync, path: string, work: () => T): T {
  return bracketed(database, path, 'BEGIN IMMEDIATE', work);
}

/** Does `work`, which only reads, on one state of the store. Throws `MarketStoreError`. */
export function reading<T>(database: DatabaseSync, path: string, work: () => T): T {
  return bracketed(database, path, 'BEGIN', work);
}

function bracketed<T>(database: DatabaseSync, path: string, begin: string, work: () => T): T {
  try {
    database.exec(begin);
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw storeError(error, path);
  }
}

function storeError(error: unknown, path: string): unknown {
  if (error instanceof MarketStoreError || !(error instanceof Error)) return error;
  switch (sqliteFault(error)) {
    case 'locked': return new MarketStoreError('locked', `${path}: another process is writing and does not end; try again when it is done`, error);
    case 'full': return new MarketStoreError('storage', `${path}: the disk is full, or fails (${error.message}); nothing half-written was kept. Free some space`, error);
    case 'unwritable': return new MarketStoreError('storage', `${path} cannot be written (${error.message}); correct its permissions, or point ALGOTRENDY_HOME elsewhere`, error);
    case 'damaged': return new MarketStoreError('damaged', `${path} is damaged; restore it from a backup`, error);
    default: return error;
  }
}
