import type { Timestamp } from './time.ts';

/** So many calls in any window of this length. */
export interface QuotaLimit {
  readonly calls: number;
  readonly windowMs: number;
}

/** What a provider allows. Windows slide, so that a limit holds wherever the provider's day begins. */
export interface ProviderQuota {
  /** All hold at once. */
  readonly limits: readonly QuotaLimit[];
  /** Whether the provider itself documents them; else they are our own restraint. */
  readonly documented: boolean;
}

/** In how many milliseconds all limits allow one call more; 0 where they do now. `calls` are the moments of those that were made, ascending. */
export function quotaWaitMs(limits: readonly QuotaLimit[], calls: readonly Timestamp[], now: Timestamp): number {
  let wait = 0;
  for (const limit of limits) {
    if (limit.calls === 0) return Infinity;
    // The call that must have left the window before the next one may enter it.
    const oldest = calls.at(-limit.calls);
    if (oldest !== undefined) wait = Math.max(wait, oldest + limit.windowMs - now);
  }
  return wait;
}

/** How far back calls matter. */
export function longestWindowMs(limits: readonly QuotaLimit[]): number {
  return Math.max(0, ...limits.map(({ windowMs }) => windowMs));
}
