import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { FeedQuality } from '../../pipeline/feed-quality.ts';
import type { MarketFeed, TradeHole } from '../../ports/market-feed.ts';

/** So long after a hole shows it is asked for: what comes late by itself has come, and the venue's answers have it. */
const SETTLED_MS = 2_000;
/** Of a hole with more trades than these, hours without a stream, only the bars are fetched. */
const MOST_TRADES = 10_000;
/** How often in vain the same hole is asked for, and the wait after the first time. */
const TRIES = 3;
const WAIT_MS = 5_000;

/** Fetches the trades that a stream has left out, as the venue's numbers show them, one question after the other; bars come first and do not wait for it. */
export class TradeRepair {
  readonly #feed: MarketFeed;
  readonly #instruments: number;
  readonly #quality: FeedQuality;
  /** How often each hole was asked for in vain, as `instrument first last`. */
  #vain = new Map<string, number>();
  #notBefore: Timestamp = -Infinity;
  #asking = false;

  constructor(feed: MarketFeed, instruments: number, quality: FeedQuality) {
    this.#feed = feed;
    this.#instruments = instruments;
    this.#quality = quality;
  }

  /** Asks for a page of the newest hole that is worth it, if there is one. `now`: the venue's clock. */
  async step(now: Timestamp): Promise<void> {
    const hole = this.#asking || now < this.#notBefore ? undefined : this.#nextHole(now);
    if (hole === undefined || this.#feed.tradesIn === undefined) return;
    this.#asking = true;
    try {
      const { missingTrades: before } = this.#quality.facts(undefined);
      for (const trade of await this.#feed.tradesIn(hole.instrument, hole)) if (trade.firstId >= hole.firstId && trade.lastId <= hole.lastId) this.#quality.onFetchedTrade(hole.instrument, trade);
      if (this.#quality.facts(undefined).missingTrades === before) this.#inVain(hole, now);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      this.#inVain(hole, now);
    } finally {
      this.#asking = false;
    }
  }

  #nextHole(now: Timestamp): { readonly instrument: number } & TradeHole | undefined {
    const holes = Array.from({ length: this.#instruments }, (_each, instrument) => this.#quality.holes(instrument).map((hole) => ({ instrument, ...hole }))).flat();
    const open = new Set(holes.map(keyOf));
    for (const key of this.#vain.keys()) if (!open.has(key)) this.#vain.delete(key);
    return holes.filter((hole) => hole.to <= now - SETTLED_MS && hole.lastId - hole.firstId < MOST_TRADES && (this.#vain.get(keyOf(hole)) ?? 0) < TRIES).sort((a, b) => b.to - a.to)[0];
  }

  #inVain(hole: { readonly instrument: number } & TradeHole, now: Timestamp): void {
    const times = (this.#vain.get(keyOf(hole)) ?? 0) + 1;
    this.#vain.set(keyOf(hole), times);
    this.#notBefore = now + WAIT_MS * times;
  }
}

function keyOf({ instrument, firstId, lastId }: { readonly instrument: number } & TradeHole): string {
  return `${instrument} ${firstId} ${lastId}`;
}
