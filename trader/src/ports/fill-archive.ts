import type { FillFact } from './engine-feed.ts';

/** What round trips are worked out from. */
export type ArchivedFill = Pick<FillFact, 'id' | 'book' | 'instrument' | 'side' | 'quantity' | 'price' | 'fee' | 'tsEvent'>;

/** All fills of a run since it began, as its journal has them. */
export interface FillArchive {
  /** Oldest first, up to now; undefined where there is no journal of that run. Throws what reading throws. */
  fills(run: string): AsyncIterable<ArchivedFill> | undefined;
}
