import assert from 'node:assert/strict';
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SpotFeed } from '../../src/adapters/binance/market-feed.ts';
import { CoinbaseFeed } from '../../src/adapters/coinbase/market-feed.ts';
import { KrakenFeed } from '../../src/adapters/kraken/market-feed.ts';
import type { KrakenListing } from '../../src/adapters/kraken/listing.ts';
import { OkxFeed } from '../../src/adapters/okx/market-feed.ts';
import { VenueBars } from '../../src/app/wiring/venue-bars.ts';
import { Random } from '../../src/domain/random.ts';
import { failover } from '../../src/pipeline/failover.ts';
import type { BarProvider, BarRequest, ProviderFailureKind } from '../../src/ports/bar-provider.ts';
import type { MarketFeed } from '../../src/ports/market-feed.ts';
import type { FeedHarness } from '../contract/market-feed.ts';
import { BINANCE_SPOT_FEED } from '../venues/binance/feed-harness.ts';
import { COINBASE_FEED } from '../venues/coinbase/feed-harness.ts';
import { FastClock } from '../venues/fast-clock.ts';
import { KRAKEN_FEED } from '../venues/kraken/feed-harness.ts';
import { OKX_FEED } from '../venues/okx/feed-harness.ts';

const MINUTE = 60_000;
const BARS = 30;

type Row = unknown[] | Record<string, unknown>;

/** The rows of bars in an answer, whatever it is: the longest list of lists, or of objects, in it. */
function rowsOf(value: unknown): Row[] {
  if (Array.isArray(value) && value.length > 2 && value.every((each) => typeof each === 'object' && each !== null && Object.keys(each).length >= 6)) return value as Row[];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).map(rowsOf).sort((a, b) => b.length - a.length)[0] ?? [];
}

/** Prices of a row: the places 1 to 4, or by their names. */
function scale(row: Row, change: (price: string) => string): void {
  const prices = row as Record<string, unknown>;
  for (const key of Array.isArray(row) ? ['1', '2', '3', '4'] : ['open', 'high', 'low', 'close']) prices[key] = change(String(prices[key]));
}

/** Copies a row's numbers into the next one, which keeps its time. */
function copyInto(from: Row, to: Row): void {
  const keys = Array.isArray(from) ? ['1', '2', '3', '4', '5', '6'] : ['open', 'high', 'low', 'close', 'volume'];
  for (const key of keys) (to as Record<string, unknown>)[key] = (from as Record<string, unknown>)[key];
}

/** Changes the rows of an answer. */
const altered = (change: (rows: Row[]) => void) => (text: string) => {
  const body: unknown = JSON.parse(text);
  change(rowsOf(body));
  return JSON.stringify(body);
};

/** What a crooked server does with an answer for bars. */
type Crook = (response: ServerResponse, text: string) => void;
const says = (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Crook => (response) => { response.writeHead(status, headers).end(body); };
const rewrites = (change: (text: string) => string): Crook => (response, text) => { response.end(change(text)); };

const CROOKS: Readonly<Record<string, readonly [Crook, readonly ProviderFailureKind[]]>> = {
  'an error with status 200': [says(200, '{"code":"50000","msg":"internal","error":["EGeneral:Internal error"]}'), ['wrong-shape', 'server-error']],
  '429': [says(429, '{}'), ['rate-limited']],
  '429 with Retry-After': [says(429, '{}', { 'retry-after': '120' }), ['rate-limited']],
  'a server error': [says(500, 'oops'), ['server-error']],
  'HTML': [says(200, '<html>We will be right back</html>'), ['wrong-shape']],
  'truncated JSON': [rewrites((text) => text.slice(0, -20)), ['wrong-shape']],
  'a gzip bomb': [says(200, gzipSync(Buffer.alloc(64 * 2 ** 20)), { 'content-encoding': 'gzip' }), ['wrong-shape']],
  'NaN for prices': [rewrites(altered((rows) => { for (const row of rows) scale(row, () => 'NaN'); })), ['wrong-shape']],
  'prices × 100 from the middle on': [rewrites(altered((rows) => { for (const row of rows.slice(0, rows.length / 2)) scale(row, (price) => (100 * Number(price)).toFixed(2)); })), ['implausible']],
  'one bar\'s numbers again and again': [rewrites(altered((rows) => { for (const row of rows) copyInto(rows[0], row); })), ['implausible']],
  'rows twice': [rewrites(altered((rows) => { rows.splice(3, 0, structuredClone(rows[3])); })), ['implausible']],
  'another place': [says(301, '', { location: 'http://127.0.0.1:9/' }), ['server-error', 'wrong-shape']],
  'a slow drip': [(response, text) => {
    response.write(text.slice(0, 10));
    const timer = setInterval(() => { response.write(' '); }, 50);
    response.on('close', () => { clearInterval(timer); });
  }, ['timed-out']],
  'silence': [() => undefined, ['timed-out']],
};

/** An answer in another order is put in order where a venue's own is another, and refused else. */
const REORDERED = rewrites(altered((rows) => { rows.reverse(); }));

interface Venue {
  readonly harness: FeedHarness;
  readonly symbol: string;
  /** Where bars are asked for. */
  readonly path: RegExp;
  feed(host: string, clock: FastClock): MarketFeed;
}

const around = (clock: FastClock) => ({ clock, random: new Random(1), onUnreadable: () => undefined });
const VENUES: readonly Venue[] = [
  { harness: COINBASE_FEED, symbol: 'BTC-USD', path: /candles/, feed: (host, clock) => new CoinbaseFeed({ ...around(clock), hosts: { rest: `http://${host}`, market: `ws://${host}` } }, COINBASE_FEED.listings) },
  { harness: BINANCE_SPOT_FEED, symbol: 'BTC-USDT', path: /klines/, feed: (host, clock) => new SpotFeed({ ...around(clock), hosts: { data: `http://${host}`, dataStream: `ws://${host}` } }, BINANCE_SPOT_FEED.listings) },
  { harness: KRAKEN_FEED, symbol: 'BTC-USD', path: /OHLC/, feed: (host, clock) => new KrakenFeed({ ...around(clock), hosts: { rest: `http://${host}`, stream: `ws://${host}` } }, KRAKEN_FEED.listings as readonly KrakenListing[]) },
  { harness: OKX_FEED, symbol: 'BTC-USDT', path: /candles/, feed: (host, clock) => new OkxFeed({ ...around(clock), hosts: { rest: `http://${host}`, stream: `ws://${host}` } }, OKX_FEED.listings) },
];

/** A server in front of a market that can bend its answers for bars. */
class CrookedDoor {
  crook: Crook | undefined;
  /** Questions for bars. */
  asked = 0;
  readonly #server: Server;
  readonly #onward: string;

  constructor(onward: string, path: RegExp) {
    this.#onward = onward;
    this.#server = createServer((request, response) => {
      const bars = path.test(request.url ?? '');
      if (bars) this.asked += 1;
      this.#pass(request).then((text) => { if (bars && this.crook !== undefined) this.crook(response, text); else response.end(text); }, () => { response.destroy(); });
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) => { this.#server.listen(0, '127.0.0.1', () => { resolve(`127.0.0.1:${(this.#server.address() as AddressInfo).port}`); }); });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #pass({ url }: IncomingMessage): Promise<string> {
    return new Promise((resolve, reject) => {
      ask(`http://${this.#onward}${url ?? ''}`, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { resolve(text); });
      }).on('error', reject).end();
    });
  }
}

interface Bench {
  readonly provider: BarProvider;
  readonly request: BarRequest;
  readonly door: CrookedDoor;
}

async function atVenue({ harness, symbol, path, feed }: Venue, run: (bench: Bench) => Promise<void>): Promise<void> {
  const clock = new FastClock();
  const { server, host } = await harness.serve(clock);
  // A bar that has just ended may still change.
  const now = (Math.floor(clock.now() / MINUTE) - 1) * MINUTE;
  const bars = Array.from({ length: BARS }, (_each, i) => ({ timestamp: now - (BARS - i) * MINUTE, open: `${100 + i}.0`, high: `${101 + i}.5`, low: `${99 + i}.5`, close: `${101 + i}.0`, volume: `${10 + i}.50000000` }));
  server.remember(0, bars);
  const door = new CrookedDoor(host, path);
  const front = await door.listen();
  const provider = new VenueBars({
    name: harness.name, clock, spend: () => undefined,
    open: () => Promise.resolve({ listings: () => Promise.resolve(harness.listings), feed: () => feed(front, clock) }),
  });
  try {
    await run({ provider, door, request: { symbol, intervalMs: MINUTE, span: { from: now - BARS * MINUTE, to: now } } });
  } finally {
    door.close();
    await server.close();
  }
}

describe('answers that are no bars', { concurrency: 4 }, () => {
  for (const venue of VENUES) {
    test(`nothing wrong that ${venue.harness.name} answers is taken for bars, and each has its kind`, async () => {
      await Promise.all(Object.entries(CROOKS).map(([what, [crook, kinds]]) => atVenue(venue, async ({ provider, request, door }) => {
        const right = await provider.bars(request);
        assert.ok(right.ok && right.value.bars.length === BARS, right.ok ? String(right.value.bars.length) : right.error.message);
        door.crook = crook;
        const answer = await provider.bars(request);
        assert.ok(!answer.ok, `${what} was taken for bars`);
        assert.ok(kinds.includes(answer.error.kind), `${what}: ${answer.error.kind}, ${answer.error.message}`);
        if (what.includes('Retry-After')) assert.ok((answer.error.retryAfterMs ?? 0) > 60_000);
      })));
    });

    test(`rows of ${venue.harness.name} in another order are put in order or refused, never taken so`, () => atVenue(venue, async ({ provider, request, door }) => {
      door.crook = REORDERED;
      const answer = await provider.bars(request);
      if (answer.ok) assert.ok(answer.value.bars.timestamp.every((time, i, all) => i === 0 || time > all[i - 1]));
      else assert.equal(answer.error.kind, 'implausible');
    }));
  }
});

test('where one venue fails the next is asked, and the fall-back is told', () => atVenue(VENUES[0], (coinbase) => atVenue(VENUES[2], async (kraken) => {
  const told: string[] = [];
  const clock = new FastClock();
  const provider = failover([coinbase.provider, kraken.provider], { clock, random: new Random(1), onFallBack: ({ failure, next }) => { told.push(`${failure.provider} ${failure.kind} ${String(next)}`); } });
  coinbase.door.crook = says(500, '');
  const answer = await provider.bars(kraken.request);
  assert.deepEqual([answer.ok && answer.value.source, told], ['Kraken', ['Coinbase server-error Kraken']]);
})));
