import { AccountsError, type AccountsErrorKind } from '../adapters/accounts/accounts-error.ts';
import { BackupError, type BackupErrorKind } from '../adapters/backup/backup-error.ts';
import { BarFileError, errorCode, type BarFileErrorKind } from '../adapters/bars/bar-file-error.ts';
import { JournalError, type JournalErrorKind } from '../adapters/journal/journal-file.ts';
import { StoreError, type StoreErrorKind } from '../adapters/postgres/store-error.ts';
import { ReturnsFileError } from '../adapters/returns/returns-file-error.ts';
import { SecretFileError, type SecretFileErrorKind } from '../adapters/secrets/secret-file.ts';
import { TickFileError } from '../adapters/ticks/tick-file-error.ts';
import { sqliteFault } from '../adapters/wire/sqlite-fault.ts';
import { TimescaleError, type TimescaleErrorKind } from '../adapters/timescale/timescale-error.ts';
import { BlobError, type BlobErrorKind } from '../domain/blob-error.ts';
import { SeriesError, type SeriesErrorKind } from '../domain/series-error.ts';
import { MarketStoreError, type MarketStoreErrorKind } from '../domain/market-store-error.ts';
import { VenueError, type VenueFailure } from '../domain/venue-error.ts';
import type { ExitName } from './exit-codes.ts';

/** What a person is told when a command cannot do what was asked. */
export interface RefusalDetails {
  /** File, line or option the message is about, where the message does not say. */
  readonly where?: string | undefined;
  /** What to do next, as a full sentence. */
  readonly hint?: string | undefined;
}

/**
 * Ends a command with an exit code and one block of words: what is wrong, where, and what to do
 * next. Thrown anywhere below a command, printed in one place, without a stack trace.
 */
export class Refusal extends Error {
  readonly code: Exclude<ExitName, 'ok'>;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(code: Exclude<ExitName, 'ok'>, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.where = details.where;
    this.hint = details.hint;
  }
}

/** Whatever was thrown, as a refusal: errors of files and disks by their kind, anything else as a defect. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof VenueError) return new Refusal('venue', message, { hint: VENUE_HINTS[error.failure] });
  const kind = exitOfFileError(error);
  if (kind !== undefined) return new Refusal(kind, message);
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' || code === 'EROFS' || isRefusedByDisk(error)) {
    return new Refusal('disk', `nothing more can be written: ${message}`, { hint: 'Free some space, or point ALGOTRENDY_HOME at another disk.' });
  }
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EPERM') {
    return new Refusal('bad-data', message, { hint: 'Check the path and its permissions.' });
  }
  return new Refusal('failure', `unexpected error: ${message}`, {
    hint: 'This is a defect. Run again with ALGOTRENDY_DEBUG=1 and report what it prints.',
  });
}

/** Whether SQLite could not write or open a file. */
function isRefusedByDisk(error: unknown): boolean {
  const fault = error instanceof Error && 'errcode' in error ? sqliteFault(error) : undefined;
  return fault === 'full' || fault === 'unwritable';
}

/** How a command ends that a file's own error ended; undefined for any other error. */
function exitOfFileError(error: unknown): Exclude<ExitName, 'ok'> | undefined {
  if (error instanceof BarFileError) return BAR_FILE_CODES[error.kind];
  if (error instanceof JournalError) return JOURNAL_CODES[error.kind];
  if (error instanceof StoreError) return STORE_CODES[error.kind];
  if (error instanceof MarketStoreError) return MARKET_STORE_CODES[error.kind];
  if (error instanceof BackupError) return BACKUP_CODES[error.kind];
  if (error instanceof BlobError) return BLOB_CODES[error.kind];
  if (error instanceof TimescaleError) return TIMESCALE_CODES[error.kind];
  if (error instanceof AccountsError) return ACCOUNTS_CODES[error.kind];
  if (error instanceof SeriesError) return SERIES_CODES[error.kind];
  if (error instanceof SecretFileError) return SECRET_FILE_CODES[error.kind];
  return error instanceof TickFileError || error instanceof ReturnsFileError ? 'bad-data' : undefined;
}

/** What a person can do about a venue's no, where there is something. */
const VENUE_HINTS: Readonly<Partial<Record<VenueFailure, string>>> = {
  unreachable: 'Look at the network, and at the venue\'s page of its state; then try again.',
  'unknown-outcome': 'Try again; if it stays so, look at the venue\'s page of its state.',
  'rate-limited': 'Wait a minute, and see that nothing else uses the same keys or address.',
  banned: 'The venue has shut out this address for a while: wait, and find out what asked too often.',
  maintenance: 'Wait until the venue is back.',
  'clock-skew': 'Set this machine\'s clock by NTP.',
  unauthorised: 'Look whether the keys are of this account, still valid, and allowed from this address. ./algotrendy keys test asks the venue about those that are kept.',
};

const JOURNAL_CODES: Readonly<Record<JournalErrorKind, Exclude<ExitName, 'ok'>>> = {
  unreadable: 'bad-data', damaged: 'bad-data', diverged: 'version', version: 'version', disk: 'disk',
};

const STORE_CODES: Readonly<Record<StoreErrorKind, Exclude<ExitName, 'ok'>>> = {
  unreachable: 'failure', refused: 'usage', version: 'version', diverged: 'version', data: 'bad-data',
};

const SERIES_CODES: Readonly<Record<SeriesErrorKind, Exclude<ExitName, 'ok'>>> = {
  unauthorised: 'venue', 'not-found': 'venue', refused: 'venue', 'rate-limited': 'venue', unavailable: 'venue', unreachable: 'venue', unreadable: 'venue',
  value: 'bad-data', version: 'version', damaged: 'bad-data', locked: 'busy', storage: 'disk',
};

const MARKET_STORE_CODES: Readonly<Record<MarketStoreErrorKind, Exclude<ExitName, 'ok'>>> = {
  value: 'bad-data', version: 'version', damaged: 'bad-data', locked: 'busy', storage: 'disk', unreachable: 'failure',
};

const TIMESCALE_CODES: Readonly<Record<TimescaleErrorKind, Exclude<ExitName, 'ok'>>> = {
  unreachable: 'failure', refused: 'usage', columns: 'bad-data', value: 'bad-data', duplicate: 'bad-data', truncated: 'bad-data', unreadable: 'bad-data', empty: 'bad-data',
};

const BLOB_CODES: Readonly<Record<BlobErrorKind, Exclude<ExitName, 'ok'>>> = {
  unreachable: 'failure', refused: 'usage', none: 'usage', locked: 'busy', storage: 'disk',
};

const SECRET_FILE_CODES: Readonly<Record<SecretFileErrorKind, Exclude<ExitName, 'ok'>>> = {
  open: 'bad-data', format: 'bad-data', disk: 'disk', locked: 'busy',
};

const ACCOUNTS_CODES: Readonly<Record<AccountsErrorKind, Exclude<ExitName, 'ok'>>> = {
  open: 'bad-data', version: 'version', locked: 'busy', damaged: 'bad-data', storage: 'disk',
};

const BACKUP_CODES: Readonly<Record<BackupErrorKind, Exclude<ExitName, 'ok'>>> = {
  key: 'usage', tampered: 'bad-data', version: 'version', none: 'bad-data',
};

const BAR_FILE_CODES: Readonly<Record<BarFileErrorKind, Exclude<ExitName, 'ok'>>> = {
  unreadable: 'bad-data', format: 'bad-data', columns: 'bad-data', empty: 'bad-data', value: 'bad-data', order: 'bad-data',
  price: 'bad-data', strict: 'bad-data', conflict: 'bad-data', damaged: 'bad-data',
  storage: 'disk', version: 'version', locked: 'busy',
};
