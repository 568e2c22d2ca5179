import { DatabaseSync } from 'node:sqlite';

/**
 * A lock that one process at a time can hold on a folder's state. It is the operating system's own
 * file lock, taken by way of SQLite, so it ends with the process however that ends: there is no
 * stale lock to clean up, and no two processes can take it at once.
 */
export class ProcessLock {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Takes the lock in the file at `path`, waiting for it at most so long; undefined when another process holds it. */
  static take(path: string, waitMs = 0): ProcessLock | undefined {
    const database = new DatabaseSync(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
    } catch (error) {
      database.close();
      if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined;
      throw error;
    }
    return new ProcessLock(database);
  }

  release(): void {
    this.#database.close();
  }
}

/** https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;
