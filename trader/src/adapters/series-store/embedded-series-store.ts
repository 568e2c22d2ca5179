import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SeriesFacts, SeriesState } from '../../domain/dated-series.ts';
import { SeriesError, type SeriesErrorKind } from '../../domain/series-error.ts';
import { isTimestamp, type Timestamp } from '../../domain/time.ts';
import type { SeriesCounts, SeriesFetch, SeriesStore, SeriesSummary } from '../../ports/series-store.ts';
import { sqliteFault, type SqliteFault } from '../wire/sqlite-fault.ts';
import { openReadOnly, turnLogOn } from '../wire/sqlite-file.ts';

/** What is written into the file, so that another version is known by it. */
const VERSION = 1;
/** How long a writer waits for another one. */
const WAIT_MS = 5_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS series (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, facts TEXT NOT NULL, fetched_at INTEGER NOT NULL, due_at INTEGER, vintages INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS state (
    series INTEGER NOT NULL REFERENCES series (number), date INTEGER NOT NULL, available_at INTEGER NOT NULL, value REAL, PRIMARY KEY (series, date, available_at)
  ) STRICT, WITHOUT ROWID;
`;

/** A row of states as SQLite gives it; a figure that is missing is NULL there. */
interface StateRow {
  readonly date: number;
  readonly value: number | null;
  readonly availableAt: number;
}

/** Series in one SQLite file, which is made where there is none. Several processes may use it at once. */
export class EmbeddedSeriesStore implements SeriesStore {
  readonly #path: string;
  readonly #database: DatabaseSync;

  /** Opens or makes the file at `path`; one that may not be written is opened to be read. Throws `SeriesError`. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#database = guarded(path, () => {
        mkdirSync(dirname(path), { recursive: true });
        return prepared(path, new DatabaseSync(path, { timeout: WAIT_MS }));
      });
    } catch (error) {
      if (!(error instanceof SeriesError) || error.kind !== 'storage' || !existsSync(path)) throw error;
      this.#database = guarded(path, () => prepared(path, openReadOnly(path)));
    }
  }

  async append(facts: SeriesFacts, fetch: SeriesFetch, states: readonly SeriesState[]): Promise<SeriesCounts> {
    for (const { date, availableAt, value } of states) {
      if (isTimestamp(date) && isTimestamp(availableAt) && Math.abs(value) !== Infinity) continue;
      throw new SeriesError('value', `${facts.id}: ${value} of ${date}, known from ${availableAt}, is no state of a series`);
    }
    return this.#ask(() => {
      const database = this.#database;
      database.exec('BEGIN IMMEDIATE');
      try {
        const counts = this.#keep(facts, fetch, states);
        database.exec('COMMIT');
        return counts;
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async asOf(id: string, moment: Timestamp): Promise<readonly SeriesState[]> {
    // SQLite takes the other columns of a group from the row that holds its max().
    return this.#states('SELECT date, value, max(available_at) AS availableAt FROM state WHERE series = (SELECT number FROM series WHERE id = ?) AND available_at <= ? GROUP BY date ORDER BY date', id, moment);
  }

  async history(id: string): Promise<readonly SeriesState[]> {
    return this.#states('SELECT date, value, available_at AS availableAt FROM state WHERE series = (SELECT number FROM series WHERE id = ?) ORDER BY available_at, date', id);
  }

  async list(): Promise<readonly SeriesSummary[]> {
    return this.#ask(() => this.#database.prepare(`
      SELECT facts, fetched_at AS fetchedAt, due_at AS dueAt, vintages, count(DISTINCT date) AS dates, count(date) AS states, min(date) AS first, max(date) AS last, min(available_at) AS knownFrom
      FROM series LEFT JOIN state ON state.series = series.number GROUP BY series.number ORDER BY id
    `).all().map((row) => {
      const { facts, fetchedAt, dueAt, vintages, dates, states, first, last, knownFrom } = row as Readonly<Record<string, number | null>> & { readonly facts: string; readonly fetchedAt: number; readonly dates: number; readonly states: number };
      return {
        ...JSON.parse(facts) as SeriesFacts, fetchedAt, dueAt: dueAt ?? undefined, vintages: vintages === 1, dates, first: first ?? NaN, last: last ?? NaN, revisions: states - dates, knownFrom: knownFrom ?? NaN,
      };
    }));
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #keep(facts: SeriesFacts, { fetchedAt, dueAt, vintages }: SeriesFetch, states: readonly SeriesState[]): SeriesCounts {
    const database = this.#database;
    const { number } = database.prepare(`INSERT INTO series (id, facts, fetched_at, due_at, vintages) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, fetched_at = excluded.fetched_at, due_at = excluded.due_at, vintages = max(vintages, excluded.vintages) RETURNING number`)
      .get(facts.id, JSON.stringify(facts), fetchedAt, dueAt ?? null, Number(vintages)) as { readonly number: number };
    const same = database.prepare('SELECT value FROM state WHERE series = ? AND date = ? AND available_at = ?');
    const other = database.prepare('SELECT 1 FROM state WHERE series = ? AND date = ? LIMIT 1');
    const insert = database.prepare('INSERT OR REPLACE INTO state (series, date, available_at, value) VALUES (?, ?, ?, ?)');
    const counts = { added: 0, revised: 0, replaced: 0, equal: 0 };
    for (const state of states) counts[keepState(number, state, { same, other, insert })] += 1;
    return counts;
  }

  #states(sql: string, ...values: readonly (string | number)[]): readonly SeriesState[] {
    return this.#ask(() => (this.#database.prepare(sql).all(...values) as unknown as readonly StateRow[]).map(({ date, value, availableAt }) => ({ date, value: value ?? NaN, availableAt })));
  }

  #ask<T>(work: () => T): T {
    return guarded(this.#path, work);
  }
}

/** Writes one state, unless it is there already. */
function keepState(series: number, { date, value, availableAt }: SeriesState, { same, other, insert }: Readonly<Record<'same' | 'other' | 'insert', StatementSync>>): keyof SeriesCounts {
  const figure = Number.isNaN(value) ? null : value;
  const known = same.get(series, date, availableAt) as Pick<StateRow, 'value'> | undefined;
  if (known !== undefined && known.value === figure) return 'equal';
  const outcome = known !== undefined ? 'replaced' : other.get(series, date) !== undefined ? 'revised' : 'added';
  insert.run(series, date, availableAt, figure);
  return outcome;
}

/** The database, once it has this version's tables; closed where it cannot have them. */
function prepared(path: string, database: DatabaseSync): DatabaseSync {
  try {
    prepareFile(path, database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareFile(path: string, database: DatabaseSync): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { readonly user_version: number };
  if (version !== 0 && version !== VERSION) throw new SeriesError('version', `${path} was written by another version of the program (its format is ${version}, this one reads ${VERSION})`);
  if (version === VERSION) return;
  turnLogOn(database, WAIT_MS);
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${VERSION}; COMMIT`);
}

/** What each fault is, and what to do. */
const FAULTS: Readonly<Record<SqliteFault, readonly [SeriesErrorKind, string]>> = {
  locked: ['locked', 'another process is writing; wait until it is done, then try again'], full: ['storage', 'the disk is full, or fails; nothing half-written was kept. Free some space'],
  unwritable: ['storage', 'it cannot be written; correct its permissions, or point ALGOTRENDY_HOME elsewhere'],
  damaged: ['damaged', 'it is damaged, or no store of series; bring it back from a backup, or remove it and fetch again'],
};

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const fault = sqliteFault(error);
    if (error instanceof SeriesError || fault === undefined) throw error;
    const [kind, words] = FAULTS[fault];
    throw new SeriesError(kind, `${path}: ${words}`, error);
  }
}
