import { setImmediate as turn } from 'node:timers/promises';
import { LiveFeed, type FeedState } from '../../src/app/wiring/live-feed.ts';
import type { Bar } from '../../src/domain/bar.ts';
import { Random } from '../../src/domain/random.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import type { FeedListener, FeedTrade, MarketFeed, TradeHole } from '../../src/ports/market-feed.ts';
import { VirtualClock } from '../../src/simulation/virtual-clock.ts';
import { toBar, type FeedHarness } from '../contract/market-feed.ts';
import type { FeedServer, ServedBar } from '../venues/feed-server.ts';

const MINUTE = 60_000;
/** Time goes in steps of this length; what is sent in one is heard at its end, so it is shorter than any patience of an adapter. */
const STEP_MS = 4_000;
const START = Date.parse('2026-03-02T00:00:00Z');

/** A trade of the day, and the bar as it stands with it. */
interface DayTrade {
  readonly tsEvent: number;
  readonly price: string;
  readonly quantity: string;
  readonly bar: ServedBar;
}

/** What goes wrong with a stream; each takes the server and lots. */
const MISHAPS: Readonly<Record<string, (server: FeedServer, random: Random) => void>> = {
  'cut': (server, random) => { server.cut(random.integer(4)); },
  'silent': (server) => { server.playDead(); },
  'garbage': (server, random) => {
    for (const text of ['{"neither":"known', 'null', '\u0000\u0001', '<html>429</html>', '[[1,2,3]]'].slice(random.integer(4))) server.say(text);
  },
  'lost frames': (server) => { server.loseFrames?.(true); },
  'the last bar again': (server) => { try { server.repeat(); } catch { server.say('{}'); } },
  'an error where bars are asked for': (server, random) => { server.failNext((['garbage', 'maintenance', 'error-before', 'rate-limited'] as const)[random.integer(4)]); server.cut(0); },
};

/** A day of a venue's market, in virtual time over real sockets, with about one mishap an hour. */
export interface MarketDay {
  /** What was handed out, per instrument, and what should have been. */
  readonly handedOut: readonly (readonly Bar[])[];
  readonly truth: readonly (readonly Bar[])[];
  readonly state: FeedState;
  readonly mishaps: ReadonlyMap<string, number>;
  /** Frames that could not be read. */
  readonly unreadable: number;
}

/** Lives a day. `lies` are frames of the venue's own that are not true, said now and then besides. */
export async function liveDay(harness: FeedHarness, seed: number, lies: readonly string[] = []): Promise<MarketDay> {
  const random = new Random(seed);
  const clock = new VirtualClock(START);
  const { server, feed: connect } = await harness.serve(clock);
  let unreadable = 0;
  const feed = new CountedFeed(connect(() => { unreadable += 1; }));
  const days = harness.listings.map(() => dayOf(random));
  const live = new LiveFeed(feed, harness.listings.map(({ instrument }) => ({ instrument, intervalMs: MINUTE })), days.map(() => START), clock);
  const handedOut = days.map((): Bar[] => []);
  const mishaps = new Map<string, number>();
  const drain = () => { for (let instant = live.next(); instant !== undefined; instant = live.next()) for (const { market, bar } of instant.bars) handedOut[market].push({ ...bar }); };
  try {
    const opening = live.open();
    let nextMishap = START + 30 * MINUTE;
    let losing = false;
    const told = days.map((): Told => ({ trades: 0, open: undefined }));
    for (let now = START + STEP_MS; now <= START + DAY_MS + 3 * MINUTE; now += STEP_MS) {
      await clock.run(now);
      if (losing && random.next() < 0.3) server.loseFrames?.(losing = false);
      if (now > nextMishap && now < START + DAY_MS - 10 * MINUTE) {
        nextMishap = now + (30 + random.integer(60)) * MINUTE;
        const names = [...Object.keys(MISHAPS), ...(lies.length > 0 ? ['a lie'] : [])];
        const name = names[random.integer(names.length)];
        mishaps.set(name, (mishaps.get(name) ?? 0) + 1);
        if (name === 'a lie') server.say(lies[random.integer(lies.length)].replaceAll('@MINUTE@', String(Math.floor(now / MINUTE) * MINUTE)));
        else MISHAPS[name](server, random);
        losing = name === 'lost frames';
      }
      days.forEach((day, instrument) => { tell(server, instrument, day, told[instrument], now); });
      await settle(server, feed);
      drain();
    }
    await opening;
    return { handedOut, truth: days.map(barsOf), state: live.state, mishaps, unreadable };
  } finally {
    await live.close();
    await server.close();
  }
}

/** Trades at random times and the bars that they make, one in each minute at least. */
function dayOf(random: Random): readonly DayTrade[] {
  const trades: DayTrade[] = [];
  let price = 1_000 + random.integer(9_000);
  for (let minute = START; minute < START + DAY_MS; minute += MINUTE) {
    const times = Array.from({ length: 1 + random.integer(5) }, () => minute + random.integer(MINUTE)).sort((a, b) => a - b);
    let [open, high, low, volume] = [NaN, -Infinity, Infinity, 0];
    for (const tsEvent of times) {
      price = Math.max(10, price + Math.round(20 * random.normal()) / 10);
      const lots = 1 + random.integer(999);
      [open, high, low, volume] = [Number.isNaN(open) ? price : open, Math.max(high, price), Math.min(low, price), volume + lots];
      const text = (value: number) => value.toFixed(1);
      trades.push({ tsEvent, price: text(price), quantity: `0.${String(lots).padStart(3, '0')}00000`, bar: { timestamp: minute, open: text(open), high: text(high), low: text(low), close: text(price), volume: (volume / 1_000).toFixed(8) } });
    }
  }
  return trades;
}

function barsOf(day: readonly DayTrade[]): readonly Bar[] {
  return [...new Map(day.map(({ bar }) => [bar.timestamp, toBar(bar)])).values()];
}

/** How far a day is told. */
interface Told {
  trades: number;
  /** The bar that has begun and is not over. */
  open: ServedBar | undefined;
}

/** Tells what has happened by now: trades, and each bar when its minute is over. */
function tell(server: FeedServer, instrument: number, day: readonly DayTrade[], told: Told, now: number): void {
  const end = () => {
    if (told.open !== undefined) server.closeBar(instrument, told.open);
    told.open = undefined;
  };
  for (; told.trades < day.length && day[told.trades].tsEvent <= now; told.trades++) {
    const { price, tsEvent, quantity, bar } = day[told.trades];
    if (told.open?.timestamp !== bar.timestamp) end();
    server.trade(instrument, price, tsEvent, quantity);
    told.open = bar;
  }
  if (told.open !== undefined && told.open.timestamp + MINUTE <= now) end();
}

/** Lets the sockets of this machine come to rest: until nothing more is heard for a few turns of the loop. */
async function settle(server: FeedServer, feed: CountedFeed): Promise<void> {
  for (let [before, still] = [-1, 0]; still < 3;) {
    await turn();
    const now = feed.events + server.requests.length;
    [before, still] = [now, now === before ? still + 1 : 0];
  }
}

/** A feed that counts whatever comes of it. */
class CountedFeed implements MarketFeed {
  events = 0;
  readonly #feed: MarketFeed;

  constructor(feed: MarketFeed) {
    this.#feed = feed;
  }

  get venue(): string { return this.#feed.venue; }
  get tells(): MarketFeed['tells'] { return this.#feed.tells; }
  get aheadMs(): number | undefined { return this.#feed.aheadMs; }

  async barsSince(instrument: number, intervalMs: number, from: number): Promise<readonly Bar[]> {
    try {
      return await this.#feed.barsSince(instrument, intervalMs, from);
    } finally {
      this.events += 1;
    }
  }

  async tradesIn(instrument: number, hole: TradeHole): Promise<readonly FeedTrade[]> {
    try {
      return await this.#feed.tradesIn?.(instrument, hole) ?? [];
    } finally {
      this.events += 1;
    }
  }

  open(intervalMs: number, listener: FeedListener): Promise<void> {
    const count = <A extends readonly unknown[]>(hear: (...heard: A) => void) => (...heard: A) => {
      this.events += 1;
      hear(...heard);
    };
    return this.#feed.open(intervalMs, {
      onBar: count((instrument, bar) => { listener.onBar(instrument, bar); }), onTrade: count((instrument, trade) => { listener.onTrade(instrument, trade); }),
      onConnection: count((state, reason) => { listener.onConnection(state, reason); }),
    });
  }

  close(): Promise<void> {
    return this.#feed.close();
  }
}
