/**
 * Why a backup cannot be written or used: `key` (not the key that it was made with), `tampered` (it is
 * not as it was written: changed, cut, swapped or gone), `version` (another version wrote it), `none`
 * (there is no backup, or none of that time). What is wrong with the place where it lies is a `BlobError`.
 */
export type BackupErrorKind = 'key' | 'tampered' | 'version' | 'none';

/** The one error of backups; its message says what is wrong and what to do, never a key. */
export class BackupError extends Error {
  readonly kind: BackupErrorKind;

  constructor(kind: BackupErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BackupError';
    this.kind = kind;
  }
}
