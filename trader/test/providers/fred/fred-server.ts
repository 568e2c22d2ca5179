import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A figure of a date, from a day of publication on until the next one; "." for none, undefined for taken back. */
export interface Publication {
  readonly date: string;
  readonly from: string;
  readonly value: string | undefined;
}

/** A series that the server has. */
export interface ServedSeries {
  readonly id: string;
  readonly title: string;
  /** As `2024-10-30 07:54:01-05`. */
  readonly updated: string;
  /** Days of its release, past and announced. */
  readonly releases: readonly string[];
  readonly publications: readonly Publication[];
}

/** How the next answer goes wrong. */
export type FredFault = 'limit' | 'limit-told' | 'locked' | 'broken' | 'page' | 'truncated' | 'moved' | 'silent' | 'drip' | 'nan' | 'short-page';

const KEY_WORDS = 'Bad Request.  The value for variable api_key is not registered.  Read https://fred.stlouisfed.org/docs/api/api_key.html for more information.';
const LONG_AGO = '1776-07-04';
const END = '9999-12-31';

/** FRED on loopback, in its own dialect: addresses, pages, real-time periods and errors as its documents and recorded answers have them. It shares no code with the adapter. */
export class FredServer {
  /** Every request that came in, path and query without the key. */
  readonly requests: string[] = [];
  /** When each came in, by the machine's clock. */
  readonly times: number[] = [];
  /** The day that it is at FRED's. */
  today = '2026-11-21';
  /** No page is longer than this, whatever is asked. */
  longestPage = 100_000;
  readonly #key: string;
  readonly #series = new Map<string, ServedSeries>();
  readonly #faults: FredFault[] = [];
  readonly #server: Server;

  constructor(key: string, series: readonly ServedSeries[]) {
    this.#key = key;
    for (const each of series) this.serve(each);
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://fred');
      this.times.push(performance.now());
      this.#answer(url, response);
    });
  }

  /** Has a series, in place of what it had under that id. */
  serve(series: ServedSeries): void {
    this.#series.set(series.id, series);
  }

  failNext(...faults: readonly FredFault[]): void {
    this.#faults.push(...faults);
  }

  /** Resolves with its port. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => { resolve((this.#server.address() as AddressInfo).port); });
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(url: URL, response: ServerResponse): void {
    const key = url.searchParams.get('api_key');
    url.searchParams.delete('api_key');
    this.requests.push(`${url.pathname}?${url.searchParams.toString()}`);
    const fault = this.#faults.shift();
    if (fault !== undefined && fault !== 'nan' && fault !== 'short-page') {
      fail(fault, response);
      return;
    }
    if (key !== this.#key) {
      refuse(response, 400, KEY_WORDS);
      return;
    }
    const body = this.#bodyOf(url.pathname, url.searchParams);
    if (typeof body === 'string') refuse(response, body.startsWith('Not Found') ? 404 : 400, body);
    else send(response, 200, fault === 'nan' ? JSON.stringify(body).replaceAll(/"value":"[^"]*"/g, '"value":"NaN"') : fault === 'short-page' ? JSON.stringify({ ...body, count: 7, seriess: [] }) : JSON.stringify(body));
  }

  /** The body of an answer, or FRED's words of refusal. */
  #bodyOf(path: string, query: URLSearchParams): object | string {
    if (path === '/fred/series/search') {
      const words = (query.get('search_text') ?? '').toLowerCase();
      return this.#page(query, 'seriess', [...this.#series.values()].filter(({ id, title }) => `${id} ${title}`.toLowerCase().includes(words)).map((each) => describe(each)), 1_000);
    }
    if (path === '/fred/release/dates') return this.#releaseDates(query);
    const series = this.#series.get(query.get('series_id') ?? '');
    if (series === undefined) return 'Bad Request.  The series does not exist.';
    switch (path) {
      case '/fred/series':
        return { seriess: [describe(series)] };
      case '/fred/series/release':
        return { releases: [{ id: [...this.#series.keys()].indexOf(series.id) + 10, name: series.title, press_release: true }] };
      case '/fred/series/vintagedates':
        return this.#page(query, 'vintage_dates', vintagesOf(series).filter((day) => day >= (query.get('realtime_start') ?? LONG_AGO) && day <= (query.get('realtime_end') ?? END)), 10_000);
      case '/fred/series/observations':
        return this.#observations(series, query);
      default:
        return 'Not Found';
    }
  }

  #observations(series: ServedSeries, query: URLSearchParams): object | string {
    const [start, end] = [query.get('realtime_start') ?? this.today, query.get('realtime_end') ?? this.today];
    const vintages = vintagesOf(series).filter((day) => day >= start && day <= end).length;
    if (vintages > 2_000) return `Bad Request.  There are ${vintages} vintage dates in the specified real-time period: ${start} to ${end}.  This exceeds the maximum number of vintage dates allowed (2000).`;
    const rows = [...Map.groupBy(series.publications, ({ date }) => date)].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([date, figures]) => {
      const inOrder = [...figures].sort((a, b) => (a.from < b.from ? -1 : 1));
      return inOrder.flatMap(({ from, value }, i) => {
        const last = inOrder[i + 1] === undefined ? END : dayBefore(inOrder[i + 1]?.from ?? END);
        if (value === undefined || from > end || last < start) return [];
        return [{ realtime_start: from < start ? start : from, realtime_end: last > end ? end : last, date, value }];
      });
    });
    return this.#page(query, 'observations', rows, 100_000);
  }

  #releaseDates(query: URLSearchParams): object {
    const id = Number(query.get('release_id'));
    const series = [...this.#series.values()][id - 10];
    const withFuture = query.get('include_release_dates_with_no_data') === 'true';
    const dates = (series?.releases ?? []).filter((date) => date >= (query.get('realtime_start') ?? LONG_AGO) && (withFuture || date <= this.today));
    return this.#page(query, 'release_dates', dates.map((date) => ({ release_id: id, date })), 10_000);
  }

  #page(query: URLSearchParams, name: string, rows: readonly unknown[], most: number): object {
    const limit = Math.min(Number(query.get('limit') ?? most), most, this.longestPage);
    const offset = Number(query.get('offset') ?? 0);
    return { realtime_start: this.today, realtime_end: this.today, count: rows.length, offset, limit, [name]: rows.slice(offset, offset + limit) };
  }
}

function describe({ id, title, updated, publications }: ServedSeries): object {
  const dates = publications.map(({ date }) => date).sort();
  return {
    id, title, realtime_start: LONG_AGO, realtime_end: END, observation_start: dates[0] ?? '1947-01-01', observation_end: dates.at(-1) ?? '1947-01-01', frequency: 'Monthly', frequency_short: 'M',
    units: 'Index 1982-1984=100', units_short: 'Index', seasonal_adjustment: 'Seasonally Adjusted', seasonal_adjustment_short: 'SA', last_updated: updated, popularity: 95,
  };
}

function vintagesOf({ publications }: ServedSeries): readonly string[] {
  return [...new Set(publications.map(({ from }) => from))].sort();
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}

function send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
  response.end(body);
}

function refuse(response: ServerResponse, status: number, words: string, headers: Readonly<Record<string, string>> = {}): void {
  send(response, status, JSON.stringify({ error_code: status, error_message: words }), headers);
}

function fail(fault: Exclude<FredFault, 'nan' | 'short-page'>, response: ServerResponse): void {
  switch (fault) {
    case 'limit':
      refuse(response, 429, 'Too Many Requests.  Exceeded Rate Limit');
      return;
    case 'limit-told':
      refuse(response, 429, 'Too Many Requests.  Exceeded Rate Limit', { 'retry-after': '3' });
      return;
    case 'locked':
      refuse(response, 423, 'Locked');
      return;
    case 'broken':
      refuse(response, 500, 'Internal Server Error');
      return;
    case 'page':
      send(response, 200, '<html><body>Access denied</body></html>', { 'content-type': 'text/html' });
      return;
    case 'truncated':
      send(response, 200, '{"realtime_start":"2024-10-30","seriess":[{"id":"GD');
      return;
    case 'moved':
      send(response, 301, '', { location: 'http://198.51.100.1/fred/series' });
      return;
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => { clearInterval(timer); });
      return;
    }
    case 'silent':
  }
}
