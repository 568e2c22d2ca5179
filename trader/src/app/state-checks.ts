import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError, JournalFile } from '../adapters/journal/journal-file.ts';
import { ProcessLock } from '../adapters/sqlite/process-lock.ts';
import { MarketStoreError } from '../domain/market-store-error.ts';
import { fail, ok, warn, type Check } from './health-check.ts';
import { formatBytes, formatPlural } from './terminal/format.ts';
import { listStored } from './wiring/stored-list.ts';
import { DATA_FOLDER } from './wiring/venue-rules.ts';

/** What lies in the state folder and what ships beside it: read, never repaired. */
export async function checkState(home: string): Promise<Check[]> {
  return [await checkStore(home), ...checkRun(join(home, 'paper')), checkSampleData(DATA_FOLDER)];
}

/** Every stored series is read, and is undamaged. */
async function checkStore(home: string): Promise<Check> {
  try {
    const { stored, faults: [fault] } = await listStored(home, 'read');
    if (fault !== undefined) return fail('Bar store', fault.message, 'Restore it from a backup, or import and fetch its bars again into another ALGOTRENDY_HOME.');
    if (stored.length === 0) return ok('Bar store', 'empty; ./algotrendy import or data fetch fills it');
    return ok('Bar store', `${formatPlural(stored.reduce((sum, { quality }) => sum + quality.bars, 0), 'bar')} in ${stored.length} series, all sound`);
  } catch (error) {
    if (!(error instanceof MarketStoreError)) throw error;
    return fail('Bar store', error.message, 'Restore it from a backup, or point ALGOTRENDY_HOME elsewhere.');
  }
}

/** The paper run: whether a process holds it, and the journal to its last record. */
function checkRun(folder: string): Check[] {
  const path = join(folder, 'journal.jsonl');
  if (!existsSync(path)) return [ok('Paper run', 'none yet')];
  return [checkLock(join(folder, 'lock')), checkJournal(path)];
}

function checkLock(path: string): Check {
  const lock = existsSync(path) ? ProcessLock.take(path) : undefined;
  if (existsSync(path) && lock === undefined) return ok('Paper run', 'a process is trading now; it holds the lock');
  lock?.release();
  return ok('Paper run', 'no process is trading; the lock is free');
}

/** Reads the whole journal against its checksums. A torn tail is what a crash leaves, and harmless. */
export function checkJournal(path: string): Check {
  try {
    const journal = new JournalFile(path, 'read');
    try {
      while (journal.ahead() !== undefined) journal.skip();
      const torn = statSync(path).size - journal.bytes;
      const detail = `${formatPlural(journal.sequence, 'record')}, ${formatBytes(journal.bytes)}, every checksum right`;
      return torn <= 0 ? ok('Journal', detail)
        : warn('Journal', `${detail}; ${formatPlural(torn, 'byte')} of an unfinished record at its end`, 'Nothing: the next start cuts them off; they were never acted on.');
    } finally {
      journal.close();
    }
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return fail('Journal', error.message, 'Restore it from a backup, or begin anew with ./algotrendy paper --fresh.');
  }
}

/** The shipped bars are there and are what was shipped, by the hashes in SHA256SUMS. */
export function checkSampleData(folder: string): Check {
  const sums = join(folder, 'SHA256SUMS');
  if (!existsSync(sums)) return fail('Sample data', `${sums} is missing`, 'Fetch the repository again; paper needs its data folder.');
  const wanted = readFileSync(sums, 'utf8').trim().split('\n').map((line) => line.split(/ [ *]/));
  const wrong = wanted.flatMap(([sha256, name = '']) => {
    const file = join(folder, name);
    if (!existsSync(file)) return [`${name} is missing`];
    return createHash('sha256').update(readFileSync(file)).digest('hex') === sha256 ? [] : [`${name} was changed`];
  });
  return wrong.length === 0 ? ok('Sample data', `${formatPlural(wanted.length, 'file')}, checksums right`)
    : fail('Sample data', wrong.join(', '), 'Restore the data folder: git checkout -- data');
}
