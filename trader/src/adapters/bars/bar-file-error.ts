/**
 * What went wrong with a file of bars:
 * `unreadable` (missing, a directory, no permission, changed while being read),
 * `format` (neither CSV nor Parquet, truncated, a decompression bomb),
 * `columns` (missing, twice, of a wrong type), `empty` (no bar in it),
 * `value` (a field that is no number or no time), `order` (not strictly increasing in time),
 * `price` (a bar that cannot be), `strict` (a fact that strict reading refuses),
 * `storage` (disk full, not writable), `damaged` (a stored file is not as it was written),
 * `version` (written by another version), `conflict` (contradicts what is stored),
 * `locked` (another process is writing).
 */
export type BarFileErrorKind =
  | 'unreadable' | 'format' | 'columns' | 'empty' | 'value' | 'order' | 'price' | 'strict'
  | 'storage' | 'damaged' | 'version' | 'conflict' | 'locked';

/** Where in the file it is: a text file has lines, counted from 1 with the header; a Parquet file has rows, from 0. */
export interface BarFilePlace {
  readonly line?: number;
  readonly row?: number;
  readonly field?: string;
}

/** The one error that bars from files and their store raise; its message names file and place, what is wrong and what to do. */
export class BarFileError extends Error {
  readonly kind: BarFileErrorKind;
  readonly file: string;
  readonly line: number | undefined;
  readonly row: number | undefined;
  readonly field: string | undefined;

  constructor(kind: BarFileErrorKind, file: string, what: string, place: BarFilePlace = {}, cause?: unknown) {
    const at = place.line !== undefined ? `, line ${place.line}` : place.row !== undefined ? `, row ${place.row}` : '';
    const field = place.field !== undefined ? `, field ${place.field}` : '';
    super(`${file}${at}${field}: ${what}`, cause === undefined ? undefined : { cause });
    this.name = 'BarFileError';
    this.kind = kind;
    this.file = file;
    this.line = place.line;
    this.row = place.row;
    this.field = place.field;
  }
}

/** The system's error code (`ENOENT`, `ENOSPC`, …) of a caught value; empty where it has none. A folder that cannot be made on a file system to be read only is `EROFS`, though Node, asked for its parents too, says `ENOENT`. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return '';
  return error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'mkdir' ? 'EROFS' : error.code;
}

/** The error to raise for a failed write under `directory`. */
export function storageError(directory: string, error: unknown): BarFileError {
  if (error instanceof BarFileError) return error;
  const code = errorCode(error);
  const what = code === 'ENOSPC' || code === 'EDQUOT'
    ? 'the disk is full; nothing half-written was kept. Free some space, or point ALGOTRENDY_HOME to another disk'
    : code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
      ? 'cannot be written; check its permissions, or point ALGOTRENDY_HOME elsewhere'
      : `writing failed (${error instanceof Error ? error.message : String(error)}); nothing half-written was kept`;
  return new BarFileError('storage', directory, what, {}, error);
}
