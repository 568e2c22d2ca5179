import { missingSpans, type Span } from '../../domain/span.ts';
import { DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import { trustOf } from '../../pipeline/cross-check.ts';
import type { MarketStore, SeriesSummary } from '../../ports/market-store.ts';
import type { ProviderLedger, SourceRecord } from '../../ports/provider-ledger.ts';
import { openLedger } from './market-data.ts';
import { openKnownMarketStore } from './market-store.ts';
import { PROVIDER_NAMES } from './provider-hosts.ts';
import { readQuotas } from './provider-settings.ts';

/** How a stored series stands. */
export interface SeriesStatus {
  readonly instrument: string;
  readonly interval: string;
  readonly bars: number;
  /** Opens of the first and of the last bar. */
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** Since the last bar closed, milliseconds; 0 while it is open. */
  readonly ageMs: number;
  /** Holes between bars that may be traded on; an exchange's nights, weekends and holidays are some. */
  readonly gaps: number;
  readonly longestGapMs: number;
  /** Spans that sources answered for. */
  readonly coverage: readonly Span[];
  /** Milliseconds between the first and the last bar that no source was asked for. */
  readonly unaskedMs: number;
  /** By `trustOf`, over all sources; null where none was asked beside the first. */
  readonly trust: number | null;
  /** Comparisons that it rests on. */
  readonly compared: number;
  readonly quarantined: number;
  readonly revisions: number;
  readonly sources: readonly string[];
}

/** What a provider allows, and what was used of it. */
export interface ProviderStatus {
  readonly name: string;
  /** Whether the provider states the limits; else they are our own restraint. */
  readonly documented: boolean;
  /** Calls made in the window that ends now. */
  readonly limits: readonly { readonly calls: number; readonly windowMs: number; readonly used: number }[];
}

/** How an installation's market data stand. */
export interface DataStatus {
  readonly series: readonly SeriesStatus[];
  readonly providers: readonly ProviderStatus[];
  /** Requests of today (UTC) that the store answered alone, and those for which a provider was asked; the share of the former, null without any; and failures by provider and kind, as `yahoo timed-out`, those made good by another provider among them. */
  readonly today: { readonly hits: number; readonly misses: number; readonly hitRate: number | null; readonly failures: Readonly<Record<string, number>> };
  /** US dollars a year: what this costs, and what paid feeds ask. */
  readonly cost: { readonly paid: number; readonly paidFeeds: readonly [number, number] };
}

/** What paid feeds of such data ask a year, US dollars: the span that the product was made to spare its users. */
const PAID_FEEDS = [3_000, 30_000] as const;

/** Looks at the store and the ledger of providers; makes neither where there is none, and asks nobody. Throws `MarketStoreError`. */
export async function dataStatus(home: string, now: Timestamp): Promise<DataStatus> {
  const cost = { paid: 0, paidFeeds: PAID_FEEDS };
  const quotas = readQuotas(home);
  const usage = (callsSince: (name: string, from: Timestamp) => number) => PROVIDER_NAMES.map((name): ProviderStatus => ({
    name, documented: quotas[name].documented, limits: quotas[name].limits.map(({ calls, windowMs }) => ({ calls, windowMs, used: callsSince(name, now - windowMs) })),
  }));
  const store = await openKnownMarketStore(home);
  if (store === undefined) return { series: [], providers: usage(() => 0), today: { hits: 0, misses: 0, hitRate: null, failures: {} }, cost };
  const ledger = openLedger(home);
  try {
    const records = ledger.records();
    const series: SeriesStatus[] = [];
    for (const summary of await store.list()) series.push(await seriesStatus(store, summary, records, now));
    const providers = usage((name, from) => ledger.callsSince(name, from));
    return { series, providers, today: answersOfToday(ledger, now), cost };
  } finally {
    ledger.close();
    await store.close();
  }
}

function answersOfToday(ledger: ProviderLedger, now: Timestamp): DataStatus['today'] {
  const counts = ledger.counts(Math.floor(now / DAY_MS) * DAY_MS);
  const [hits, misses] = [counts.get('hit') ?? 0, counts.get('miss') ?? 0];
  const failures = Object.fromEntries([...counts].filter(([what]) => PROVIDER_NAMES.some((name) => what.startsWith(`${name} `))));
  return { hits, misses, hitRate: hits + misses === 0 ? null : hits / (hits + misses), failures };
}

async function seriesStatus(store: MarketStore, summary: SeriesSummary, records: readonly SourceRecord[], now: Timestamp): Promise<SeriesStatus> {
  const { instrument, intervalMs, bars, first, last, quarantined, revisions, sources } = summary;
  const gaps = await store.gaps(summary);
  const coverage = await store.coverage(summary);
  const own = records.filter((record) => record.instrument === instrument);
  const agreed = own.reduce((sum, record) => sum + record.agreed, 0);
  const disagreed = own.reduce((sum, record) => sum + record.disagreed, 0);
  return {
    instrument, interval: formatInterval(intervalMs), bars, first, last, ageMs: Math.max(0, now - last - intervalMs),
    gaps: gaps.length, longestGapMs: gaps.reduce((longest, { from, to }) => Math.max(longest, to - from), 0),
    coverage, unaskedMs: missingSpans(coverage, { from: first, to: last + intervalMs }).reduce((sum, { from, to }) => sum + to - from, 0),
    trust: agreed + disagreed === 0 ? null : trustOf({ agreed, disagreed }), compared: agreed + disagreed, quarantined, revisions, sources,
  };
}
