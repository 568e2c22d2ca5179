import type { Bar } from '../domain/bar.ts';
import type { Timestamp } from '../domain/time.ts';

/**
 * A venue's market as it happens. Instruments are named by their index in the list that the feed was
 * made with. An adapter translates and keeps the stream alive; what is late, repeated or impossible is
 * refused by `pipeline/ingest.ts`.
 */
export interface MarketFeed {
  readonly venue: string;
  /** Closed bars of one length that opened at or after `from`, oldest first, as far as one answer of the venue goes. Throws `VenueError`. */
  barsSince(instrument: number, intervalMs: number, from: Timestamp): Promise<readonly Bar[]>;
  /** Opens the stream of all instruments and keeps it open until `close`; resolves when it is first up. */
  open(intervalMs: number, listener: FeedListener): Promise<void>;
  close(): Promise<void>;
}

/** Hears a market; frames may repeat, or be missing where the stream was down. */
export interface FeedListener {
  /** A bar that has closed. */
  onBar(instrument: number, bar: Bar): void;
  /** A price at which the instrument trades now: what open positions are worth between two bars. */
  onPrice(instrument: number, price: number, tsEvent: Timestamp): void;
  /** The stream is up (again), or down. Bars of the time in between have to be asked for. */
  onConnection(state: 'up' | 'down', reason: string): void;
}
