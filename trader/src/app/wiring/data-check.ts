import { sliceBars, type Bars } from '../../domain/bar.ts';
import type { Span } from '../../domain/span.ts';
import { formatInterval, type Timestamp } from '../../domain/time.ts';
import { compareBars, compareSources, decide, trustOf, type Difference } from '../../pipeline/cross-check.ts';
import type { ProvidedBars } from '../../ports/bar-provider.ts';
import type { SeriesId, StoredBars } from '../../ports/market-store.ts';
import type { MarketData } from './market-data.ts';

/** One stored bar that another source contradicts, and what came of it. */
export interface CheckedDifference extends Difference {
  /** Whose bar is stored, and who contradicts it. */
  readonly stored: string;
  readonly other: string;
  /** Who was wrong, by a third source; null where nothing decides. */
  readonly wrong: string | null;
  /** `quarantined`: not to be traded on; `corrected`: the stored bar was wrong and is replaced; `kept`: it stands, since another agrees with it. */
  readonly became: 'quarantined' | 'corrected' | 'kept';
}

/** What a check of one series found and did; printed as JSON as it is. */
export interface CheckReport {
  readonly instrument: string;
  readonly interval: string;
  /** Bars that the store and another source both have. */
  readonly compared: number;
  readonly differences: readonly CheckedDifference[];
  /** Times of bars that were in quarantine and are not any more, since others tell the same now. */
  readonly released: readonly Timestamp[];
  readonly unanswered: readonly { readonly provider: string; readonly kind: string; readonly message: string }[];
  /** 0 to 1 for each source that was compared, from all checks so far. */
  readonly trust: Readonly<Record<string, number>>;
}

/**
 * Compares the stored bars of a span with what each provider tells of them now. A stored bar that
 * another source contradicts goes into quarantine, unless a third decides: then either it is replaced,
 * its old state kept as a revision, or it stands. One that was in quarantine and stands is let out.
 */
export async function checkSeries({ store, ledger, providers }: Pick<MarketData, 'store' | 'ledger' | 'providers'>, series: SeriesId, span: Span, now: Timestamp): Promise<CheckReport> {
  const { instrument, intervalMs } = series;
  const unanswered: CheckReport['unanswered'][number][] = [];
  const told: ProvidedBars[] = [];
  for (const provider of providers) {
    const answer = await provider.bars({ symbol: instrument, intervalMs, span });
    if (answer.ok) told.push(answer.value);
    else if (answer.error.kind !== 'unsupported') {
      const { kind, message } = answer.error;
      ledger.count(`${provider.name} ${kind}`, now);
      unanswered.push({ provider: provider.name, kind, message });
    }
  }
  const stored = await store.range(series, { ...span, quarantined: true });
  const differences: CheckedDifference[] = [];
  const record = new Map<string, { agreed: number; disagreed: number }>();
  let compared = 0;
  const comparable = told.filter((other) => told.every((each) => compareSources(each, other) !== undefined));
  for (const other of comparable) {
    for (const [source, bars] of bySource(stored)) {
      if (source === other.source) continue;
      const found = compareBars(bars, other.bars);
      compared += found.compared;
      const judged = found.differences.map((difference) => judge(difference, source, other.source, told));
      differences.push(...judged);
      for (const name of [source, other.source]) {
        const sum = record.get(name) ?? { agreed: 0, disagreed: 0 };
        const against = judged.filter(({ wrong }) => wrong === null || wrong === name).length;
        record.set(name, { agreed: sum.agreed + found.compared - against, disagreed: sum.disagreed + against });
      }
      for (const { time } of judged.filter(({ became }) => became === 'corrected')) {
        const at = other.bars.timestamp.indexOf(time);
        // A clock that was set back must not put it behind what it corrects.
        await store.append(series, { source: other.source, knownAt: stored.knownAt.reduce((latest, each) => Math.max(latest, each), now), bars: sliceBars(other.bars, at, at + 1) });
      }
      for (const { time, first, second, column } of judged.filter(({ became }) => became === 'quarantined')) {
        await store.quarantine(series, [time], `${column} ${first} of ${source}, ${second} of ${other.source}`, now);
      }
    }
  }
  const released = confirmed(stored, comparable, differences);
  if (released.length > 0) await store.quarantine(series, released, undefined, now);
  for (const [source, { agreed, disagreed }] of record) ledger.compared(instrument, source, agreed, disagreed);
  const trust = Object.fromEntries(ledger.records().filter((each) => each.instrument === instrument).map((each) => [each.source, trustOf(each)]));
  return { instrument, interval: formatInterval(intervalMs), compared, differences, released, unanswered, trust };
}

/** A third source decides; so does the stored source where it now tells what the other does. */
function judge(difference: Difference, stored: string, other: string, told: readonly ProvidedBars[]): CheckedDifference {
  const third = told.find(({ source }) => source !== stored && source !== other);
  const itself = told.find(({ source }) => source === stored);
  const takenBack = itself !== undefined && decide(difference, itself.bars) === 'first';
  const wrong = takenBack ? 'first' : third === undefined ? undefined : decide(difference, third.bars);
  return {
    ...difference, stored, other, wrong: wrong === undefined ? null : wrong === 'first' ? stored : other,
    became: wrong === undefined ? 'quarantined' : wrong === 'first' ? 'corrected' : 'kept',
  };
}

/** Times of bars in quarantine that somebody else tells alike, and of which nothing is left undecided or was replaced. */
function confirmed({ timestamp, quarantined, source, sources }: StoredBars, told: readonly ProvidedBars[], differences: readonly CheckedDifference[]): readonly Timestamp[] {
  const open = new Set(differences.filter(({ became }) => became !== 'kept').map(({ time }) => time));
  return [...timestamp].filter((time, row) => quarantined[row] === 1 && !open.has(time)
    && told.some((other) => other.source !== sources[source[row]] && other.bars.timestamp.includes(time)));
}

/** Stored bars apart by who told them. */
function bySource(bars: StoredBars): readonly (readonly [string, Bars])[] {
  return bars.sources.flatMap((source, index) => {
    const rows = [...bars.source].flatMap((code, row) => (code === index ? [row] : []));
    const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]);
    return rows.length === 0 ? [] : [[source, { length: rows.length, timestamp: pick(bars.timestamp), open: pick(bars.open), high: pick(bars.high), low: pick(bars.low), close: pick(bars.close), volume: pick(bars.volume) }] as const];
  });
}
