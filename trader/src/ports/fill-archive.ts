import type { FillFact } from './engine-feed.ts';

/** What a journal has of a fill: round trips are worked out from it. */
export type ArchivedFill = Pick<FillFact, 'id' | 'clientOrderId' | 'book' | 'leg' | 'instrument' | 'side' | 'quantity' | 'price' | 'fee' | 'tsEvent'>;

/** All fills of a run since it began, as its journal has them. */
export interface FillArchive {
  /** Oldest first, up to now; undefined where there is no journal of that run. Throws what reading throws. */
  fills(run: string): AsyncIterable<ArchivedFill> | undefined;
}
