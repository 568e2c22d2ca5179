/**
 * What is wrong with a store in Postgres: `unreachable` (no server answers, or the connection broke: what
 * was being written is there or not, and reading the place tells), `refused` (wrong URL, user or
 * rights), `version` (made by a newer build), `diverged` (holds another journal of the same run), `data` (Postgres
 * will not take a record).
 */
export type StoreErrorKind = 'unreachable' | 'refused' | 'version' | 'diverged' | 'data';

/** The one error of the store; its message never holds the URL, in which the password is. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.kind = kind;
  }
}
