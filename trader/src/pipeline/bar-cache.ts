import { allocateBars, BAR_COLUMNS, sliceBars } from '../domain/bar.ts';
import type { Result } from '../domain/result.ts';
import { fewerSpans, missingSpans, type Span } from '../domain/span.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';
import type { BarProvider, ProvidedBars, ProvidedQuote, ProviderFailure, ProviderFailureKind } from '../ports/bar-provider.ts';
import type { Clock } from '../ports/clock.ts';
import type { MarketStore, SeriesId, StoredBars } from '../ports/market-store.ts';
import type { ProviderLedger } from '../ports/provider-ledger.ts';

/** What a cache works with. */
export interface BarCacheSpec {
  readonly store: MarketStore;
  readonly ledger: Pick<ProviderLedger, 'count' | 'refuse' | 'refusal' | 'claim' | 'release'>;
  readonly provider: BarProvider;
  readonly clock: Clock;
}

/** Bars that were asked of the cache. */
export interface CachedBars {
  readonly bars: StoredBars;
  /** Answers of providers that it took; 0 where all was there. */
  readonly asked: number;
  readonly added: number;
  readonly revised: number;
  /** Rows that providers gave and that cannot be true. */
  readonly refused: readonly string[];
  /** Why a part of the span is still missing; what is there is given all the same. */
  readonly failure: ProviderFailure | undefined;
}

/** So long after an answer without anything new the same is not asked again. */
const NOTHING_NEW_MS = DAY_MS / 4;
/** So long a symbol is not asked for that nobody knows, or that trades no more. */
const UNKNOWN_MS = DAY_MS;
/** A quote that is older is asked for again, while it still answers; older than the second, it does not. */
const QUOTE_FRESH_MS = 15_000;
const QUOTE_USABLE_MS = 15 * 60_000;

/** So many requests at most for what is missing: more holes are asked for together, and of the answer only what lies in them is kept. */
const MOST_REQUESTS = 4;

/** So long a series is fetched by one process alone, and then by another, too. */
const CLAIM_MS = 60_000;
const CLAIM_LOOK_MS = 100;

const UNKNOWN: ReadonlySet<ProviderFailureKind> = new Set(['not-found', 'delisted']);
/** What filling a span has come to so far. */
interface Filled {
  asked: number;
  added: number;
  revised: number;
  readonly refused: string[];
  failure: ProviderFailure | undefined;
}

const NOTHING_ASKED: Omit<CachedBars, 'bars'> = { asked: 0, added: 0, revised: 0, refused: [], failure: undefined };
/** Days on which bars of so long an interval never open, where weekends are closed. */
const WEEKEND: readonly number[] = [2, 3];

/**
 * Bars and quotes, asked of the provider only where the store does not cover them. One request is in
 * flight for each series in all processes that share a ledger: who asks meanwhile waits for it. What was asked in vain is remembered.
 */
export class BarCache {
  readonly #spec: BarCacheSpec;
  readonly #inFlight = new Map<string, Promise<unknown>>();
  readonly #quotes = new Map<string, { readonly quote: ProvidedQuote; readonly at: Timestamp }>();

  constructor(spec: BarCacheSpec) {
    this.#spec = spec;
  }

  /** The bars of a series over a span. `symbol`: what providers call it; `weekends`: whether it trades on them. Throws `MarketStoreError`. */
  async bars(series: SeriesId, symbol: string, span: Span, weekends: boolean): Promise<CachedBars> {
    const key = `${series.instrument} ${series.intervalMs}`;
    // One series, one writer: what the one before brought is there when the next one looks.
    while (this.#inFlight.has(key)) await this.#inFlight.get(key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#inFlight.set(key, promise);
    try {
      const isThere = (await this.#missing(series, span, weekends)).length === 0;
      const filled = isThere ? NOTHING_ASKED : await this.#alone(key, () => this.#fill(series, symbol, span, weekends));
      this.#spec.ledger.count(filled.asked === 0 && filled.failure === undefined ? 'hit' : 'miss', this.#spec.clock.now());
      return { ...filled, bars: await this.#spec.store.range(series, span) };
    } finally {
      this.#inFlight.delete(key);
      resolve();
    }
  }

  /** The last price. One that is not fresh answers at once while a new one is fetched for the next who asks. */
  async quote(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>> {
    const now = this.#spec.clock.now();
    const known = this.#quotes.get(symbol);
    const age = known === undefined ? Infinity : now - known.at;
    this.#spec.ledger.count(age <= QUOTE_USABLE_MS ? 'hit' : 'miss', now);
    if (known !== undefined && age <= QUOTE_FRESH_MS) return { ok: true, value: known.quote };
    const fetched = this.#once(`quote ${symbol}`, () => this.#fetchQuote(symbol));
    return known !== undefined && age <= QUOTE_USABLE_MS ? { ok: true, value: known.quote } : fetched;
  }

  /** Waits for what is being asked. */
  async idle(): Promise<void> {
    await Promise.all(this.#inFlight.values());
  }

  #once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#inFlight.get(key) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const started = work().finally(() => { this.#inFlight.delete(key); });
    this.#inFlight.set(key, started);
    return started;
  }

  async #fetchQuote(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>> {
    const answer = await this.#spec.provider.quote?.(symbol) ?? { ok: false as const, error: { kind: 'unsupported' as const, provider: this.#spec.provider.name, message: `${this.#spec.provider.name}: it has no quotes` } };
    if (answer.ok) this.#quotes.set(symbol, { quote: answer.value, at: this.#spec.clock.now() });
    return answer;
  }

  /** What of a span nobody was asked for yet, as far as its bars are over. */
  async #missing(series: SeriesId, { from, to }: Span, weekends: boolean): Promise<readonly Span[]> {
    const { store, clock } = this.#spec;
    const closed = Math.floor(clock.now() / series.intervalMs) * series.intervalMs;
    return missingSpans(await store.coverage(series), { from, to: Math.min(to, closed) }).map(tradingPart(series, weekends)).filter((part) => part.from < part.to);
  }

  /** Does what no other process may do at the same time. */
  async #alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const { ledger, clock } = this.#spec;
    while (!ledger.claim(key, clock.now(), clock.now() + CLAIM_MS)) await new Promise<void>((resolve) => { clock.after(CLAIM_LOOK_MS, resolve); });
    try {
      return await work();
    } finally {
      ledger.release(key);
    }
  }

  async #fill(series: SeriesId, symbol: string, span: Span, weekends: boolean): Promise<Omit<CachedBars, 'bars'>> {
    const { ledger, provider, clock } = this.#spec;
    const { intervalMs } = series;
    const trading = tradingPart(series, weekends);
    const missing = await this.#missing(series, span, weekends);
    // Another chain may know what this one does not.
    const unknown = `${provider.name} ${symbol}`;
    const nothingIn = ({ from, to }: Span) => `${unknown} ${intervalMs} ${from} ${to}`;
    const total: Filled = { asked: 0, added: 0, revised: 0, refused: [], failure: undefined };
    const holes = [...fewerSpans(missing, MOST_REQUESTS)];
    const first = new Set(holes);
    for (const hole of holes) {
      const failure = ledger.refusal(unknown, clock.now()) ?? ledger.refusal(nothingIn(hole), clock.now());
      if (failure !== undefined) {
        // Nothing new is no failure: it may yet come.
        if (failure.kind !== 'empty') total.failure ??= failure;
        continue;
      }
      const answer = await provider.bars({ symbol, intervalMs, span: hole, known: await this.#around(series, hole) });
      total.asked += 1;
      if (answer.ok) {
        const split = await this.#splitSince(series, answer.value, hole);
        if (split && !await this.#rescale(series, symbol, total)) return total;
        const parts = missing.map(({ from, to }) => ({ from: Math.max(from, hole.from), to: Math.min(to, hole.to) })).filter(({ from, to }) => from < to);
        const counts = await this.#keep(series, within(answer.value, parts));
        total.added += counts.added;
        total.revised += counts.revised;
        total.refused.push(...answer.value.refused);
        for (const part of parts) {
          const [left] = missingSpans(answer.value.covers, part);
          if (left !== undefined) ledger.refuse(nothingIn(trading({ from: left.from, to: part.to })), { kind: 'empty', provider: provider.name, message: 'nothing new yet' }, clock.now() + NOTHING_NEW_MS);
        }
        if (first.has(hole)) holes.push(...olderPart(answer.value, hole));
        // What else is missing may have been scaled before the split: it is asked for by the next who wants it.
        if (split) return total;
      } else {
        total.failure ??= answer.error;
        if (UNKNOWN.has(answer.error.kind)) ledger.refuse(unknown, answer.error, clock.now() + UNKNOWN_MS);
      }
    }
    return total;
  }

  /**
   * After a split all that is stored is in an old scale: it is asked for again, and what differs is kept as
   * revisions. False where that fails: then nothing in the new scale may come beside it.
   */
  async #rescale(series: SeriesId, symbol: string, total: Filled): Promise<boolean> {
    const { store, provider, clock } = this.#spec;
    const stored = await store.range(series, { quarantined: true });
    const span = { from: stored.timestamp[0], to: stored.timestamp[stored.length - 1] + series.intervalMs };
    const answer = await provider.bars({ symbol, intervalMs: series.intervalMs, span });
    this.#spec.ledger.count('rescaled', clock.now());
    total.asked += 1;
    if (!answer.ok) {
      total.failure = { ...answer.error, message: `after a split all stored bars have to be fetched anew: ${answer.error.message}` };
      return false;
    }
    const { added, revised } = await this.#keep(series, answer.value);
    total.added += added;
    total.revised += revised;
    return true;
  }

  /** Whether an answer tells of a split that bars stored ahead of the hole cannot have known. */
  async #splitSince(series: SeriesId, { facts: { splits } }: ProvidedBars, hole: Span): Promise<boolean> {
    if (splits.length === 0) return false;
    const older = await this.#spec.store.range(series, { to: hole.from });
    const lastKnown = older.length === 0 ? Infinity : older.timestamp[older.length - 1];
    return splits.some(({ time }) => time > lastKnown && time >= hole.from);
  }

  async #keep(series: SeriesId, { source, bars, covers }: ProvidedBars): Promise<{ readonly added: number; readonly revised: number }> {
    const { store, clock } = this.#spec;
    const known = (await store.list(series.instrument)).find(({ intervalMs }) => intervalMs === series.intervalMs)?.knownAt ?? 0;
    // A clock that was set back must not put these bars behind what they correct.
    return store.append(series, { source, knownAt: Math.max(clock.now(), known), bars, covers });
  }

  async #around(series: SeriesId, hole: Span): Promise<{ readonly before: number | undefined; readonly after: number | undefined }> {
    const near = 30 * Math.max(DAY_MS, series.intervalMs);
    const [ahead, behind] = [await this.#spec.store.range(series, { from: hole.from - near, to: hole.from }), await this.#spec.store.range(series, { from: hole.to, to: hole.to + near })];
    return { before: ahead.length === 0 ? undefined : ahead.close[ahead.length - 1], after: behind.length === 0 ? undefined : behind.open[0] };
  }
}

/** Makes of a span what of it a series trades in: of bars of a day, weekends may not be. */
function tradingPart({ intervalMs }: SeriesId, weekends: boolean): (part: Span) => Span {
  return (part) => (weekends || intervalMs < DAY_MS ? part : withoutWeekends(part));
}

/** Who tells only what is newest leaves the older part: the next of the chain may have it, or it is said why nobody has. */
function olderPart({ covers }: ProvidedBars, asked: Span): readonly Span[] {
  return missingSpans(covers, asked).slice(0, 1).filter(({ from, to }) => from === asked.from && to < asked.to);
}

/** What of an answer lies in these spans: all of it where it was asked for one. */
function within(answer: ProvidedBars, spans: readonly Span[]): ProvidedBars {
  if (spans.length <= 1) return answer;
  const { bars, covers } = answer;
  const kept = allocateBars(bars.length);
  let length = 0;
  for (let row = 0; row < bars.length; row++) {
    if (!spans.some(({ from, to }) => bars.timestamp[row] >= from && bars.timestamp[row] < to)) continue;
    for (const column of BAR_COLUMNS) kept[column][length] = bars[column][row];
    length += 1;
  }
  const told = spans.flatMap((span) => covers.map((cover) => ({ from: Math.max(span.from, cover.from), to: Math.min(span.to, cover.to) }))).filter(({ from, to }) => from < to);
  return { ...answer, bars: sliceBars(kept, 0, length), covers: told };
}

/** A span of days without the Saturdays and Sundays at both its ends. The epoch was a Thursday. */
function withoutWeekends({ from, to }: Span): Span {
  const isWeekend = (time: Timestamp) => WEEKEND.includes(Math.floor(time / DAY_MS) % 7);
  let [begin, end] = [from, to];
  while (begin < end && isWeekend(begin)) begin = (Math.floor(begin / DAY_MS) + 1) * DAY_MS;
  while (begin < end && isWeekend(end - 1)) end = Math.floor((end - 1) / DAY_MS) * DAY_MS;
  return { from: begin, to: end };
}
