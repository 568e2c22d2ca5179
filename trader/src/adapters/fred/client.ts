import type { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { HttpCaller, type HttpAnswer } from '../wire/http-caller.ts';
import { ERROR, OBSERVATION_PAGE, RELEASE_DATE_PAGE, RELEASES, SEARCH_PAGE, SERIES, VINTAGE_PAGE, type FredSeries, type Observation } from './answers.ts';

/** How FRED is reached. */
export interface FredSpec {
  /** `https://…` without a path. */
  readonly base: string;
  /** 32 lower-case letters and digits, fred.stlouisfed.org/docs/api/api_key.html. */
  readonly key: Secret;
  readonly clock: Clock;
  /** Waits for this installation's turn, where others of its processes ask as well. Throws `SeriesError`. */
  readonly turn?: () => Promise<void>;
}

/** FRED takes 120 requests a minute and key, and turns away bursts beyond two a second. */
const SPACING_MS = 500;
/** A page of observations can take it long. */
const TIMEOUT_MS = 45_000;
/** How often a request is sent at most, where the limit or FRED's own fault stood against it. */
const ATTEMPTS = 3;
/** Without a word of how long: the limit is by the minute, a fault is gone soon or stays. */
const PAUSES_MS = { 'rate-limited': 15_000, unavailable: 2_000 } as const;
/** Who asks us to wait longer than this is not waited for. */
const LONGEST_PAUSE_MS = 60_000;
/** The most that each page may hold, by FRED's pages of each request. */
const PAGE = { search: 1_000, observations: 100_000, vintages: 10_000, dates: 10_000 } as const;

type Query = Readonly<Record<string, string | number>>;

/**
 * FRED's API at one address: JSON, checked; every list read to its end or not at all. Requests keep to
 * the limit by their distance. The key is in each request's address, as FRED wants it, and in nothing
 * else: no error repeats it. Throws `SeriesError`.
 */
export class FredClient {
  readonly #http: HttpCaller;
  readonly #key: Secret;
  readonly #clock: Clock;
  readonly #shared: FredSpec['turn'];
  readonly #waits = new Set<() => void>();
  #nextAt = 0;
  #closed = false;

  constructor({ base, key, clock, turn }: FredSpec) {
    if (!/^[a-z0-9]{32}$/.test(key.reveal())) throw new SeriesError('unauthorised', 'fred: a key is 32 lower-case letters and digits, and this one is not');
    this.#http = new HttpCaller({ venue: 'fred', base, clock, timeoutMs: TIMEOUT_MS });
    this.#key = key;
    this.#clock = clock;
    this.#shared = turn;
  }

  /** Series that a text is found in, the most fitting first, at most `limit`; and how many there are. */
  async search(text: string, limit: number): Promise<{ readonly count: number; readonly series: readonly FredSeries[] }> {
    return this.#pages('series/search', { search_text: text, order_by: 'search_rank' }, PAGE.search, SEARCH_PAGE, ({ seriess }) => seriess, limit).then(({ count, rows }) => ({ count, series: rows }));
  }

  async series(id: string): Promise<FredSeries> {
    const { seriess: [series] } = await this.#ask('series', { series_id: id }, SERIES);
    return series;
  }

  /** Every figure that stood on a day from `from` to `to`, with the days within them on which it did; those of today where neither is given. */
  async observations(id: string, between?: { readonly from: string; readonly to: string }): Promise<readonly Observation[]> {
    const period = between === undefined ? {} : { realtime_start: between.from, realtime_end: between.to };
    return (await this.#pages('series/observations', { series_id: id, ...period }, PAGE.observations, OBSERVATION_PAGE, ({ observations }) => observations)).rows;
  }

  /** The days from `from` on, on which something of a series was published or revised. */
  async vintageDates(id: string, from: string): Promise<readonly string[]> {
    return (await this.#pages('series/vintagedates', { series_id: id, realtime_start: from, realtime_end: '9999-12-31' }, PAGE.vintages, VINTAGE_PAGE, ({ vintage_dates: dates }) => dates)).rows;
  }

  /** The days from `from` on, past and announced, on which the release that a series belongs to comes out, in order. */
  async releaseDates(id: string, from: string): Promise<readonly string[]> {
    const { releases: [release] } = await this.#ask('series/release', { series_id: id }, RELEASES);
    if (release === undefined) return [];
    // Days to come hold no data yet, and are left out unless asked for.
    const query = { release_id: release.id, include_release_dates_with_no_data: 'true', sort_order: 'asc', realtime_start: from, realtime_end: '9999-12-31' };
    return (await this.#pages('release/dates', query, PAGE.dates, RELEASE_DATE_PAGE, ({ release_dates: dates }) => dates)).rows.map(({ date }) => date).sort();
  }

  /** Gives up what is in flight and what waits. */
  close(): void {
    this.#closed = true;
    for (const end of this.#waits) end();
    this.#http.close();
  }

  async #pages<P extends { readonly count: number; readonly offset: number }, R>(path: string, query: Query, size: number, schema: z.ZodType<P>, rowsOf: (page: P) => readonly R[], limit = Infinity): Promise<{ readonly count: number; readonly rows: readonly R[] }> {
    const rows: R[] = [];
    for (let count = Infinity; ;) {
      const page = await this.#ask(path, { ...query, limit: Math.min(size, limit - rows.length), offset: rows.length }, schema);
      if (count !== Infinity && page.count !== count) throw new SeriesError('unavailable', `fred: ${path} changed while it was read, page by page`);
      if (page.offset !== rows.length) throw new SeriesError('unreadable', `fred: ${path} answered with another page than was asked for`);
      count = page.count;
      const read = rowsOf(page);
      for (const row of read) rows.push(row);
      if (rows.length >= Math.min(count, limit)) return { count, rows: rows.slice(0, limit) };
      if (read.length === 0) throw new SeriesError('unreadable', `fred: ${path} ended after ${rows.length} of ${count}`);
    }
  }

  async #ask<T>(path: string, query: Query, schema: z.ZodType<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#send(path, query);
      if (answer.status === 200) return read(path, answer, schema);
      const error = this.#errorOf(path, answer);
      const pauseMs = error.kind === 'rate-limited' || error.kind === 'unavailable' ? retryAfterMs(answer) ?? PAUSES_MS[error.kind] * attempt : Infinity;
      if (attempt === ATTEMPTS || pauseMs > LONGEST_PAUSE_MS) throw error;
      this.#nextAt = Math.max(this.#nextAt, this.#clock.now() + pauseMs);
    }
  }

  async #send(path: string, query: Query): Promise<HttpAnswer> {
    await this.#turn(path);
    const search = new URLSearchParams(Object.entries({ ...query, file_type: 'json', api_key: this.#key.reveal() }).map(([name, value]): [string, string] => [name, String(value)]));
    try {
      return await this.#http.call(`fred/${path}`, { method: 'GET', target: `/fred/${path}?${search.toString()}` });
    } catch (error) {
      if (error instanceof VenueError) throw new SeriesError('unreachable', error.message, error);
      throw error;
    }
  }

  /** Waits until the next request may go. */
  async #turn(path: string): Promise<void> {
    for (;;) {
      if (this.#closed) throw new SeriesError('unreachable', `fred: ${path} was not asked for, since the connection is closed`);
      const waitMs = this.#nextAt - this.#clock.now();
      if (waitMs <= 0) break;
      const { promise, resolve } = Promise.withResolvers<void>();
      const calm = this.#clock.after(waitMs, resolve);
      this.#waits.add(resolve);
      await promise;
      calm();
      this.#waits.delete(resolve);
    }
    this.#nextAt = this.#clock.now() + SPACING_MS;
    await this.#shared?.();
  }

  #errorOf(path: string, { status, statusText, text }: HttpAnswer): SeriesError {
    const told = ERROR.safeParse(readJson(text)).data?.error_message ?? statusText;
    // FRED does not repeat a key, and shall not make us do so.
    const words = told.replaceAll(this.#key.reveal(), '[secret]').replace(/\s+/g, ' ').trim();
    const kind = status === 429 ? 'rate-limited' : status === 423 || status >= 500 ? 'unavailable'
      : status === 404 || /does not exist/.test(words) ? 'not-found' : status === 401 || status === 403 || /api_key/.test(words) ? 'unauthorised' : 'refused';
    return new SeriesError(kind, `fred: ${path}: ${status} ${words}`);
  }
}

function read<T>(path: string, { text }: HttpAnswer, schema: z.ZodType<T>): T {
  const { success, data, error } = schema.safeParse(readJson(text));
  if (success) return data;
  const [issue] = error.issues;
  throw new SeriesError('unreadable', `fred: the answer to ${path} has another shape: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The header in seconds; undefined where it says nothing that can be counted. */
function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const told = headers['retry-after'];
  return told !== undefined && /^\d{1,6}$/.test(told) ? Number(told) * 1_000 : undefined;
}
