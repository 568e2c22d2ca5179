/**
 * Why a table of market data cannot be carried over: `unreachable` (no server answers, or it went away), `refused`
 * (wrong URL, user or rights), `columns` (no such table, or not its columns), `value` (a row that is no
 * possible bar), `duplicate` (a symbol has two rows of one time), `truncated` (a dump that ends too
 * early), `unreadable` (a dump that is none, or cannot be read), `empty` (no row).
 */
export type TimescaleErrorKind = 'unreachable' | 'refused' | 'columns' | 'value' | 'duplicate' | 'truncated' | 'unreadable' | 'empty';

/** The one error of reading a table of market data; its message names the place and never a password. */
export class TimescaleError extends Error {
  readonly kind: TimescaleErrorKind;

  constructor(kind: TimescaleErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TimescaleError';
    this.kind = kind;
  }
}
