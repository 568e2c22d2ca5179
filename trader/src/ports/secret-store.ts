import type { Secret } from '../domain/secret.ts';

/** Where keys are kept: an environment file in development, a vault in production. */
export interface SecretStore {
  /** The secret of that name; undefined where there is none. Names are capital letters, digits and underscores: `BINANCE_TESTNET_KEY`. */
  read(name: string): Promise<Secret | undefined>;
  /** Keeps a secret for good; absent where this store is read only. */
  write?(name: string, value: Secret): Promise<void>;
  /** Keeps a secret for good unless one of that name is kept, as another process may just have done; resolves with the one that is. Absent where this store is read only. */
  writeFirst?(name: string, value: Secret): Promise<Secret>;
  /** Forgets it; absent where this store is read only. */
  remove?(name: string): Promise<void>;
}
