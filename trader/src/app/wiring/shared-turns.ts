import { MarketStoreError } from '../../domain/market-store-error.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { quotaGate } from '../../pipeline/quota-gate.ts';
import { openLedger } from './provider-ledger.ts';
import type { SeriesProvider } from './provider-hosts.ts';
import { readQuotas } from './provider-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** Who has to wait longer than this is refused instead. */
const LONGEST_WAIT_MS = 60_000;

/**
 * What waits, before each request to a source of series, until the quota that all processes of the
 * installation share leaves one, and takes it. Throws `SeriesError`: `rate-limited` where that would take
 * long, `storage` where the ledger cannot be written.
 */
export function sharedTurns(source: SeriesProvider, { home, clock }: Pick<Surroundings, 'home' | 'clock'>): () => Promise<void> {
  const quota = readQuotas(home)[source];
  const spend = () => {
    const ledger = openLedger(home);
    try {
      return quotaGate(source, quota, ledger, clock)();
    } finally {
      ledger.close();
    }
  };
  return async () => {
    try {
      for (let spent = spend(); spent !== undefined; spent = spend()) {
        const { retryAfterMs = Infinity, message } = spent;
        if (retryAfterMs > LONGEST_WAIT_MS) throw new SeriesError('rate-limited', message);
        await new Promise<void>((resolve) => { clock.after(retryAfterMs, resolve); });
      }
    } catch (error) {
      if (error instanceof MarketStoreError) throw new SeriesError('storage', error.message, error);
      throw error;
    }
  };
}
