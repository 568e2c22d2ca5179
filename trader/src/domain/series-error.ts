/**
 * Why a source or store of series did not do what it was asked.
 * A source: `unauthorised` (no key, or one that it does not take), `not-found` (it has no such series),
 * `refused` (it would not do this, in its own words), `rate-limited`, `unavailable` (down, locked, or its own
 * fault), `unreachable` (no connection, or no answer in time), `unreadable` (its answer has another shape).
 * A store: `value` (states that cannot be), `version` (another version of the program wrote it),
 * `damaged`, `locked` (another process is writing and does not end), `storage` (disk full, not writable).
 */
export type SeriesErrorKind =
  | 'unauthorised' | 'not-found' | 'refused' | 'rate-limited' | 'unavailable' | 'unreachable' | 'unreadable'
  | 'value' | 'version' | 'damaged' | 'locked' | 'storage';

/** The one error about series; its message names source or store, what was asked and what is wrong; never a key. */
export class SeriesError extends Error {
  readonly kind: SeriesErrorKind;

  constructor(kind: SeriesErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SeriesError';
    this.kind = kind;
  }
}
