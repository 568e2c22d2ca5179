import type { Secret } from '../domain/secret.ts';

/** Where keys are kept: an environment file in development, a vault in production. */
export interface SecretStore {
  /** The secret of that name; undefined where there is none. Names are capital letters, digits and underscores: `BINANCE_TESTNET_KEY`. */
  read(name: string): Promise<Secret | undefined>;
  /** Keeps a secret for good; absent where this store is read only. */
  write?(name: string, value: Secret): Promise<void>;
  /** Forgets it; absent where this store is read only. */
  remove?(name: string): Promise<void>;
}
