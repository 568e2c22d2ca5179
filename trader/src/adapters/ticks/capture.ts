import type { SequenceGap } from './sequence.ts';
import type { TickSeries } from '../../domain/tick.ts';

/** What a recording was like: counts of what is in it, and of what was wrong. */
export interface CaptureReport {
  /** How it is written: `binance-stream`, `tardis-trades`, … one for each file. */
  readonly formats: readonly string[];
  /** Messages or rows read, and those that say nothing of book, quotes or trades. */
  readonly messages: number;
  readonly ignored: number;
  readonly snapshots: number;
  /** Depth messages used, and those of them that were numbered: of others a hole would not be seen. */
  readonly updates: number;
  readonly numberedUpdates: number;
  /** Prices set by them and by snapshots, trades, and best quotes. */
  readonly levels: number;
  readonly trades: number;
  readonly quotes: number;
  /** Holes in the updates' numbers; the book is unknown from each to the next snapshot. */
  readonly gaps: readonly SequenceGap[];
  /** Updates left out: covered by a snapshot or sent again; without a snapshot to build on. */
  readonly coveredUpdates: number;
  readonly unusedUpdates: number;
  /** Trades left out because their id had come, and ids that never came. */
  readonly repeatedTrades: number;
  readonly missingTrades: number;
  /** Ticks recorded behind one that happened later; they are put where they belong. */
  readonly outOfOrder: number;
  /** How far the recorder's clock was behind the venue's at the least, in ms: so much is added to its times. 0 where it was not behind. */
  readonly clockBehindMs: number;
  /** Venue to recorder after that, in ms: lowest, median, highest; null where only one clock was recorded. */
  readonly delayMs: readonly [number, number, number] | null;
  /** Times at which bid and ask had crossed when all messages of that time were in. */
  readonly crossed: number;
  /** Best prices of the book compared with the venue's own quote of the same update, and how many were the same. */
  readonly bestCompared: number;
  readonly bestEqual: number;
}

/** Ticks of one instrument, read from files, and what they were like. */
export interface Capture extends TickSeries {
  readonly report: CaptureReport;
}
