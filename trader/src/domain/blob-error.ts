/**
 * Why a place where blobs are kept did not do what it was asked: `unreachable` (no answer; whether it
 * kept what it was sent is not known, and keeping it again is safe), `refused` (keys or rights), `none` (there is no such
 * bucket), `locked` (another process holds it), `storage` (disk full, not writable).
 */
export type BlobErrorKind = 'unreachable' | 'refused' | 'none' | 'locked' | 'storage';

/** The one error of places where blobs are kept; its message names the place and what to do, never a key. */
export class BlobError extends Error {
  readonly kind: BlobErrorKind;

  constructor(kind: BlobErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BlobError';
    this.kind = kind;
  }
}
