import { allocateBars, type Bar } from '../../domain/bar.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import type { FeedBook, FeedQuote } from '../../ports/market-feed.ts';
import type { MarketStore } from '../../ports/market-store.ts';
import type { Config } from '../config.ts';
import { LiveFeed, type FeedState, type HeardInstant } from './live-feed.ts';
import { openMarketStore } from './market-store.ts';
import type { Surroundings } from './surroundings.ts';
import { connectFeed } from './venue-connection.ts';
import type { FeedName } from './venue-hosts.ts';

/** What is listened to, and for how long. */
export interface ListenRequest {
  readonly venue: FeedName;
  /** None for the coins that everybody knows. */
  readonly instruments: readonly string[];
  readonly intervalMs: number;
  readonly forMs: number;
  /** Whether bars go into the store. */
  readonly keep: boolean;
  readonly config: Config;
  readonly around: Surroundings;
  /** Ends it before its time. */
  readonly stop: AbortSignal;
}

/** A closed bar and what lay around it; printed as JSON as it is. */
export interface ListenedBar {
  readonly instrument: string;
  readonly bar: Bar;
  /** Whether the stream told it, or it had to be asked for. */
  readonly live: boolean;
  /** The best of both sides when it was handed out, and how far they are apart, in hundredths of a percent; null where the venue tells no quotes, or none yet. */
  readonly quote: FeedQuote | null;
  readonly spreadBps: number | null;
  /** What stands on both sides of the book as deep as it is told, in base units; null where it tells none. */
  readonly depth: { readonly bids: number; readonly asks: number; readonly levels: number } | null;
}

/** What was listened to. */
export interface ListenReport {
  readonly venue: FeedName;
  readonly instruments: readonly string[];
  readonly interval: string;
  readonly bars: number;
  /** Bars that the store had not; null where none were kept. */
  readonly kept: number | null;
  readonly trades: number;
  readonly quotes: number;
  readonly books: number;
  readonly feed: FeedState;
}

const LOOK_EVERY_MS = 200;

/** Listens to a venue's market without trading it. Each bar is told once, when all before it are. Throws `VenueError` and `MarketStoreError`. */
export async function listenTo(request: ListenRequest, onBars: (bars: readonly ListenedBar[]) => void): Promise<ListenReport> {
  const { venue, intervalMs, forMs, keep, config, around, stop } = request;
  const { feed, unreadable, listings } = await connectFeed(venue, request.instruments, around);
  const ids = listings.map(({ instrument }) => instrument.id);
  const counts = { bars: 0, trades: 0, quotes: 0, books: 0, kept: 0 };
  const quotes: (FeedQuote | undefined)[] = [];
  const books: (FeedBook | undefined)[] = [];
  const { clock } = around;
  const begin = Math.floor(clock.now() / intervalMs) * intervalMs;
  const live = new LiveFeed(feed, listings.map(({ instrument }) => ({ instrument, intervalMs })), listings.map(() => begin), clock, {
    unreadable,
    onPrice: () => { counts.trades += 1; },
    onQuote: (market, quote) => {
      counts.quotes += 1;
      quotes[market] = quote;
    },
    onBook: (market, book) => {
      counts.books += 1;
      books[market] = book;
    },
  });
  const store = keep ? await openMarketStore(config.home, undefined, config) : undefined;
  try {
    await live.open();
    for (const end = clock.now() + forMs; clock.now() < end && !stop.aborted;) {
      await new Promise<void>((resolve) => { clock.after(LOOK_EVERY_MS, resolve); });
      for (let instant = live.next(); instant !== undefined; instant = live.next()) {
        counts.bars += instant.bars.length;
        onBars(instant.bars.map(({ market, bar, live: told }) => glance(ids[market], bar, told, quotes[market], books[market])));
        if (store !== undefined) counts.kept += await keepBars(store, instant, ids, intervalMs, venue, clock.now());
      }
    }
    const { kept, ...told } = counts;
    return { venue, instruments: ids, interval: formatInterval(intervalMs), ...told, kept: keep ? kept : null, feed: live.state };
  } finally {
    await live.close();
    await store?.close();
  }
}

function glance(instrument: string, bar: Bar, live: boolean, quote: FeedQuote | undefined, book: FeedBook | undefined): ListenedBar {
  const sum = (levels: FeedBook['bids']) => levels.reduce((total, { quantity }) => total + quantity, 0);
  return {
    instrument, bar, live, quote: quote ?? null, spreadBps: quote === undefined ? null : (quote.ask - quote.bid) / (quote.ask + quote.bid) * 20_000,
    depth: book === undefined || book.bids.length + book.asks.length === 0 ? null : { bids: sum(book.bids), asks: sum(book.asks), levels: book.bids.length + book.asks.length },
  };
}

/** Keeps the bars of a moment; gives how many the store had not. */
async function keepBars(store: MarketStore, { bars }: HeardInstant, ids: readonly string[], intervalMs: number, venue: FeedName, knownAt: Timestamp): Promise<number> {
  let added = 0;
  for (const { market, bar } of bars) {
    const one = allocateBars(1);
    for (const column of ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const) one[column][0] = bar[column];
    const series = { instrument: ids[market], intervalMs };
    added += (await store.append(series, { source: venue, knownAt, bars: one, covers: [{ from: bar.timestamp, to: bar.timestamp + intervalMs }] })).added;
  }
  return added;
}
