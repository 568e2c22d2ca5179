import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import type { Bar } from '../../src/domain/bar.ts';
import type { Timestamp } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { FeedBook, FeedListener, FeedQuote, FeedTrade, MarketFeed } from '../../src/ports/market-feed.ts';
import type { VenueListing } from '../../src/ports/venue.ts';
import { FastClock } from '../venues/fast-clock.ts';
import type { FeedServer, ServedBar } from '../venues/feed-server.ts';

/** A venue's feed with a server that speaks its dialect. One line in `venue-acceptance.ts` puts it under the suite. */
export interface FeedHarness {
  /** As the column of the result table is headed: `Binance spot`. */
  readonly name: string;
  /** At least two instruments; their places are what feed and server speak of. */
  readonly listings: readonly VenueListing[];
  /** A length of bars that the venue has, and one that it has not. */
  readonly intervalMs: number;
  readonly oddIntervalMs: number;
  /** The most bars that one answer holds. */
  readonly page: number;
  /** Numbers of the cases that this venue cannot have, each with the reason: it stands under the table. */
  readonly without: Readonly<Record<string, string>>;
  /** A fresh server, where it is (`127.0.0.1:port`), and what makes feeds to it. */
  serve(clock: Clock): Promise<{ readonly server: FeedServer; readonly host: string; feed(onUnreadable: (what: string) => void): MarketFeed }>;
}

/** What a feed has told, and waiting for it. */
export class FeedEar implements FeedListener {
  readonly bars: [number, Bar][] = [];
  readonly prices: [number, number, Timestamp][] = [];
  readonly trades: FeedTrade[] = [];
  readonly quotes: [number, FeedQuote][] = [];
  readonly books: [number, FeedBook][] = [];
  readonly connections: string[] = [];

  onBar(instrument: number, bar: Bar): void {
    this.bars.push([instrument, { ...bar }]);
  }

  onTrade(instrument: number, trade: FeedTrade): void {
    this.trades.push({ ...trade });
    this.prices.push([instrument, trade.price, trade.tsEvent]);
  }

  onQuote(instrument: number, quote: FeedQuote): void {
    this.quotes.push([instrument, { ...quote }]);
  }

  onBook(instrument: number, { bids, asks }: FeedBook): void {
    const copy = (side: FeedBook['bids']) => side.map(({ price, quantity }) => ({ price, quantity }));
    this.books.push([instrument, { bids: copy(bids), asks: copy(asks) }]);
  }

  onConnection(state: 'up' | 'down', reason: string): void {
    this.connections.push(state);
    assert.ok(reason.length > 0, 'a change of the connection gives its reason');
  }

  /** Resolves when the condition holds; rejects after two seconds of the machine's time, naming what was waited for. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (const began = performance.now(); !holds();) {
      if (performance.now() - began > 2_000) assert.fail(`waited in vain for ${what}; heard ${inspect({ bars: this.bars, prices: this.prices, connections: this.connections })}`);
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
  }
}

/** What one case works with: a server and a feed of its own. */
export interface FeedBench {
  readonly feed: MarketFeed;
  readonly server: FeedServer;
  readonly clock: FastClock;
  readonly harness: FeedHarness;
  readonly ear: FeedEar;
  /** What the feed could not read. */
  readonly unreadable: readonly string[];
  /** The nth bar before now, which has ended from 1 on. */
  bar(back: number, close?: string): ServedBar;
}

/** One numbered line of the acceptance list of feeds. */
export interface FeedCase {
  /** `F1`, `F2`, …: never given to another case. */
  readonly id: string;
  readonly title: string;
  run(bench: FeedBench): Promise<void>;
}

/** A bar in our words. */
export function toBar({ timestamp, open, high, low, close, volume }: ServedBar): Bar {
  return { timestamp, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) };
}

/** Runs one case on a server of its own, and sees that nothing stays behind. */
export async function runFeedCase(harness: FeedHarness, { run }: FeedCase): Promise<void> {
  const clock = new FastClock();
  const { server, feed: connect } = await harness.serve(clock);
  const unreadable: string[] = [];
  const feed = connect((what) => { unreadable.push(what); });
  const bar = (back: number, close = '100.00'): ServedBar => ({
    timestamp: (Math.floor(clock.now() / harness.intervalMs) - back) * harness.intervalMs, open: '99.99', high: '101.25', low: '98.01', close, volume: '12.5',
  });
  try {
    await run({ feed, server, clock, harness, ear: new FeedEar(), unreadable, bar });
  } finally {
    await feed.close();
    await server.close();
  }
  assert.equal(clock.pending, 0, 'a closed feed waits for nothing');
}

/** Puts a venue's feed through all cases that the venue can have. */
export function marketFeedContract(harness: FeedHarness, cases: readonly FeedCase[]): void {
  describe(`${harness.name} passes the contract of feeds`, { concurrency: 8 }, () => {
    for (const each of cases.filter(({ id }) => !Object.hasOwn(harness.without, id))) {
      test(`${each.id} ${each.title}`, () => runFeedCase(harness, each));
    }
  });
}
