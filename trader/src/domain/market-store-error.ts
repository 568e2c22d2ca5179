/**
 * Why a store of market data did not do what it was asked:
 * `value` (bars that cannot be, are out of order, or have no name that a series can have),
 * `version` (another version of the program wrote the store), `damaged` (it is not as it was written),
 * `locked` (another process is writing and does not end), `storage` (disk full, not writable),
 * `unreachable` (a server that does not answer; whether it stored what it was sent is not known).
 */
export type MarketStoreErrorKind = 'value' | 'version' | 'damaged' | 'locked' | 'storage' | 'unreachable';

/** The one error that stores of market data raise; its message names the store or series, what is wrong and what to do. */
export class MarketStoreError extends Error {
  readonly kind: MarketStoreErrorKind;

  constructor(kind: MarketStoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'MarketStoreError';
    this.kind = kind;
  }
}
