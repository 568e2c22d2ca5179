import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Fault } from '../dialect-server.ts';
import type { FeedServer, ServedBar, ServedLevel } from '../feed-server.ts';
import { fixture, type Json } from './account.ts';
import { Channels } from './channels.ts';
import { faultAnswer, product, refuse } from './words.ts';

/** What the server works with. */
interface MarketServerSpec {
  readonly clock: Clock;
  readonly symbols: readonly string[];
}

const GRANULARITIES: Readonly<Record<string, number>> = { ONE_MINUTE: 60, ONE_DAY: 86_400 };

/** The market of Coinbase on loopback: candles over REST ("Get Public Product Candles"), trades over the channel `market_trades`. */
export class CoinbaseMarketServer implements FeedServer {
  readonly requests: string[] = [];
  readonly #spec: MarketServerSpec;
  readonly #http: Server;
  readonly #channels: Channels;
  /** Bars by instrument, the one that grows among them. */
  readonly #bars: ServedBar[][];
  readonly #books: readonly { readonly bids: Map<string, string>; readonly asks: Map<string, string> }[];
  #fault: Fault | undefined;
  readonly #trades = new Map<string, number>();
  readonly #told: Json[] = [];

  constructor(spec: MarketServerSpec) {
    this.#spec = spec;
    this.#bars = spec.symbols.map(() => []);
    this.#books = spec.symbols.map(() => ({ bids: new Map(), asks: new Map() }));
    this.#channels = new Channels({ clock: spec.clock, admits: () => false, snapshots: (channel, products) => (channel === 'market_trades' ? [[{ type: 'snapshot', trades: [this.#lastTrade(products[0])] }]]
      : channel === 'level2' ? products.map((product) => { const { bids, asks } = this.#books[spec.symbols.indexOf(product)]; return [this.#bookEvent('snapshot', product, [...bids], [...asks])]; }) : []) });
    this.#http = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://venue');
      this.requests.push(`${request.method} ${url.pathname}`);
      const { status, body } = this.#answer(url);
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    this.#http.on('upgrade', (request, socket, head: Buffer) => { this.#channels.upgrade(request, socket, head); });
  }

  /** Listens on a free port of loopback; resolves with `127.0.0.1:port`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#http.listen(0, '127.0.0.1', () => { resolve(`127.0.0.1:${(this.#http.address() as AddressInfo).port}`); });
    });
  }

  get streams(): number {
    return this.#channels.subscribed('market_trades').length;
  }

  /** The stream has no candles of a minute: a bar's end shows in what can be asked for alone. */
  closeBar(instrument: number, bar: ServedBar): void {
    this.#bars[instrument].push(bar);
  }

  growBar(instrument: number, bar: ServedBar): void {
    this.#bars[instrument].push(bar);
  }

  remember(instrument: number, bars: readonly ServedBar[]): void {
    this.#bars[instrument].push(...bars);
  }

  /** Fixture trades. Several trades of one update come newest first, as the fixture shows. */
  trade(instrument: number, price: string, tsEvent: number, quantity?: string): void {
    const symbol = this.#spec.symbols[instrument];
    this.#channels.tell('market_trades', { type: 'update', trades: [this.#tradeBody(symbol, price, tsEvent, quantity)] }, symbol);
  }

  /** The channel `ticker`, its sample in Coinbase.Net's `Subscriptions/AdvancedTrade/Ticker.txt`. */
  tellQuote(instrument: number, [best_bid, best_bid_quantity]: ServedLevel, [best_ask, best_ask_quantity]: ServedLevel): void {
    const product_id = this.#spec.symbols[instrument];
    this.#channels.tell('ticker', { type: 'update', tickers: [{ type: 'ticker', product_id, price: best_bid, best_bid, best_bid_quantity, best_ask, best_ask_quantity }] }, product_id);
  }

  /** The channel `level2`, whose frames say `l2_data` ("Level2 Channel"). */
  changeBook(instrument: number, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): void {
    const product_id = this.#spec.symbols[instrument];
    const book = this.#books[instrument];
    for (const [side, levels] of [[book.bids, bids], [book.asks, asks]] as const) for (const [price, quantity] of levels) if (Number(quantity) === 0) side.delete(price); else side.set(price, quantity);
    this.#channels.tell('level2', this.#bookEvent('update', product_id, bids, asks), product_id);
  }

  loseFrames(lose: boolean): void {
    this.#channels.frames(lose ? 'lost' : 'sent');
  }

  repeat(): void {
    throw new Error('no bar comes over the stream');
  }

  failNext(fault: Fault): void {
    this.#fault = fault;
  }

  say(text: string): void {
    this.#channels.say(text);
  }

  cut(refusals: number): void {
    this.#channels.cut(refusals);
  }

  playDead(): void {
    this.#channels.playDead();
  }

  close(): Promise<void> {
    this.#channels.close();
    this.#http.closeAllConnections();
    return new Promise((resolve) => { this.#http.close(() => { resolve(); }); });
  }

  #bookEvent(type: 'snapshot' | 'update', product_id: string, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): Json {
    const update = (side: string) => ([price_level, new_quantity]: ServedLevel) => ({ side, event_time: '1970-01-01T00:00:00Z', price_level, new_quantity });
    return { type, product_id, updates: [...bids.map(update('bid')), ...asks.map(update('offer'))] };
  }

  #tradeBody(symbol: string, price: string, tsEvent: number, size = '0.06'): Json {
    const [event] = fixture('trades').events as readonly { readonly trades: readonly Json[] }[];
    const id = (this.#trades.get(symbol) ?? 22_381_690) + 1;
    this.#trades.set(symbol, id);
    const trade = { ...event.trades[0], product_id: symbol, trade_id: String(id), price, size, time: new Date(tsEvent).toISOString() };
    this.#told.push(trade);
    return trade;
  }

  /** "Get Public Market Trades": within whole seconds, the newest first. */
  #tradesOf(symbol: string, query: URLSearchParams): readonly Json[] {
    const [start, end, limit] = ['start', 'end', 'limit'].map((name) => Number(query.get(name)));
    return this.#told.filter(({ product_id, time }) => product_id === symbol && Date.parse(String(time)) >= start * 1_000 && Date.parse(String(time)) < end * 1_000).toReversed().slice(0, limit);
  }

  /** What a snapshot begins with: a trade of before. */
  #lastTrade(symbol: string): Json {
    const [event] = fixture('trades').events as readonly { readonly trades: readonly Json[] }[];
    return this.#told.findLast(({ product_id }) => product_id === symbol) ?? { ...event.trades[0], product_id: symbol, time: '1970-01-01T00:00:00Z' };
  }

  #answer({ pathname, searchParams: query }: URL): { readonly status: number; readonly body: unknown } {
    const now = this.#spec.clock.now();
    if (pathname === '/api/v3/brokerage/time') return { status: 200, body: { iso: new Date(now).toISOString(), epochSeconds: String(Math.floor(now / 1_000)), epochMillis: String(now) } };
    if (pathname === '/api/v3/brokerage/market/products') return { status: 200, body: { products: this.#spec.symbols.map((symbol) => { const [base = '', quote = ''] = symbol.split('-'); return product(base, quote); }) } };
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault === 'garbage') return { status: 200, body: '<html>' };
    if (fault !== undefined) return faultAnswer(fault);
    const traded = /^\/api\/v3\/brokerage\/market\/products\/([^/]+)\/ticker$/.exec(pathname)?.[1];
    if (traded !== undefined) return { status: 200, body: { trades: this.#tradesOf(traded, query), best_bid: '291.13', best_ask: '292.40' } };
    const [start, end, granularity] = [Number(query.get('start')), Number(query.get('end')), GRANULARITIES[query.get('granularity') ?? '']];
    if (granularity === undefined || !(end > start) || (end - start) / granularity > 350) return refuse(400, 'INVALID_ARGUMENT', 3, 'number of candles requested should be less than 350');
    const instrument = this.#spec.symbols.indexOf(/^\/api\/v3\/brokerage\/market\/products\/([^/]+)\/candles$/.exec(pathname)?.[1] ?? '');
    if (instrument < 0) return refuse(404, 'NOT_FOUND', 5, 'product not found');
    // fixture get-klines; newest first, each candle as often as a bar lies in it is enough for a day.
    const [sample] = fixture('get-klines').candles as readonly Json[];
    const candles = new Map(this.#bars[instrument].filter(({ timestamp }) => timestamp / 1_000 >= start - granularity && timestamp / 1_000 <= end).map((bar) => [Math.floor(bar.timestamp / 1_000 / granularity) * granularity, bar]));
    return {
      status: 200,
      body: { candles: [...candles].filter(([at]) => at >= start && at <= end).sort(([a], [b]) => b - a).map(([at, { open, high, low, close, volume }]) => ({ ...sample, start: String(at), open, high, low, close, volume })) },
    };
  }
}
