import type { Bar } from '../../domain/bar.ts';
import type { Result } from '../../domain/result.ts';
import { DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import type { BarProvider, BarRequest, Dividend, ProvidedBars, ProvidedQuote, ProviderFailure, ProviderFailureKind, Split } from '../../ports/bar-provider.ts';
import { boundedGet, type BoundedGetSpec } from '../wire/bounded-get.ts';
import { firstIssue, readJson } from '../wire/provided-json.ts';
import { settleRows } from '../wire/provided-rows.ts';
import { zoneDay } from '../wire/zone-time.ts';
import { chartBody, type ChartEvents, type ChartQuote, type ChartResult } from './chart-body.ts';

/** Intervals that the chart API has, in its words. */
const INTERVALS: Readonly<Record<string, string>> = { '1m': '1m', '5m': '5m', '15m': '15m', '30m': '30m', '1h': '60m', '1d': '1d' };
/** A live price that is older was not traded in this or the last session, over whatever weekend. */
const QUOTE_AGE_MS = 5 * DAY_MS;

/** Kinds of instruments that are never split. */
const UNSPLIT: ReadonlySet<string> = new Set(['CRYPTOCURRENCY', 'CURRENCY']);

/** What the provider is made with. */
export interface YahooSpec extends Omit<BoundedGetSpec, 'provider' | 'timeoutMs' | 'maxBytes'> {
  /** Where the cookie is given that some addresses are asked for: `https://…`. */
  readonly cookieBase: string;
  readonly timeoutMs?: number;
}

/** What it asks with where it was once told 401. */
interface Session {
  readonly cookie: string;
  readonly crumb: string;
}

/**
 * Yahoo Finance's chart API: bars adjusted for splits, with splits and dividends, and the last price.
 * It is not documented; what is read here was recorded from it. Where it wants a cookie and its crumb
 * it says 401, and is asked for both once.
 */
export class YahooProvider implements BarProvider {
  readonly name = 'yahoo';
  readonly #spec: BoundedGetSpec;
  readonly #cookieSpec: BoundedGetSpec;
  #session: Session | undefined;

  constructor({ cookieBase, timeoutMs = 15_000, ...spec }: YahooSpec) {
    this.#spec = { ...spec, provider: this.name, timeoutMs, maxBytes: 8 * 2 ** 20 };
    this.#cookieSpec = { ...this.#spec, base: cookieBase };
  }

  async bars(request: BarRequest): Promise<Result<ProvidedBars, ProviderFailure>> {
    const interval = INTERVALS[formatInterval(request.intervalMs)];
    if (interval === undefined) return this.#refuse('unsupported', `there are no bars of ${formatInterval(request.intervalMs)}`);
    // A day's stamp may lie up to a day before or after its session: ask wider, take what is of the span.
    const margin = request.intervalMs >= DAY_MS ? DAY_MS : 0;
    const seconds = (time: number) => Math.floor(time / 1_000);
    const chart = await this.#chart(request.symbol, {
      interval, period1: String(seconds(request.span.from - margin)), period2: String(seconds(request.span.to + margin)), events: 'div|split', includePrePost: 'false',
    });
    return chart.ok ? this.#barsOf(request, interval, chart.value) : chart;
  }

  async quote(symbol: string): Promise<Result<ProvidedQuote, ProviderFailure>> {
    const chart = await this.#chart(symbol, { interval: '1d', range: '1d' });
    if (!chart.ok) return chart;
    const { regularMarketPrice: price, regularMarketTime: time, currency } = chart.value.meta;
    if (price === undefined || time === undefined || !(price > 0)) return this.#refuse('wrong-shape', `the last price of ${symbol} is missing`);
    const tsEvent = time * 1_000;
    if (tsEvent < this.#spec.clock.now() - QUOTE_AGE_MS) return this.#refuse('stale', `the last price of ${symbol} is of ${new Date(tsEvent).toISOString()}`);
    return { ok: true, value: { source: this.name, symbol, price, currency: currency ?? undefined, tsEvent } };
  }

  #barsOf(request: BarRequest, interval: string, chart: ChartResult): Result<ProvidedBars, ProviderFailure> {
    const { symbol, intervalMs } = request;
    const { meta, events, indicators: { quote: [quote] } } = chart;
    const times = chart.timestamp ?? [];
    if (meta.symbol !== yahooSymbol(symbol) || (times.length > 0 && meta.dataGranularity !== interval)) return this.#refuse('wrong-shape', `asked for ${symbol} of ${interval}, got ${meta.symbol} of ${meta.dataGranularity}`);
    const zone = meta.exchangeTimezoneName;
    const rows = rowsOf(times, quote ?? {}, intervalMs >= DAY_MS ? (seconds) => zoneDay(seconds * 1_000, zone) : (seconds) => seconds * 1_000);
    if (rows === undefined) return this.#refuse('wrong-shape', `the columns of ${symbol} are of different length`);
    const { splits, dividends } = eventsOf(events, zone);
    const settled = settleRows(rows, {
      provider: this.name, request, now: this.#spec.clock.now(), before: meta.chartPreviousClose, splits,
      lastTrade: meta.regularMarketTime === undefined ? undefined : meta.regularMarketTime * 1_000,
      firstTrade: typeof meta.firstTradeDate === 'number' ? zoneDay(meta.firstTradeDate * 1_000, zone) : undefined,
    });
    return settled.ok ? { ok: true, value: { ...settled.value, source: this.name, facts: { currency: meta.currency ?? undefined, timeZone: zone, adjusted: UNSPLIT.has(meta.instrumentType ?? '') ? 'none' : 'splits', splits, dividends } } } : settled;
  }

  async #chart(symbol: string, query: Readonly<Record<string, string>>): Promise<Result<ChartResult, ProviderFailure>> {
    const what = `the chart of ${symbol}`;
    let answer = await this.#get(what, symbol, query);
    if (!answer.ok && answer.error.kind === 'unauthorised') {
      const session = await this.#logIn();
      if (!session.ok) return session;
      answer = await this.#get(what, symbol, query);
    }
    if (!answer.ok) return /delisted/i.test(answer.error.message) ? this.#refuse('delisted', `${symbol}: no data found, it may be delisted`) : answer;
    const read = chartBody.safeParse(readJson(answer.value.text));
    if (!read.success) return this.#refuse('wrong-shape', `${what}: ${firstIssue(read.error)}`);
    const { result, error } = read.data.chart;
    const [first] = result ?? [];
    return first === undefined ? this.#refuse(kindOf(error?.code, error?.description), `${what}: ${error?.description ?? 'nothing'}`) : { ok: true, value: first };
  }

  #get(what: string, symbol: string, query: Readonly<Record<string, string>>) {
    const { cookie, crumb } = this.#session ?? { cookie: undefined, crumb: undefined };
    const text = new URLSearchParams({ ...query, ...(crumb === undefined ? {} : { crumb }) }).toString();
    // Without a browser's name the answer is 429.
    const headers = { 'user-agent': 'Mozilla/5.0', accept: 'application/json', ...(cookie === undefined ? {} : { cookie }) };
    return boundedGet(this.#spec, what, `/v8/finance/chart/${encodeURIComponent(yahooSymbol(symbol))}?${text}`, { headers });
  }

  /** Gets a cookie and the crumb that belongs to it. */
  async #logIn(): Promise<Result<Session, ProviderFailure>> {
    const headers = { 'user-agent': 'Mozilla/5.0' };
    // The page itself is a 404: only its cookie counts.
    const given = await boundedGet(this.#cookieSpec, 'a cookie', '/', { headers, anyStatus: true });
    if (!given.ok) return given;
    const cookie = given.value.headers.getSetCookie().map((line) => line.split(';')[0] ?? '').join('; ');
    const crumb = await boundedGet(this.#spec, 'a crumb', '/v1/test/getcrumb', { headers: { ...headers, cookie } });
    if (!crumb.ok) return crumb;
    if (crumb.value.text.length > 50 || /[<{\s]/.test(crumb.value.text)) return this.#refuse('unauthorised', 'it gives no crumb to this address');
    this.#session = { cookie, crumb: crumb.value.text };
    return { ok: true, value: this.#session };
  }

  #refuse(kind: ProviderFailureKind, words: string): { readonly ok: false; readonly error: ProviderFailure } {
    return { ok: false, error: { kind, provider: this.name, message: `yahoo: ${words}` } };
  }
}

/** What an answer without a result means, by its own code and words. */
function kindOf(code = '', description = ''): ProviderFailureKind {
  if (/delisted/i.test(description)) return 'delisted';
  return code === 'Not Found' ? 'not-found' : code === 'Unauthorized' ? 'unauthorised' : 'empty';
}

/** The columns as rows; undefined where one has another length. */
function rowsOf(times: readonly number[], { open = [], high = [], low = [], close = [], volume = [] }: ChartQuote, stamp: (seconds: number) => Timestamp): readonly Bar[] | undefined {
  if ([open, high, low, close, volume].some((column) => column.length !== times.length)) return undefined;
  return times.flatMap((seconds, i) => {
    const prices = [open[i], high[i], low[i], close[i]];
    // A day without a trade is a row of nothing. The last row may be the price of this moment, stamped within its minute: no bar.
    if (prices.every((price) => price === null) || (i === times.length - 1 && seconds % 60 !== 0)) return [];
    const [o, h, l, c] = prices.map((price) => exact(price ?? NaN));
    return [{ timestamp: stamp(seconds), open: o, high: h, low: l, close: c, volume: volume[i] ?? NaN }];
  });
}

function eventsOf(events: ChartEvents, zone: string): { readonly splits: readonly Split[]; readonly dividends: readonly Dividend[] } {
  const byTime = <T extends { readonly time: number }>(list: readonly T[]) => list.toSorted((a, b) => a.time - b.time);
  return {
    splits: byTime(Object.values(events?.splits ?? {}).map(({ date, numerator, denominator }) => ({ time: zoneDay(date * 1_000, zone), ratio: numerator / denominator }))),
    dividends: byTime(Object.values(events?.dividends ?? {}).map(({ date, amount }) => ({ time: zoneDay(date * 1_000, zone), amount }))),
  };
}

/** Share classes are set off by a dash there: `BRK-B`. What follows other dots is the exchange. */
function yahooSymbol(symbol: string): string {
  return symbol.replace(/^([A-Z]+)\.([A-C])$/, '$1-$2');
}

/** Prices are in single precision there, 166.69 as 166.69000244140625: the shortest decimal of the same single is what was quoted. */
function exact(price: number): number {
  if (Math.fround(price) !== price) return price;
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(price.toPrecision(digits));
    if (Math.fround(shorter) === price) return shorter;
  }
  return price;
}
