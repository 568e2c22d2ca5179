import { z } from 'zod';
import type { SeriesState } from '../../domain/dated-series.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchedSeries, SeriesAsk, SeriesSource } from '../../ports/series-source.ts';
import { HttpCaller } from '../wire/http-caller.ts';

const TIMEOUT_MS = 20_000;
const MINUTE_MS = 60_000;
const FUNDING_MS = 8 * 60 * MINUTE_MS;
const PERIOD_MS = 5 * MINUTE_MS;
/** Statistics are kept for thirty days; what is a little younger can be asked for by any clock. */
const KEPT_MS = 30 * DAY_MS - 60 * MINUTE_MS;
/** The first funding of any perpetual here. */
const BEGAN = Date.UTC(2019, 8, 8);

const time = z.coerce.number().int().positive();
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/).transform(Number);

/** One kind of figure, and how it is asked for. */
interface Kind {
  readonly path: string;
  /** How its request calls the perpetual. */
  readonly key: 'symbol' | 'pair';
  readonly query: Readonly<Record<string, string>>;
  readonly page: number;
  /** The usual distance between two figures, and how long after its time one is known at the latest. */
  readonly everyMs: number;
  readonly lateMs: number;
  readonly title: string;
  readonly units: string;
  readonly frequency: string;
  readonly row: z.ZodType<{ readonly date: Timestamp; readonly value: number }>;
}

/** A statistic of five minutes. Its time may be its beginning or its end, so it counts as known a period and a minute later. */
function statistic(name: string, title: string, units: string, field: string, more: { readonly key?: 'pair'; readonly query?: Readonly<Record<string, string>> } = {}): Kind {
  return {
    path: `/futures/data/${name}`, key: more.key ?? 'symbol', query: { period: '5m', ...more.query }, page: 500, everyMs: PERIOD_MS, lateMs: PERIOD_MS + MINUTE_MS, title, units, frequency: '5 minutes',
    row: z.looseObject({ timestamp: time, [field]: decimal }).transform((row) => ({ date: row.timestamp, value: Number(row[field]) })),
  };
}

/** developers.binance.com, USD-M futures, market data: funding rate history, open interest statistics, long/short ratio, taker buy/sell volume, basis. */
const KINDS = {
  FUNDING: {
    path: '/fapi/v1/fundingRate', key: 'symbol', query: {}, page: 1_000, everyMs: FUNDING_MS, lateMs: MINUTE_MS, title: 'Funding of the perpetual, paid by longs', units: 'Share of the position', frequency: '8 hours',
    row: z.looseObject({ fundingTime: time, fundingRate: decimal }).transform(({ fundingTime, fundingRate }) => ({ date: fundingTime, value: fundingRate })),
  },
  'OPEN-INTEREST': statistic('openInterestHist', 'Open interest of the perpetual', 'Coins', 'sumOpenInterest'),
  'LONG-SHORT': statistic('globalLongShortAccountRatio', 'Accounts that are long for each that is short', 'Ratio', 'longShortRatio'),
  TAKER: statistic('takerlongshortRatio', 'What takers bought for each that they sold', 'Ratio', 'buySellRatio'),
  BASIS: statistic('basis', 'The perpetual above its index', 'Share of the index', 'basisRate', { key: 'pair', query: { contractType: 'PERPETUAL' } }),
} as const satisfies Readonly<Record<string, Kind>>;

/** The series of a coin's perpetual, in dollars of Tether: `FUNDING-BTC`. */
export function positioningSeries(coin: string): readonly string[] {
  return Object.keys(KINDS).map((kind) => `${kind}-${coin}`);
}

/**
 * Where traders of Binance's USD-M perpetuals stand. Funding is kept there from the first on; the
 * statistics of five minutes for thirty days, so that a longer history has to be gathered. No key.
 * Figures are told once and not revised: each counts as known soon after its time. Throws `SeriesError`.
 */
export class PositioningSource implements SeriesSource {
  readonly name = 'binance-usdm';
  readonly #http: HttpCaller;
  readonly #clock: Clock;
  readonly #turn: (() => Promise<void>) | undefined;

  /** `base` is `https://…` without a path; `turn` waits for this installation's turn, where others of its processes ask as well. */
  constructor({ base, clock, turn }: { readonly base: string; readonly clock: Clock; readonly turn?: () => Promise<void> }) {
    this.#http = new HttpCaller({ venue: this.name, base, clock, timeoutMs: TIMEOUT_MS });
    this.#clock = clock;
    this.#turn = turn;
  }

  async fetch(id: string, { vintages, since = -Infinity }: SeriesAsk): Promise<FetchedSeries> {
    const [, name = '', coin = ''] = /^(.+)-([A-Z0-9]+)$/.exec(id) ?? [];
    const kind: Kind | undefined = Object.entries(KINDS).find(([each]) => each === name)?.[1];
    if (kind === undefined) throw new SeriesError('not-found', `${this.name}: there is no series ${id}`);
    const now = this.#clock.now();
    const oldest = kind.everyMs === PERIOD_MS ? now - KEPT_MS : BEGAN;
    const rows = await this.#rows(kind, `${coin}USDT`, Math.max(oldest, since - kind.lateMs), now);
    const states = rows.map(({ date, value }): SeriesState => ({ date, value, availableAt: vintages ? date + kind.lateMs : now })).filter(({ availableAt }) => availableAt > since && availableAt <= now);
    return {
      facts: { id, source: this.name, title: `${kind.title} ${coin}-USDT at Binance`, units: kind.units, frequency: kind.frequency, adjustment: '' },
      states, dueAt: (states.at(-1)?.date ?? now) + kind.everyMs + kind.lateMs,
    };
  }

  close(): void {
    this.#http.close();
  }

  /** All figures of [from, now], by time, page by page. */
  async #rows(kind: Kind, symbol: string, from: Timestamp, now: Timestamp): Promise<readonly { readonly date: Timestamp; readonly value: number }[]> {
    const all = new Map<Timestamp, number>();
    for (let start = Math.floor(from); start <= now;) {
      const end = Math.min(now, start + kind.page * kind.everyMs - 1);
      const page = await this.#page(kind, symbol, start, end);
      for (const { date, value } of page) {
        if (date < start || date > end || all.has(date)) throw this.#unreadable(kind, date < start || date > end ? 'a figure is of another time than was asked for' : 'a time comes twice');
        all.set(date, value);
      }
      // A page that is full may not be all there is: intervals of funding have been shorter than eight hours.
      start = page.length >= kind.page ? Math.max(...page.map(({ date }) => date)) + 1 : end + 1;
    }
    return [...all].map(([date, value]) => ({ date, value })).sort((a, b) => a.date - b.date);
  }

  async #page({ path, key, query, page, row, ...kind }: Kind, symbol: string, start: Timestamp, end: Timestamp): Promise<readonly { readonly date: Timestamp; readonly value: number }[]> {
    const target = `${path}?${new URLSearchParams({ [key]: symbol, ...query, startTime: String(start), endTime: String(end), limit: String(page) }).toString()}`;
    const { status, statusText, text } = await this.#call(path, target);
    if (status !== 200) throw new SeriesError(status === 429 || status === 418 ? 'rate-limited' : status >= 500 ? 'unavailable' : status === 400 ? 'not-found' : 'refused', `${this.name}: ${path} of ${symbol}: ${status} ${statusText}`);
    const read = z.array(row).max(page).safeParse(jsonOf(text));
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw this.#unreadable({ path, ...kind }, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }

  async #call(what: string, target: string) {
    await this.#turn?.();
    try {
      return await this.#http.call(what, { method: 'GET', target });
    } catch (error) {
      if (error instanceof VenueError) throw new SeriesError('unreachable', error.message, error);
      throw error;
    }
  }

  #unreadable({ path }: Pick<Kind, 'path'>, words: string): SeriesError {
    return new SeriesError('unreadable', `${this.name}: the answer to ${path} cannot be: ${words}`);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
