import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Seen, SeenStore } from '../../ports/seen-store.ts';
import { turnLogOn } from '../wire/sqlite-file.ts';

const SCHEMA = 'CREATE TABLE IF NOT EXISTS seen (run TEXT NOT NULL, mark TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (run, mark)) STRICT, WITHOUT ROWID;';
/** How long a process waits for another one that writes. */
const WAIT_MS = 5_000;
/** How many of a run are kept: of what happens and is never over, the newest. */
const KEPT = 500;

/** Which alerts were seen, in one SQLite file. It tells nobody: what other processes put is found there when they ask. */
export class SqliteSeen implements SeenStore {
  readonly #database: DatabaseSync;

  /** Opens the file at `path`, which is made where there is none; `:memory:` is gone when it is closed. */
  constructor(path: string) {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    this.#database = new DatabaseSync(path, { timeout: WAIT_MS });
    turnLogOn(this.#database, WAIT_MS);
    this.#database.exec(`PRAGMA synchronous = NORMAL; ${SCHEMA}`);
  }

  all(run: string): readonly Seen[] {
    return (this.#database.prepare('SELECT run, mark, by, at FROM seen WHERE run = ? ORDER BY at').all(run) as unknown as Seen[]).map((seen) => ({ ...seen }));
  }

  put({ run, mark, by, at }: Seen): void {
    this.#database.prepare('INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)').run(run, mark, by, at);
    this.#database.prepare('DELETE FROM seen WHERE run = ?1 AND mark NOT IN (SELECT mark FROM seen WHERE run = ?1 ORDER BY at DESC LIMIT ?2)').run(run, KEPT);
  }

  drop(run: string, mark: string): void {
    this.#database.prepare('DELETE FROM seen WHERE run = ? AND mark = ?').run(run, mark);
  }

  listen(): () => void {
    return () => undefined;
  }

  close(): void {
    this.#database.close();
  }
}
