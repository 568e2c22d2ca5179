import { z } from 'zod';
import type { Bar } from '../../domain/bar.ts';
import type { Result } from '../../domain/result.ts';
import type { Secret } from '../../domain/secret.ts';
import { beginsWithDay, DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import type { BarProvider, BarRequest, ProvidedBars, ProvidedQuote, ProviderFailure, ProviderFailureKind, Split } from '../../ports/bar-provider.ts';
import { boundedGet, type BoundedGetSpec } from '../wire/bounded-get.ts';
import { firstIssue, readJson } from '../wire/provided-json.ts';
import { settleRows } from '../wire/provided-rows.ts';

/** What the provider is made with. */
export interface AlphaVantageSpec extends Omit<BoundedGetSpec, 'provider' | 'timeoutMs' | 'maxBytes'> {
  readonly key: Secret;
  readonly timeoutMs?: number;
}

/** The short answer has the last hundred sessions: these days have no more than that. */
const COMPACT_MS = 135 * DAY_MS;
/** The smallest split that is usual, five for four, moves the price by a fifth: whatever moves less overnight is none. */
const SPLIT_STEP = 1.15;
/** A quote is of the latest trading day, over whatever weekend. */
const QUOTE_AGE_MS = 5 * DAY_MS;

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/).refine(beginsWithDay).transform((text) => Date.parse(text));
/** `NaN`, `None` and the like are no decimals. */
const decimal = z.string().regex(/^\d+(\.\d+)?$/).transform(Number);

const dailyBody = z.object({
  'Meta Data': z.object({ '2. Symbol': z.string(), '5. Time Zone': z.string() }),
  'Time Series (Daily)': z.record(z.string(), z.object({ '1. open': decimal, '2. high': decimal, '3. low': decimal, '4. close': decimal, '5. volume': decimal })),
});
const splitsBody = z.object({ symbol: z.string(), data: z.array(z.object({ effective_date: day, split_factor: decimal })) });
const quoteBody = z.object({ 'Global Quote': z.object({ '01. symbol': z.string(), '05. price': decimal, '07. latest trading day': day }) });
/** Its ways to say no, all of them with status 200. */
const refusalBody = z.object({ Note: z.string().optional(), Information: z.string().optional(), 'Error Message': z.string().optional() });

/**
 * Alpha Vantage: daily bars and the last price of one symbol a call. Its prices are as they were traded;
 * where one night moved the price as a split does, it is asked for the splits, which is a call of its
 * own, and they are taken out. Its refusals are answers like any other, by their words alone.
 */
export class AlphaVantageProvider implements BarProvider {
  readonly name = 'alphavantage';
  readonly #spec: BoundedGetSpec;
  readonly #key: Secret;

  constructor({ key, timeoutMs = 15_000, ...spec }: AlphaVantageSpec) {
    this.#spec = { ...spec, provider: this.name, timeoutMs, maxBytes: 8 * 2 ** 20 };
    this.#key = key;
  }

  async bars(request: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>> {
    const { symbol, intervalMs, span } = request;
    // A pair of coins is no share, and would cost a call to be told so.
    if (/-[A-Z]{3,4}$/.test(symbol)) return this.#refuse('unsupported', `there are no daily bars of the pair ${symbol}`);
    if (intervalMs !== DAY_MS) return this.#refuse('unsupported', `there are no bars of ${formatInterval(intervalMs)}`);
    const now = this.#spec.clock.now();
    const outputsize = span.from >= now - COMPACT_MS ? 'compact' : 'full';
    const daily = await this.#ask(`daily bars of ${symbol}`, { function: 'TIME_SERIES_DAILY', symbol, outputsize }, dailyBody);
    if (!daily.ok) return daily;
    const { 'Meta Data': meta, 'Time Series (Daily)': series } = daily.value;
    if (meta['2. Symbol'].toUpperCase() !== symbol.toUpperCase()) return this.#refuse('wrong-shape', `asked for ${symbol}, got ${meta['2. Symbol']}`);
    const days = Object.keys(series).toSorted();
    const wrong = days.find((text) => !/^\d{4}-\d\d-\d\d$/.test(text) || !beginsWithDay(text));
    if (wrong !== undefined) return this.#refuse('wrong-shape', `${symbol}: "${wrong}" is no day`);
    const raw = days.map((text) => {
      const { '1. open': open, '2. high': high, '3. low': low, '4. close': close, '5. volume': volume } = series[text];
      return { timestamp: Date.parse(text), open, high, low, close, volume };
    });
    const splits = raw.some(opensAfterSplit) ? await this.#splits(symbol) : { ok: true, value: [] } as const;
    if (!splits.ok) return splits;
    const settled = settleRows(withoutSplits(raw, splits.value), { provider: this.name, request, now, splits: splits.value });
    if (!settled.ok) return settled;
    const within = ({ time }: { readonly time: Timestamp }) => time >= span.from && time < span.to;
    return { ok: true, value: { ...settled.value, source: this.name, facts: {
      currency: undefined, timeZone: zoneOf(meta['5. Time Zone']), adjusted: 'splits', splits: splits.value.filter(within), dividends: [],
    } } };
  }

  async quote(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>> {
    const quote = await this.#ask(`a quote of ${symbol}`, { function: 'GLOBAL_QUOTE', symbol }, quoteBody);
    if (!quote.ok) return quote;
    const { '05. price': price, '07. latest trading day': tsEvent } = quote.value['Global Quote'];
    if (!(price > 0)) return this.#refuse('implausible', `the price of ${symbol} is ${price}`);
    if (tsEvent < this.#spec.clock.now() - QUOTE_AGE_MS) return this.#refuse('stale', `the last price of ${symbol} is of ${new Date(tsEvent).toISOString().slice(0, 10)}`);
    return { ok: true, value: { source: this.name, symbol, price, currency: undefined, tsEvent } };
  }

  async #splits(symbol: string): Promise<Result<readonly Split[], ProviderFailure>> {
    const splits = await this.#ask(`splits of ${symbol}`, { function: 'SPLITS', symbol }, splitsBody);
    if (!splits.ok) return splits;
    const list = splits.value.data.map(({ effective_date: time, split_factor: ratio }) => ({ time, ratio })).toSorted((a, b) => a.time - b.time);
    return list.every(({ ratio }) => ratio > 0) ? { ok: true, value: list } : this.#refuse('implausible', `a split of ${symbol} is 0`);
  }

  async #ask<T>(what: string, query: Readonly<Record<string, string>>, schema: z.ZodType<T>): Promise<Result<T, ProviderFailure>> {
    const answer = await boundedGet(this.#spec, what, `/query?${new URLSearchParams({ ...query, apikey: this.#key.reveal() }).toString()}`);
    if (!answer.ok) return answer;
    const body = readJson(answer.value.text);
    const read = schema.safeParse(body);
    if (read.success) return { ok: true, value: read.data };
    const told = refusalBody.safeParse(body).data;
    const words = (told?.Note ?? told?.Information ?? told?.['Error Message'])?.replaceAll(this.#key.reveal(), '[key]');
    if (words !== undefined) return this.#refuse(kindOf(words, told?.['Error Message'] === words), `${what}: ${words}`, waitOf(words));
    const hollow = typeof body === 'object' && body !== null && JSON.stringify(body).length < 30;
    return hollow ? this.#refuse('empty', `${what}: the answer is empty`) : this.#refuse('wrong-shape', `${what}: ${firstIssue(read.error)}`);
  }

  #refuse(kind: ProviderFailureKind, words: string, retryAfterMs?: number): { readonly ok: false; readonly error: ProviderFailure } {
    return { ok: false, error: { kind, provider: this.name, message: `alphavantage: ${words}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
  }
}

/** What a refusal means, by its words. */
function kindOf(words: string, isError: boolean): ProviderFailureKind {
  if (/premium (endpoint|feature)|invalid or missing|apikey is/i.test(words)) return 'unauthorised';
  return isError ? 'not-found' : 'rate-limited';
}

/** How long a limit lasts, by its words: the shortest that they name; undefined where they name none. */
function waitOf(words: string): number | undefined {
  if (/per second|sparingly/i.test(words)) return 1_500;
  if (/per minute/i.test(words)) return 60_000;
  return /per day|daily/i.test(words) ? DAY_MS : undefined;
}

function opensAfterSplit({ open }: Bar, i: number, bars: readonly Bar[]): boolean {
  const step = i === 0 ? 1 : open / bars[i - 1].close;
  return step > SPLIT_STEP || step < 1 / SPLIT_STEP;
}

/** Prices and volumes as if all splits had always been, each price rounded once. */
function withoutSplits(bars: readonly Bar[], splits: readonly Split[]): readonly Bar[] {
  if (splits.length === 0) return bars;
  return bars.map(({ timestamp, open, high, low, close, volume }) => {
    const ratio = splits.reduce((product, split) => (split.time > timestamp ? product * split.ratio : product), 1);
    return { timestamp, open: open / ratio, high: high / ratio, low: low / ratio, close: close / ratio, volume: volume * ratio };
  });
}

/** It writes the old name of a zone. */
function zoneOf(name: string): string {
  return name === 'US/Eastern' ? 'America/New_York' : name;
}
