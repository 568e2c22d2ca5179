import type { Timestamp } from '../../domain/time.ts';
import { KEPT } from '../../ports/engine-feed.ts';
import type { FeedBook, FeedTrade } from '../../ports/market-feed.ts';

/** Levels of each side that are kept: more than a person looks at, and as deep as the shallowest venue tells. */
const LEVELS = 20;

/** The best of a market's book. */
export interface KeptBook extends FeedBook {
  /** Wall time at which it was heard. */
  readonly tsWall: Timestamp;
}

/** A trade of others. */
export interface KeptTrade extends FeedTrade {
  /** Unique in its market. */
  readonly id: string;
}

/**
 * Order books and trades of a live market, between their venue and whoever is told of them. It holds the newest book
 * of each market and a bounded number of trades, however fast they come and however slowly they are taken.
 */
export class MarketDepth {
  readonly #now: () => Timestamp;
  readonly #books = new Map<number, KeptBook>();
  readonly #trades = new Map<number, KeptTrade[]>();
  /** Trades of each market that nobody has taken yet. */
  readonly #fresh = new Map<number, KeptTrade[]>();
  /** The last number of each market's trades, on this connection. */
  readonly #lastIds = new Map<number, number>();
  #heard = 0;

  /** `now` is the machine's time. */
  constructor(now: () => Timestamp) {
    this.#now = now;
  }

  /** Takes the best of a book; the rest of it is the feed's. */
  onBook(market: number, { bids, asks }: FeedBook): void {
    const best = (side: FeedBook['bids']) => side.slice(0, LEVELS).map(({ price, quantity }) => ({ price, quantity }));
    this.#books.set(market, { tsWall: this.#now(), bids: best(bids), asks: best(asks) });
  }

  onTrade(market: number, trade: FeedTrade): void {
    // Where a venue shows quotes alone, nothing was traded; and one that comes again, or late, is no news.
    if (Number.isNaN(trade.quantity) || trade.lastId <= (this.#lastIds.get(market) ?? NaN)) return;
    this.#lastIds.set(market, trade.lastId);
    this.#heard += 1;
    const kept = { ...trade, id: Number.isNaN(trade.lastId) ? `heard-${this.#heard}` : String(trade.lastId) };
    for (const lists of [this.#trades, this.#fresh]) keep(lists, market, kept);
  }

  /** No book is known any more, until the venue tells one. */
  onDown(): void {
    const tsWall = this.#now();
    this.#lastIds.clear();
    for (const market of this.#books.keys()) this.#books.set(market, { tsWall, bids: [], asks: [] });
  }

  /** The newest book of a market, another object after each change; undefined before the first. */
  book(market: number): KeptBook | undefined {
    return this.#books.get(market);
  }

  /** Recent trades of a market, oldest first. */
  trades(market: number): readonly KeptTrade[] {
    return (this.#trades.get(market) ?? []).slice(-KEPT.trades);
  }

  /** Trades of a market since they were last taken, oldest first; of too many the newest. */
  take(market: number): readonly KeptTrade[] {
    const fresh = this.#fresh.get(market);
    this.#fresh.delete(market);
    return fresh?.slice(-KEPT.trades) ?? [];
  }
}

function keep(lists: Map<number, KeptTrade[]>, market: number, trade: KeptTrade): void {
  let list = lists.get(market);
  if (list === undefined) lists.set(market, list = []);
  list.push(trade);
  if (list.length >= 2 * KEPT.trades) list.splice(0, list.length - KEPT.trades);
}
