import { z } from 'zod';
import type { Bar } from '../../domain/bar.ts';
import type { Random } from '../../domain/random.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BookLevel, FeedListener, FeedTrade, MarketFeed, TradeHole } from '../../ports/market-feed.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { failureOf } from './failure.ts';
import { FUTURES_LIMITS, RequestBudget, SPOT_LIMITS } from './request-budget.ts';
import { checked, RestClient } from './rest-client.ts';
import { decimal } from './wire.ts';

/** What every feed of Binance works with; no keys: its markets are open to all. */
interface FeedSurroundings {
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each frame that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

/** What the feed of Binance spot works with. */
export interface SpotFeedSpec extends FeedSurroundings {
  /** `https://…` for klines and `wss://…` for streams, both without a path. */
  readonly hosts: { readonly data: string; readonly dataStream: string };
}

/** What the feed of Binance USD-M futures works with. */
export interface FuturesFeedSpec extends FeedSurroundings {
  /** `https://…` for klines and `wss://…` for streams, both without a path. */
  readonly hosts: { readonly rest: string; readonly stream: string };
}

/** What differs between Binance's markets. */
interface Market {
  readonly rest: RestClient;
  readonly klines: { readonly path: string; readonly weight: number };
  readonly trades: { readonly path: string; readonly weight: number };
  /** Combined streams: their names go to its end. */
  readonly streams: string;
  readonly intervals: readonly string[];
  /** What it tells at this entry beyond bars and trades. */
  readonly tells: MarketFeed['tells'];
}

/** As many bars as are asked for at once: the most that spot gives, and on futures the most for their price. */
const PAGE = 1_000;
/** Between two moments that are further apart than an hour Binance tells no trades. */
const TRADES_SPAN_MS = 3_599_000;
/** As many streams as one connection carries (web-socket-streams.md, "WebSocket Limits"). */
const MOST_STREAMS = 1_024;
const SILENCE_MS = 15_000;
const LIST = JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id: 1 });
const BOOK_WORD = 'depth20@100ms';

const INTERVALS = ['1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w'];

/** Opening time, open, high, low, close, volume, closing time; what follows is not read. */
const klines = z.array(z.tuple([z.number(), decimal, decimal, decimal, decimal, decimal, z.number()]).rest(z.unknown()));

const aggregated = z.object({ p: decimal, q: decimal, T: z.number(), f: z.number().int(), l: z.number().int(), m: z.boolean() });
const aggregatedTrades = z.array(aggregated);

const levels = z.array(z.tuple([decimal, decimal]).transform(([price, quantity]): BookLevel => ({ price: Number(price), quantity: Number(quantity) })));

const frame = z.union([
  // Aggregated trades are of one taker, price and moment; `f` to `l` are the trades that one is made of, `m` that the buyer was the maker.
  z.object({ data: z.object({ e: z.literal('aggTrade'), s: z.string(), p: decimal, q: decimal, T: z.number(), f: z.number().int(), l: z.number().int(), m: z.boolean() }) }),
  z.object({ data: z.object({ e: z.literal('kline'), s: z.string(), k: z.object({ t: z.number(), o: decimal, h: decimal, l: decimal, c: decimal, v: decimal, x: z.boolean() }) }) }),
  z.object({ data: z.object({ e: z.literal('serverShutdown') }) }),
  // Quotes and books have no word for what they are; a book of twenty levels is told whole each time, under the name of its stream alone.
  z.object({ data: z.object({ u: z.number(), s: z.string(), b: decimal, B: decimal, a: decimal, A: decimal }).transform((told) => ({ ...told, e: 'quote' as const })) }),
  z.object({ stream: z.string(), data: z.object({ lastUpdateId: z.number(), bids: levels, asks: levels }).transform((told) => ({ ...told, e: 'book' as const })) }),
  // The answer to the question what is subscribed to, which also shows that the connection lives.
  z.object({ id: z.number(), result: z.array(z.string()).nullish() }),
]);

type MarketData = Extract<z.infer<typeof frame>, { readonly data: unknown }>['data'];

/**
 * A market of Binance over combined streams. Prices are those of aggregated trades: what was paid, not
 * what is quoted, and on futures they come over the same entry as the klines, which quotes do not.
 */
class KlineFeed implements MarketFeed {
  readonly venue = 'binance';
  readonly #market: Market;
  readonly #around: FeedSurroundings;
  readonly #listings: readonly VenueListing[];
  readonly #bySymbol: ReadonlyMap<string, number>;
  #socket: SteadySocket | undefined;

  get tells(): MarketFeed['tells'] {
    return this.#market.tells;
  }

  get aheadMs(): number | undefined {
    return this.#market.rest.aheadMs;
  }

  constructor(market: Market, around: FeedSurroundings, listings: readonly VenueListing[]) {
    this.#market = market;
    this.#around = around;
    this.#listings = listings;
    this.#bySymbol = new Map(listings.map(({ symbol }, index) => [symbol, index]));
  }

  async barsSince(instrument: number, intervalMs: number, from: Timestamp): Promise<readonly Bar[]> {
    const symbol = this.#listings[instrument]?.symbol;
    if (symbol === undefined) throw new RangeError(`binance: no instrument ${instrument}`);
    const { rest, klines: { path, weight } } = this.#market;
    const parameters = { symbol, interval: this.#interval(intervalMs), startTime: String(from), limit: String(PAGE) };
    // Asked before, and of the venue: what had ended then has ended in the answer, whatever our clock says.
    const now = await rest.askTime();
    const told = checked(klines, await rest.request({ method: 'GET', path, parameters, weight, purpose: 'question', security: 'none' }), 'klines');
    return told.filter(([, , , , , , until]) => until < now).map(([timestamp, open, high, low, close, volume]) => (
      { timestamp, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) }
    ));
  }

  async tradesIn(instrument: number, { from, to }: TradeHole): Promise<readonly FeedTrade[]> {
    const symbol = this.#listings[instrument]?.symbol;
    if (symbol === undefined) throw new RangeError(`binance: no instrument ${instrument}`);
    const { rest, trades: { path, weight } } = this.#market;
    // Numbers of aggregated trades are others than those of the trades in them, so they are asked for by time.
    const parameters = { symbol, startTime: String(from), endTime: String(Math.min(to, from + TRADES_SPAN_MS)), limit: String(PAGE) };
    return checked(aggregatedTrades, await rest.request({ method: 'GET', path, parameters, weight, purpose: 'question', security: 'none' }), 'trades').map(toTrade);
  }

  async open(intervalMs: number, listener: FeedListener): Promise<void> {
    const interval = this.#interval(intervalMs);
    const words = [`kline_${interval}`, 'aggTrade', ...(this.tells.includes('quotes') && listener.onQuote ? ['bookTicker'] : []), ...(this.tells.includes('books') && listener.onBook ? [BOOK_WORD] : [])];
    const names = this.#listings.flatMap(({ symbol }) => words.map((word) => `${symbol.toLowerCase()}@${word}`));
    if (names.length > MOST_STREAMS) throw new VenueError('rejected', `binance: one feed carries ${Math.floor(MOST_STREAMS / words.length)} instruments, not ${this.#listings.length}; nothing was asked`, { reason: 'not-permitted' });
    const { clock, random } = this.#around;
    const socket = new SteadySocket({
      venue: 'binance', clock, random, url: () => `${this.#market.streams}${names.join('/')}`, silenceMs: SILENCE_MS,
      question: LIST,
      onOpen: () => { socket.send(LIST); },
      onText: (text) => { this.#hear(socket, names, text, listener); },
      onConnection: (state, reason) => { listener.onConnection(state, reason); },
    });
    this.#socket = socket;
    await socket.open();
  }

  close(): Promise<void> {
    this.#socket?.close();
    this.#market.rest.close();
    return Promise.resolve();
  }

  #hear(socket: SteadySocket, names: readonly string[], text: string, listener: FeedListener): void {
    const told = readFrame(text);
    if (told === undefined) {
      this.#around.onUnreadable('a frame of the market');
      return;
    }
    if (!('data' in told)) {
      // Binance's word that it has subscribed; where its list is another, the first frame says so.
      if (names.every((name) => told.result?.includes(name) !== false)) socket.up('subscribed');
      return;
    }
    socket.up('subscribed');
    if (told.data.e === 'serverShutdown') socket.lost('the server goes down');
    else this.#tell(told.data, 'stream' in told ? told.stream : '', listener);
  }

  #tell(data: Exclude<MarketData, { readonly e: 'serverShutdown' }>, stream: string, listener: FeedListener): void {
    const symbol = data.e === 'book' ? stream.slice(0, -BOOK_WORD.length - 1).toUpperCase() : data.s;
    const instrument = this.#bySymbol.get(symbol);
    if (instrument === undefined) return;
    switch (data.e) {
      case 'aggTrade':
        listener.onTrade(instrument, toTrade(data));
        break;
      case 'quote':
        listener.onQuote?.(instrument, { bid: Number(data.b), bidQuantity: Number(data.B), ask: Number(data.a), askQuantity: Number(data.A) });
        break;
      case 'book':
        listener.onBook?.(instrument, data);
        break;
      case 'kline':
        if (data.k.x) listener.onBar(instrument, { timestamp: data.k.t, open: Number(data.k.o), high: Number(data.k.h), low: Number(data.k.l), close: Number(data.k.c), volume: Number(data.k.v) });
    }
  }

  #interval(intervalMs: number): string {
    const interval = formatInterval(intervalMs);
    if (this.#market.intervals.includes(interval)) return interval;
    throw new VenueError('rejected', `binance: there are no bars of ${interval}; nothing was asked`, { reason: 'not-permitted' });
  }
}

/** The market of Binance spot. */
export class SpotFeed extends KlineFeed {
  constructor(spec: SpotFeedSpec, listings: readonly VenueListing[]) {
    const { hosts, clock } = spec;
    super({
      rest: new RestClient({ base: hosts.data, clock, budget: new RequestBudget(SPOT_LIMITS), timePath: '/api/v3/time', failureOf }),
      klines: { path: '/api/v3/klines', weight: 2 }, trades: { path: '/api/v3/aggTrades', weight: 4 }, streams: `${hosts.dataStream}/stream?streams=`, intervals: ['1s', ...INTERVALS], tells: ['quotes', 'books'],
    }, spec, listings);
  }
}

/** The market of Binance USD-M futures. Klines and trades are at the entry `/market` since 2026-04-23. */
export class FuturesFeed extends KlineFeed {
  constructor(spec: FuturesFeedSpec, listings: readonly VenueListing[]) {
    const { hosts, clock } = spec;
    super({
      rest: new RestClient({ base: hosts.rest, clock, budget: new RequestBudget(FUTURES_LIMITS), timePath: '/fapi/v1/time', failureOf }),
      klines: { path: '/fapi/v1/klines', weight: 5 }, trades: { path: '/fapi/v1/aggTrades', weight: 20 }, streams: `${hosts.stream}/market/stream?streams=`, intervals: INTERVALS, tells: [],
    }, spec, listings);
  }
}

function toTrade({ p, q, T, f, l, m }: z.infer<typeof aggregated>): FeedTrade {
  return { price: Number(p), quantity: Number(q), tsEvent: T, firstId: f, lastId: l, taker: m ? 'sell' : 'buy' };
}

function readFrame(text: string): z.infer<typeof frame> | undefined {
  try {
    return frame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
