import type { Bar } from '../domain/bar.ts';
import type { Side } from '../domain/order.ts';
import type { Timestamp } from '../domain/time.ts';

/**
 * A venue's market as it happens. Instruments are named by their index in the list that the feed was
 * made with. An adapter translates and keeps the stream alive; what is late, repeated or impossible is
 * refused by `pipeline/ingest.ts`.
 */
export interface MarketFeed {
  readonly venue: string;
  /** What it can tell beyond bars and trades. */
  readonly tells: readonly ('quotes' | 'books')[];
  /** How far the venue's clock is ahead of this machine's, as it was last asked; undefined before, and where the venue does not tell. */
  readonly aheadMs: number | undefined;
  /** So long after its end a bar may still be told by the stream; absent where that is soon. */
  barDelayMs?(intervalMs: number): number;
  /** Closed bars of one length that opened at or after `from`, oldest first, as far as one answer of the venue goes. Throws `VenueError`. */
  barsSince(instrument: number, intervalMs: number, from: Timestamp): Promise<readonly Bar[]>;
  /** Trades of a hole, as many as one answer of the venue gives, from either end of it; absent where it numbers none. Throws `VenueError`. */
  tradesIn?(instrument: number, hole: TradeHole): Promise<readonly FeedTrade[]>;
  /** Opens the stream of all instruments and keeps it open until `close`; resolves when it is first up. What the listener has no method for is not asked of the venue. */
  open(intervalMs: number, listener: FeedListener): Promise<void>;
  close(): Promise<void>;
}

/** What was paid, or, where a venue shows quotes alone, the middle between bid and ask. */
export interface FeedTrade {
  readonly price: number;
  /** Base units; NaN where nothing was traded. */
  readonly quantity: number;
  readonly tsEvent: Timestamp;
  /** The venue's numbers of the trades that this stands for, the first and the last. It counts an instrument's trades one by one, so that one that is missing shows; NaN where it does not. */
  readonly firstId: number;
  readonly lastId: number;
  /** What he did who took what was offered; absent where the venue does not say. */
  readonly taker?: Side;
}

/** Trades that were not heard, by the venue's numbers, and when those were made that lie before and behind them. */
export interface TradeHole {
  readonly firstId: number;
  readonly lastId: number;
  readonly from: Timestamp;
  readonly to: Timestamp;
}

/** The best of both sides. */
export interface FeedQuote {
  readonly bid: number;
  readonly bidQuantity: number;
  readonly ask: number;
  readonly askQuantity: number;
}

/** What stands at one price. */
export interface BookLevel {
  readonly price: number;
  /** Base units. */
  readonly quantity: number;
}

/** What is offered and asked for, the best first; as deep as the venue tells. Both sides are empty where it is not known any more. */
export interface FeedBook {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** Hears a market; frames may repeat, or be missing where the stream was down. */
export interface FeedListener {
  /** A bar that has closed. */
  onBar(instrument: number, bar: Bar): void;
  /** What the instrument trades at now: what open positions are worth between two bars. */
  onTrade(instrument: number, trade: FeedTrade): void;
  onQuote?(instrument: number, quote: FeedQuote): void;
  /** The book after a change, proved by what the venue sends for that: numbers without a hole, a checksum. It is the adapter's own, to be read at once. */
  onBook?(instrument: number, book: FeedBook): void;
  /** The stream is up (again), or down. Bars of the time in between have to be asked for. */
  onConnection(state: 'up' | 'down', reason: string): void;
}
