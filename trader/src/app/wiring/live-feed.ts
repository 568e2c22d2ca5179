import type { Bar } from '../../domain/bar.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Market } from '../../pipeline/engine.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedListener, MarketFeed } from '../../ports/market-feed.ts';

/** A bar of a live feed. */
export interface HeardBar {
  readonly market: number;
  readonly bar: Bar;
  /** When the stream told it, by this machine's clock; undefined where it was fetched afterwards. */
  readonly tsHeard: Timestamp | undefined;
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
  /** From the close of a bar to our hearing it, of the last hundred, in milliseconds, ascending. */
  readonly delays: readonly number[];
  /** Why the last attempt to fetch failed; undefined once one has worked. */
  readonly trouble: string | undefined;
}

/** How long the slowest market's bar is waited for once another's of the same moment is there. */
const GRACE_MS = 3_000;
const RETRY_FIRST_MS = 1_000;
/** Bars whose delay is remembered. */
const DELAYS = 100;
const RETRY_LAST_MS = 30_000;

/**
 * A live market as moments in their order, each complete or waited for in vain. What was missed, at the
 * start and while the stream was down, is fetched before anything later is handed out.
 */
export class LiveFeed implements FeedListener {
  readonly #feed: MarketFeed;
  readonly #markets: readonly Market[];
  readonly #clock: Clock;
  readonly #onPrice: FeedListener['onPrice'] | undefined;
  /** Bars that wait, by their close and market. */
  readonly #waiting = new Map<Timestamp, Map<number, HeardBar>>();
  /** When the first bar of a moment that waits was here, by its close. */
  readonly #since = new Map<Timestamp, Timestamp>();
  /** Opening time of the bar to go on from, per market. */
  readonly #from: Timestamp[];
  #released = -Infinity;
  #heardAt: Timestamp | undefined;
  readonly #delays: number[] = [];
  #connection: 'up' | 'down' = 'down';
  #connections = 0;
  #catchingUp = true;
  /** Each connection fetches anew; one that was lost meanwhile gives up. */
  #round = 0;
  #counts = { heard: 0, fetched: 0, late: 0 };
  #trouble: string | undefined;
  #closed = false;
  #awaited: (() => void) | undefined;

  /** Goes on from the bars that open at `from`, per market. `onPrice` hears prices between bars, on which nothing is decided. */
  constructor(feed: MarketFeed, markets: readonly Market[], from: readonly Timestamp[], clock: Clock, onPrice?: FeedListener['onPrice']) {
    this.#onPrice = onPrice;
    this.#feed = feed;
    this.#markets = markets;
    this.#from = [...from];
    this.#clock = clock;
  }

  /** Opens the stream; resolves when it is first up. Throws `VenueError`. */
  open(): Promise<void> {
    return this.#feed.open(this.#markets[0].intervalMs, this);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#round += 1;
    return this.#feed.close();
  }

  get state(): FeedState {
    return { connection: this.#connection, catchingUp: this.#catchingUp, reconnections: Math.max(0, this.#connections - 1), ...this.#counts, ageMs: this.#heardAt === undefined ? undefined : this.#clock.now() - this.#heardAt, delays: [...this.#delays].sort((a, b) => a - b), trouble: this.#trouble };
  }

  onBar(market: number, bar: Bar): void {
    const tsHeard = this.#clock.now();
    this.#counts.heard += 1;
    this.#heardAt = tsHeard;
    this.#delays.push(tsHeard - bar.timestamp - this.#markets[market].intervalMs);
    if (this.#delays.length > DELAYS) this.#delays.shift();
    this.#take({ market, bar, tsHeard });
  }

  onPrice(market: number, price: number, tsEvent: Timestamp): void {
    this.#heardAt = this.#clock.now();
    this.#onPrice?.(market, price, tsEvent);
  }

  onConnection(state: 'up' | 'down'): void {
    this.#connection = state;
    this.#round += 1;
    if (state === 'down') return;
    this.#connections += 1;
    this.#catchingUp = true;
    void this.#catchUp(this.#round);
  }

  /** When the next moment is; undefined while none is complete. */
  peek(): Timestamp | undefined {
    if (this.#catchingUp || this.#waiting.size === 0) return undefined;
    const tsEvent = Math.min(...this.#waiting.keys());
    const there = this.#waiting.get(tsEvent)?.size ?? 0;
    const due = this.#markets.filter(({ intervalMs }) => tsEvent % intervalMs === 0).length;
    // By when its first bar came, not by its close: clocks differ, and what is long past has no more to come.
    const waited = this.#clock.now() - Math.min(this.#since.get(tsEvent) ?? Infinity, this.#waiting.size > 1 ? tsEvent : Infinity);
    return there >= due || waited >= GRACE_MS ? tsEvent : undefined;
  }

  /** The next moment, once; undefined while none is complete. */
  next(): HeardInstant | undefined {
    const tsEvent = this.peek();
    if (tsEvent === undefined) return undefined;
    const bars = [...this.#waiting.get(tsEvent)?.values() ?? []].sort((a, b) => a.market - b.market);
    this.#waiting.delete(tsEvent);
    this.#since.delete(tsEvent);
    this.#released = tsEvent;
    for (const { market, bar } of bars) this.#from[market] = bar.timestamp + this.#markets[market].intervalMs;
    return { tsEvent, bars };
  }

  /** Resolves when the next bar comes. */
  nextBar(): Promise<void> {
    return new Promise((resolve) => { this.#awaited = resolve; });
  }

  #take(heard: HeardBar): void {
    this.#awaited?.();
    const tsClose = heard.bar.timestamp + this.#markets[heard.market].intervalMs;
    if (tsClose <= this.#released) {
      this.#counts.late += 1;
      return;
    }
    const moment = this.#waiting.get(tsClose) ?? new Map<number, HeardBar>();
    this.#waiting.set(tsClose, moment);
    if (!this.#since.has(tsClose)) this.#since.set(tsClose, this.#clock.now());
    // What was heard stays so: that it was fetched as well says nothing.
    if (moment.get(heard.market)?.tsHeard === undefined) moment.set(heard.market, heard);
  }

  /** Fetches what is missing of every market, trying for as long as this connection lasts. */
  async #catchUp(round: number): Promise<void> {
    for (let waitMs = RETRY_FIRST_MS; round === this.#round; waitMs = Math.min(RETRY_LAST_MS, 2 * waitMs)) {
      try {
        for (let market = 0; market < this.#markets.length; market++) await this.#fetch(market, round);
        if (round !== this.#round) return;
        this.#trouble = undefined;
        this.#catchingUp = false;
        return;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        if (!this.#closed) await new Promise<void>((resolve) => { this.#clock.after(waitMs, resolve); });
      }
    }
  }

  async #fetch(market: number, round: number): Promise<void> {
    const { intervalMs } = this.#markets[market];
    for (let from = this.#from[market]; round === this.#round;) {
      const bars = await this.#feed.barsSince(market, intervalMs, from);
      const last = bars.at(-1);
      if (last === undefined || last.timestamp < from) return;
      for (const bar of bars) this.#take({ market, bar, tsHeard: undefined });
      this.#counts.fetched += bars.length;
      from = last.timestamp + intervalMs;
    }
  }
}
