import { crc32 } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Fault } from '../dialect-server.ts';
import type { FeedServer, ServedBar, ServedLevel } from '../feed-server.ts';
import { MarketDoor, type DoorAnswer } from '../market-door.ts';
import { sample, type Json } from '../sample.ts';

const fixture = (name: string) => sample(new URL(`fixtures/${name}.txt`, import.meta.url));
const first = (name: string) => (fixture(name).data as readonly Json[])[0];

const HEARTBEAT_MS = 1_000;
/** Prices and quantities of this server's pairs have so many decimals, as those of fixture get-pairs. */
const [PRICE_DECIMALS, QUANTITY_DECIMALS] = [1, 8];

/** A number as Kraken writes it into JSON: a bare one, its digits as they are. */
const bare = (text: string) => `@${text}@`;
const write = (body: Json) => JSON.stringify(body).replace(/"@([\d.]+)@"/g, '$1');

interface ServedBook {
  readonly bids: Map<string, string>;
  readonly asks: Map<string, string>;
}

/** The market of Kraken spot on loopback: `AssetPairs` and `OHLC` over REST, version 2 of its stream with `ohlc`, `trade`, `ticker`, `book` and heartbeats. */
export class KrakenMarketServer implements FeedServer {
  readonly #clock: Clock;
  readonly #symbols: readonly string[];
  readonly #door: MarketDoor;
  /** What each connection is subscribed to, as `channel symbol`. */
  readonly #live = new Map<WebSocket, { readonly names: Set<string>; stop: () => void }>();
  readonly #bars: ServedBar[][];
  readonly #books: readonly ServedBook[];
  readonly #tradeIds: number[];
  readonly #trades: (readonly [price: string, quantity: string, ms: number, id: number])[][];
  #fault: Fault | undefined;
  #last: (() => void) | undefined;
  #losing = false;

  constructor({ clock, symbols }: { readonly clock: Clock; readonly symbols: readonly string[] }) {
    this.#clock = clock;
    this.#symbols = symbols;
    this.#bars = symbols.map(() => []);
    this.#books = symbols.map(() => ({ bids: new Map(), asks: new Map() }));
    this.#tradeIds = symbols.map(() => 4_665_906);
    this.#trades = symbols.map(() => []);
    this.#door = new MarketDoor({
      answer: (url) => this.#answer(url),
      onOpen: (socket) => {
        const connection = { names: new Set<string>(), stop: () => undefined as void };
        this.#live.set(socket, connection);
        const beat = () => {
          this.#door.say('{"channel":"heartbeat"}', socket);
          connection.stop = clock.after(HEARTBEAT_MS, beat);
        };
        connection.stop = clock.after(HEARTBEAT_MS, beat);
        this.#door.say(JSON.stringify({ channel: 'status', type: 'update', data: [{ version: '2.0.0', system: 'online', api_version: 'v2', connection_id: 13_834_774_380_200_032_777n.toString() }] }), socket);
      },
      onText: (socket, text) => { this.#hear(socket, text); },
      onClose: (socket) => {
        this.#live.get(socket)?.stop();
        this.#live.delete(socket);
      },
    });
  }

  get requests(): readonly string[] {
    return this.#door.requests;
  }

  get streams(): number {
    return [...this.#live.values()].filter(({ names }) => [...names].some((name) => name.startsWith('ohlc'))).length;
  }

  listen(): Promise<string> {
    return this.#door.listen();
  }

  /** The stream never says that a bar has ended: what is told is its last state. */
  closeBar(instrument: number, bar: ServedBar): void {
    this.growBar(instrument, bar);
    this.#last = () => { this.#tellBar(instrument, bar); };
  }

  growBar(instrument: number, bar: ServedBar): void {
    const bars = this.#bars[instrument];
    if (bars.at(-1)?.timestamp === bar.timestamp) bars.pop();
    bars.push(bar);
    this.#tellBar(instrument, bar);
  }

  remember(instrument: number, bars: readonly ServedBar[]): void {
    this.#bars[instrument].push(...bars);
  }

  trade(instrument: number, price: string, tsEvent: number, quantity = '40.00000000'): void {
    this.#tradeIds[instrument] += 1;
    this.#trades[instrument].push([price, quantity, tsEvent, this.#tradeIds[instrument]]);
    this.#tell('trade', instrument, { ...first('trades'), price: bare(price), qty: bare(quantity), trade_id: this.#tradeIds[instrument], timestamp: timeText(tsEvent) });
  }

  tellQuote(instrument: number, [bid, bidQuantity]: ServedLevel, [ask, askQuantity]: ServedLevel): void {
    this.#tell('ticker', instrument, { ...first('ticker'), bid: bare(bid), bid_qty: bare(bidQuantity), ask: bare(ask), ask_qty: bare(askQuantity) });
  }

  changeBook(instrument: number, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): void {
    const book = this.#books[instrument];
    for (const [side, levels] of [[book.bids, bids], [book.asks, asks]] as const) {
      for (const [price, quantity] of levels) if (Number(quantity) === 0) side.delete(price); else side.set(price, quantity);
    }
    this.#tell('book', instrument, this.#bookBody(instrument, bids, asks));
  }

  loseFrames(lose: boolean): void {
    this.#losing = lose;
  }

  repeat(): void {
    this.#last?.();
  }

  failNext(fault: Fault): void {
    this.#fault = fault;
  }

  say(text: string): void {
    this.#door.say(text);
  }

  cut(refusals: number): void {
    this.#door.cut(refusals);
  }

  playDead(): void {
    this.#door.playDead();
  }

  close(): Promise<void> {
    for (const { stop } of this.#live.values()) stop();
    return this.#door.close();
  }

  #tellBar(instrument: number, { timestamp, open, high, low, close, volume }: ServedBar): void {
    this.#tell('ohlc', instrument, {
      ...first('subscribe-ohlc'), open: bare(open), high: bare(high), low: bare(low), close: bare(close), volume: bare(volume), interval: 1, interval_begin: timeText(timestamp), timestamp: timeText(timestamp + 60_000),
    });
  }

  #tell(channel: string, instrument: number, data: Json): void {
    if (this.#losing) return;
    const symbol = this.#symbols[instrument];
    const text = write({ channel, type: 'update', ...(channel === 'ohlc' ? { timestamp: timeText(this.#clock.now()) } : {}), data: [{ ...data, symbol }] });
    for (const [socket, { names }] of this.#live) if (names.has(`${channel} ${symbol}`)) this.#door.say(text, socket);
  }

  /** The checksum as the venue's guide gives it: the ten best of both sides, asks first, each number's digits from the first that is not zero. */
  #bookBody(instrument: number, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): Json {
    const book = this.#books[instrument];
    const sorted = (side: Map<string, string>, sign: number) => [...side].sort(([a], [b]) => sign * (Number(a) - Number(b))).slice(0, 10);
    const text = [...sorted(book.asks, 1), ...sorted(book.bids, -1)].map(([price, quantity]) => (
      [Number(price).toFixed(PRICE_DECIMALS), Number(quantity).toFixed(QUANTITY_DECIMALS)].map((each) => each.replace('.', '').replace(/^0+/, '')).join('')
    )).join('');
    const wire = (levels: readonly ServedLevel[]) => levels.map(([price, quantity]) => ({ price: bare(price), qty: bare(quantity) }));
    return { symbol: this.#symbols[instrument], bids: wire(bids), asks: wire(asks), checksum: crc32(text), timestamp: timeText(this.#clock.now()) };
  }

  #hear(socket: WebSocket, text: string): void {
    const { method, params } = JSON.parse(text) as { method: string; params: { channel: string; symbol: readonly string[]; interval?: number } };
    const names = this.#live.get(socket)?.names;
    if (method !== 'subscribe' || names === undefined) return;
    const { channel } = params;
    for (const symbol of params.symbol) {
      const at = timeText(this.#clock.now());
      const instrument = this.#symbols.indexOf(symbol);
      if (instrument < 0) {
        this.#door.say(JSON.stringify({ error: `Currency pair not supported ${symbol}`, method, success: false, symbol, time_in: at, time_out: at }), socket);
        continue;
      }
      names.add(`${channel} ${symbol}`);
      this.#door.say(JSON.stringify({ method, result: { channel, snapshot: true, symbol }, success: true, time_in: at, time_out: at }), socket);
      const book = this.#books[instrument];
      if (channel === 'book') this.#door.say(write({ channel, type: 'snapshot', data: [this.#bookBody(instrument, [...book.bids], [...book.asks])] }), socket);
    }
  }

  #answer({ pathname, searchParams: query }: URL): DoorAnswer {
    const ok = (result: unknown): DoorAnswer => ({ status: 200, body: { error: [], result } });
    if (pathname === '/0/public/AssetPairs') {
      const pair = Object.values(fixture('get-pairs').result as Json)[0] as Json;
      return ok(Object.fromEntries(this.#symbols.map((symbol) => [altname(symbol), { ...pair, altname: altname(symbol), wsname: symbol.replace('BTC', 'XBT') }])));
    }
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) return faultAnswer(fault);
    const instrument = this.#symbols.findIndex((symbol) => altname(symbol) === query.get('pair'));
    // "Get Recent Trades": after `since`, in nanoseconds, the oldest first; this server's trades are at 0.394914 ms of theirs.
    if (pathname === '/0/public/Trades' && instrument >= 0) {
      const rows = this.#trades[instrument].filter(([, , ms]) => BigInt(ms) * 1_000_000n + 394_914n > BigInt(query.get('since') ?? '0')).slice(0, Number(query.get('count') ?? 1_000));
      return ok({ XXBTZUSD: rows.map(([price, quantity, ms, id]) => [price, quantity, (ms + 0.394914) / 1_000, 's', 'm', '', id]), last: `${rows.at(-1)?.[2] ?? 0}394914` });
    }
    if (pathname !== '/0/public/OHLC' || instrument < 0) return { status: 200, body: { error: ['EQuery:Unknown asset pair'] } };
    const lengthMs = Number(query.get('interval')) * 60_000;
    const now = this.#clock.now();
    const [, sampleRow = []] = Object.values(fixture('get-ohlc').result as Json)[0] as readonly (readonly unknown[])[];
    // Never more than the newest 720, the one that grows among them.
    const rows = this.#bars[instrument].filter(({ timestamp }) => timestamp > now - 720 * lengthMs && timestamp / 1_000 > Number(query.get('since') ?? 0))
      .sort((a, b) => a.timestamp - b.timestamp).map(({ timestamp, open, high, low, close, volume }) => [timestamp / 1_000, open, high, low, close, sampleRow[5], volume, sampleRow[7]]);
    return ok({ XXBTZUSD: rows, last: (Math.floor(now / lengthMs) - 1) * lengthMs / 1_000 });
  }
}

function altname(symbol: string): string {
  return symbol.replace('BTC', 'XBT').replace('/', '');
}

/** RFC 3339 with nanoseconds, as Kraken writes times. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '394914Z');
}

/** Errors of docs.kraken.com, "Error Messages", all with status 200; the firewall in front has a page of its own. */
function faultAnswer(fault: Fault): DoorAnswer {
  const error = (text: string): DoorAnswer => ({ status: 200, body: { error: [text] } });
  switch (fault) {
    case 'rate-limited': return error('EAPI:Rate limit exceeded');
    case 'banned': return error('EGeneral:Temporary lockout');
    case 'maintenance': return error('EService:Unavailable');
    case 'garbage': return { status: 200, body: '<html>' };
    default: return { status: 520, body: '<html>' };
  }
}
