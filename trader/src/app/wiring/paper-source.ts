import { join, resolve } from 'node:path';
import { openBars } from '../../adapters/bars/column-cache.ts';
import type { BarSet } from '../../adapters/bars/column-file.ts';
import { baseOf, type Instrument } from '../../domain/instrument.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { findStrategy } from '../../strategies/catalog.ts';
import { Refusal } from '../refusal.ts';
import { LiveFeed, type HeardBar, type LiveListener } from './live-feed.ts';
import { rulesOf } from './profile.ts';
import type { VenueLink } from './live.ts';
import type { PaperRun, PaperSetup } from './paper-setup.ts';
import type { PropFirmSetup } from './prop-firm-setup.ts';
import { ReplayFeed } from './replay-feed.ts';
import { loadStrategy, readStrategyParameters } from './strategy.ts';
import type { Surroundings } from './surroundings.ts';
import { connectFeed, type FeedConnection } from './venue-connection.ts';
import type { FeedName } from './venue-hosts.ts';
import { DATA_FOLDER, shippedInstruments } from './venue-rules.ts';

/** A live market to trade on paper, as asked for. What a run already is made of is not asked for again. */
export interface LiveRequest {
  readonly venue: FeedName;
  /** None for the coins that everybody knows. */
  readonly instruments: readonly string[];
  /** Undefined for one minute. */
  readonly intervalMs: number | undefined;
  /** Undefined for those that trade the shipped data. */
  readonly strategy: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** Ids of the stored series that the strategy reads, in its order. */
  readonly series: readonly string[];
  readonly around: Surroundings;
}

/** Moments as they are handed out, whether read or heard. */
interface Moments {
  peek(): Timestamp | undefined;
  next(): { readonly tsEvent: Timestamp; readonly bars: readonly (Omit<HeardBar, 'tsHeard' | 'live'> & Partial<Pick<HeardBar, 'tsHeard'>>)[] } | undefined;
}

/** Where a run's bars come from, once the run stands where it stopped. */
export type PaperFeed = Moments & (
  | { readonly kind: 'replay'; readonly replay: ReplayFeed }
  | { readonly kind: 'live'; readonly live: LiveFeed; readonly venue: string }
);

/** A source that was opened: what the run is made of, and its feed. */
export interface PaperSource {
  readonly setup: PaperSetup;
  /** `hears` is told what lies between bars, where anything does. */
  feed(run: PaperRun, hears: LiveListener): PaperFeed;
  /** Brings the account at a venue up to date, before the first bar. */
  start?(run: PaperRun): Promise<void>;
  close(): void;
  /** The account at the venue; absent on paper. */
  readonly link?: Omit<VenueLink, 'onBooked'>;
}

/** Venues and shipped bars of a fresh run trade the same strategies. */
const SHIPPED_STRATEGIES = [
  { strategy: 'macd', parameters: { fast: 120, slow: 260, signal: 90, direction: 'both', stop: 0.01, target: 0.02 } },
  { strategy: 'bollinger', parameters: { rule: 'reversion', period: 60, deviations: 2.5, direction: 'both', stop: 0.01 } },
] as const;
/** What spot markets charge who takes: a tenth of a percent. */
const LIVE_FEE_BPS = '10';
const LIVE_INTERVAL_MS = 60_000;

/** What a new run begins with. */
export interface NewRun {
  readonly cash: string;
  /** Rules of a prop firm that guard it. */
  readonly propFirm: PropFirmSetup | undefined;
}

/** The shipped bars, for a run that exists or for a new one. */
export async function openReplay(existing: PaperSetup | undefined, { cash, propFirm }: NewRun, home: string): Promise<PaperSource> {
  const shipped = shippedInstruments();
  const sets: BarSet[] = [];
  const close = () => { for (const set of sets) set.close(); };
  try {
    for (const file of existing?.markets.map(({ bars }) => bars ?? '') ?? shipped.map(({ bars }) => bars)) sets.push(await openBars(join(DATA_FOLDER, file), { home }));
  } catch (error) {
    close();
    throw error;
  }
  const setup = existing ?? {
    cash, feeBps: '5', latencyMs: 0,
    markets: shipped.map(({ bars, ...instrument }, market) => ({ instrument, intervalMs: sets[market].intervalMs, priceDecimals: sets[market].priceDecimals, bars })),
    books: SHIPPED_STRATEGIES.flatMap((strategy) => shipped.map((_, market) => ({ ...strategy, market, sizing: { kind: 'fraction' as const, fraction: '0.05' } }))),
    limits: limitsFor(cash, 60_000, shipped), ...(propFirm && { propFirm }),
  };
  return {
    setup, close,
    feed({ markets, ingest }) {
      const replay = new ReplayFeed(markets, sets, ingest.quality.map(({ tsLast }) => tsLast));
      return { kind: 'replay', replay, peek: () => replay.peek(), next: () => replay.next() };
    },
  };
}

/** A venue's live market, for a run that exists or for a new one. Refuses what differs from the run that exists; throws `VenueError`. */
export async function openLive(existing: PaperSetup | undefined, begin: NewRun, request: LiveRequest): Promise<PaperSource> {
  const { venue, around } = request;
  if (existing !== undefined) checkSame(existing, request);
  const symbols = existing?.markets.map(({ symbol }) => symbol ?? '') ?? request.instruments;
  const connection = await connectFeed(venue, symbols, around);
  // Bars of another host are not of the same market, whatever it calls itself.
  if (existing !== undefined && JSON.stringify(existing.feed) !== JSON.stringify(feedOf(connection))) {
    throw new Refusal('usage', `the run here heard ${existing.feed?.hosts.join(' and ') ?? ''}, not ${connection.hosts.join(' and ')}`, { hint: 'Give --fresh to put it aside and begin a new one.' });
  }
  const setup = existing ?? await liveSetup(begin, request, connection);
  return {
    setup, close: () => void connection.feed.close(),
    feed: (run, hears) => liveFeedOf(connection, run, around.clock, hears),
  };
}

/** A live market from where a run stands, or from as far back as its strategies look. */
export function liveFeedOf({ feed, venue, unreadable }: Pick<FeedConnection, 'feed' | 'venue' | 'unreadable'>, { setup, markets, ingest, warmups }: PaperRun, clock: Clock, hears: LiveListener): PaperFeed {
  const now = clock.now();
  const from = markets.map(({ intervalMs }, market) => {
    const { tsLast } = ingest.quality[market];
    const warmup = Math.max(0, ...setup.books.map((book, index) => (book.market === market ? warmups[index] : 0)));
    return tsLast === -Infinity ? Math.floor(now / intervalMs) * intervalMs - warmup * intervalMs : tsLast;
  });
  const live = new LiveFeed(feed, markets, from, clock, { ...hears, unreadable });
  return { kind: 'live', live, venue, peek: () => live.peek(), next: () => live.next() };
}

function feedOf({ venue, hosts }: Pick<FeedConnection, 'venue' | 'hosts'>): NonNullable<PaperSetup['feed']> {
  return { venue, hosts: [...new Set(hosts)] };
}

/** What is part of a run cannot be given again, lest it be taken for a change of it. */
function checkSame({ feed }: PaperSetup, { venue, instruments, intervalMs, strategy, parameters, series }: LiveRequest): void {
  if (feed === undefined) throw new Refusal('usage', 'the run here replays shipped bars', { where: '--feed', hint: 'Give --fresh to put it aside, or set ALGOTRENDY_HOME to another folder.' });
  if (feed.venue !== venue) throw new Refusal('usage', `the run here hears ${feed.venue}, not ${venue}`, { where: '--feed', hint: 'Give --fresh to put it aside, or set ALGOTRENDY_HOME to another folder.' });
  if (instruments.length > 0 || intervalMs !== undefined || strategy !== undefined || series.length > 0 || Object.keys(parameters).length > 0) {
    throw new Refusal('usage', 'what the run here trades was decided when it began', { hint: 'Leave out --strategy, --param, --series, --instrument and --interval to go on with it, or give --fresh to begin a new one.' });
  }
}

async function liveSetup({ cash, propFirm }: NewRun, { intervalMs = LIVE_INTERVAL_MS, strategy, parameters, series }: LiveRequest, connection: FeedConnection): Promise<PaperSetup> {
  const strategies = strategy === undefined ? SHIPPED_STRATEGIES : [{ strategy: findStrategy(strategy)?.name ?? resolve(strategy), parameters, ...(series.length > 0 && { series }) }];
  // Refused now rather than after the journal has begun.
  for (const each of strategies) readStrategyParameters(await loadStrategy(each.strategy, 'series' in each ? each.series : []), each.parameters);
  return {
    cash, feeBps: LIVE_FEE_BPS, latencyMs: 0, feed: feedOf(connection),
    markets: connection.listings.map((listing) => ({ instrument: { ...rulesOf(listing.instrument), venue: connection.venue }, intervalMs, priceDecimals: listing.instrument.priceScale, symbol: listing.symbol })),
    books: strategies.flatMap((each) => connection.listings.map((_, market) => ({ ...each, market, sizing: { kind: 'fraction' as const, fraction: '0.05' } }))),
    limits: limitsFor(cash, intervalMs, connection.listings.map(({ instrument }) => instrument)), ...(propFirm && { propFirm }),
  };
}

/** Cautious limits; data is stale after five bars, and coins rise and fall together. */
function limitsFor(cash: string, intervalMs: number, instruments: readonly Pick<Instrument, 'id' | 'assetClass'>[]): PaperSetup['limits'] {
  const coins = [...new Set(instruments.filter(({ assetClass }) => assetClass === 'crypto').map(baseOf))];
  return {
    maxNotional: Number(cash) / 10, maxExposure: 0.25, maxOrdersPerMinute: 30, priceCollar: 0.05, maxDataAgeMs: 5 * intervalMs, maxDrawdown: 0.2,
    maxPosition: 0.15, maxCurrencyExposure: 0.15, ...(coins.length > 0 && { groups: [{ name: 'coins', members: coins, maxExposure: 0.25 }] }),
    maxLossStreak: 20, lossPauseMs: 60 * intervalMs, maxOrdersPerOpinion: 1,
  };
}
