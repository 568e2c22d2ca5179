import { z } from 'zod';
import type { Bar } from '../../domain/bar.ts';
import type { Random } from '../../domain/random.ts';
import { DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedListener, FeedTrade, MarketFeed } from '../../ports/market-feed.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { failureOf } from './failure.ts';
import { checked, RestClient } from './rest-client.ts';
import type { Signer } from './signing.ts';
import { moment } from './wire.ts';

/** What a feed of Alpaca works with. */
export interface AlpacaFeedSpec {
  /** `https://…` for what is asked and `wss://…` for what is streamed, both without a path. */
  readonly hosts: { readonly data: string; readonly dataStream: string };
  readonly signer: Signer;
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each frame that could not be read and was passed over, and of each closed bar that was revised later. */
  readonly onUnreadable: (what: string) => void;
}

/** One of Alpaca's two markets, each with entries of its own. */
interface Market {
  readonly bars: string;
  readonly query: Readonly<Record<string, string>>;
  readonly stream: string;
  /** What tells a price besides trades: coins trade seldom, and their bars are of quotes, too. */
  readonly channels: readonly string[];
}

const SHARES: Market = { bars: '/v2/stocks/bars', query: { feed: 'iex', adjustment: 'raw' }, stream: '/v2/iex', channels: ['bars', 'updatedBars', 'trades'] };
const COINS: Market = { bars: '/v1beta3/crypto/us/bars', query: {}, stream: '/v1beta3/crypto/us', channels: ['bars', 'updatedBars', 'trades', 'quotes'] };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As many bars as are asked for at once. */
const PAGE = 1_000;
/** Markets are silent for days, so after this long we ask. */
const SILENCE_MS = 15_000;
/** Alpaca revises a minute half a minute after its end; longer bars are asked for when that is over. */
const SETTLED_MS = 35_000;
/** What a question may take. */
const ASKED_MS = 1_000;

const numbers = { t: moment, o: z.number(), h: z.number(), l: z.number(), c: z.number(), v: z.number() };
const barsAnswer = z.object({ bars: z.record(z.string(), z.array(z.object(numbers))).nullable() });

const message = z.discriminatedUnion('T', [
  z.object({ T: z.literal('success'), msg: z.string() }),
  z.object({ T: z.literal('subscription') }),
  z.object({ T: z.literal('error'), code: z.number(), msg: z.string() }),
  z.object({ T: z.literal('b'), S: z.string(), ...numbers }),
  z.object({ T: z.literal('u'), S: z.string(), ...numbers }),
  z.object({ T: z.literal('t'), S: z.string(), p: z.number(), s: z.number(), t: moment, tks: z.enum(['B', 'S', '-', '']).optional() }),
  z.object({ T: z.literal('q'), S: z.string(), bp: z.number(), ap: z.number(), t: moment }),
]);

/** The stream's codes for keys and subscriptions that will not do, however often they are tried (docs.alpaca.markets, "WebSocket Stream", "Errors"). */
const REFUSALS: ReadonlySet<number> = new Set([401, 402, 409]);

/**
 * Alpaca's markets: shares as IEX sees them, which every account has, and coins. The stream has bars of
 * a minute; longer ones are asked for when they have ended. A bar that has closed never changes: what
 * Alpaca revises later (`updatedBars`) is told to `onUnreadable`, and the first one stands.
 */
export class AlpacaFeed implements MarketFeed {
  readonly venue = 'alpaca';
  readonly tells = [];
  /** Alpaca dates its answers, to the second: too coarse to tell. */
  readonly aheadMs = undefined;
  readonly #spec: AlpacaFeedSpec;
  readonly #rest: RestClient;
  readonly #listings: readonly VenueListing[];
  readonly #sockets = new Set<SteadySocket>();
  readonly #up = new Set<SteadySocket>();
  #told = false;
  /** Takes back the next asking for bars that are longer than a minute. */
  #waiting: (() => void) | undefined;
  #closed = false;

  constructor(spec: AlpacaFeedSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = new RestClient(spec.hosts.data, spec.signer, spec.clock);
    this.#listings = listings;
  }

  /** Longer bars are asked for one instrument after the other. */
  barDelayMs(intervalMs: number): number {
    return intervalMs === MINUTE_MS ? 0 : SETTLED_MS + this.#listings.length * ASKED_MS;
  }

  async barsSince(instrument: number, intervalMs: number, from: Timestamp): Promise<readonly Bar[]> {
    const listing = this.#listings[instrument];
    if (listing === undefined) throw new RangeError(`alpaca: no instrument ${instrument}`);
    const { bars: path, query } = marketOf(listing);
    const asked = { ...query, symbols: listing.symbol, timeframe: timeframe(intervalMs), start: new Date(from).toISOString(), limit: String(PAGE), sort: 'asc' };
    const { bars } = checked(barsAnswer, await this.#rest.request({ method: 'GET', path, query: asked, purpose: 'question' }), 'bars');
    const now = this.#rest.venueTime();
    return (bars?.[listing.symbol] ?? []).filter(({ t }) => t + intervalMs <= now).map(toBar);
  }

  async open(intervalMs: number, listener: FeedListener): Promise<void> {
    timeframe(intervalMs);
    for (const market of [SHARES, COINS]) {
      const symbols = new Map(this.#listings.flatMap((listing, index) => (marketOf(listing) === market ? [[listing.symbol, index] as const] : [])));
      if (symbols.size > 0) this.#sockets.add(this.#connect(market, symbols, intervalMs === MINUTE_MS, listener));
    }
    if (intervalMs !== MINUTE_MS) this.#askLater(intervalMs, this.#listings.map(() => this.#spec.clock.now() - intervalMs), listener);
    await Promise.all([...this.#sockets].map((socket) => socket.open()));
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#waiting?.();
    for (const socket of this.#sockets) socket.close();
    this.#rest.close();
    return Promise.resolve();
  }

  #connect(market: Market, symbols: ReadonlyMap<string, number>, minutes: boolean, listener: FeedListener): SteadySocket {
    const { hosts, signer, clock, random, onUnreadable } = this.#spec;
    const subscription = JSON.stringify({ action: 'subscribe', ...Object.fromEntries(market.channels.map((channel) => [channel, [...symbols.keys()]])) });
    const socket = new SteadySocket({
      // Subscribing once more to what is heard already changes nothing and is acknowledged: so it asks whether the connection lives.
      venue: 'alpaca', url: () => `${hosts.dataStream}${market.stream}`, clock, random, question: subscription, silenceMs: SILENCE_MS,
      onOpen: () => { socket.send(signer.login()); },
      onText: (text) => {
        const told = readMessages(text);
        if (told === undefined) onUnreadable('a frame of the market');
        for (const each of told ?? []) {
          const { data } = message.safeParse(each);
          if (data === undefined) onUnreadable('a message of the market');
          else if (data.T === 'error') this.#refused(socket, data.code, data.msg);
          else if (data.T === 'success') { if (data.msg === 'authenticated') socket.send(subscription); }
          else if (data.T === 'subscription') socket.up('subscribed');
          else hear(data, symbols, minutes, listener, onUnreadable);
        }
      },
      onConnection: (state, reason) => { this.#connection(socket, state, reason, listener); },
    });
    return socket;
  }

  #refused(socket: SteadySocket, code: number, words: string): void {
    if (!REFUSALS.has(code)) {
      socket.lost(words);
      return;
    }
    socket.refused(failureOf({ what: `the login of the market's stream (${code})`, status: 401, code: undefined, message: words, acts: false, retryAfterMs: undefined, world: undefined }));
  }

  /** The feed is up when each of its streams is. */
  #connection(socket: SteadySocket, state: 'up' | 'down', reason: string, listener: FeedListener): void {
    if (state === 'up') this.#up.add(socket);
    else this.#up.delete(socket);
    const up = this.#up.size === this.#sockets.size;
    if (up === this.#told) return;
    this.#told = up;
    listener.onConnection(up ? 'up' : 'down', reason);
  }

  /** Asks for bars after those that were told, by instrument, each time that one may have ended: those of days end at midnight in New York, so hourly. */
  #askLater(intervalMs: number, told: Timestamp[], listener: FeedListener): void {
    const every = Math.min(intervalMs, HOUR_MS);
    this.#waiting = this.#spec.clock.after(every - (this.#spec.clock.now() % every) + SETTLED_MS, () => {
      this.#askAll(intervalMs, told, listener).catch((error: unknown) => {
        if (!(error instanceof VenueError)) throw error;
        this.#spec.onUnreadable(`bars: ${error.message}`);
      }).finally(() => { if (!this.#closed) this.#askLater(intervalMs, told, listener); });
    });
  }

  async #askAll(intervalMs: number, told: Timestamp[], listener: FeedListener): Promise<void> {
    for (const [instrument] of this.#listings.entries()) {
      for (const bar of await this.barsSince(instrument, intervalMs, told[instrument] + 1)) {
        if (this.#closed) return;
        listener.onBar(instrument, bar);
        told[instrument] = bar.timestamp;
      }
    }
  }
}

function marketOf({ instrument }: VenueListing): Market {
  return instrument.assetClass === 'crypto' ? COINS : SHARES;
}

function hear(told: Exclude<z.infer<typeof message>, { T: 'success' | 'subscription' | 'error' }>, symbols: ReadonlyMap<string, number>, minutes: boolean, listener: FeedListener, onUnreadable: (what: string) => void): void {
  const instrument = symbols.get(told.S);
  if (instrument === undefined) return;
  // Its trades have numbers that are not counted one by one.
  const trade = (price: number, quantity: number, taker: Pick<FeedTrade, 'taker'> = {}) => { listener.onTrade(instrument, { price, quantity, tsEvent: told.t, firstId: NaN, lastId: NaN, ...taker }); };
  if (told.T === 't') trade(told.p, told.s, told.tks === 'B' ? { taker: 'buy' } : told.tks === 'S' ? { taker: 'sell' } : {});
  else if (told.T === 'q') { if (told.bp > 0 && told.ap > 0) trade((told.bp + told.ap) / 2, NaN); }
  else if (told.T === 'u') onUnreadable(`a revision of ${told.S}'s bar of ${new Date(told.t).toISOString()}; the first one stands`);
  else if (minutes) listener.onBar(instrument, toBar(told));
}

function toBar({ t, o, h, l, c, v }: { readonly t: number; readonly o: number; readonly h: number; readonly l: number; readonly c: number; readonly v: number }): Bar {
  return { timestamp: t, open: o, high: h, low: l, close: c, volume: v };
}

/** Alpaca's word for a length of bars: minutes up to 59, hours up to 23, a day, a week. Throws `VenueError`, rejected. */
function timeframe(intervalMs: number): string {
  if (intervalMs === DAY_MS) return '1Day';
  if (intervalMs === 7 * DAY_MS) return '1Week';
  const hours = intervalMs / HOUR_MS;
  if (Number.isInteger(hours) && hours >= 1 && hours <= 23) return `${hours}Hour`;
  const minutes = intervalMs / MINUTE_MS;
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 59) return `${minutes}Min`;
  throw new VenueError('rejected', `alpaca: there are no bars of ${formatInterval(intervalMs)}; nothing was asked`, { reason: 'not-permitted' });
}

function readMessages(text: string): readonly unknown[] | undefined {
  try {
    const told: unknown = JSON.parse(text);
    return Array.isArray(told) ? told : undefined;
  } catch {
    return undefined;
  }
}
