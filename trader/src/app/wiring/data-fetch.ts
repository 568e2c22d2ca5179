import type { Span } from '../../domain/span.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import type { FallBack } from '../../pipeline/failover.ts';
import { tradesOnWeekends, type MarketData } from './market-data.ts';

/** What is fetched. */
export interface FetchRequest {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly span: Span;
}

/** What a fetch did; printed as JSON as it is. */
export interface FetchReport {
  readonly instrument: string;
  readonly interval: string;
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** Bars of the span that are stored now and may be traded on. */
  readonly bars: number;
  readonly first: Timestamp | null;
  readonly last: Timestamp | null;
  /** Requests that were answered by the providers, or refused by them, beyond the cache. */
  readonly asked: number;
  readonly added: number;
  readonly revised: number;
  readonly sources: readonly string[];
  /** Rows of answers that cannot be true and were left out. */
  readonly refusedRows: readonly string[];
  readonly fallBacks: readonly { readonly provider: string; readonly kind: string; readonly message: string; readonly next: string | null }[];
  readonly failure: { readonly kind: string; readonly message: string } | null;
}

/** Fetches what is missing of a symbol's bars into the store. `fallBacks` is what `openMarketData` told since it was last emptied. */
export async function fetchBars({ cache, ledger }: MarketData, { symbol, intervalMs, span }: FetchRequest, fallBacks: FallBack[], now: Timestamp): Promise<FetchReport> {
  fallBacks.length = 0;
  const { bars, asked, added, revised, refused, failure } = await cache.bars({ instrument: symbol, intervalMs }, symbol, span, tradesOnWeekends(symbol));
  if (refused.length > 0) ledger.count('refused rows', now, refused.length);
  const sources = [...new Set(bars.source)].map((index) => bars.sources[index]);
  return {
    instrument: symbol, interval: formatInterval(intervalMs), ...span, bars: bars.length,
    first: bars.length === 0 ? null : bars.timestamp[0], last: bars.length === 0 ? null : bars.timestamp[bars.length - 1],
    asked, added, revised, sources, refusedRows: refused,
    fallBacks: fallBacks.map(({ failure: { provider, kind, message }, next }) => ({ provider, kind, message, next: next ?? null })),
    failure: failure === undefined ? null : { kind: failure.kind, message: failure.message },
  };
}
