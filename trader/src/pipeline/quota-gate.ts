import type { ProviderQuota } from '../domain/quota.ts';
import { formatInterval } from '../domain/time.ts';
import type { ProviderFailure } from '../ports/bar-provider.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProviderLedger } from '../ports/provider-ledger.ts';

/** A gate that every request to a provider passes: it takes a call from the installation's quota, or gives the failure that stands for the answer. */
export function quotaGate(provider: string, quota: ProviderQuota, ledger: Pick<ProviderLedger, 'take'>, clock: Clock): () => ProviderFailure | undefined {
  return () => {
    const { waitMs } = ledger.take(provider, quota, clock.now());
    if (waitMs === 0) return undefined;
    const limits = quota.limits.map(({ calls, windowMs }) => `${calls} in ${formatInterval(windowMs)}`).join(', ');
    return { kind: 'quota', provider, message: `${provider}: the quota of calls (${limits}) is used up`, retryAfterMs: waitMs };
  };
}
