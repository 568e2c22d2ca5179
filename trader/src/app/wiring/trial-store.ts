import { createHash, hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { ParameterValues } from '../../domain/parameters.ts';
import { findStrategy } from '../../strategies/catalog.ts';
import { Refusal } from '../refusal.ts';
import type { FinishedBacktest } from './backtest.ts';
import { seriesParameters } from './strategy.ts';

/** What trials are counted for: one strategy as it is written, on one set of bars. A part of the same bars is the same set. */
export interface TrialSubject {
  /** The strategy's own name. */
  readonly strategy: string;
  /** SHA-256 of its source: `strategyContent`. */
  readonly content: string;
  readonly instrument: string;
  /** As `1h`, after resampling. */
  readonly interval: string;
  /** SHA-256 of the bars as they were read: `BarSet.sha256`. */
  readonly data: string;
}

/** One set of parameters that was tried. */
export interface Trial {
  /** Every parameter with the value used. */
  readonly parameters: ParameterValues;
  /** Annualised Sharpe ratio of its daily returns; null where none was worked out, or there is none. */
  readonly sharpe: number | null;
}

/** How much has been tried. */
export interface TrialCount {
  /** Different sets of parameters. */
  readonly trials: number;
  /** Of these, with a known Sharpe ratio. */
  readonly rated: number;
  /** Mean of the known Sharpe ratios, annualised; null without one. */
  readonly meanSharpe: number | null;
  /** Sample variance (n − 1) of the known Sharpe ratios, annualised; null with fewer than two. */
  readonly varianceSharpe: number | null;
}

/** What is on record of a subject, and of every wording that a strategy of this name has had on the same bars. */
export interface TrialRecord extends TrialCount {
  /** Sets of parameters of another wording count anew: an edited strategy is another try. */
  readonly allWordings: TrialCount;
}

/** How long a writer waits for another one. */
const WAIT_MS = 10_000;
/** Trials that are written under one lock, so that other writers get their turn. */
const AT_ONCE = 20_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS subject (
    id INTEGER PRIMARY KEY, strategy TEXT NOT NULL, content TEXT NOT NULL, instrument TEXT NOT NULL, interval TEXT NOT NULL, data TEXT NOT NULL,
    UNIQUE (strategy, instrument, interval, data, content)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS trial (
    subject INTEGER NOT NULL REFERENCES subject (id), parameters INTEGER NOT NULL, sharpe REAL, PRIMARY KEY (subject, parameters)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS trial_stays BEFORE DELETE ON trial BEGIN SELECT RAISE(ABORT, 'what was tried is never taken back'); END;
  CREATE TRIGGER IF NOT EXISTS subject_stays BEFORE DELETE ON subject BEGIN SELECT RAISE(ABORT, 'what was tried is never taken back'); END;
`;

/**
 * Adds what was tried to the record under `home`, for good: nothing is ever taken out, and what is
 * there already counts once. Two sets of parameters are the same when their names and values are:
 * 64 bits of the SHA-256 of both, in the order of the names, stand for them. A Sharpe ratio that was
 * not known is filled in; one that was known stays. Several processes may write at once; refuses as
 * busy where another one does for longer than ten seconds.
 */
export function recordTrials(home: string, subject: TrialSubject, trials: Iterable<Trial>): void {
  withDatabase(home, (database) => {
    const id = subjectId(database, subject);
    const insert = database.prepare(`INSERT INTO trial VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET sharpe = excluded.sharpe WHERE sharpe IS NULL AND excluded.sharpe IS NOT NULL`);
    let open = 0;
    for (const { parameters, sharpe } of trials) {
      if (open === 0) database.exec('BEGIN IMMEDIATE');
      insert.run(id, parametersId(parameters), sharpe);
      open = (open + 1) % AT_ONCE;
      if (open === 0) database.exec('COMMIT');
    }
    if (open > 0) database.exec('COMMIT');
  });
}

/**
 * Records one backtest, several instruments together being a set of bars of their own. Gives a
 * sentence where it cannot be written: the result of the backtest is no worse for it.
 */
export function recordBacktest(home: string, nameOrPath: string, { report, barsSha256 }: Pick<FinishedBacktest, 'report' | 'barsSha256'>): string | undefined {
  const { strategy, instrument, interval, sharpe } = report;
  const parameters = { ...report.parameters, ...seriesParameters({ series: Object.keys(report.series) }, Object.values(report.series)) } as ParameterValues;
  try {
    recordTrials(home, { strategy, content: strategyContent(nameOrPath), instrument, interval, data: barsSha256.join(',') }, [{ parameters, sharpe }]);
    return undefined;
  } catch (error) {
    return `the trial is not counted: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What is on record of a subject; zeros where nothing is. */
export function trialsOf(home: string, subject: TrialSubject): TrialRecord {
  return withDatabase(home, (database) => {
    const { strategy, content, instrument, interval, data } = subject;
    const wordings = database.prepare('SELECT id, content FROM subject WHERE strategy = ? AND instrument = ? AND interval = ? AND data = ?')
      .all(strategy, instrument, interval, data) as { id: number; content: string }[];
    const count = (some: typeof wordings) => countOf(database, some.map(({ id }) => id));
    return { ...count(wordings.filter((wording) => wording.content === content)), allWordings: count(wordings) };
  });
}

/**
 * The SHA-256 of a strategy's source: of the file that it is loaded from, or, where it ships, of the
 * files of its folder. What it imports from elsewhere is not looked at.
 */
export function strategyContent(nameOrPath: string): string {
  const shipped = findStrategy(nameOrPath);
  if (shipped === undefined) return hash('sha256', readFileSync(resolve(nameOrPath)));
  const folder = fileURLToPath(new URL(`../../strategies/${shipped.name}/`, import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
  const sum = createHash('sha256');
  for (const name of files) sum.update(`${name}\n`).update(readFileSync(join(folder, name)));
  return sum.digest('hex');
}

function countOf(database: DatabaseSync, subjects: readonly number[]): TrialCount {
  const among = `FROM trial WHERE subject IN (${subjects.map(() => '?').join(', ')})`;
  const { trials, rated, mean } = database.prepare(`SELECT count(*) AS trials, count(sharpe) AS rated, avg(sharpe) AS mean ${among}`)
    .get(...subjects) as { trials: number; rated: number; mean: number | null };
  const { squares } = database.prepare(`SELECT sum((sharpe - ?) * (sharpe - ?)) AS squares ${among}`).get(mean, mean, ...subjects) as { squares: number | null };
  return { trials, rated, meanSharpe: mean, varianceSharpe: squares === null || rated < 2 ? null : squares / (rated - 1) };
}

function subjectId(database: DatabaseSync, { strategy, content, instrument, interval, data }: TrialSubject): number {
  const values = [strategy, content, instrument, interval, data];
  database.prepare('INSERT OR IGNORE INTO subject (strategy, content, instrument, interval, data) VALUES (?, ?, ?, ?, ?)').run(...values);
  const { id } = database.prepare('SELECT id FROM subject WHERE strategy = ? AND content = ? AND instrument = ? AND interval = ? AND data = ?')
    .get(...values) as { id: number };
  return id;
}

/** Sixty-four bits that stand for a set of parameters, whatever the order of its names. */
function parametersId(parameters: ParameterValues): bigint {
  const text = JSON.stringify(Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1)));
  return hash('sha256', text, 'buffer').readBigInt64BE(0);
}

/** Opens the record, which is made where it is not there yet. */
function withDatabase<T>(home: string, work: (database: DatabaseSync) => T): T {
  const path = join(home, 'trials.sqlite');
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(home, { recursive: true });
    database = new DatabaseSync(path, { timeout: WAIT_MS });
    database.exec(SCHEMA);
    return work(database);
  } catch (error) {
    throw refusalOf(error, path);
  } finally {
    database?.close();
  }
}

/** https://sqlite.org/rescode.html */
const SQLITE = { busy: 5, readOnly: 8, full: 13, corrupt: 11, notADatabase: 26, cannotOpen: 14, inputOutput: 10 } as const;

const ELSEWHERE = 'Make room, correct its permissions, or point ALGOTRENDY_HOME elsewhere.';

function refusalOf(error: unknown, path: string): unknown {
  const name = basename(path);
  if (error instanceof Error && 'syscall' in error) return new Refusal('disk', `${name} cannot be written: ${error.message}`, { where: path, hint: ELSEWHERE });
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  switch (code) {
    case SQLITE.busy:
      return new Refusal('busy', `another process is writing ${name} and does not stop`, { where: path, hint: 'Try again when it is done.' });
    case SQLITE.corrupt: case SQLITE.notADatabase:
      return new Refusal('bad-data', `${name} is damaged, so that what was tried cannot be counted`, { where: path, hint: 'Put it aside to begin a new count.' });
    case SQLITE.full: case SQLITE.readOnly: case SQLITE.cannotOpen: case SQLITE.inputOutput:
      return new Refusal('disk', `${name} cannot be written`, { where: path, hint: ELSEWHERE });
    default: return error;
  }
}
