import { crc32 } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Fault } from '../dialect-server.ts';
import type { FeedServer, ServedBar, ServedLevel } from '../feed-server.ts';
import { MarketDoor, type DoorAnswer } from '../market-door.ts';
import { sample, type Json } from '../sample.ts';

const fixture = (name: string) => sample(new URL(`fixtures/${name}.txt`, import.meta.url));
const first = (name: string) => (fixture(name).data as readonly unknown[])[0];

const LENGTHS: Readonly<Record<string, number>> = { '1m': 60_000, '1Dutc': 86_400_000 };

/** A book as the venue keeps it, and the number of its last change. */
interface ServedBook {
  readonly bids: Map<string, string>;
  readonly asks: Map<string, string>;
  seqId: number;
}

/** The market of OKX on loopback, by its guide of version 5: candles and instruments over REST, `candle1m`, `trades-all`, `bbo-tbt` and `books` over the two entries of its stream. */
export class OkxMarketServer implements FeedServer {
  readonly #clock: Clock;
  readonly #symbols: readonly string[];
  readonly #door: MarketDoor;
  /** What each connection is subscribed to, as `channel instId`. */
  readonly #live = new Map<WebSocket, { readonly path: string; readonly names: Set<string> }>();
  readonly #bars: ServedBar[][];
  readonly #books: readonly ServedBook[];
  readonly #tradeIds: number[];
  readonly #trades: Json[][];
  #fault: Fault | undefined;
  #last: readonly [string, number, Json] | undefined;
  #losing = false;
  #refusal: string | undefined;

  constructor({ clock, symbols }: { readonly clock: Clock; readonly symbols: readonly string[] }) {
    this.#clock = clock;
    this.#symbols = symbols;
    this.#bars = symbols.map(() => []);
    this.#books = symbols.map(() => ({ bids: new Map(), asks: new Map(), seqId: 123_456 }));
    this.#tradeIds = symbols.map(() => 130_639_474);
    this.#trades = symbols.map(() => []);
    this.#door = new MarketDoor({
      answer: (url) => this.#answer(url),
      onOpen: (socket, path) => { this.#live.set(socket, { path, names: new Set() }); },
      onText: (socket, text) => { this.#hear(socket, text); },
      onClose: (socket) => { this.#live.delete(socket); },
    });
  }

  get requests(): readonly string[] {
    return this.#door.requests;
  }

  get streams(): number {
    return [...this.#live.values()].filter(({ names }) => [...names].some((name) => name.startsWith('candle'))).length;
  }

  listen(): Promise<string> {
    return this.#door.listen();
  }

  closeBar(instrument: number, bar: ServedBar): void {
    this.#bars[instrument].push(bar);
    this.#last = ['candle1m', instrument, { data: [this.#candle(bar, '1')] }];
    this.#tell(...this.#last);
  }

  growBar(instrument: number, bar: ServedBar): void {
    this.#bars[instrument].push(bar);
    this.#tell('candle1m', instrument, { data: [this.#candle(bar, '0')] });
  }

  remember(instrument: number, bars: readonly ServedBar[]): void {
    this.#bars[instrument].push(...bars);
  }

  trade(instrument: number, price: string, tsEvent: number, quantity = '0.12060306'): void {
    this.#tradeIds[instrument] += 1;
    const trade = { instId: this.#symbols[instrument], tradeId: String(this.#tradeIds[instrument]), px: price, sz: quantity, side: 'buy', ts: String(tsEvent), source: '0' };
    this.#trades[instrument].push(trade);
    this.#tell('trades-all', instrument, { data: [trade] });
  }

  tellQuote(instrument: number, bid: ServedLevel, ask: ServedLevel): void {
    this.#tell('bbo-tbt', instrument, { data: [{ asks: [[...ask, '0', '1']], bids: [[...bid, '0', '1']], ts: String(this.#clock.now()), seqId: 1 }] });
  }

  changeBook(instrument: number, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): void {
    const book = this.#books[instrument];
    for (const [side, levels] of [[book.bids, bids], [book.asks, asks]] as const) {
      for (const [price, quantity] of levels) if (quantity === '0') side.delete(price); else side.set(price, quantity);
    }
    const prevSeqId = book.seqId;
    book.seqId += 2;
    this.#tell('books', instrument, { action: 'update', data: [this.#bookBody(book, bids, asks, prevSeqId)] });
  }

  loseFrames(lose: boolean): void {
    this.#losing = lose;
  }

  repeat(): void {
    if (this.#last !== undefined) this.#tell(...this.#last);
  }

  failNext(fault: Fault): void {
    this.#fault = fault;
  }

  say(text: string): void {
    for (const [socket, { path }] of this.#live) if (path.endsWith('business')) this.#door.say(text, socket);
  }

  cut(refusals: number): void {
    this.#door.cut(refusals);
  }

  /** The next subscription is refused with this code. */
  refuse(code: string): void {
    this.#refusal = code;
  }

  playDead(): void {
    this.#door.playDead();
  }

  close(): Promise<void> {
    return this.#door.close();
  }

  #tell(channel: string, instrument: number, body: Json): void {
    if (this.#losing) return;
    const instId = this.#symbols[instrument];
    for (const [socket, { names }] of this.#live) if (names.has(`${channel} ${instId}`)) this.#door.say(JSON.stringify({ arg: { channel, instId }, ...body }), socket);
  }

  /** fixture subscribe-candles */
  #candle({ timestamp, open, high, low, close, volume }: ServedBar, confirm: '0' | '1'): readonly string[] {
    const [, , , , , , volCcy = '', volCcyQuote = ''] = first('subscribe-candles') as readonly string[];
    return [String(timestamp), open, high, low, close, volume, volCcy, volCcyQuote, confirm];
  }

  /** fixture order-book; the checksum as the guide gives it, over the best 25 of each side. */
  #bookBody(book: ServedBook, bids: readonly ServedLevel[], asks: readonly ServedLevel[], prevSeqId: number): Json {
    const [best, cheapest] = [[...book.bids].sort(([a], [b]) => Number(b) - Number(a)), [...book.asks].sort(([a], [b]) => Number(a) - Number(b))];
    const parts = Array.from({ length: 25 }, (_each, i) => [best[i], cheapest[i]]).flat().flatMap((level) => level ?? []);
    const wire = (levels: readonly ServedLevel[]) => levels.map((level) => [...level, '0', '1']);
    return { ...first('order-book') as Json, asks: wire(asks), bids: wire(bids), ts: String(this.#clock.now()), checksum: crc32(parts.join(':')) | 0, prevSeqId, seqId: book.seqId };
  }

  #hear(socket: WebSocket, text: string): void {
    if (text === 'ping') {
      this.#door.say('pong', socket);
      return;
    }
    const { op, args } = JSON.parse(text) as { op: string; args: readonly { channel: string; instId: string }[] };
    const connection = this.#live.get(socket);
    if (op !== 'subscribe' || connection === undefined) return;
    if (this.#refusal !== undefined) {
      this.#door.say(JSON.stringify({ event: 'error', code: this.#refusal, msg: 'refused', connId: 'a4d3ae55' }), socket);
      this.#refusal = undefined;
      return;
    }
    for (const arg of args) {
      const business = /^candle|^trades-all$/.test(arg.channel);
      const instrument = this.#symbols.indexOf(arg.instId);
      // "wrong URL or channel doesn't exist", which also meets a channel at the other entry.
      if (instrument < 0 || connection.path !== `/ws/v5/${business ? 'business' : 'public'}`) {
        this.#door.say(JSON.stringify({ event: 'error', code: '60018', msg: `Wrong URL or channel:${arg.channel},instId:${arg.instId} doesn't exist. Please use the correct URL, channel and parameters referring to API document.`, connId: 'a4d3ae55' }), socket);
        continue;
      }
      connection.names.add(`${arg.channel} ${arg.instId}`);
      this.#door.say(JSON.stringify({ event: 'subscribe', arg, connId: 'a4d3ae55' }), socket);
      const book = this.#books[instrument];
      if (arg.channel === 'books') this.#door.say(JSON.stringify({ arg, action: 'snapshot', data: [this.#bookBody(book, [...book.bids], [...book.asks], -1)] }), socket);
    }
  }

  /** "Get trades history", type 1: before the number that is named, the newest first. */
  #tradesBefore(instrument: number, query: URLSearchParams): readonly Json[] {
    return this.#trades[instrument].filter(({ tradeId }) => query.get('type') === '1' && Number(tradeId) < Number(query.get('after'))).toReversed().slice(0, Math.min(100, Number(query.get('limit'))));
  }

  #answer({ pathname, searchParams: query }: URL): DoorAnswer {
    const ok = (data: readonly unknown[]): DoorAnswer => ({ status: 200, body: { code: '0', msg: '', data } });
    if (pathname === '/api/v5/public/time') return ok([{ ts: String(this.#clock.now()) }]);
    if (pathname === '/api/v5/public/instruments') return ok(this.#symbols.map((instId) => ({ ...first('get-instruments') as Json, instId, baseCcy: instId.split('-')[0], quoteCcy: instId.split('-')[1] })));
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) return faultAnswer(fault);
    const length = LENGTHS[query.get('bar') ?? ''];
    const instrument = this.#symbols.indexOf(query.get('instId') ?? '');
    if (instrument < 0) return { status: 200, body: { code: '51001', msg: 'Instrument ID does not exist', data: [] } };
    if (pathname === '/api/v5/market/history-trades') return ok(this.#tradesBefore(instrument, query));
    if (length === undefined || !/^\/api\/v5\/market\/(history-)?candles$/.test(pathname)) return { status: 400, body: { code: '51000', msg: 'Parameter bar error', data: [] } };
    const [after, before, limit] = [Number(query.get('after') ?? Infinity), Number(query.get('before') ?? 0), Number(query.get('limit') ?? 100)];
    // `candles` goes back 1 440 bars and no further; the newest come first, and a page is the newest of what was asked for.
    const oldest = pathname.endsWith('history-candles') ? 0 : this.#clock.now() - 1_440 * length;
    const starts = new Map(this.#bars[instrument].map((bar) => [Math.floor(bar.timestamp / length) * length, bar]));
    const rows = [...starts].filter(([at]) => at < after && at > before && at >= oldest).sort(([a], [b]) => b - a).slice(0, Math.min(limit, 300));
    return ok(rows.map(([at, bar]) => this.#candle({ ...bar, timestamp: at }, at + length <= this.#clock.now() ? '1' : '0')));
  }
}

/** The answers of the guide's list of error codes; rate limit as in its section on limits. */
function faultAnswer(fault: Fault): DoorAnswer {
  switch (fault) {
    case 'rate-limited': return { status: 429, body: { code: '50011', msg: 'Too Many Requests', data: [] }, headers: { 'retry-after': '1' } };
    case 'banned': return { status: 403, body: '<html>' };
    case 'maintenance': return { status: 503, body: { code: '50001', msg: 'Service temporarily unavailable. Try again later', data: [] } };
    case 'garbage': return { status: 200, body: '<html>' };
    default: return { status: 500, body: '' };
  }
}
