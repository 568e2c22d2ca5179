/**
 * What went wrong with a file of ticks: `unreadable` (missing, a folder, no permission), `format`
 * (none of the known ones, truncated, a decompression bomb), `columns` (missing), `value` (a field
 * that is no number, no time or no price), `empty` (no tick in it).
 */
type TickFileErrorKind = 'unreadable' | 'format' | 'columns' | 'value' | 'empty';

/** The one error that files of ticks raise; its message names file and line, what is wrong and what to do. */
export class TickFileError extends Error {
  readonly kind: TickFileErrorKind;
  readonly file: string;

  constructor(kind: TickFileErrorKind, file: string, what: string, place: { readonly line?: number; readonly row?: number } = {}, cause?: unknown) {
    const at = place.line !== undefined ? `, line ${place.line}` : place.row !== undefined ? `, row ${place.row}` : '';
    super(`${file}${at}: ${what}`, cause === undefined ? undefined : { cause });
    this.name = 'TickFileError';
    this.kind = kind;
    this.file = file;
  }
}
