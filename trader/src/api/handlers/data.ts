import type { SeriesFacts } from '../../domain/dated-series.ts';
import type { Span } from '../../domain/span.ts';
import { DAY_MS, formatInterval, parseInterval } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DataDesk } from '../../ports/data-desk.ts';
import type { MarketStore, SeriesSummary as BarSummary } from '../../ports/market-store.ts';
import type { SeriesStore, SeriesSummary } from '../../ports/series-store.ts';
import { found, type Handlers } from '../call.ts';
import { pageOf } from '../paging.ts';

/** What is known of stored data. */
export interface DataParts {
  /** Each undefined while nothing was ever stored. */
  readonly marketStore: () => Promise<MarketStore | undefined>;
  readonly seriesStore: () => SeriesStore | undefined;
  readonly desk: DataDesk;
  readonly clock: Clock;
}

type DataRoute = 'dataStatus' | 'dataCoverage' | 'dataGaps' | 'dataQuarantine' | 'searchSeries' | 'readSeries' | 'seriesReleases';

/** Days of a calendar. */
const DAYS_MAX = 800;
/** Bars in quarantine that are looked through. */
const QUARANTINE_MAX = 2_000;

/** Stored bars and economic series: coverage, holes, quarantine, figures as they were known. */
export function dataHandlers({ marketStore, seriesStore, desk, clock }: DataParts): Handlers<DataRoute> {
  const bars = async () => found(await marketStore(), 'stored series: nothing was fetched yet');
  const summaryOf = async (query: { readonly instrument: string; readonly interval: string }): Promise<BarSummary> => {
    const all = await (await bars()).list();
    return found(all.find((series) => series.instrument === query.instrument && series.intervalMs === parseInterval(query.interval)), `stored series ${query.instrument} ${query.interval}`);
  };
  return {
    async dataStatus() {
      const at = clock.now();
      return { at, ...await desk.status(at) };
    },
    async dataCoverage({ query }) {
      const series = await summaryOf(query);
      return { instrument: series.instrument, interval: formatInterval(series.intervalMs), days: await calendarOf(await bars(), series, query) };
    },
    async dataGaps({ query }) {
      const gaps = await (await bars()).gaps(await summaryOf(query));
      return pageOf(gaps.toReversed(), query, ({ from }) => String(from));
    },
    async dataQuarantine({ query }) {
      const store = await marketStore();
      if (store === undefined) return { items: [], next: null };
      const { items, next } = pageOf(await quarantined(store, query.instrument), query, ({ series, time }) => `${series.instrument}.${series.intervalMs}.${time}`);
      return { items: await Promise.all(items.map((each) => withStates(store, each))), next };
    },
    async searchSeries({ query: { text = '', limit } }) {
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      const stored = (await seriesStore()?.list() ?? []).filter(({ id, title }) => words.every((word) => `${id} ${title}`.toLowerCase().includes(word)));
      const known = new Set(stored.map(({ id }) => id));
      const { found: offered, note } = words.length === 0 ? { found: [], note: null } : await desk.findSeries(text, limit);
      return { items: [...stored.map(storedSeries), ...offered.filter(({ id }) => !known.has(id)).map(offeredSeries)].slice(0, limit), note };
    },
    async readSeries({ params: { id }, query: { asOf, from = -Infinity, to = Infinity } }) {
      const store = found(seriesStore(), `stored series ${id}`);
      const summary = found((await store.list()).find((series) => series.id === id), `stored series ${id}`);
      const states = (await store.asOf(id, asOf ?? clock.now())).filter(({ date }) => date >= from && date < to);
      return {
        series: storedSeries(summary), date: states.map(({ date }) => date), value: states.map(({ value }) => (Number.isNaN(value) ? null : value)),
        availableAt: states.map(({ availableAt }) => availableAt),
      };
    },
    async seriesReleases({ query: { days } }) {
      const until = clock.now() + days * DAY_MS;
      const due = (await seriesStore()?.list() ?? []).filter(({ dueAt }) => dueAt !== undefined && dueAt <= until);
      return { items: due.toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0)).map(({ id, title, dueAt, fetchedAt }) => ({ id, title, dueAt: dueAt ?? null, lastFetchedAt: fetchedAt })) };
    },
  };
}

async function calendarOf(store: MarketStore, series: BarSummary, { from, to }: Partial<Record<keyof Span, number | undefined>>) {
  const end = Math.ceil(Math.min(to ?? Infinity, series.last + series.intervalMs) / DAY_MS) * DAY_MS;
  const begin = Math.floor(Math.max(from ?? -Infinity, series.first, end - DAYS_MAX * DAY_MS) / DAY_MS) * DAY_MS;
  const { length, timestamp, quarantined } = await store.range(series, { from: begin, to: end, quarantined: true });
  const asked = await store.coverage(series);
  const days = Array.from({ length: Math.max(0, (end - begin) / DAY_MS) }, (_, i) => ({
    day: begin + i * DAY_MS, bars: 0, expected: Math.max(1, Math.floor(DAY_MS / series.intervalMs)), quarantined: 0,
    asked: asked.some((span) => span.from <= begin + i * DAY_MS && span.to >= begin + (i + 1) * DAY_MS),
  }));
  for (let i = 0; i < length; i++) {
    const day = days[Math.floor((timestamp[i] - begin) / DAY_MS)];
    day.bars += 1;
    day.quarantined += quarantined[i];
  }
  return days;
}

interface Quarantined {
  readonly series: BarSummary;
  readonly time: number;
}

/** The newest first. */
async function quarantined(store: MarketStore, instrument: string | undefined): Promise<readonly Quarantined[]> {
  const all: Quarantined[] = [];
  for (const series of await store.list()) {
    if (series.quarantined === 0 || (instrument !== undefined && series.instrument !== instrument)) continue;
    const bars = await store.range(series, { quarantined: true });
    for (let i = bars.length - 1; i >= 0 && all.length < QUARANTINE_MAX; i--) if (bars.quarantined[i] === 1) all.push({ series, time: bars.timestamp[i] });
  }
  return all.toSorted((a, b) => b.time - a.time);
}

async function withStates(store: MarketStore, { series, time }: Quarantined) {
  const states = await store.revisions(series, time);
  return {
    instrument: series.instrument, interval: formatInterval(series.intervalMs), time, reason: states.findLast(({ quarantine }) => quarantine !== undefined)?.quarantine ?? '',
    states: states.map(({ source, knownAt, open, high, low, close, volume, quarantine }) => ({
      source, knownAt, open, high, low, close, volume: Number.isNaN(volume) ? null : volume, quarantine: quarantine ?? null,
    })),
  };
}

function storedSeries({ id, source, title, units, frequency, adjustment, dates, first, last, fetchedAt, dueAt, vintages }: SeriesSummary) {
  const moment = (time: number) => (Number.isNaN(time) ? null : time);
  return { id, source, title, units, frequency, adjustment, stored: true, dates, first: moment(first), last: moment(last), fetchedAt, dueAt: dueAt ?? null, vintages };
}

function offeredSeries({ id, source, title, units, frequency, adjustment }: SeriesFacts) {
  return { id, source, title, units, frequency, adjustment, stored: false, dates: 0, first: null, last: null, fetchedAt: null, dueAt: null, vintages: false };
}
