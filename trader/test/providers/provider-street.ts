import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ROOT } from '../command-line.ts';

/** Twelve megabytes of blanks in a few kilobytes. */
const BOMB = gzipSync(Buffer.alloc(12 * 2 ** 20, 0x20));

/** How an answer goes wrong. */
export const MISANSWERS = [
  'error-body', 'limit-later', 'limit', 'server-error', 'html', 'truncated', 'bomb', 'nan', 'hundredfold', 'one-hundredfold',
  'yesterday', 'duplicated', 'reordered', 'elsewhere', 'drip', 'silent', 'empty-body', 'hollow', 'no-rows', 'old', 'other-symbol', 'shut-out',
] as const;
export type Misanswer = (typeof MISANSWERS)[number];
export type Street = 'alphavantage' | 'yahoo' | 'cryptocompare';

interface Row {
  readonly seconds: number;
  readonly values: readonly (number | null)[];
}

interface Chart {
  readonly meta: Record<string, unknown>;
  readonly rows: readonly Row[];
  readonly events: unknown;
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
const FIXTURES = join(ROOT, 'trader/test/fixtures/providers');
const REFUSALS = readJson('alphavantage-refusals.json') as Record<'invalidCall' | 'perDay' | 'perMinute', object>;

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'));
}

function chartOf(name: string): Chart {
  const { chart: { result: [{ meta, timestamp, events, indicators: { quote: [quote] } }] } } = readJson(name) as { chart: { result: { meta: Record<string, unknown>; timestamp: number[]; events: unknown; indicators: { quote: Record<string, (number | null)[]>[] } }[] } };
  return { meta, events, rows: timestamp.map((seconds, i) => ({ seconds, values: FIELDS.map((field) => quote[field][i]) })) };
}

const CHARTS = new Map([['NVDA', chartOf('yahoo-nvda.json')], ['MSFT', chartOf('yahoo-msft.json')]]);
/** NVDA's split of four for one. */
const SPLIT_SECONDS = 1_626_787_800;
const LIFE: Record<string, readonly (readonly [string, string])[]> = { NVDA: [['2021-07-20', '4.0000'], ['2024-06-10', '10.0000']], MSFT: [] };

/**
 * Alpha Vantage and Yahoo on one port of loopback, in their own dialects, with recorded bars of NVDA
 * (its split of July 2021 among them) and MSFT. Alpha Vantage tells them as they were traded.
 */
export class ProviderStreet {
  /** `METHOD /path?query` of every request, in order. */
  readonly requests: string[] = [];
  readonly #server: Server;
  readonly #wrong = new Map<Street, Misanswer | 'one-nan' | 'nowhere'>();
  #needsCrumb = false;
  #tradedNow = false;

  private constructor() {
    this.#server = createServer((request, response) => { this.#answer(request, response); });
  }

  static async open(): Promise<ProviderStreet> {
    const street = new ProviderStreet();
    await new Promise<void>((resolve) => { street.#server.listen(0, '127.0.0.1', resolve); });
    return street;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Requests to one provider. */
  asked(street: Street): number {
    return this.requests.filter((line) => streetOf(line.split(/[ ?]/)[1] ?? '') === street).length;
  }

  /** From now on this provider answers so; well again with undefined. `one-nan` is a single row that cannot be, among many; `nowhere` a zone that there is not. */
  goWrong(street: Street, how: Misanswer | 'one-nan' | 'nowhere' | undefined): void {
    if (how === undefined) this.#wrong.delete(street);
    else this.#wrong.set(street, how);
  }

  /** From now on Yahoo wants a crumb and its cookie. */
  wantCrumb(): void {
    this.#needsCrumb = true;
  }

  /** Whether Yahoo's symbols were traded a moment ago from now on, or where their recorded bars end. */
  tradeNow(does: boolean): void {
    this.#tradedNow = does;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? '/', 'http://loopback');
    const street = streetOf(url.pathname);
    const wrong = this.#wrong.get(street);
    if (url.pathname === '/') response.writeHead(404, { 'set-cookie': 'A3=abc; Path=/; Secure' }).end('nothing here');
    else if (url.pathname === '/v1/test/getcrumb') response.end(request.headers.cookie === 'A3=abc' ? 'crumb/1.2' : '');
    else if (misanswered(wrong, street, response)) return;
    else if (street === 'alphavantage') this.#alphaVantage(url, response, wrong);
    else if (street === 'cryptocompare') this.#cryptoCompare(url, response, wrong);
    else this.#yahoo(url, request, response, wrong);
  }

  #yahoo(url: URL, request: IncomingMessage, response: ServerResponse, wrong: Misanswer | 'one-nan' | 'nowhere' | undefined): void {
    const refuse = (status: number, code: string, description: string) => { response.writeHead(status).end(JSON.stringify({ chart: { result: null, error: { code, description } } })); };
    if (this.#needsCrumb && (url.searchParams.get('crumb') !== 'crumb/1.2' || request.headers.cookie !== 'A3=abc')) return refuse(401, 'Unauthorized', 'Invalid Crumb');
    const symbol = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    const chart = CHARTS.get(symbol);
    if (chart === undefined) return refuse(404, 'Not Found', 'No data found, symbol may be delisted');
    const [from, to] = [Number(url.searchParams.get('period1') ?? 0), Number(url.searchParams.get('period2') ?? Infinity)];
    const rows = spoiled(chart.rows.filter(({ seconds }) => seconds >= from && seconds < to), wrong);
    // It was traded last where the recorded bars end.
    const meta = { ...chart.meta, regularMarketTime: this.#tradedNow ? Math.floor(Date.now() / 1_000) : chart.rows.at(-1)?.seconds, ...(wrong === 'other-symbol' ? { symbol: 'TSLA' } : {}), ...(wrong === 'nowhere' ? { exchangeTimezoneName: 'Nowhere/Land' } : {}) };
    const column = (i: number) => rows.map(({ values }) => values[i]);
    const text = JSON.stringify({ chart: { result: [{
      meta, ...(rows.length === 0 ? {} : { timestamp: rows.map(({ seconds }) => seconds) }), events: chart.events,
      indicators: { quote: [rows.length === 0 ? {} : Object.fromEntries(FIELDS.map((field, i) => [field, column(i)]))] },
    }], error: null } });
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  }

  /** Hours as they were recorded; days of `NVDA-USD`, a pair that there is not, with NVDA's prices. */
  #cryptoCompare(url: URL, response: ServerResponse, wrong: Misanswer | 'one-nan' | 'nowhere' | undefined): void {
    const say = (Data: readonly object[]) => { response.end(JSON.stringify({ Response: 'Success', Type: 100, Aggregated: false, Data })); };
    const [coin, to, limit] = [url.searchParams.get('fsym') ?? '', Number(url.searchParams.get('toTs')), Number(url.searchParams.get('limit'))];
    if (url.pathname === '/data/histohour') return say((readJson('cryptocompare-hours.json') as { Data: { time: number }[] }).Data.filter(({ time }) => time <= to).slice(-limit - 1));
    const chart = CHARTS.get(coin);
    if (chart === undefined) {
      response.end(JSON.stringify({ Response: 'Error', Message: `cccagg or instruments not found in market ${coin}-USD`, HasWarning: false, Type: 2, RateLimit: {}, Data: {} }));
      return;
    }
    const rows = spoiled(chart.rows.filter(({ seconds }) => seconds <= to).slice(-limit - 1), wrong);
    say(rows.map(({ seconds, values: [open, high, low, close, volumefrom] }) => ({ time: Math.floor(seconds / 86_400) * 86_400, open, high, low, close, volumefrom, volumeto: 0 })));
  }

  #alphaVantage(url: URL, response: ServerResponse, wrong: Misanswer | 'one-nan' | 'nowhere' | undefined): void {
    const say = (body: object) => { response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body, undefined, 4)); };
    const symbol = url.searchParams.get('symbol') ?? '';
    const chart = CHARTS.get(symbol);
    if (chart === undefined) return say(REFUSALS.invalidCall);
    if (url.searchParams.get('function') === 'SPLITS') return say({ symbol, data: LIFE[symbol].map(([effective_date, split_factor]) => ({ effective_date, split_factor })) });
    if (url.searchParams.get('function') === 'GLOBAL_QUOTE') return say(readJson('alphavantage-quote.json') as object);
    const rows = spoiled(chart.rows, wrong);
    // What later splits made of the prices is not in what was traded then.
    const later = symbol === 'NVDA' ? 10 : 1;
    const series = rows.map(({ seconds, values }) => {
      const scale = symbol === 'NVDA' && seconds < SPLIT_SECONDS ? later * 4 : later;
      const [open, high, low, close, volume] = values.map((value, i) => (value === null ? 'NaN' : i === 4 ? String(Math.round(value / scale)) : (value * scale).toFixed(4)));
      return [new Date(seconds * 1_000).toISOString().slice(0, 10), { '1. open': open, '2. high': high, '3. low': low, '4. close': close, '5. volume': volume }] as const;
    });
    say({
      'Meta Data': { '1. Information': 'Daily Prices (open, high, low, close) and Volumes', '2. Symbol': wrong === 'other-symbol' ? 'TSLA' : symbol, '3. Last Refreshed': series.at(-1)?.[0], '4. Output Size': 'Full size', '5. Time Zone': 'US/Eastern' },
      'Time Series (Daily)': Object.fromEntries(series.toReversed()),
    });
  }
}

/** What each says in place of data, with status 200. */
const ERROR_BODIES: Readonly<Record<Street, unknown>> = {
  alphavantage: REFUSALS.perDay, yahoo: { finance: { result: null, error: { code: 'Internal', description: 'oops' } } }, cryptocompare: readJson('cryptocompare-refusal.json'),
};

function streetOf(path: string): Street {
  return path === '/query' ? 'alphavantage' : path.startsWith('/data/') ? 'cryptocompare' : 'yahoo';
}

/** Answers that are wrong whatever was asked; false where it is to be answered with spoiled rows, or well. */
function misanswered(wrong: Misanswer | 'one-nan' | 'nowhere' | undefined, street: Street, response: ServerResponse): boolean {
  switch (wrong) {
    case 'error-body': response.end(JSON.stringify(ERROR_BODIES[street])); return true;
    case 'limit-later': response.writeHead(429, { 'retry-after': '120' }).end('Too Many Requests'); return true;
    case 'limit': response.writeHead(429).end('Edge: Too Many Requests'); return true;
    case 'server-error': response.writeHead(503).end('upstream'); return true;
    case 'shut-out': response.writeHead(403).end('<html>Forbidden</html>'); return true;
    case 'html': response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><html><body>We will be right back</body></html>'); return true;
    case 'truncated': response.writeHead(200).end('{"chart":{"result":[{"meta":{"currency":"USD","sym'); return true;
    case 'bomb': response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB); return true;
    case 'elsewhere': response.writeHead(301, { location: 'http://192.0.2.1/query' }).end(); return true;
    case 'drip': { const timer = setInterval(() => { response.write(' '); }, 20); response.on('close', () => { clearInterval(timer); }); return true; }
    case 'silent': return true;
    case 'empty-body': response.writeHead(200).end(); return true;
    case 'hollow': response.end('{}'); return true;
    default: return false;
  }
}

/** The rows of an answer that can be read and is not true. */
function spoiled(rows: readonly Row[], wrong: Misanswer | 'one-nan' | 'nowhere' | undefined): readonly Row[] {
  const half = rows.length >> 1;
  const times = (row: Row, factor: number): Row => ({ ...row, values: row.values.map((value, i) => (value === null || i === 4 ? value : value * factor)) });
  switch (wrong) {
    case 'nan': return rows.map((row, i) => (i % 20 === 3 ? { ...row, values: [null, ...row.values.slice(1)] } : row));
    case 'one-nan': return rows.map((row, i) => (i === half ? { ...row, values: [null, ...row.values.slice(1)] } : row));
    case 'hundredfold': return rows.map((row) => times(row, 100));
    case 'one-hundredfold': return rows.map((row, i) => (i === half ? times(row, 100) : row));
    case 'yesterday': return rows.map((row, i) => (i === rows.length - 1 && i > 0 ? { ...row, values: rows[i - 1].values } : row));
    case 'duplicated': return rows.flatMap((row, i) => (i === half ? [row, row] : [row]));
    case 'reordered': return rows.length < 2 ? rows : [...rows.slice(0, half - 1), rows[half], rows[half - 1], ...rows.slice(half + 1)];
    case 'no-rows': return [];
    case 'old': return rows.slice(0, rows.length >> 2);
    default: return rows;
  }
}
