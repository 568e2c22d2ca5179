import type { ProviderQuota } from '../domain/quota.ts';
import type { Timestamp } from '../domain/time.ts';
import type { ProviderFailure } from './bar-provider.ts';

/** How often bars of one source agreed with those of others, for one instrument. */
export interface SourceRecord {
  readonly instrument: string;
  readonly source: string;
  readonly agreed: number;
  readonly disagreed: number;
}

/**
 * What an installation remembers of its providers, shared by all its processes. Throws only where its
 * storage fails.
 */
export interface ProviderLedger {
  /** Takes one call if all limits leave one; else says in how long there will be one, and takes none. */
  take(provider: string, quota: ProviderQuota, now: Timestamp): { readonly waitMs: number };
  /** Calls taken from a moment on. */
  callsSince(provider: string, from: Timestamp): number;
  /** Adds to a count of the day (UTC) of a moment: `hit`, `yahoo wrong-shape`. */
  count(what: string, now: Timestamp, by?: number): void;
  /** The counts of the days from that of a moment on, summed. */
  counts(from: Timestamp): ReadonlyMap<string, number>;
  /** Remembers until a moment, two days ahead at most, that asking for this is of no use, and why. */
  refuse(key: string, failure: ProviderFailure, until: Timestamp): void;
  /** Why asking is of no use now; undefined where it may be. */
  refusal(key: string, now: Timestamp): ProviderFailure | undefined;
  /** Takes something for this process until a moment, if no other has it now; what is released, or past its moment, anybody may take. */
  claim(key: string, now: Timestamp, until: Timestamp): boolean;
  /** Gives back what this process has claimed. */
  release(key: string): void;
  /** Adds comparisons of bars. */
  compared(instrument: string, source: string, agreed: number, disagreed: number): void;
  /** All sources by instrument. */
  records(): readonly SourceRecord[];
  close(): void;
}
