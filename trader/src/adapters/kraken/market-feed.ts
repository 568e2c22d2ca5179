import { z } from 'zod';
import type { Bar } from '../../domain/bar.ts';
import type { Random } from '../../domain/random.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedListener, FeedTrade, MarketFeed, TradeHole } from '../../ports/market-feed.ts';
import { firstIssue, readJson } from '../wire/provided-json.ts';
import { PublicRest } from '../wire/public-rest.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { bookBody, BOOK_DEPTH, CheckedBook } from './checked-book.ts';
import { GrowingBars } from './growing-bars.ts';
import { readListings, type KrakenListing } from './listing.ts';

/** What the feed of Kraken works with; no keys: its market is open to all. */
export interface KrakenFeedSpec {
  /** `https://…` for what is asked and `wss://…` for what is streamed, both without a path. */
  readonly hosts: { readonly rest: string; readonly stream: string };
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each part of a frame or answer that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

/** Minutes of the bars that Kraken has ("OHLC"). */
const MINUTES: ReadonlySet<number> = new Set([1, 5, 15, 30, 60, 240, 1_440, 10_080]);
/** Kraken allows about one open question a second and address. */
const SPACING_MS = 1_000;
/** A book that goes wrong so soon after it was asked for, so many times in a row, is not asked for any more: bars and trades come over the same connection. */
const SOON_MS = 60_000;
const MOST_WRONG = 3;
/** Where nothing is told there is a heartbeat each second. */
const SILENCE_MS = 10_000;

const decimal = z.string().regex(/^\d+(\.\d+)?$/);
const envelope = z.object({ error: z.array(z.string()).default([]), result: z.unknown().optional() });
/** Start in seconds, open, high, low, close, volume-weighted price, volume, trades. */
const row = z.tuple([z.number().int(), decimal, decimal, decimal, decimal, decimal, decimal, z.number()]);
/** `last` is when the last bar began that has ended; what comes behind it still grows. */
const history = z.object({ last: z.number().int() }).catchall(z.unknown());
/** Trades of one pair, oldest first: price, quantity, seconds, side, kind, nothing, number. */
const pastTrades = z.object({ last: z.string() }).catchall(z.unknown());
const pastTrade = z.tuple([decimal, decimal, z.number(), z.enum(['b', 's']), z.string(), z.string(), z.number().int()]);
const time = z.string().transform((text, context) => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) context.addIssue({ code: 'custom', message: 'no time' });
  return ms;
});

const frame = z.union([
  z.object({ channel: z.string(), type: z.enum(['snapshot', 'update']), data: z.array(z.unknown()) }),
  z.object({ channel: z.string() }),
  z.object({ method: z.literal('subscribe'), success: z.literal(true), result: z.object({ channel: z.string(), symbol: z.string() }), time_in: time, time_out: time }),
  z.object({ method: z.string(), success: z.literal(false), error: z.string() }),
  z.object({ error: z.string() }),
]);
const barBody = z.object({ symbol: z.string(), open: z.number(), high: z.number(), low: z.number(), close: z.number(), volume: z.number(), interval_begin: time });
const tradeBody = z.object({ symbol: z.string(), side: z.enum(['buy', 'sell']), price: z.number(), qty: z.number(), trade_id: z.number().int(), timestamp: time });
const quoteBody = z.object({ symbol: z.string(), bid: z.number(), bid_qty: z.number(), ask: z.number(), ask_qty: z.number() });

/** What trades on Kraken spot, as anybody may ask. Throws `VenueError`. */
export async function krakenListings({ hosts, clock, onUnreadable }: KrakenFeedSpec): Promise<readonly KrakenListing[]> {
  const rest = openRest(hosts.rest, clock);
  try {
    return readListings(Object.values(checked(z.record(z.string(), z.unknown()), await ask(rest, '/0/public/AssetPairs'), 'the pairs')), onUnreadable);
  } finally {
    rest.close();
  }
}

/** The market of Kraken spot, by version 2 of its stream. REST goes back 720 bars of a length, and no further. */
export class KrakenFeed implements MarketFeed {
  readonly venue = 'kraken';
  readonly tells = ['quotes', 'books'] as const;
  aheadMs: number | undefined;
  readonly #spec: KrakenFeedSpec;
  readonly #rest: PublicRest;
  readonly #listings: readonly KrakenListing[];
  readonly #bySymbol: ReadonlyMap<string, number>;
  #books: readonly CheckedBook[] = [];
  /** How often in a row a book went wrong soon after it was asked for, and when that was. */
  #wrong = 0;
  #askedAt = -Infinity;
  #bars: GrowingBars | undefined;
  #socket: SteadySocket | undefined;

  constructor(spec: KrakenFeedSpec, listings: readonly KrakenListing[]) {
    this.#spec = spec;
    this.#rest = openRest(spec.hosts.rest, spec.clock);
    this.#listings = listings;
    this.#bySymbol = new Map(listings.map(({ symbol }, index) => [symbol, index]));
  }

  async barsSince(instrument: number, intervalMs: number, from: Timestamp): Promise<readonly Bar[]> {
    const interval = String(minutesOf(intervalMs));
    const listing = this.#listings[instrument];
    if (listing === undefined) throw new RangeError(`kraken: no instrument ${instrument}`);
    // What began at `since` itself is not told.
    const told = checked(history, await ask(this.#rest, '/0/public/OHLC', { pair: listing.altname, interval, since: String(Math.max(0, Math.ceil(from / 1_000) - 1)) }), 'bars');
    const { last, ...byPair } = told;
    return checked(z.array(row), Object.values(byPair)[0] ?? [], 'bars').filter(([start]) => start * 1_000 >= from && start <= last)
      .map(([start, open, high, low, close, , volume]) => ({ timestamp: start * 1_000, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) }));
  }

  async tradesIn(instrument: number, { from }: TradeHole): Promise<readonly FeedTrade[]> {
    const listing = this.#listings[instrument];
    if (listing === undefined) throw new RangeError(`kraken: no instrument ${instrument}`);
    // `since` is in nanoseconds, and what was made at that very one is not told.
    const { last: _last, ...byPair } = checked(pastTrades, await ask(this.#rest, '/0/public/Trades', { pair: listing.altname, since: `${from - 1}999999`, count: '1000' }), 'trades');
    return checked(z.array(pastTrade), Object.values(byPair)[0] ?? [], 'trades')
      .map(([price, quantity, seconds, side, , , id]) => ({ price: Number(price), quantity: Number(quantity), tsEvent: Math.floor(seconds * 1_000), firstId: id, lastId: id, taker: side === 'b' ? 'buy' : 'sell' }));
  }

  async open(intervalMs: number, listener: FeedListener): Promise<void> {
    const interval = minutesOf(intervalMs);
    const { hosts, clock, random } = this.#spec;
    const channels = () => [
      { channel: 'ohlc', interval, snapshot: true }, { channel: 'trade', snapshot: false },
      ...(listener.onQuote ? [{ channel: 'ticker', event_trigger: 'bbo' }] : []), ...(listener.onBook && this.#wrong < MOST_WRONG ? [{ channel: 'book', depth: BOOK_DEPTH }] : []),
    ];
    const symbol = this.#listings.map((each) => each.symbol);
    const bars = new GrowingBars({ clock, intervalMs, now: () => clock.now() + (this.aheadMs ?? 0), onBar: (instrument, bar) => { listener.onBar(instrument, bar); } });
    this.#bars = bars;
    let unconfirmed = new Set<string>();
    let asked = NaN;
    const socket = new SteadySocket({
      venue: 'kraken', url: () => `${hosts.stream}/v2`, clock, random, silenceMs: SILENCE_MS,
      onOpen: () => {
        this.#books = this.#listings.map((listing) => new CheckedBook(listing));
        unconfirmed = new Set(channels().flatMap(({ channel }) => symbol.map((each) => `${channel} ${each}`)));
        asked = clock.now();
        this.#askedAt = asked;
        for (const params of channels()) socket.send(JSON.stringify({ method: 'subscribe', params: { ...params, symbol } }));
      },
      onText: (text) => {
        const { data: told } = frame.safeParse(readJson(text));
        if (told === undefined) this.#spec.onUnreadable('a frame of the market');
        else if ('data' in told) this.#hear(socket, told, bars, listener);
        else if ('result' in told) {
          unconfirmed.delete(`${told.result.channel} ${told.result.symbol}`);
          // Both times were moments between the question and now; the first answer waited for no other.
          if (!Number.isNaN(asked)) this.aheadMs = Math.round((told.time_in + told.time_out) / 2 - (asked + clock.now()) / 2);
          asked = NaN;
          if (unconfirmed.size === 0) socket.up('subscribed');
        } else if ('error' in told) socket.refused(new VenueError('rejected', `kraken: the stream was refused: ${told.error}`, { reason: 'other' }));
      },
      onConnection: (state, reason) => {
        if (state === 'down') bars.forget();
        listener.onConnection(state, reason);
      },
    });
    this.#socket = socket;
    await socket.open();
  }

  close(): Promise<void> {
    this.#bars?.close();
    this.#socket?.close();
    this.#rest.close();
    return Promise.resolve();
  }

  #hear(socket: SteadySocket, { channel, type, data }: { readonly channel: string; readonly type: 'snapshot' | 'update'; readonly data: readonly unknown[] }, bars: GrowingBars, listener: FeedListener): void {
    for (const each of data) {
      const heard = channel === 'trade' ? this.#hearTrade(each, listener)
        : channel === 'ohlc' ? this.#hearBar(each, bars)
          : channel === 'ticker' ? this.#hearQuote(each, listener)
            : channel === 'book' ? this.#hearBook(socket, type, each, listener) : channel === 'status';
      if (!heard) this.#spec.onUnreadable(`a frame of ${channel}`);
    }
  }

  #hearTrade(each: unknown, listener: FeedListener): boolean {
    const { data } = tradeBody.safeParse(each);
    const instrument = data && this.#bySymbol.get(data.symbol);
    if (data !== undefined && instrument !== undefined) listener.onTrade(instrument, { price: data.price, quantity: data.qty, tsEvent: data.timestamp, firstId: data.trade_id, lastId: data.trade_id, taker: data.side });
    return data !== undefined;
  }

  #hearBar(each: unknown, bars: GrowingBars): boolean {
    const { data } = barBody.safeParse(each);
    const instrument = data && this.#bySymbol.get(data.symbol);
    if (data !== undefined && instrument !== undefined) bars.grow(instrument, { timestamp: data.interval_begin, open: data.open, high: data.high, low: data.low, close: data.close, volume: data.volume });
    return data !== undefined;
  }

  #hearQuote(each: unknown, listener: FeedListener): boolean {
    const { data } = quoteBody.safeParse(each);
    const instrument = data && this.#bySymbol.get(data.symbol);
    if (data !== undefined && instrument !== undefined) listener.onQuote?.(instrument, { bid: data.bid, bidQuantity: data.bid_qty, ask: data.ask, askQuantity: data.ask_qty });
    return data !== undefined;
  }

  /** A book whose checksum is another is asked for anew: only a new subscription tells it whole. */
  #hearBook(socket: SteadySocket, type: 'snapshot' | 'update', each: unknown, listener: FeedListener): boolean {
    const { data } = bookBody.safeParse(each);
    const instrument = data && this.#bySymbol.get(data.symbol);
    if (data === undefined || instrument === undefined) return data !== undefined;
    const book = this.#books[instrument].take(type, data);
    if (book !== undefined) listener.onBook?.(instrument, book);
    else {
      this.#wrong = this.#spec.clock.now() - this.#askedAt < SOON_MS ? this.#wrong + 1 : 1;
      socket.lost(`the book of ${data.symbol} has another checksum`);
    }
    return true;
  }
}

function minutesOf(intervalMs: number): number {
  const minutes = intervalMs / 60_000;
  if (MINUTES.has(minutes)) return minutes;
  throw new VenueError('rejected', `kraken: there are no bars of ${formatInterval(intervalMs)}; nothing was asked`, { reason: 'not-permitted' });
}

/** The result of a question. Throws `VenueError`. */
async function ask(rest: PublicRest, path: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
  return checked(envelope, await rest.get(path, query), path).result;
}

/** Kraken's errors are texts in an answer of status 200 ("General Usage"). */
function openRest(base: string, clock: Clock): PublicRest {
  return new PublicRest({
    venue: 'kraken', base, clock, spacingMs: SPACING_MS,
    refusalOf: (_status, body) => {
      const [code] = envelope.safeParse(body).data?.error.filter((text) => text.startsWith('E')) ?? [];
      if (code === undefined) return undefined;
      const failure = /Temporary lockout/.test(code) ? 'banned' : /Rate limit|Too many requests/i.test(code) ? 'rate-limited' : code.startsWith('EService:') ? 'maintenance' : /Unknown asset pair/.test(code) ? 'not-found' : 'unknown-outcome';
      return { failure, code, message: '' };
    },
  });
}

/** Checks an answer. Throws `VenueError`, unknown outcome, naming the first place that is wrong. */
function checked<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(answer);
  if (success) return data;
  throw new VenueError('unknown-outcome', `kraken: the answer to ${what} has an unknown shape: ${firstIssue(error)}`);
}
