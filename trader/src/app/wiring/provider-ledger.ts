import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteProviderLedger } from '../../adapters/provider-ledger/provider-ledger.ts';
import type { ProviderLedger } from '../../ports/provider-ledger.ts';

/** What an installation remembers of its providers; made where it is not there. Throws `MarketStoreError`. */
export function openLedger(home: string): ProviderLedger {
  return new SqliteProviderLedger(pathOf(home));
}

/** The same, where it is there; undefined where nobody was ever asked. Throws `MarketStoreError`. */
export function openKnownLedger(home: string): ProviderLedger | undefined {
  return existsSync(pathOf(home)) ? openLedger(home) : undefined;
}

function pathOf(home: string): string {
  return join(home, 'market', 'providers.sqlite');
}
