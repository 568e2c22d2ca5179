/**
 * What went wrong with a file of returns: `unreadable` (missing, a folder, too large, no text),
 * `columns` (no column of dates, or none of returns or equity), `empty`, `value` (no number, no
 * date), `order` (days not strictly increasing), `spacing` (not about a value a day).
 */
export type ReturnsFileErrorKind = 'unreadable' | 'columns' | 'empty' | 'value' | 'order' | 'spacing';

/** The one error that files of returns raise; its message names file and line, what is wrong and what to do. */
export class ReturnsFileError extends Error {
  readonly kind: ReturnsFileErrorKind;

  constructor(kind: ReturnsFileErrorKind, file: string, what: string, line?: number) {
    super(`${file}${line === undefined ? '' : `, line ${line}`}: ${what}`);
    this.name = 'ReturnsFileError';
    this.kind = kind;
  }
}
