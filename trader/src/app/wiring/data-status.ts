import { missingSpans } from '../../domain/span.ts';
import { DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import { trustOf } from '../../pipeline/cross-check.ts';
import type { DataStatus, ProviderStatus, SeriesStatus } from '../../ports/data-desk.ts';
import type { MarketStore, SeriesSummary } from '../../ports/market-store.ts';
import type { ProviderLedger, SourceRecord } from '../../ports/provider-ledger.ts';
import { openKnownMarketStore } from './market-store.ts';
import { openKnownLedger } from './provider-ledger.ts';
import { QUOTA_NAMES, readQuotas } from './provider-settings.ts';

/** What paid feeds of such data ask a year, US dollars: the span that the product was made to spare its users. */
const PAID_FEEDS = [3_000, 30_000] as const;

/** Looks at the store and the ledger of providers; makes neither where there is none, and asks nobody. Throws `MarketStoreError`. */
export async function dataStatus(home: string, now: Timestamp): Promise<DataStatus> {
  const cost = { paid: 0, paidFeeds: PAID_FEEDS };
  const quotas = readQuotas(home);
  const ledger = openKnownLedger(home);
  const store = await openKnownMarketStore(home);
  try {
    const providers = QUOTA_NAMES.map((name): ProviderStatus => ({
      name, documented: quotas[name].documented, limits: quotas[name].limits.map(({ calls, windowMs }) => ({ calls, windowMs, used: ledger?.callsSince(name, now - windowMs) ?? 0 })),
    }));
    const records = ledger?.records() ?? [];
    const series: SeriesStatus[] = [];
    if (store !== undefined) for (const summary of await store.list()) series.push(await seriesStatus(store, summary, records, now));
    return { series, providers, today: answersOfToday(ledger, now), cost };
  } finally {
    ledger?.close();
    await store?.close();
  }
}

function answersOfToday(ledger: ProviderLedger | undefined, now: Timestamp): DataStatus['today'] {
  const counts = ledger?.counts(Math.floor(now / DAY_MS) * DAY_MS) ?? new Map<string, number>();
  const [hits, misses] = [counts.get('hit') ?? 0, counts.get('miss') ?? 0];
  const failures = Object.fromEntries([...counts].filter(([what]) => QUOTA_NAMES.some((name) => what.startsWith(`${name} `))));
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
