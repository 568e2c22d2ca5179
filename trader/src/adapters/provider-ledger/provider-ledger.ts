import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import { longestWindowMs, quotaWaitMs, type ProviderQuota } from '../../domain/quota.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { ProviderFailure } from '../../ports/bar-provider.ts';
import type { ProviderLedger, SourceRecord } from '../../ports/provider-ledger.ts';
import { sqliteFault } from '../wire/sqlite-fault.ts';
import { openReadOnly, turnLogOn } from '../wire/sqlite-file.ts';

/** What is written into the file, so that another version is known by it; 0 is the first one, which did not. */
const VERSION = 2;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS call (provider TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS call_order ON call (provider, at);
  CREATE TABLE IF NOT EXISTS daily (day INTEGER NOT NULL, what TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (day, what)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS refusal (key TEXT PRIMARY KEY, until INTEGER NOT NULL, failure TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS claim (key TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS record (instrument TEXT NOT NULL, source TEXT NOT NULL, agreed INTEGER NOT NULL, disagreed INTEGER NOT NULL, PRIMARY KEY (instrument, source)) STRICT, WITHOUT ROWID;
`;
/** How long a process waits for another one that writes. */
const WAIT_MS = 5_000;
/** Calls are forgotten that no window reaches and no month's report counts; refusals once they are over. */
const KEPT_MS = 40 * DAY_MS;

/** One that would last longer is of a time when the clock was ahead. */
const LONGEST_REFUSAL_MS = 2 * DAY_MS;

/** The ledger as one SQLite file. A call is counted before it is made: a process that dies has spent it. Throws `MarketStoreError`. */
export class SqliteProviderLedger implements ProviderLedger {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #holder = `${hostname()} ${process.pid} ${randomUUID()}`;
  /** Why it was opened to be read only; undefined where it was not. */
  readonly #unwritable: MarketStoreError | undefined;

  /** Opens the file at `path`, which is made where there is none; `:memory:` is gone when it is closed. One that may not be written is opened to be read. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#database = guarded(path, () => openToWrite(path));
    } catch (error) {
      if (!(error instanceof MarketStoreError) || error.kind !== 'storage' || !existsSync(path)) throw error;
      this.#unwritable = error;
      this.#database = guarded(path, () => openReadOnly(path));
    }
  }

  take(provider: string, quota: ProviderQuota, now: Timestamp): { readonly waitMs: number } {
    return this.#ask(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        // Of a time when the clock was ahead: nobody knows when it was, and it must not count until then.
        this.#database.prepare('UPDATE call SET at = ?1 WHERE provider = ?2 AND at > ?1').run(now, provider);
        const rows = this.#database.prepare('SELECT at FROM call WHERE provider = ? AND at > ? ORDER BY at').all(provider, Math.floor(now - longestWindowMs(quota.limits))) as { at: number }[];
        const waitMs = quotaWaitMs(quota.limits, rows.map(({ at }) => at), now);
        if (waitMs <= 0) {
          this.#database.prepare('INSERT INTO call VALUES (?, ?)').run(provider, now);
          this.#database.prepare('DELETE FROM call WHERE provider = ? AND at < ?').run(provider, now - KEPT_MS);
          this.#database.prepare('DELETE FROM refusal WHERE until <= ?').run(now);
        }
        this.#database.exec('COMMIT');
        return { waitMs: Math.max(0, waitMs) };
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  callsSince(provider: string, from: Timestamp): number {
    return Number(this.#rows('SELECT count(*) AS calls FROM call WHERE provider = ? AND at >= ?', provider, from)[0]?.['calls'] ?? 0);
  }

  count(what: string, now: Timestamp, by = 1): void {
    this.#rows('INSERT INTO daily VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times', Math.floor(now / DAY_MS), what, by);
  }

  counts(from: Timestamp): ReadonlyMap<string, number> {
    const rows = this.#rows('SELECT what, sum(times) AS times FROM daily WHERE day >= ? GROUP BY what ORDER BY what', Math.floor(from / DAY_MS));
    return new Map(rows.map(({ what, times }) => [String(what), Number(times)]));
  }

  refuse(key: string, failure: ProviderFailure, until: Timestamp): void {
    this.#rows('INSERT OR REPLACE INTO refusal VALUES (?, ?, ?)', key, Math.ceil(until), JSON.stringify(failure));
  }

  refusal(key: string, now: Timestamp): ProviderFailure | undefined {
    const [row] = this.#rows('SELECT failure FROM refusal WHERE key = ? AND until > ? AND until <= ?', key, now, now + LONGEST_REFUSAL_MS);
    return row === undefined ? undefined : JSON.parse(String(row['failure'])) as ProviderFailure;
  }

  claim(key: string, now: Timestamp, until: Timestamp): boolean {
    const [held] = this.#rows('SELECT holder FROM claim WHERE key = ?', key);
    if (held !== undefined && isDead(String(held['holder']))) this.#rows('DELETE FROM claim WHERE key = ? AND holder = ?', key, String(held['holder']));
    return this.#rows(`INSERT INTO claim VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until
      WHERE claim.until <= ? OR claim.holder = excluded.holder RETURNING key`, key, this.#holder, Math.ceil(until), now).length > 0;
  }

  release(key: string): void {
    this.#rows('DELETE FROM claim WHERE key = ? AND holder = ?', key, this.#holder);
  }

  compared(instrument: string, source: string, agreed: number, disagreed: number): void {
    this.#rows('INSERT INTO record VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET agreed = agreed + excluded.agreed, disagreed = disagreed + excluded.disagreed', instrument, source, agreed, disagreed);
  }

  records(): readonly SourceRecord[] {
    return this.#rows('SELECT instrument, source, agreed, disagreed FROM record ORDER BY instrument, source')
      .map((row) => ({ instrument: String(row['instrument']), source: String(row['source']), agreed: Number(row['agreed']), disagreed: Number(row['disagreed']) }));
  }

  #rows(sql: string, ...values: readonly (string | number)[]): readonly Record<string, unknown>[] {
    return this.#ask(() => this.#database.prepare(sql).all(...values));
  }

  #ask<T>(work: () => T): T {
    try {
      return guarded(this.#path, work);
    } catch (error) {
      throw this.#unwritable ?? error;
    }
  }

  close(): void {
    this.#database.close();
  }
}

function openToWrite(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: WAIT_MS });
  try {
    turnLogOn(database, WAIT_MS);
    database.exec('PRAGMA synchronous = NORMAL');
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as { readonly user_version: number };
    if (version > VERSION) throw new MarketStoreError('version', `${path} was written by version ${version} of the ledger, and this is version ${VERSION}; use the program that wrote it, or another ALGOTRENDY_HOME`);
    if (version < VERSION) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${VERSION}; COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Whether a claim's process was one of this machine and has ended without giving back. */
function isDead(holder: string): boolean {
  const [host, pid] = holder.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    switch (error instanceof MarketStoreError ? undefined : sqliteFault(error)) {
      case 'locked': throw new MarketStoreError('locked', `${path}: another process is writing and does not end; try again when it is done`, error);
      case 'full': throw new MarketStoreError('storage', `${path}: the disk is full, or fails (${words}). Free some space`, error);
      case 'unwritable': throw new MarketStoreError('storage', `${path} cannot be written (${words}); correct its permissions, or point ALGOTRENDY_HOME elsewhere`, error);
      case 'damaged': throw new MarketStoreError('damaged', `${path} is damaged; restore it from a backup, or remove it: then calls and comparisons are counted anew`, error);
      default: throw error;
    }
  }
}
