import type { Timestamp } from '../domain/time.ts';

/** How often something may happen. */
export interface RateLimit {
  readonly count: number;
  /** In any stretch of this length, wherever it begins. */
  readonly windowMs: number;
}

/** What a limiter says of one more. */
export interface LimitVerdict {
  readonly allowed: boolean;
  /** How many more there may be at once; 0 where this one is refused. */
  readonly remaining: number;
  /** When another may be allowed at the earliest; 0 where this one is. */
  readonly retryAfterMs: number;
}

/**
 * Counts events by name, for one process or shared by several. Who goes over a limit is shut out, the first
 * time for `BACKOFF.firstMs`, each further time twice as long up to `BACKOFF.mostMs`, and never shorter than until
 * the window has room again; asking while shut out is neither counted nor punished. After `BACKOFF.forgetMs`
 * without going over, the next time is a first time.
 */
export interface LimitStore {
  /** Counts one more under a name, unless it is refused. A store out of reach lets through what it cannot count. */
  take(name: string, limit: RateLimit, now: Timestamp): LimitVerdict | Promise<LimitVerdict>;
}

/** How long who goes over a limit is shut out. */
export const BACKOFF = { firstMs: 1_000, mostMs: 15 * 60_000, forgetMs: 60 * 60_000 } as const;
