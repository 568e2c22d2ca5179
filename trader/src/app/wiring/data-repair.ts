import { sliceBars } from '../../domain/bar.ts';
import { missingSpans, type Span } from '../../domain/span.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import type { SeriesSummary } from '../../ports/market-store.ts';
import { checkSeries } from './data-check.ts';
import type { MarketData } from './market-data.ts';

/** What a repair of one series found and did; printed as JSON as it is. */
export interface RepairReport {
  readonly instrument: string;
  readonly interval: string;
  /** Spans between its first and last bar about which no source has told all. */
  readonly holes: number;
  readonly added: number;
  readonly holesLeft: number;
  /** Bars in quarantine before and after. */
  readonly quarantined: number;
  readonly quarantinedLeft: number;
  readonly unanswered: readonly { readonly provider: string; readonly kind: string; readonly message: string }[];
}

/**
 * Asks one provider after another for what is missing within a series, until nothing is, and lets them
 * all judge what is in quarantine. A bar that is there is never touched by a repair, but by that judgement.
 */
export async function repairSeries(data: MarketData, series: SeriesSummary, now: Timestamp): Promise<RepairReport> {
  const { store, ledger, providers } = data;
  const { instrument, intervalMs } = series;
  const whole = { from: series.first, to: series.last + intervalMs };
  const holesNow = async () => missingSpans(await store.coverage(series), whole);
  const before = await holesNow();
  const unanswered: RepairReport['unanswered'][number][] = [];
  let added = 0;
  let holes = before;
  for (const provider of providers) {
    const [first] = holes;
    const last = holes.at(-1);
    if (first === undefined || last === undefined) break;
    const answer = await provider.bars({ symbol: instrument, intervalMs, span: { from: first.from, to: last.to } });
    if (!answer.ok) {
      const { kind, message } = answer.error;
      if (kind === 'unsupported') continue;
      ledger.count(`${provider.name} ${kind}`, now);
      unanswered.push({ provider: provider.name, kind, message });
      continue;
    }
    const { bars, covers, source } = answer.value;
    for (const hole of holes) {
      const [from, to] = [hole.from, hole.to].map((time) => { const at = bars.timestamp.findIndex((each) => each >= time); return at < 0 ? bars.length : at; });
      added += (await store.append(series, { source, knownAt: now, bars: sliceBars(bars, from, to), covers: covers.map((cover) => overlap(cover, hole)).filter((span) => span.from < span.to) })).added;
    }
    holes = await holesNow();
  }
  const disputed = await store.range(series, { quarantined: true });
  const times = [...disputed.timestamp].filter((_, i) => disputed.quarantined[i] === 1);
  if (times.length > 0) {
    const check = await checkSeries(data, series, { from: times[0], to: times[times.length - 1] + intervalMs }, now);
    unanswered.push(...check.unanswered);
  }
  const after = (await store.list()).find((each) => each.instrument === instrument && each.intervalMs === intervalMs);
  return {
    instrument, interval: formatInterval(intervalMs), holes: before.length, added, holesLeft: holes.length,
    quarantined: times.length, quarantinedLeft: after?.quarantined ?? 0, unanswered,
  };
}

function overlap(a: Span, b: Span): Span {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}
