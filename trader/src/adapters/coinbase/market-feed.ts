import { z } from 'zod';
import type { Bar } from '../../domain/bar.ts';
import type { Random } from '../../domain/random.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedListener, FeedTrade, MarketFeed, TradeHole } from '../../ports/market-feed.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { LevelBook } from '../wire/level-book.ts';
import { BarPoll } from './bar-poll.ts';
import { ChannelStream, type Frame } from './channel-stream.ts';
import { checked, RestClient } from './rest-client.ts';
import { decimal, time } from './wire.ts';

/** What the feed of Coinbase works with; no keys: its market is open to all. */
export interface CoinbaseFeedSpec {
  /** `https://…` for candles and `wss://…` for trades, both without a path. */
  readonly hosts: { readonly rest: string; readonly market: string };
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each frame that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

/** As many candles as Coinbase gives at once ("Get Public Product Candles"). */
const PAGE = 350;
/** As many trades as are asked for at once. */
const TRADES_PAGE = 1_000;
/** A candle may still change for a moment after its end, and public answers are kept for a second. */
const SETTLE_MS = 3_000;
const DAY_MS = 86_400_000;

const GRANULARITIES: Readonly<Record<string, string>> = {
  '1m': 'ONE_MINUTE', '5m': 'FIVE_MINUTE', '15m': 'FIFTEEN_MINUTE', '30m': 'THIRTY_MINUTE', '1h': 'ONE_HOUR', '2h': 'TWO_HOUR', '6h': 'SIX_HOUR', '1d': 'ONE_DAY',
};

const candlesBody = z.object({ candles: z.array(z.object({ start: z.string().regex(/^\d+$/), open: decimal, high: decimal, low: decimal, close: decimal, volume: decimal })) });
const tradeBody = z.object({ product_id: z.string(), trade_id: z.union([z.string().regex(/^\d{1,15}$/), z.number().int()]).transform(Number), price: decimal, size: decimal, side: z.string().optional(), time });
const tradesEvent = z.object({ type: z.string(), trades: z.array(tradeBody) });
/** What "Get Public Market Trades" tells, the newest first. */
const tradesBody = z.object({ trades: z.array(tradeBody) });
const tickerEvent = z.object({ tickers: z.array(z.object({ product_id: z.string(), best_bid: decimal, best_bid_quantity: decimal, best_ask: decimal, best_ask_quantity: decimal })) });
const bookEvent = z.object({ type: z.enum(['snapshot', 'update']), product_id: z.string(), updates: z.array(z.object({ side: z.enum(['bid', 'offer']), price_level: decimal, new_quantity: decimal })) });

/**
 * The market of Coinbase spot. Its stream has candles of five minutes only, so bars are asked for when
 * they are over, and are the very ones that asking for the past brings. Prices are those of trades.
 */
export class CoinbaseFeed implements MarketFeed {
  readonly venue = 'coinbase';
  readonly tells = ['quotes', 'books'] as const;
  readonly #spec: CoinbaseFeedSpec;
  readonly #rest: RestClient;
  readonly #listings: readonly VenueListing[];
  readonly #bySymbol: ReadonlyMap<string, number>;
  readonly #books: readonly LevelBook[];
  #stream: ChannelStream | undefined;
  #poll: BarPoll | undefined;

  constructor(spec: CoinbaseFeedSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = new RestClient(spec.hosts.rest, undefined, spec.clock);
    this.#listings = listings;
    this.#bySymbol = new Map(listings.map(({ symbol }, index) => [symbol, index]));
    this.#books = listings.map(() => new LevelBook());
  }

  get aheadMs(): number | undefined {
    return this.#rest.aheadMs;
  }

  async barsSince(instrument: number, intervalMs: number, from: Timestamp): Promise<readonly Bar[]> {
    granularityOf(intervalMs);
    const symbol = this.#listings[instrument]?.symbol;
    if (symbol === undefined) throw new RangeError(`coinbase: no instrument ${instrument}`);
    // Asked before, and of the venue: what had ended then has ended in the answer, whatever our clock says.
    await this.#rest.askSkew();
    const until = this.#lastEnd(intervalMs);
    let start = Math.ceil(from / intervalMs) * intervalMs;
    let bars: Bar[];
    do {
      bars = await this.#candles(symbol, intervalMs, start, until);
      start += PAGE * intervalMs;
      // Nobody traded for a whole page: days show when somebody did again.
      if (bars.length === 0 && start < until && intervalMs < DAY_MS) start = Math.max(start, await this.#nextDay(symbol, start, until));
    } while (bars.length === 0 && start < until);
    return bars;
  }

  async tradesIn(instrument: number, { from, to }: TradeHole): Promise<readonly FeedTrade[]> {
    const symbol = this.#listings[instrument]?.symbol;
    if (symbol === undefined) throw new RangeError(`coinbase: no instrument ${instrument}`);
    // Whole seconds, both ends within what is asked for, whether Coinbase counts them or not.
    const query = [['limit', String(TRADES_PAGE)], ['start', String(Math.floor(from / 1_000))], ['end', String(Math.floor(to / 1_000) + 2)]] as const;
    const told = await this.#rest.request({ method: 'GET', path: `/api/v3/brokerage/market/products/${encodeURIComponent(symbol)}/ticker`, query, purpose: 'question', open: true });
    return checked(tradesBody, told, 'trades').trades.map(toTrade);
  }

  async open(intervalMs: number, listener: FeedListener): Promise<void> {
    granularityOf(intervalMs);
    const { hosts, clock, random, onUnreadable } = this.#spec;
    const products = this.#listings.map(({ symbol }) => symbol);
    this.#poll = new BarPoll({
      clock, intervalMs, instruments: products.length, lastEnd: () => this.#lastEnd(intervalMs),
      ask: (instrument, from) => this.barsSince(instrument, intervalMs, from),
      onBar: (instrument, bar) => { listener.onBar(instrument, bar); },
    });
    this.#stream = new ChannelStream({
      url: hosts.market, clock, random, onUnreadable,
      subscriptions: () => Promise.resolve(['market_trades', ...(listener.onQuote ? ['ticker'] : []), ...(listener.onBook ? ['level2'] : [])].map((channel) => ({ channel, product_ids: products }))),
      onFrame: (frame) => { this.#hear(frame, listener); },
      onConnection: (state, reason) => { listener.onConnection(state, reason); },
    });
    this.#poll.start();
    await this.#stream.open();
  }

  close(): Promise<void> {
    this.#poll?.close();
    this.#stream?.close();
    this.#rest.close();
    return Promise.resolve();
  }

  #hear({ channel, events }: Frame, listener: FeedListener): void {
    for (const event of events) {
      const heard = channel === 'market_trades' ? this.#hearTrades(event, listener) : channel === 'ticker' ? this.#hearQuotes(event, listener) : channel === 'l2_data' && this.#hearBook(event, listener);
      if (!heard) this.#spec.onUnreadable('an event of the market');
    }
  }

  /** A snapshot holds trades of before; an update those since the last one, newest first. Their side is the maker's. */
  #hearTrades(event: unknown, listener: FeedListener): boolean {
    const { data } = tradesEvent.safeParse(event);
    if (data?.type !== 'update') return data !== undefined;
    for (const each of data.trades.toReversed()) {
      const instrument = this.#bySymbol.get(each.product_id);
      if (instrument !== undefined) listener.onTrade(instrument, toTrade(each));
    }
    return true;
  }

  #hearQuotes(event: unknown, listener: FeedListener): boolean {
    const { data } = tickerEvent.safeParse(event);
    for (const each of data?.tickers ?? []) {
      const instrument = this.#bySymbol.get(each.product_id);
      if (instrument !== undefined) listener.onQuote?.(instrument, { bid: Number(each.best_bid), bidQuantity: Number(each.best_bid_quantity), ask: Number(each.best_ask), askQuantity: Number(each.best_ask_quantity) });
    }
    return data !== undefined;
  }

  /** The numbers of the frames prove that no change is missing: where one is, the connection is made anew, and begins with the whole book. */
  #hearBook(event: unknown, listener: FeedListener): boolean {
    const { data } = bookEvent.safeParse(event);
    const instrument = data && this.#bySymbol.get(data.product_id);
    if (data === undefined || instrument === undefined) return data !== undefined;
    const book = this.#books[instrument];
    if (data.type === 'snapshot') book.clear();
    for (const { side, price_level, new_quantity } of data.updates) book.set(side === 'bid' ? 'bids' : 'asks', price_level, new_quantity);
    listener.onBook?.(instrument, book);
    return true;
  }

  #lastEnd(intervalMs: number): Timestamp {
    return Math.floor((this.#rest.now() - SETTLE_MS) / intervalMs) * intervalMs;
  }

  /** One page of bars that opened from `start` on and are over by `until`, oldest first. */
  async #candles(symbol: string, intervalMs: number, start: Timestamp, until: Timestamp): Promise<Bar[]> {
    // The end lies within the last bar: so it is in, whether Coinbase counts the end or not.
    const end = Math.min(start + PAGE * intervalMs, Math.max(until, start + intervalMs)) - 1_000;
    const query = [['start', String(start / 1_000)], ['end', String(end / 1_000)], ['granularity', granularityOf(intervalMs)], ['limit', String(PAGE)]] as const;
    const told = await this.#rest.request({ method: 'GET', path: `/api/v3/brokerage/market/products/${encodeURIComponent(symbol)}/candles`, query, purpose: 'question', open: true });
    return checked(candlesBody, told, 'candles').candles.map((candle) => ({
      timestamp: Number(candle.start) * 1_000, open: Number(candle.open), high: Number(candle.high), low: Number(candle.low), close: Number(candle.close), volume: Number(candle.volume),
    })).filter(({ timestamp }) => timestamp >= start && timestamp + intervalMs <= until).sort((a, b) => a.timestamp - b.timestamp);
  }

  /** The first day from `start` on, the one of `start` included, on which somebody traded; `until` where there is none. The day that is not over counts. */
  async #nextDay(symbol: string, start: Timestamp, until: Timestamp): Promise<Timestamp> {
    for (let day = Math.floor(start / DAY_MS) * DAY_MS; day < until; day += PAGE * DAY_MS) {
      const [first] = await this.#candles(symbol, DAY_MS, day, Math.ceil(until / DAY_MS) * DAY_MS);
      if (first !== undefined) return first.timestamp;
    }
    return until;
  }
}

function toTrade({ trade_id: id, price, size, side, time: tsEvent }: z.infer<typeof tradeBody>): FeedTrade {
  return { price: Number(price), quantity: Number(size), tsEvent, firstId: id, lastId: id, ...(side === 'BUY' ? { taker: 'sell' } : side === 'SELL' && { taker: 'buy' }) };
}

function granularityOf(intervalMs: number): string {
  const interval = formatInterval(intervalMs);
  const granularity = GRANULARITIES[interval];
  if (granularity === undefined) throw new VenueError('rejected', `coinbase: there are no bars of ${interval}; nothing was asked`, { reason: 'not-permitted' });
  return granularity;
}
