import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { longestWindowMs, quotaWaitMs, type ProviderQuota } from '../../domain/quota.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { ProviderFailure } from '../../ports/bar-provider.ts';
import type { ProviderLedger, SourceRecord } from '../../ports/provider-ledger.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS call (provider TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS call_order ON call (provider, at);
  CREATE TABLE IF NOT EXISTS daily (day INTEGER NOT NULL, what TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (day, what)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS refusal (key TEXT PRIMARY KEY, until INTEGER NOT NULL, failure TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS record (instrument TEXT NOT NULL, source TEXT NOT NULL, agreed INTEGER NOT NULL, disagreed INTEGER NOT NULL, PRIMARY KEY (instrument, source)) STRICT, WITHOUT ROWID;
`;
/** How long a process waits for another one that writes. */
const WAIT_MS = 5_000;
/** Calls are forgotten that no window reaches and no month's report counts. */
const KEPT_MS = 40 * DAY_MS;

/** The ledger as one SQLite file. A call is counted before it is made: a process that dies has spent it. */
export class SqliteProviderLedger implements ProviderLedger {
  readonly #database: DatabaseSync;

  /** Opens the file at `path`, which is made where there is none; `:memory:` is gone when it is closed. */
  constructor(path: string) {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    this.#database = new DatabaseSync(path, { timeout: WAIT_MS });
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${SCHEMA}`);
  }

  take(provider: string, quota: ProviderQuota, now: Timestamp): { readonly waitMs: number } {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const rows = this.#database.prepare('SELECT at FROM call WHERE provider = ? AND at > ? ORDER BY at').all(provider, Math.floor(now - longestWindowMs(quota.limits))) as { at: number }[];
      const waitMs = quotaWaitMs(quota.limits, rows.map(({ at }) => at), now);
      if (waitMs <= 0) {
        this.#database.prepare('INSERT INTO call VALUES (?, ?)').run(provider, now);
        this.#database.prepare('DELETE FROM call WHERE provider = ? AND at < ?').run(provider, now - KEPT_MS);
      }
      this.#database.exec('COMMIT');
      return { waitMs: Math.max(0, waitMs) };
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  callsSince(provider: string, from: Timestamp): number {
    const row = this.#database.prepare('SELECT count(*) AS calls FROM call WHERE provider = ? AND at >= ?').get(provider, from);
    return Number(row?.['calls'] ?? 0);
  }

  count(what: string, now: Timestamp, by = 1): void {
    this.#database.prepare('INSERT INTO daily VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times').run(Math.floor(now / DAY_MS), what, by);
  }

  counts(from: Timestamp): ReadonlyMap<string, number> {
    const rows = this.#database.prepare('SELECT what, sum(times) AS times FROM daily WHERE day >= ? GROUP BY what ORDER BY what').all(Math.floor(from / DAY_MS));
    return new Map(rows.map(({ what, times }) => [String(what), Number(times)]));
  }

  refuse(key: string, failure: ProviderFailure, until: Timestamp): void {
    this.#database.prepare('INSERT OR REPLACE INTO refusal VALUES (?, ?, ?)').run(key, Math.ceil(until), JSON.stringify(failure));
  }

  refusal(key: string, now: Timestamp): ProviderFailure | undefined {
    const row = this.#database.prepare('SELECT failure FROM refusal WHERE key = ? AND until > ?').get(key, now);
    return row === undefined ? undefined : JSON.parse(String(row['failure'])) as ProviderFailure;
  }

  compared(instrument: string, source: string, agreed: number, disagreed: number): void {
    this.#database.prepare('INSERT INTO record VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET agreed = agreed + excluded.agreed, disagreed = disagreed + excluded.disagreed')
      .run(instrument, source, agreed, disagreed);
  }

  records(): readonly SourceRecord[] {
    return this.#database.prepare('SELECT instrument, source, agreed, disagreed FROM record ORDER BY instrument, source').all()
      .map((row) => ({ instrument: String(row['instrument']), source: String(row['source']), agreed: Number(row['agreed']), disagreed: Number(row['disagreed']) }));
  }

  close(): void {
    this.#database.close();
  }
}
