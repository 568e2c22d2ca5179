/**
 * Blobs by name, in a folder or a bucket. A name is words and slashes, as `online/a/b`. Every method
 * throws `BlobError`; one that throws may be repeated.
 */
export interface BlobStore {
  /** What a person calls it: a folder, or `s3://bucket/prefix`. */
  readonly place: string;
  /** Keeps a blob under a name, in place of what was there: whole and for good when this resolves, and never in part. */
  put(name: string, contents: Uint8Array): Promise<void>;
  /** Undefined where there is none. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** The names that begin so, in no order. */
  list(prefix: string): Promise<readonly string[]>;
  /** Another name for a blob, which does not have the old one any more. Where it breaks off, the blob has one of them or both. */
  move(from: string, to: string): Promise<void>;
  /** Forgets a blob; one that is not there is forgotten already. */
  remove(name: string): Promise<void>;
  /** Keeps other processes from writing until `release` or the death of this process. Throws kind `locked` where one does. */
  lock(): Promise<BlobLock>;
}

/** The right to be the only writer. */
export interface BlobLock {
  /** To be called now and then: throws kind `locked` where the right was lost, as to a process that took this one for dead. */
  renew(): Promise<void>;
  release(): Promise<void>;
}
