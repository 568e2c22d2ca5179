import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JournalNote, NoteStore } from '../../ports/note-store.ts';
import { turnLogOn } from '../wire/sqlite-file.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS note (id TEXT PRIMARY KEY, trade TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL, tags TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS note_of_trade ON note (trade, at);
`;
/** How long a process waits for another one that writes. */
const WAIT_MS = 5_000;

type Row = Omit<JournalNote, 'tags'> & { readonly tags: string };

/** The trade journal's notes in one SQLite file. */
export class SqliteNotes implements NoteStore {
  readonly #database: DatabaseSync;

  /** Opens the file at `path`, which is made where there is none; `:memory:` is gone when it is closed. */
  constructor(path: string) {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    this.#database = new DatabaseSync(path, { timeout: WAIT_MS });
    turnLogOn(this.#database, WAIT_MS);
    this.#database.exec(`PRAGMA synchronous = FULL; ${SCHEMA}`);
  }

  put({ id, trade, at, by, text, tags }: JournalNote): void {
    this.#database.prepare('INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?, ?)').run(id, trade, at, by, text, JSON.stringify(tags));
  }

  get(id: string): JournalNote | undefined {
    const row = this.#database.prepare('SELECT * FROM note WHERE id = ?').get(id) as Row | undefined;
    return row === undefined ? undefined : noteOf(row);
  }

  list(trade?: string): readonly JournalNote[] {
    const rows = trade === undefined
      ? this.#database.prepare('SELECT * FROM note ORDER BY at DESC, id').all()
      : this.#database.prepare('SELECT * FROM note WHERE trade = ? ORDER BY at DESC, id').all(trade);
    return (rows as unknown as Row[]).map(noteOf);
  }

  remove(id: string): boolean {
    return this.#database.prepare('DELETE FROM note WHERE id = ?').run(id).changes === 1;
  }

  close(): void {
    this.#database.close();
  }
}

function noteOf({ id, trade, at, by, text, tags }: Row): JournalNote {
  return { id, trade, at, by, text, tags: JSON.parse(tags) as string[] };
}
