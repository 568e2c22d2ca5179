import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Fault } from '../dialect-server.ts';
import type { FeedServer, ServedBar } from '../feed-server.ts';
import { fixture, type Json } from './alpaca-words.ts';

/** What the server works with. */
interface MarketServerSpec {
  readonly now: () => number;
  /** By the instruments' places. */
  readonly symbols: readonly string[];
  /** Where bars are asked for, and where the stream is. */
  readonly bars: string;
  readonly stream: string;
  readonly key: string;
  readonly secret: string;
}

/** One of Alpaca's markets on loopback: bars to be asked for, and the stream. */
export class AlpacaMarketServer implements FeedServer {
  readonly requests: string[] = [];
  readonly #spec: MarketServerSpec;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #live = new Set<WebSocket>();
  readonly #bars = new Map<string, ServedBar[]>();
  #last: string | undefined;
  #fault: Fault | undefined;
  #refusals = 0;
  #dead = false;

  constructor(spec: MarketServerSpec) {
    this.#spec = spec;
    this.#http = createServer((request, response) => { this.#serve(request, response); });
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.#refusals > 0 || request.url !== spec.stream) {
        this.#refusals -= 1;
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => { this.#greet(ws); });
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
    this.remember(instrument, [bar]);
    this.#last = this.#barMessage('b', instrument, bar);
    this.say(this.#last);
  }

  /** Alpaca says nothing of a bar that has not ended. */
  growBar(instrument: number, bar: ServedBar): void {
    this.remember(instrument, [bar]);
  }

  /** Late trades change a bar that has closed: docs.alpaca.markets, "Real-time Stock Data", "updatedBars". */
  revise(instrument: number, bar: ServedBar): void {
    this.say(this.#barMessage('u', instrument, bar));
  }

  remember(instrument: number, bars: readonly ServedBar[]): void {
    const symbol = this.#symbol(instrument);
    this.#bars.set(symbol, [...(this.#bars.get(symbol) ?? []), ...bars]);
  }

  /** The examples of docs.alpaca.markets, "Real-time Stock Data" and "Real-time Crypto Data"; the price as it was written. */
  trade(instrument: number, price: string, tsEvent: number): void {
    this.say(`[{"T":"t","S":"${this.#symbol(instrument)}","p":${price},"s":29.205707815,"t":"${new Date(tsEvent).toISOString().replace('Z', '228144Z')}","i":3447222699101865076,"tks":"S"}]`);
  }

  /** The example of docs.alpaca.markets, "Real-time Crypto Data". */
  quote(instrument: number, bid: string, ask: string, tsEvent: number): void {
    this.say(`[{"T":"q","S":"${this.#symbol(instrument)}","bp":${bid},"bs":13445.46,"ap":${ask},"as":13561.902,"t":"${new Date(tsEvent).toISOString()}"}]`);
  }

  repeat(): void {
    if (this.#last !== undefined) this.say(this.#last);
  }

  failNext(fault: Fault): void {
    this.#fault = fault;
  }

  say(text: string): void {
    for (const socket of this.#live) if (!this.#dead) socket.send(text);
  }

  cut(refusals: number): void {
    this.#refusals = refusals;
    for (const socket of this.#live) socket.terminate();
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

  #symbol(instrument: number): string {
    return this.#spec.symbols[instrument] ?? '';
  }

  /** The examples of docs.alpaca.markets, "Real-time Stock Data". */
  #barMessage(kind: 'b' | 'u', instrument: number, bar: ServedBar): string {
    return `[{"T":"${kind}","S":"${this.#symbol(instrument)}",${numbers(bar)},"n":32,"vw":47.1}]`;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://venue');
    this.requests.push(`${request.method} ${url.pathname}`);
    const fault = this.#fault;
    this.#fault = undefined;
    // The clock of the answers is the market's own.
    const headers = { 'content-type': 'application/json', date: new Date(this.#spec.now()).toUTCString(), 'X-Ratelimit-Limit': '200', 'X-Ratelimit-Remaining': fault === 'rate-limited' ? '0' : '199' };
    switch (fault) {
      case 'rate-limited': response.writeHead(429, { ...headers, 'X-Ratelimit-Reset': String(Math.ceil(this.#spec.now() / 1_000) + 1) }).end('{"message":"too many requests."}'); break;
      case 'maintenance': response.writeHead(503, headers).end('{"message":"service unavailable"}'); break;
      case 'garbage': response.writeHead(200, headers).end('<html>'); break;
      case undefined: response.writeHead(url.pathname === this.#spec.bars ? 200 : 404, headers).end(this.#page(url.searchParams)); break;
      default: response.writeHead(500, headers).end('{"message":"internal server error occurred"}');
    }
  }

  /** Fixture historical_stock_data__multisymbol_get_bars, with these bars; numbers as they were written. */
  #page(query: URLSearchParams): string {
    const symbol = query.get('symbols') ?? '';
    const from = Date.parse(query.get('start') ?? '');
    const bars = (this.#bars.get(symbol) ?? []).filter(({ timestamp }) => timestamp >= from).slice(0, Number(query.get('limit') ?? 1_000));
    const { AAPL: [sample] = [] } = fixture('historical_stock_data__multisymbol_get_bars')['bars'] as Readonly<Record<string, readonly Json[]>>;
    const written = bars.map((bar) => `{${numbers(bar)},"n":${Number(sample?.['n'])},"vw":${Number(sample?.['vw'])}}`);
    return `{"bars":${written.length === 0 ? '{}' : `{"${symbol}":[${written.join(',')}]}`},"next_page_token":null}`;
  }

  /** docs.alpaca.markets, "WebSocket Stream": welcome, login, subscription, and their answers. */
  #greet(socket: WebSocket): void {
    const send = (json: unknown) => { socket.send(JSON.stringify([json])); };
    send({ T: 'success', msg: 'connected' });
    let authorized = false;
    socket.on('message', (data: Buffer) => {
      if (this.#dead && this.#live.has(socket)) return;
      const { action, key, secret, ...channels } = JSON.parse(data.toString()) as { action: string; key?: string; secret?: string };
      if (action === 'auth') {
        authorized = key === this.#spec.key && secret === this.#spec.secret;
        send(authorized ? { T: 'success', msg: 'authenticated' } : { T: 'error', code: 402, msg: 'auth failed' });
        return;
      }
      if (!authorized) {
        send({ T: 'error', code: 401, msg: 'not authenticated' });
        return;
      }
      if (!this.#live.has(socket)) {
        this.#live.add(socket);
        this.#dead = false;
        socket.on('close', () => this.#live.delete(socket));
      }
      send({ T: 'subscription', ...channels });
    });
  }
}

/** A bar's numbers as Alpaca names them, written as they are. */
function numbers({ timestamp, open, high, low, close, volume }: ServedBar): string {
  return `"o":${open},"h":${high},"l":${low},"c":${close},"v":${volume},"t":"${new Date(timestamp).toISOString()}"`;
}
