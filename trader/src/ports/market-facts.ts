import type { Side } from '../domain/order.ts';
import type { Timestamp } from '../domain/time.ts';

// What a run tells of the markets beside its bars: what stands in their order books, and what others trade.

/** Price and quantity of a level, decimal text. */
export type PriceLevel = readonly [string, string];

/** The best of a market's order book, both sides from the best price on; both empty while the feed is down. */
export interface DepthFact {
  readonly instrument: string;
  /** Wall time at which the venue's word of it came. */
  readonly tsWall: Timestamp;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
}

/** A trade of others, as the venue tells it. */
export interface TradeFact {
  /** Unique in its market. */
  readonly id: string;
  readonly tsEvent: Timestamp;
  readonly price: string;
  readonly quantity: string;
  /** What he did who took what was offered; null where the venue does not say. */
  readonly side: Side | null;
}
