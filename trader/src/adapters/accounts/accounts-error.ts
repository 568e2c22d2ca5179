/** Why a store of accounts cannot be used: others may read it, another version wrote it, another process holds it, or the disk refuses. */
export type AccountsErrorKind = 'open' | 'version' | 'locked' | 'damaged' | 'storage';

/** The one error that the store of accounts raises. The message names file and remedy, never what is kept in it. */
export class AccountsError extends Error {
  readonly kind: AccountsErrorKind;

  constructor(kind: AccountsErrorKind, message: string) {
    super(message);
    this.name = 'AccountsError';
    this.kind = kind;
  }
}
