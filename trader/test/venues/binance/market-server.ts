import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Timestamp } from '../../../src/domain/time.ts';
import type { Fault } from '../dialect-server.ts';
import type { FeedServer, ServedBar, ServedLevel } from '../feed-server.ts';
import { fixture, type Json } from './spot-account.ts';
import { exchangeBody, faultAnswer } from './spot-words.ts';

/** What differs between the markets of Binance. */
export interface MarketDialect {
  /** Where REST answers: `/api/v3` or `/fapi/v1`. */
  readonly rest: string;
  /** Where combined streams are: `/stream` or `/market/stream`. */
  readonly streams: string;
  /** Fixtures of a kline of the stream, and of one that was asked for. */
  readonly told: string;
  readonly asked: string;
  readonly symbols: readonly string[];
  readonly intervalMs: number;
  readonly now: () => Timestamp;
}

/** A market of Binance on loopback: klines by REST and combined streams (web-socket-streams.md), as far as a feed goes. */
export class MarketServer implements FeedServer {
  readonly requests: string[] = [];
  readonly #dialect: MarketDialect;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  /** The names that each live stream was opened with. */
  readonly #live = new Map<WebSocket, ReadonlySet<string>>();
  readonly #ended: ServedBar[][];
  readonly #growing: (ServedBar | undefined)[] = [];
  readonly #faults: Fault[] = [];
  readonly #books = new Map<number, { readonly bids: Map<string, string>; readonly asks: Map<string, string> }>();
  readonly #trades = new Map<number, number>();
  readonly #told: Json[][];
  #last = '';
  #refusals = 0;
  #dead = false;
  #losing = false;

  constructor(dialect: MarketDialect) {
    this.#dialect = dialect;
    this.#ended = dialect.symbols.map(() => []);
    this.#told = dialect.symbols.map(() => []);
    this.#http = createServer((request, response) => { this.#serve(request, response); });
    this.#http.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '', 'http://venue');
      if (this.#refusals > 0 || url.pathname !== dialect.streams) {
        this.#refusals -= 1;
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        this.#dead = false;
        this.#live.set(ws, new Set((url.searchParams.get('streams') ?? '').split('/')));
        ws.on('close', () => this.#live.delete(ws));
        ws.on('message', (data: Buffer) => { this.#answerStream(ws, data.toString()); });
      });
    });
  }

  /** Listens on a free port of loopback; resolves with `127.0.0.1:port`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#http.listen(0, '127.0.0.1', () => { resolve(`127.0.0.1:${(this.#http.address() as AddressInfo).port}`); });
    });
  }

  get streams(): number {
    return this.#live.size;
  }

  closeBar(instrument: number, bar: ServedBar): void {
    this.#ended[instrument]?.push(bar);
    this.#growing[instrument] = undefined;
    this.#tell(`kline_${this.#word()}`, instrument, this.#kline(instrument, bar, true));
  }

  growBar(instrument: number, bar: ServedBar): void {
    this.#growing[instrument] = bar;
    this.#tell(`kline_${this.#word()}`, instrument, this.#kline(instrument, bar, false));
  }

  remember(instrument: number, bars: readonly ServedBar[]): void {
    this.#ended[instrument]?.push(...bars);
  }

  /** web-socket-streams.md, "Aggregate Trade Streams". */
  trade(instrument: number, price: string, tsEvent: Timestamp, quantity = '100'): void {
    // Two trades of one taker each time.
    const last = (this.#trades.get(instrument) ?? 105) + 2;
    this.#trades.set(instrument, last);
    const trade = { a: last, p: price, q: quantity, f: last - 1, l: last, T: tsEvent, m: true, M: true };
    this.#told[instrument]?.push(trade);
    this.#tell('aggTrade', instrument, { e: 'aggTrade', E: tsEvent, s: this.#dialect.symbols[instrument], ...trade });
  }

  /** web-socket-streams.md, "Individual Symbol Book Ticker Streams". */
  tellQuote(instrument: number, [b, B]: ServedLevel, [a, A]: ServedLevel): void {
    this.#tell('bookTicker', instrument, { u: 400_900_217, s: this.#dialect.symbols[instrument], b, B, a, A });
  }

  /** web-socket-streams.md, "Partial Book Depth Streams": the best twenty, whole each time. */
  changeBook(instrument: number, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): void {
    const book = this.#books.get(instrument) ?? { bids: new Map<string, string>(), asks: new Map<string, string>() };
    this.#books.set(instrument, book);
    for (const [side, levels] of [[book.bids, bids], [book.asks, asks]] as const) {
      for (const [price, quantity] of levels) if (Number(quantity) === 0) side.delete(price); else side.set(price, quantity);
    }
    const best = (side: Map<string, string>, sign: number) => [...side].sort(([x], [y]) => sign * (Number(x) - Number(y))).slice(0, 20);
    this.#tell('depth20@100ms', instrument, { lastUpdateId: 160, bids: best(book.bids, -1), asks: best(book.asks, 1) });
  }

  loseFrames(lose: boolean): void {
    this.#losing = lose;
  }

  repeat(): void {
    this.say(this.#last);
  }

  failNext(fault: Fault): void {
    this.#faults.push(fault);
  }

  say(text: string): void {
    if (this.#dead) return;
    for (const socket of this.#live.keys()) socket.send(text);
  }

  cut(refusals: number): void {
    this.#refusals = refusals;
    for (const socket of this.#live.keys()) socket.terminate();
    this.#live.clear();
  }

  playDead(): void {
    this.#dead = true;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    return new Promise((resolve) => { this.#http.close(() => { resolve(); }); });
  }

  #word(): string {
    return `${this.#dialect.intervalMs / 60_000}m`;
  }

  #kline(instrument: number, bar: ServedBar, x: boolean): Json {
    const { symbols, intervalMs, told, now } = this.#dialect;
    const { data } = fixture(told) as { readonly data: Json };
    const k = { ...data.k as Json, t: bar.timestamp, T: bar.timestamp + intervalMs - 1, s: symbols[instrument], i: this.#word(), o: bar.open, c: bar.close, h: bar.high, l: bar.low, v: bar.volume, x };
    return { ...data, E: now(), s: symbols[instrument], k };
  }

  /** Only what was asked for goes out, as the venue does. */
  #tell(name: string, instrument: number, data: Json): void {
    const stream = `${this.#dialect.symbols[instrument]?.toLowerCase()}@${name}`;
    const text = JSON.stringify({ stream, data });
    if ((data.k as Json | undefined)?.x === true) this.#last = text;
    if (!this.#dead && !this.#losing) for (const [socket, names] of this.#live) if (names.has(stream)) socket.send(text);
  }

  /** web-socket-streams.md, "Listing Subscriptions". */
  #answerStream(socket: WebSocket, text: string): void {
    const { id, method } = JSON.parse(text) as { id: number; method: string };
    if (!this.#dead && method === 'LIST_SUBSCRIPTIONS') socket.send(JSON.stringify({ result: [...this.#live.get(socket) ?? []], id }));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://venue');
    this.requests.push(`${request.method} ${pathname}`);
    const { rest, now } = this.#dialect;
    // fixture get-server-time
    if (pathname === `${rest}/time`) return void response.end(JSON.stringify({ ...fixture('get-server-time'), serverTime: now() }));
    // The same as the trading host's; what is not traded here has no klines.
    if (pathname === `${rest}/exchangeInfo`) return void response.end(JSON.stringify(exchangeBody()));
    const fault = this.#faults.shift();
    const answer = fault === undefined || fault === 'garbage' ? undefined : faultAnswer(fault, now());
    if (answer !== undefined) return void response.writeHead(answer.status, answer.headers).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    if (pathname === `${rest}/aggTrades` && fault === undefined) return void response.end(JSON.stringify(this.#aggTrades(searchParams)));
    if (pathname !== `${rest}/klines`) return void response.writeHead(404).end();
    response.end(fault === 'garbage' ? '<html>' : JSON.stringify(this.#klines(searchParams)));
  }

  /** rest-api.md, "Compressed/Aggregate trades list": both ends count, the oldest first. */
  #aggTrades(parameters: URLSearchParams): readonly Json[] {
    const [from, to, limit] = ['startTime', 'endTime', 'limit'].map((name) => Number(parameters.get(name)));
    return (this.#told[this.#dialect.symbols.indexOf(parameters.get('symbol') ?? '')] ?? []).filter(({ T }) => Number(T) >= from && Number(T) <= to).slice(0, limit);
  }

  #klines(parameters: URLSearchParams): unknown {
    const { symbols, intervalMs, asked } = this.#dialect;
    const instrument = symbols.indexOf(parameters.get('symbol') ?? '');
    const growing = this.#growing[instrument];
    const from = Number(parameters.get('startTime'));
    const [, , , , , , , ...rest] = fixture(asked) as unknown as readonly unknown[];
    return [...this.#ended[instrument] ?? [], ...growing === undefined ? [] : [growing]].filter(({ timestamp }) => timestamp >= from)
      .slice(0, Number(parameters.get('limit') ?? 500)).map((bar) => [bar.timestamp, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.timestamp + intervalMs - 1, ...rest]);
  }
}
