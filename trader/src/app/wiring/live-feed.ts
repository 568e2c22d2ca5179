import { isPossibleBar, type Bar } from '../../domain/bar.ts';
import { DAY_MS, isTimestamp, type Timestamp } from '../../domain/time.ts';
import type { Market } from '../../pipeline/engine.ts';
import { FeedQuality, type FeedQualityFacts } from '../../pipeline/feed-quality.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedListener, FeedTrade, MarketFeed } from '../../ports/market-feed.ts';
import { TradeRepair } from './trade-repair.ts';

/** A bar of a live feed. */
export interface HeardBar {
  readonly market: number;
  readonly bar: Bar;
  /** When it was told by the stream, or asked for beside an open one, by this machine's clock; undefined where it was fetched after a time without a stream. */
  readonly tsHeard: Timestamp | undefined;
  /** Whether the stream told it. */
  readonly live: boolean;
}

/** All bars that close at one moment, in the order of their markets. */
export interface HeardInstant {
  readonly tsEvent: Timestamp;
  readonly bars: readonly HeardBar[];
}

/** How a live feed fares. */
export interface FeedState {
  readonly connection: 'up' | 'down';
  /** Bars are being fetched: nothing is handed out until they are there. */
  readonly catchingUp: boolean;
  readonly reconnections: number;
  /** Bars heard on the stream, fetched afterwards, and too late to be of use. */
  readonly heard: number;
  readonly fetched: number;
  readonly late: number;
  /** Since something was heard, in milliseconds; undefined before. */
  readonly ageMs: number | undefined;
  /** Why the last attempt to fetch failed; undefined once one has worked. */
  readonly trouble: string | undefined;
  /** Frames and parts of answers that could not be read. */
  readonly unreadable: number;
  readonly quality: FeedQualityFacts;
}

/** What hears the market besides who takes its bars: prices between two of them, quotes, books; and what is known of it elsewhere. */
export interface LiveListener extends Pick<FeedListener, 'onQuote' | 'onBook'> {
  onPrice?(market: number, price: number, tsEvent: Timestamp): void;
  /** A trade, in the order in which the stream tells them: it may repeat, or be late. */
  onTrade?(market: number, trade: FeedTrade): void;
  /** The stream is down: what was told of books is not so any more. */
  onDown?(): void;
  /** How many frames could not be read so far. */
  unreadable?(): number;
}

/** So long after its end, or after a feed's own delay, a bar is waited for; then the venue is asked. Who tells bars by asking for them, as Coinbase's feed does, has told them by then. */
const PATIENCE_MS = 10_000;
/** What ended so long before a question is in its answer, or is not at all. */
const ANSWERED_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
/** Bars that were not there are remembered, so many, to know them for lost when they come. */
const LACKED_MOST = 1_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 30_000;
/** A bar whose price is so many times the last one, or so small a part of it, is asked for again; a price between bars decides nothing. */
const JUMP = 10;

/**
 * A live market as moments in their order, each complete. Bars that the stream leaves out, however that
 * comes about (it was down, it was silent, it lost a frame, it told what cannot be), are fetched before
 * anything later is handed out; only what the venue itself has not is not there.
 */
export class LiveFeed {
  readonly quality: FeedQuality;
  readonly #repair: TradeRepair;
  readonly #feed: MarketFeed;
  readonly #markets: readonly Market[];
  readonly #clock: Clock;
  readonly #hears: LiveListener;
  /** Bars that wait, by their close and market. */
  readonly #waiting = new Map<Timestamp, Map<number, HeardBar>>();
  /** Opening time of the bar to go on from, per market. */
  readonly #from: Timestamp[];
  /** The last price heard, per market; NaN before. */
  readonly #last: number[];
  /** Bars that were not there when their moment was handed out, as market and close: they are lost if they come. */
  readonly #lacked = new Set<string>();
  /** Up to then the venue has told all that there is, per market. */
  readonly #settled: Timestamp[];
  #released = -Infinity;
  /** When the stream was first up, by the venue's clock. */
  #opened = Infinity;
  #heardAt: Timestamp | undefined;
  #connection: 'up' | 'down' = 'down';
  #connections = 0;
  #catchingUp = true;
  #asking = false;
  /** Each connection fetches anew; one that was lost meanwhile gives up. */
  #round = 0;
  #counts = { heard: 0, fetched: 0, late: 0 };
  #trouble: string | undefined;
  #closed = false;
  #look: (() => void) | undefined;
  #awaited: (() => void) | undefined;

  /** Goes on from the bars that open at `from`, per market. `hears` is told what lies between bars, on which nothing is decided. */
  constructor(feed: MarketFeed, markets: readonly Market[], from: readonly Timestamp[], clock: Clock, hears: LiveListener = {}) {
    this.#hears = hears;
    this.#feed = feed;
    this.#markets = markets;
    this.#from = [...from];
    this.#last = markets.map(() => NaN);
    this.#settled = markets.map(() => -Infinity);
    this.#clock = clock;
    this.quality = new FeedQuality(markets.length, markets[0].intervalMs);
    this.#repair = new TradeRepair(feed, markets.length, this.quality);
  }

  /** Opens the stream; resolves when it is first up. Throws `VenueError`. */
  open(): Promise<void> {
    this.#lookLater();
    const { onQuote, onBook } = this.#hears;
    return this.#feed.open(this.#markets[0].intervalMs, {
      onBar: (market, bar) => { this.#onBar(market, bar); },
      onTrade: (market, trade) => { this.#onTrade(market, trade); },
      onConnection: (state) => { this.#onConnection(state); },
      ...(onQuote && { onQuote }), ...(onBook && { onBook }),
    });
  }

  /** What the venue tells beyond bars and trades. */
  get tells(): MarketFeed['tells'] {
    return this.#feed.tells;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#round += 1;
    this.#look?.();
    return this.#feed.close();
  }

  get state(): FeedState {
    return {
      connection: this.#connection, catchingUp: this.#catchingUp, reconnections: Math.max(0, this.#connections - 1), ...this.#counts,
      ageMs: this.#heardAt === undefined ? undefined : this.#clock.now() - this.#heardAt, trouble: this.#trouble, unreadable: this.#hears.unreadable?.() ?? 0,
      quality: this.quality.facts(this.#feed.aheadMs),
    };
  }

  #onBar(market: number, bar: Bar): void {
    this.#heardAt = this.#clock.now();
    this.#counts.heard += 1;
    if (this.#isOdd(market, bar)) {
      this.quality.count('refusedBars');
      return;
    }
    this.quality.onBar(market, bar, this.#venueNow());
    this.#take({ market, bar, tsHeard: this.#heardAt, live: true });
  }

  #onTrade(market: number, trade: FeedTrade): void {
    this.#heardAt = this.#clock.now();
    this.quality.onTrade(market, trade, this.#venueNow());
    this.#hears.onTrade?.(market, trade);
    if (trade.price > 0 && trade.price < Infinity && !this.#jumps(market, trade.price)) this.#hears.onPrice?.(market, trade.price, trade.tsEvent);
  }

  #onConnection(state: 'up' | 'down'): void {
    this.#connection = state;
    this.#round += 1;
    if (state === 'down') {
      this.#hears.onDown?.();
      return;
    }
    this.#connections += 1;
    if (this.#connections === 1) this.#opened = this.#venueNow();
    this.#catchingUp = true;
    void this.#fetchAll(this.#round, this.#markets.keys(), false).then((done) => { if (done) this.#catchingUp = false; });
  }

  /** When the next moment is; undefined while none is complete. */
  peek(): Timestamp | undefined {
    if (this.#catchingUp || this.#waiting.size === 0) return undefined;
    const tsEvent = Math.min(...this.#waiting.keys());
    return this.#lacking(tsEvent).every((market) => tsEvent <= this.#settled[market]) && this.#skipped(tsEvent).length === 0 ? tsEvent : undefined;
  }

  /** The next moment, once; undefined while none is complete. */
  next(): HeardInstant | undefined {
    const tsEvent = this.peek();
    if (tsEvent === undefined) return undefined;
    const bars = [...this.#waiting.get(tsEvent)?.values() ?? []].sort((a, b) => a.market - b.market);
    for (const market of this.#lacking(tsEvent)) this.#lacked.add(`${market} ${tsEvent}`);
    // What is so old comes no more.
    for (const oldest of this.#lacked) if (this.#lacked.size > LACKED_MOST) this.#lacked.delete(oldest); else break;
    this.#waiting.delete(tsEvent);
    this.#released = tsEvent;
    for (const { market, bar, live } of bars) {
      this.#from[market] = bar.timestamp + this.#markets[market].intervalMs;
      this.#last[market] = bar.close;
      if (tsEvent > this.#opened) this.quality.onReleased(live);
    }
    return { tsEvent, bars };
  }

  /** Resolves when the next bar comes. */
  nextBar(): Promise<void> {
    return new Promise((resolve) => { this.#awaited = resolve; });
  }

  #venueNow(): Timestamp {
    return this.#clock.now() + (this.#feed.aheadMs ?? 0);
  }

  /** What no bar is, or one of the far future, or far from the last price: it is left out, and shows as missing. */
  #isOdd(market: number, { timestamp, open, high, low, close, volume }: Bar): boolean {
    const { intervalMs } = this.#markets[market];
    if (!isTimestamp(timestamp) || (intervalMs < DAY_MS && timestamp % intervalMs !== 0) || timestamp > this.#venueNow() + DAY_MS || !isPossibleBar(open, high, low, close, volume)) return true;
    return this.#jumps(market, close);
  }

  #jumps(market: number, price: number): boolean {
    const last = this.#last[market];
    return price > last * JUMP || price < last / JUMP;
  }

  /** Markets whose bar of a moment is not there. */
  #lacking(tsEvent: Timestamp): readonly number[] {
    const there = this.#waiting.get(tsEvent);
    return [...this.#markets.keys()].filter((market) => tsEvent % this.#markets[market].intervalMs === 0 && there?.has(market) !== true && this.#from[market] < tsEvent);
  }

  /** Markets that have a bar of this moment and none of the one before, which nobody has asked for yet. */
  #skipped(tsEvent: Timestamp): readonly number[] {
    return [...this.#waiting.get(tsEvent)?.values() ?? []].filter(({ market, bar }) => bar.timestamp > this.#from[market] && bar.timestamp > this.#settled[market]).map(({ market }) => market);
  }

  /** When the earliest bar of a market that waits began; −Infinity where none does. */
  #begunAt(market: number): Timestamp {
    const opens = [...this.#waiting.values()].flatMap((moment) => moment.get(market)?.bar.timestamp ?? []);
    return opens.length === 0 ? -Infinity : Math.min(...opens);
  }

  #take(heard: HeardBar): void {
    this.#awaited?.();
    const tsClose = heard.bar.timestamp + this.#markets[heard.market].intervalMs;
    if (tsClose <= this.#released) {
      if (this.#lacked.delete(`${heard.market} ${tsClose}`)) {
        this.#counts.late += 1;
        this.quality.onLost();
      } else if (heard.live) this.quality.count('repeatedBars');
      return;
    }
    const moment = this.#waiting.get(tsClose) ?? new Map<number, HeardBar>();
    this.#waiting.set(tsClose, moment);
    const known = moment.get(heard.market);
    // What was heard stays so: that it was fetched as well says nothing.
    if (known?.live !== true) moment.set(heard.market, heard);
    else if (heard.live) this.quality.count('repeatedBars');
  }

  #lookLater(): void {
    this.#look = this.#clock.after(LOOK_EVERY_MS, () => {
      if (this.#connection === 'up' && !this.#catchingUp && !this.#asking) {
        void this.#askForMissing();
        void this.#repair.step(this.#venueNow());
      }
      this.#lookLater();
    });
  }

  /** Asks for bars that should have been told by now. */
  async #askForMissing(): Promise<void> {
    const markets = this.#overdue();
    if (markets.length === 0) return;
    this.#asking = true;
    this.quality.count('barGaps');
    await this.#fetchAll(this.#round, markets.values(), true);
    this.#asking = false;
  }

  /** Markets from which a bar should be here and is not. */
  #overdue(): readonly number[] {
    const ended = this.#venueNow() - PATIENCE_MS - (this.#feed.barDelayMs?.(this.#markets[0].intervalMs) ?? 0);
    if (this.#waiting.size > 0) {
      const tsEvent = Math.min(...this.#waiting.keys());
      const skipped = this.#skipped(tsEvent);
      return skipped.length > 0 || tsEvent > ended ? skipped : this.#lacking(tsEvent).filter((market) => tsEvent > this.#settled[market]);
    }
    // Shares have nights and weekends; that all is silent then says nothing.
    return [...this.#markets.entries()].filter(([market, { instrument, intervalMs }]) => {
      const due = Math.floor(ended / intervalMs) * intervalMs;
      return instrument.assetClass === 'crypto' && due > this.#settled[market] && due >= this.#from[market] + intervalMs;
    }).map(([market]) => market);
  }

  /** Fetches what is missing of markets, trying for as long as this connection lasts; false where it did not last. `beside` an open stream it is of now, not of the past. */
  async #fetchAll(round: number, markets: Iterable<number>, beside: boolean): Promise<boolean> {
    const wanted = [...markets];
    for (let waitMs = RETRY_FIRST_MS; round === this.#round; waitMs = Math.min(RETRY_LAST_MS, 2 * waitMs)) {
      const answered = this.#venueNow() - ANSWERED_MS;
      // A bar behind a hole shows that the venue is past the hole, whatever the clocks say.
      const settled = wanted.map((market) => Math.max(answered, this.#begunAt(market)));
      try {
        for (const market of wanted) await this.#fetch(market, round, beside);
        if (round !== this.#round) return false;
        this.#trouble = undefined;
        wanted.forEach((market, at) => { this.#settled[market] = settled[at]; });
        return true;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        if (!this.#closed) await new Promise<void>((resolve) => { this.#clock.after(waitMs, resolve); });
      }
    }
    return false;
  }

  async #fetch(market: number, round: number, beside: boolean): Promise<void> {
    const { intervalMs } = this.#markets[market];
    for (let from = this.#from[market]; round === this.#round;) {
      const bars = await this.#feed.barsSince(market, intervalMs, from);
      const last = Math.max(...bars.map(({ timestamp }) => timestamp));
      if (!(last >= from)) return;
      for (const bar of bars) this.#take({ market, bar, tsHeard: beside ? this.#clock.now() : undefined, live: false });
      this.#counts.fetched += bars.length;
      from = last + intervalMs;
    }
  }
}
