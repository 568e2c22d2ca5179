import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Timestamp } from '../../domain/time.ts';

/** What is known of a symbol that is being carried over. */
export interface CarriedSymbol {
  readonly instrument: string;
  /** As its first rows showed it, or as it was asked for. */
  readonly intervalMs: number;
  /** Everything up to here, inclusive, is in the target. */
  through: Timestamp;
}

/**
 * What a migration has done so far, in one small file of the state folder: by it a migration that was killed goes on, and
 * bars in the target that are its own are told from others. Written before the bars that it
 * speaks of for a new symbol, and after them for `through`, so that what it says is never too much.
 */
export interface MigrationRecord {
  readonly source: string;
  readonly target: string;
  /** When the last run began; the moment from which the bars that it wrote are known. */
  readonly knownAt: Timestamp;
  readonly symbols: Record<string, CarriedSymbol>;
}

/** The folder below a state folder in which records and staged dumps lie. */
export function migrationsFolder(home: string): string {
  const folder = join(home, 'migrations');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Where the record of carrying a source into a target lies. */
export function recordPath(home: string, source: string, target: string): string {
  return join(migrationsFolder(home), `${createHash('sha256').update(`${source}\n${target}`).digest('hex').slice(0, 16)}.json`);
}
