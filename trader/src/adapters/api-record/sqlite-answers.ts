import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { AnswerStore, Beginning, KeptAnswer } from '../../ports/answer-store.ts';
import { turnLogOn } from '../wire/sqlite-file.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS answer (id TEXT PRIMARY KEY, request TEXT NOT NULL, begun INTEGER NOT NULL, status INTEGER, body TEXT) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS answer_order ON answer (begun);
`;
/** How long a process waits for another one that writes. */
const WAIT_MS = 5_000;
/** Answers are cleared away once in so many beginnings. */
const CLEAR_EACH = 256;

/** Answers to changes in one SQLite file. */
export class SqliteAnswers implements AnswerStore {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #begin: StatementSync;
  readonly #finish: StatementSync;
  readonly #abandon: StatementSync;
  #beginnings = 0;

  /** Opens the file at `path`, which is made where there is none; `:memory:` is gone when it is closed. */
  constructor(path: string) {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    this.#database = new DatabaseSync(path, { timeout: WAIT_MS });
    turnLogOn(this.#database, WAIT_MS);
    this.#database.exec(`PRAGMA synchronous = NORMAL; ${SCHEMA} DELETE FROM answer WHERE status IS NULL;`);
    this.#find = this.#database.prepare('SELECT request, status, body FROM answer WHERE id = ?');
    this.#begin = this.#database.prepare('INSERT INTO answer (id, request, begun) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#finish = this.#database.prepare('UPDATE answer SET status = ?, body = ? WHERE id = ?');
    this.#abandon = this.#database.prepare('DELETE FROM answer WHERE id = ? AND status IS NULL');
  }

  begin(id: string, requestHash: string, now: Timestamp): Beginning {
    if (this.#beginnings++ % CLEAR_EACH === 0) this.#database.prepare('DELETE FROM answer WHERE begun < ?').run(now - DAY_MS);
    if (this.#begin.run(id, requestHash, now).changes === 1) return { kind: 'new' };
    const { request, status, body } = this.#find.get(id) as { readonly request: string; readonly status: number | null; readonly body: string | null };
    if (request !== requestHash) return { kind: 'other' };
    return status === null ? { kind: 'running' } : { kind: 'done', answer: { status, body: body ?? '' } };
  }

  finish(id: string, { status, body }: KeptAnswer): void {
    this.#finish.run(status, body, id);
  }

  abandon(id: string): void {
    this.#abandon.run(id);
  }

  close(): void {
    this.#database.close();
  }
}
