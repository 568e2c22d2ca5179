import { z } from 'zod';
import type { Bar } from '../../domain/bar.ts';
import type { Random } from '../../domain/random.ts';
import { DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedListener, FeedTrade, MarketFeed, TradeHole } from '../../ports/market-feed.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { firstIssue, readJson } from '../wire/provided-json.ts';
import { PublicRest } from '../wire/public-rest.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { bookBody, CheckedBook } from './checked-book.ts';
import { readListings } from './listing.ts';
import { candle, decimal, moment } from './wire.ts';

/** What the feed of OKX works with; no keys: its market is open to all. */
export interface OkxFeedSpec {
  /** `https://…` for what is asked and `wss://…` for what is streamed, both without a path. */
  readonly hosts: { readonly rest: string; readonly stream: string };
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each part of a frame or answer that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

/** OKX's words for lengths of bars, those from six hours on by days of UTC ("Get candlesticks"). */
const BARS: Readonly<Record<string, string>> = {
  '1m': '1m', '3m': '3m', '5m': '5m', '15m': '15m', '30m': '30m', '1h': '1H', '2h': '2H', '4h': '4H', '6h': '6Hutc', '12h': '12Hutc', '1d': '1Dutc',
};
/** As many bars as are asked for at once: the most that the history gives. */
const PAGE = 100;
/** The newest bars, as many as this, are told by `candles`; all that are older by `history-candles`. */
const RECENT = 1_440;
/** The history allows 20 requests in two seconds from one address. */
const SPACING_MS = 110;
/** OKX ends a connection on which nothing was said for thirty seconds. */
const SILENCE_MS = 15_000;

/** Codes of the stream that say nothing of what was asked for: asked too often, a fault of its own, a service that is away. */
const PASSING = /^(60014|6[34]\d{3}|50\d{3})$/;

/** A book of which nothing is known. */
const UNKNOWN = { bids: [], asks: [] };

const envelope = z.object({ code: z.string(), msg: z.string(), data: z.array(z.unknown()) });
const candles = z.array(candle);
const timeData = z.array(z.object({ ts: moment })).min(1);

const argument = z.object({ channel: z.string(), instId: z.string() });
const frame = z.union([
  z.object({ action: z.enum(['snapshot', 'update']).optional(), arg: argument, data: z.array(z.unknown()) }),
  z.object({ event: z.literal('subscribe'), arg: argument }),
  z.object({ event: z.enum(['error', 'notice']), code: z.string(), msg: z.string() }),
]);
const tradeBody = z.object({ tradeId: z.string().regex(/^\d{1,15}$/), px: decimal, sz: decimal, side: z.enum(['buy', 'sell']), ts: moment });
const quoteBody = z.object({ asks: z.array(z.tuple([decimal, decimal]).rest(z.unknown())), bids: z.array(z.tuple([decimal, decimal]).rest(z.unknown())) });

/** What trades on OKX spot, as anybody may ask. Throws `VenueError`. */
export async function okxListings({ hosts, clock, onUnreadable }: OkxFeedSpec): Promise<readonly VenueListing[]> {
  const rest = openRest(hosts.rest, clock);
  try {
    return readListings(checked(envelope, await rest.get('/api/v5/public/instruments', { instType: 'SPOT' }), 'the instruments').data, onUnreadable);
  } finally {
    rest.close();
  }
}

/**
 * The market of OKX spot. Bars and single trades come over its entry for business; the feed is up while that is.
 * Quotes and books come over the public one, which is opened only where somebody hears them, and comes and goes
 * without the feed: nobody trades by them.
 */
export class OkxFeed implements MarketFeed {
  readonly venue = 'okx';
  readonly tells = ['quotes', 'books'] as const;
  aheadMs: number | undefined;
  readonly #spec: OkxFeedSpec;
  readonly #rest: PublicRest;
  readonly #listings: readonly VenueListing[];
  readonly #bySymbol: ReadonlyMap<string, number>;
  readonly #books: readonly CheckedBook[];
  readonly #sockets = new Set<SteadySocket>();

  constructor(spec: OkxFeedSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = openRest(spec.hosts.rest, spec.clock);
    this.#listings = listings;
    this.#bySymbol = new Map(listings.map(({ symbol }, index) => [symbol, index]));
    this.#books = listings.map(() => new CheckedBook());
  }

  async barsSince(instrument: number, intervalMs: number, from: Timestamp): Promise<readonly Bar[]> {
    barOf(intervalMs);
    const symbol = this.#listings[instrument]?.symbol;
    if (symbol === undefined) throw new RangeError(`okx: no instrument ${instrument}`);
    const now = await this.#askTime();
    for (let start = Math.ceil(from / intervalMs) * intervalMs; start + intervalMs <= now; start += PAGE * intervalMs) {
      const bars = await this.#candles(symbol, intervalMs, start, now);
      if (bars.length > 0) return bars;
      // Nothing for a whole page: days show when somebody traded again.
      if (intervalMs < DAY_MS) start = Math.max(start, await this.#nextDay(symbol, start, now) - PAGE * intervalMs);
    }
    return [];
  }

  async tradesIn(instrument: number, { lastId }: TradeHole): Promise<readonly FeedTrade[]> {
    const symbol = this.#listings[instrument]?.symbol;
    if (symbol === undefined) throw new RangeError(`okx: no instrument ${instrument}`);
    // Type 1 goes by the numbers of trades, and what is told is before the one that is named, the newest first.
    const told = checked(envelope, await this.#rest.get('/api/v5/market/history-trades', { instId: symbol, type: '1', after: String(lastId + 1), limit: String(PAGE) }), 'trades').data;
    return checked(z.array(tradeBody), told, 'trades').map(toTrade);
  }

  async open(intervalMs: number, listener: FeedListener): Promise<void> {
    const channel = `candle${barOf(intervalMs)}`;
    const { stream } = this.#spec.hosts;
    const bars = this.#connect(`${stream}/ws/v5/business`, [channel, 'trades-all'], listener, (state, reason) => { listener.onConnection(state, reason); });
    const quotes = [...(listener.onQuote ? ['bbo-tbt'] : []), ...(listener.onBook ? ['books'] : [])];
    if (quotes.length > 0) {
      const looked = this.#connect(`${stream}/ws/v5/public`, quotes, listener, (state) => { if (state === 'down') this.#listings.forEach((_, instrument) => listener.onBook?.(instrument, UNKNOWN)); });
      // Refused, there is no book; what else goes wrong it tries again by itself.
      looked.open().catch(() => undefined);
    }
    await bars.open();
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    this.#rest.close();
    return Promise.resolve();
  }

  #connect(url: string, channels: readonly string[], listener: FeedListener, onConnection: FeedListener['onConnection']): SteadySocket {
    const { clock, random, onUnreadable } = this.#spec;
    const args = this.#listings.flatMap(({ symbol }) => channels.map((channel) => ({ channel, instId: symbol })));
    let unconfirmed = new Set<string>();
    const socket = new SteadySocket({
      venue: 'okx', url: () => url, clock, random, silenceMs: SILENCE_MS, question: 'ping',
      onOpen: () => {
        unconfirmed = new Set(args.map(nameOf));
        socket.send(JSON.stringify({ op: 'subscribe', args }));
      },
      onText: (text) => {
        if (text === 'pong') return;
        const { data: told } = frame.safeParse(readJson(text));
        if (told === undefined) onUnreadable('a frame of the market');
        else if ('data' in told) this.#hear(socket, told.arg, told.action, told.data, listener);
        else if (told.event === 'subscribe') {
          unconfirmed.delete(nameOf(told.arg));
          if (unconfirmed.size === 0) socket.up('subscribed');
        } else if (told.event === 'error') socket.refused(new VenueError(PASSING.test(told.code) ? 'maintenance' : 'rejected', `okx: the stream was refused, ${told.code}: ${told.msg}`, { code: told.code, reason: 'other' }));
        else socket.lost(`the server goes away: ${told.msg}`);
      },
      onConnection,
    });
    this.#sockets.add(socket);
    return socket;
  }

  #hear(socket: SteadySocket, { channel, instId }: z.infer<typeof argument>, action: 'snapshot' | 'update' | undefined, data: readonly unknown[], listener: FeedListener): void {
    const instrument = this.#bySymbol.get(instId);
    if (instrument === undefined) return;
    for (const each of data) {
      const heard = channel === 'trades-all' ? hearTrade(instrument, each, listener)
        : channel === 'bbo-tbt' ? hearQuote(instrument, each, listener)
          : channel === 'books' ? this.#hearBook(socket, instrument, action, each, listener)
            : hearCandle(instrument, each, listener);
      if (!heard) this.#spec.onUnreadable(`a frame of ${channel}`);
    }
  }

  /** A book that a change is missing from is asked for anew: only a new subscription tells it whole. */
  #hearBook(socket: SteadySocket, instrument: number, action: 'snapshot' | 'update' | undefined, each: unknown, listener: FeedListener): boolean {
    const { data } = bookBody.safeParse(each);
    if (data === undefined || action === undefined) return false;
    const book = this.#books[instrument].take(action, data);
    if (book !== undefined) listener.onBook?.(instrument, book);
    else if (action === 'update') socket.lost(`the book of ${this.#listings[instrument].symbol} has a hole`);
    return true;
  }

  /** One page of bars that opened from `start` on and have ended, oldest first. */
  async #candles(symbol: string, intervalMs: number, start: Timestamp, now: Timestamp): Promise<Bar[]> {
    const path = start > now - (RECENT - 1) * intervalMs ? '/api/v5/market/candles' : '/api/v5/market/history-candles';
    // Both ends are outside of what is told.
    const query = { instId: symbol, bar: barOf(intervalMs), before: String(start - 1), after: String(start + PAGE * intervalMs), limit: String(PAGE) };
    return checked(candles, checked(envelope, await this.#rest.get(path, query), 'candles').data, 'candles')
      .filter(([timestamp, , , , , , , , ended]) => ended === '1' && timestamp >= start).map(toBar).sort((a, b) => a.timestamp - b.timestamp);
  }

  /** The first day from `start` on, the one of `start` included, of which there are bars; the end of all where there is none. */
  async #nextDay(symbol: string, start: Timestamp, now: Timestamp): Promise<Timestamp> {
    for (let day = Math.floor(start / DAY_MS) * DAY_MS; day < now; day += PAGE * DAY_MS) {
      const [first] = await this.#candles(symbol, DAY_MS, day, now);
      if (first !== undefined) return first.timestamp;
    }
    // The day that is not over has ended in no answer.
    return Math.floor(now / DAY_MS) * DAY_MS;
  }

  async #askTime(): Promise<Timestamp> {
    const { clock } = this.#spec;
    const before = clock.now();
    const [{ ts }] = checked(timeData, checked(envelope, await this.#rest.get('/api/v5/public/time'), 'the time').data, 'the time');
    // The answer is from some moment in between: the middle halves the error.
    this.aheadMs = ts - Math.round((before + clock.now()) / 2);
    return ts;
  }
}

function hearTrade(instrument: number, each: unknown, listener: FeedListener): boolean {
  const { data } = tradeBody.safeParse(each);
  if (data === undefined) return false;
  listener.onTrade(instrument, toTrade(data));
  return true;
}

function toTrade({ tradeId, px, sz, side, ts }: z.infer<typeof tradeBody>): FeedTrade {
  return { price: Number(px), quantity: Number(sz), tsEvent: ts, firstId: Number(tradeId), lastId: Number(tradeId), taker: side };
}

function hearQuote(instrument: number, each: unknown, listener: FeedListener): boolean {
  const { data } = quoteBody.safeParse(each);
  const [[bid], [ask]] = [data?.bids ?? [], data?.asks ?? []];
  // Where one side is empty there is no quote.
  if (bid !== undefined && ask !== undefined) listener.onQuote?.(instrument, { bid: Number(bid[0]), bidQuantity: Number(bid[1]), ask: Number(ask[0]), askQuantity: Number(ask[1]) });
  return data !== undefined;
}

function hearCandle(instrument: number, each: unknown, listener: FeedListener): boolean {
  const { data } = candle.safeParse(each);
  if (data?.[8] === '1') listener.onBar(instrument, toBar(data));
  return data !== undefined;
}

function toBar([timestamp, open, high, low, close, volume]: z.infer<typeof candle>): Bar {
  return { timestamp, open: Number(open), high: Number(high), low: Number(low), close: Number(close), volume: Number(volume) };
}

function nameOf({ channel, instId }: z.infer<typeof argument>): string {
  return `${channel} ${instId}`;
}

function barOf(intervalMs: number): string {
  const interval = formatInterval(intervalMs);
  const bar = BARS[interval];
  if (bar === undefined) throw new VenueError('rejected', `okx: there are no bars of ${interval}; nothing was asked`, { reason: 'not-permitted' });
  return bar;
}

/** OKX says what is wrong in `code`, whatever the status ("Error Code"). */
function openRest(base: string, clock: Clock): PublicRest {
  return new PublicRest({
    venue: 'okx', base, clock, spacingMs: SPACING_MS,
    refusalOf: (_status, body) => {
      const { code = '0', msg = '' } = envelope.partial().safeParse(body).data ?? {};
      if (code === '0') return undefined;
      const failure = code === '50011' || code === '50061' ? 'rate-limited' : code === '50001' || code === '50013' || code === '50026' ? 'maintenance' : code === '51001' ? 'not-found' : 'unknown-outcome';
      return { failure, code, message: msg };
    },
  });
}

/** Checks an answer. Throws `VenueError`, unknown outcome, naming the first place that is wrong. */
function checked<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(answer);
  if (success) return data;
  throw new VenueError('unknown-outcome', `okx: the answer to ${what} has an unknown shape: ${firstIssue(error)}`);
}
