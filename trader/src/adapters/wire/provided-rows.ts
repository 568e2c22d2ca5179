import { barFault } from '../../domain/bar-check.ts';
import { allocateBars, isPossibleBar, type Bar, type Bars } from '../../domain/bar.ts';
import type { Result } from '../../domain/result.ts';
import { missingSpans, type Span } from '../../domain/span.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { BarRequest, ProviderFailure, ProviderFailureKind, Split } from '../../ports/bar-provider.ts';

/** Exchanges have never been closed for longer in living memory than the six days of September 2001; an answer without a bar for so long is no answer. */
const LONGEST_CLOSURE_MS = 10 * DAY_MS;
/** So close to now a missing bar may yet come, or the exchange be closed over a long weekend. */
const RECENT_MS = 5 * DAY_MS;

/** Rows of an answer, settled: those that are closed and in the span, and what they cover. */
export interface SettledRows {
  readonly bars: Bars;
  readonly covers: readonly Span[];
  readonly refused: readonly string[];
}

/** What is known beside the rows. */
export interface RowsContext {
  readonly provider: string;
  readonly request: BarRequest;
  readonly now: Timestamp;
  /** The close ahead of the first row, where the provider tells it. */
  readonly before?: number | undefined;
  /** When the symbol last traded, where the provider tells it: of one that trades no more nothing is missing after. */
  readonly lastTrade?: Timestamp | undefined;
  /** Splits within the answer. */
  readonly splits: readonly Split[];
  /** When the symbol first traded, where the provider tells it: nothing is missing before. */
  readonly firstTrade?: Timestamp | undefined;
}

/** One row in a hundred may be beyond belief, as it is in real data; where there are more, none is believed. */
const REFUSED_MOST = 0.01;

/**
 * Takes of an answer's rows what is closed and was asked for. A row that cannot be is left out and told;
 * the whole answer is refused where there are many of those, or where the rows together cannot be true:
 * out of order, twice, a tenfold jump, yesterday's numbers again.
 */
export function settleRows(rows: readonly Bar[], context: RowsContext): Result<SettledRows, ProviderFailure> {
  const { provider, request: { symbol, intervalMs, span, known = {} }, now, before, splits } = context;
  const refuse = (kind: ProviderFailureKind, words: string) => ({ ok: false, error: { kind, provider, message: `${provider}: bars of ${symbol}: ${words}` } }) as const;
  const closed = rows.filter(({ timestamp }) => timestamp + intervalMs <= now);
  const [possible, impossible] = [closed.filter(canBe), closed.filter((row) => !canBe(row))];
  const fault = barFault(barsOf(impossible.length > closed.length * REFUSED_MOST ? closed : possible), { before });
  if (fault !== undefined) return refuse('implausible', fault);
  const bars = barsOf(possible.filter(({ timestamp }) => timestamp >= span.from && timestamp < span.to));
  // What is known may be older than a split that this answer takes out.
  const ratio = splits.reduce((product, split) => (split.time >= span.from ? product * split.ratio : product), 1);
  const strange = barFault(bars, known);
  if (strange !== undefined && (ratio === 1 || barFault(bars, { before: scaled(known.before, ratio), after: scaled(known.after, ratio) }) !== undefined)) return refuse('implausible', `${strange}, by what is known around it`);
  const covered = coveredBy(bars, context);
  if (typeof covered === 'number') return bars.length === 0 ? refuse('empty', 'no bar in the whole span') : refuse('stale', `the last bar is ${covered} days older than it should be`);
  return { ok: true, value: { bars, covers: withoutTimes(covered, impossible, intervalMs), refused: impossible.map(rowText) } };
}

/** The part of the span about which these bars are all there is; where they end too early for that, by how many days. */
function coveredBy({ length, timestamp }: Bars, { request: { span, intervalMs }, now, firstTrade, lastTrade = Infinity }: RowsContext): Span | number {
  // What is not closed yet is nobody's to tell.
  const end = Math.min(span.to, Math.floor(now / intervalMs) * intervalMs);
  const last = length === 0 ? Math.max(span.from, firstTrade ?? span.from) : timestamp[length - 1] + intervalMs;
  const tooEarlyMs = Math.min(end, lastTrade) - last;
  if (tooEarlyMs > LONGEST_CLOSURE_MS) return Math.floor(tooEarlyMs / DAY_MS);
  const lateStart = length > 0 && firstTrade === undefined && timestamp[0] - span.from > LONGEST_CLOSURE_MS;
  // What should be closed may yet come late, of a symbol that still trades.
  const mayCome = end > now - RECENT_MS && lastTrade > end - LONGEST_CLOSURE_MS;
  return { from: lateStart ? timestamp[0] : span.from, to: mayCome ? Math.max(last, span.from) : end };
}

/** A span without the bars that were refused. */
function withoutTimes(span: Span, rows: readonly Bar[], intervalMs: number): readonly Span[] {
  return span.from < span.to ? missingSpans(rows.map(({ timestamp }) => ({ from: timestamp, to: timestamp + intervalMs })), span) : [];
}

function rowText({ timestamp, open, high, low, close, volume }: Bar): string {
  return `${new Date(timestamp).toISOString()}: open ${open}, high ${high}, low ${low}, close ${close}, volume ${volume}`;
}

function scaled(price: number | undefined, ratio: number): number | undefined {
  return price === undefined ? undefined : price / ratio;
}

function canBe({ open, high, low, close, volume }: Bar): boolean {
  return isPossibleBar(open, high, low, close, volume);
}

function barsOf(rows: readonly Bar[]): Bars {
  const bars = allocateBars(rows.length);
  rows.forEach(({ timestamp, open, high, low, close, volume }, i) => {
    bars.timestamp[i] = timestamp;
    bars.open[i] = open;
    bars.high[i] = high;
    bars.low[i] = low;
    bars.close[i] = close;
    bars.volume[i] = volume;
  });
  return bars;
}
