import { join } from 'node:path';
import { FearGreedSource } from '../../adapters/alternative/fear-greed.ts';
import { PositioningSource } from '../../adapters/binance/positioning.ts';
import { NewsClient } from '../../adapters/cryptocompare/news.ts';
import { FredSource } from '../../adapters/fred/fred-source.ts';
import { RedditClient } from '../../adapters/reddit/client.ts';
import { EmbeddedSeriesStore } from '../../adapters/series-store/embedded-series-store.ts';
import type { SeriesFacts, SeriesState } from '../../domain/dated-series.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { SeriesAsk, SeriesSource } from '../../ports/series-source.ts';
import type { SeriesCounts, SeriesStore, SeriesSummary } from '../../ports/series-store.ts';
import { Refusal } from '../refusal.ts';
import { GATHERED } from './liquidations.ts';
import { NewsMood } from './news-mood.ts';
import { providerHosts } from './provider-hosts.ts';
import { RedditMood } from './reddit-mood.ts';
import { sharedTurns } from './shared-turns.ts';
import type { Surroundings } from './surroundings.ts';
import { hostsOf } from './venue-hosts.ts';

/** What FRED's key is called in a store of secrets. */
const FRED_SECRET = 'FRED_KEY';

/** The store of series in a state folder. Throws `SeriesError`. */
export function openSeries(home: string): SeriesStore {
  return new EmbeddedSeriesStore(join(home, 'series.sqlite'));
}

/** FRED with the key of this home. Refuses where there is none, before anything is asked. */
export async function openFred(around: Surroundings): Promise<FredSource> {
  const { secrets, clock, loopbackPort } = around;
  const key = await secrets.read(FRED_SECRET);
  if (key === undefined) {
    throw new Refusal('usage', 'FRED answers only who has a key, and there is none here', {
      hint: `A key is free: https://fred.stlouisfed.org/docs/api/api_key.html. Then set ALGOTRENDY_SECRET_${FRED_SECRET}, or write ${FRED_SECRET}=… into secrets.env of the state folder.`,
    });
  }
  return new FredSource({ base: providerHosts('fred', loopbackPort).rest, key, clock, turn: sharedTurns('fred', around) });
}

/** A source by the name that its series are kept with. Refuses one that is not there, and FRED without a key. */
async function openSource(name: string, around: Surroundings): Promise<SeriesSource> {
  switch (name) {
    case 'fred':
      return openFred(around);
    case 'alternative':
      return openFearGreed(around);
    case 'binance-usdm':
      return openPositioning(around);
    case 'reddit': {
      const reddit = await openReddit(around);
      if (reddit === undefined) throw new Refusal('usage', 'Reddit answers only who has keys, and there are none here', { hint: REDDIT_HINT });
      return reddit;
    }
    case 'cryptocompare': {
      const news = await openNews(around);
      if (news === undefined) throw new Refusal('usage', 'CryptoCompare tells its news only who has a key, and there is none here', { hint: NEWS_HINT });
      return news;
    }
    default:
      throw new Refusal('version', `a stored series comes from ${name}, which this version does not know`);
  }
}

/** The fear-and-greed index. */
export function openFearGreed(around: Surroundings): FearGreedSource {
  return new FearGreedSource({ base: providerHosts('alternative', around.loopbackPort).rest, clock: around.clock, turn: sharedTurns('alternative', around) });
}

/** Where traders of Binance's perpetuals stand. */
export function openPositioning(around: Surroundings): PositioningSource {
  return new PositioningSource({ base: hostsOf('binance-usdm', 'live', around.loopbackPort).rest, clock: around.clock, turn: sharedTurns('binance-usdm', around) });
}

/** What is to be done where there are no keys for Reddit. */
export const REDDIT_HINT = 'Make an app of type "script" at https://www.reddit.com/prefs/apps, and give its two keys as ALGOTRENDY_SECRET_REDDIT_ID and ALGOTRENDY_SECRET_REDDIT_SECRET, or in secrets.env of the state folder.';

/** The moods of communities on Reddit; undefined where its keys are not kept. */
export async function openReddit(around: Surroundings): Promise<RedditMood | undefined> {
  const { secrets, clock, loopbackPort } = around;
  const [id, secret] = [await secrets.read('REDDIT_ID'), await secrets.read('REDDIT_SECRET')];
  if (id === undefined || secret === undefined) return undefined;
  return new RedditMood(new RedditClient({ hosts: providerHosts('reddit', loopbackPort), id, secret, clock, turn: sharedTurns('reddit', around) }), clock);
}

/** What is to be done where there is no key for the news. */
export const NEWS_HINT = 'A key is free at https://developers.coindesk.com, as CryptoCompare is called now. Give it as ALGOTRENDY_SECRET_CRYPTOCOMPARE_KEY, or in secrets.env of the state folder.';

/** The mood of the news on coins; undefined where its key is not kept. */
export async function openNews(around: Surroundings): Promise<NewsMood | undefined> {
  const { secrets, clock, loopbackPort } = around;
  const key = await secrets.read('CRYPTOCOMPARE_KEY');
  if (key === undefined) return undefined;
  return new NewsMood(new NewsClient({ base: providerHosts('cryptocompare', loopbackPort).rest, key, clock, turn: sharedTurns('cryptocompare', around) }), clock);
}

/** Fetches every series that is due from where it comes; nobody is asked where nothing is. Throws as `refreshSeries` does, and refuses as the sources do. */
export async function refreshAll(store: SeriesStore, around: Surroundings, now: Timestamp, onSeries: (done: Refreshed) => void): Promise<void> {
  const due = (await store.list()).filter((series) => isDue(series, now));
  for (const name of new Set(due.map(({ source }) => source))) {
    const source = await openSource(name, around);
    try {
      await refreshSeries(store, source, now, onSeries);
    } finally {
      source.close();
    }
  }
}

/** How much of a series is to be fetched: all where its history is wanted, else what is new since the last time where its history is kept, else the figures of now. */
export async function askFor(store: SeriesStore, id: string, vintages: boolean): Promise<SeriesAsk> {
  const kept = (await store.list()).find((series) => series.id === id);
  return vintages || kept?.vintages !== true ? { vintages } : { vintages: true, since: kept.fetchedAt };
}

/** What a fetch of one series came to. */
export interface FetchReport extends SeriesCounts {
  readonly facts: SeriesFacts;
  /** When its source should have something new; undefined where it does not say. */
  readonly dueAt: Timestamp | undefined;
}

/** Fetches a series and keeps it. What was known already at the moment from which it is told anew is not kept again. Throws `SeriesError`. */
export async function fetchSeries(store: SeriesStore, source: SeriesSource, id: string, ask: SeriesAsk, now: Timestamp): Promise<FetchReport> {
  const { facts, states, dueAt } = await source.fetch(id, ask);
  const begin = states.reduce((first, { availableAt }) => Math.min(first, availableAt), Infinity);
  const known = new Map<Timestamp, number>(begin === Infinity ? [] : (await store.asOf(facts.id, begin)).map(({ date, value }) => [date, value]));
  const told = states.filter(({ date, value, availableAt }) => availableAt !== begin || !known.has(date) || !Object.is(known.get(date), value));
  const counts = await store.append(facts, { fetchedAt: now, dueAt, vintages: ask.vintages }, told);
  return { ...counts, equal: counts.equal + states.length - told.length, facts, dueAt };
}

/** Whether a series should have something new: by its calendar, or, where it has none, once a day; what is gathered cannot be asked for. */
export function isDue({ source, dueAt, fetchedAt }: Pick<SeriesSummary, 'source' | 'dueAt' | 'fetchedAt'>, now: Timestamp): boolean {
  return source !== GATHERED && (dueAt ?? fetchedAt + DAY_MS) <= now;
}

/** What a refresh did with one series that was due. */
export type Refreshed = { readonly id: string } & ({ readonly ok: true; readonly report: FetchReport } | { readonly ok: false; readonly error: string });

/** Fetches every series of `source` that is due, and no other; one that fails holds up no other, but a key that is not taken ends it. Throws `SeriesError`. */
export async function refreshSeries(store: SeriesStore, source: SeriesSource, now: Timestamp, onSeries: (done: Refreshed) => void): Promise<void> {
  const due = (await store.list()).filter((series) => series.source === source.name && isDue(series, now));
  for (const { id } of due) {
    try {
      const report = await fetchSeries(store, source, id, await askFor(store, id, false), now);
      onSeries({ id, ok: true, report });
    } catch (error) {
      if (!(error instanceof SeriesError) || error.kind === 'unauthorised' || error.kind === 'storage') throw error;
      onSeries({ id, ok: false, error: error.message });
    }
  }
}

/** A stored series as it stood at a moment. */
export interface StandingSeries {
  readonly summary: SeriesSummary;
  readonly states: readonly SeriesState[];
}

/** A stored series by its id, in whatever case. Refuses where it is not stored. */
export async function findSeries(store: SeriesStore, id: string): Promise<SeriesSummary> {
  const all = await store.list();
  const summary = all.find((series) => series.id === id) ?? all.find((series) => series.id.toLowerCase() === id.toLowerCase());
  if (summary !== undefined) return summary;
  throw new Refusal('bad-data', `no series ${id} is stored`, { hint: `${all.length === 0 ? '' : `There is ${all.slice(0, 8).map((series) => series.id).join(', ')}. `}Fetch it: ./algotrendy economic fetch ${id} --vintages` });
}

/** A stored series as of a moment. Refuses where it is not stored. */
export async function standingSeries(store: SeriesStore, id: string, moment: Timestamp): Promise<StandingSeries> {
  const summary = await findSeries(store, id);
  return { summary, states: await store.asOf(summary.id, moment) };
}
