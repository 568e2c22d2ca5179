import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { NO_CONFIG } from '../../src/app/config.ts';
import { passportSubject } from '../../src/app/wiring/passport.ts';
import { signingKey, signPassport } from '../../src/app/wiring/passport-check.ts';
import { openSecrets } from '../../src/app/wiring/secret-stores.ts';
import { runProduct, type Ended, type ProductOptions } from '../access/product-process.ts';
import { fastTime } from '../fast-time.ts';
import { TEST_KEY, TEST_PEM } from '../venues/coinbase/harness.ts';
import { CoinbaseMarketServer } from '../venues/coinbase/market-server.ts';
import { CoinbaseServer } from '../venues/coinbase/server.ts';

const MINUTE = 60_000;
/** A minute takes five seconds: bars of a minute are the shortest that Coinbase has, and they are asked for when they are over. */
const SPEED = 12;
const FAST_TIME = new URL('../fast-time.ts', import.meta.url).href;
const DIAL_RECORD = new URL('../access/dial-record.ts', import.meta.url).href;
const PRICES = ['30000.00', '30300.00'] as const;
const HASH = 'ab'.repeat(32);
const WORDS = 'trade real money on coinbase with 100000 USDT';

const BOOK = { strategy: 'moving-average-cross', parameters: { fast: 1, slow: 2 }, instrument: 'BTC-USDT.COINBASE', sizing: { kind: 'units', units: '0.5' } } as const;
const CONFIG = {
  mode: 'live', venue: 'coinbase', capital: '100000', interval: '1m', instruments: ['BTC-USDT.COINBASE'],
  limits: { maxNotional: 50_000, maxExposure: 1, maxOrdersPerMinute: 100, priceCollar: 0.5, maxDataAgeMs: 300_000, maxDrawdown: 0.5 },
};

/** What is read of a line of `live --json`, and of a record of the journal. */
interface Line {
  readonly kind: string;
  readonly fills?: number;
  readonly cash?: string;
  readonly positions?: Readonly<Record<string, string>>;
  readonly clientOrderId?: string;
  readonly report?: string;
  readonly digest?: string;
  readonly recordedDigest?: string;
}

/**
 * Coinbase on loopback, which has no sandbox: an account and a market whose REST and streams share one host and one path,
 * in a time of their own. A stream is known for what it asks for first.
 */
class CoinbaseStreet {
  readonly #began = Date.now();
  readonly #clock = fastTime(this.#began, SPEED);
  readonly account = new CoinbaseServer({ key: TEST_KEY, clock: this.#clock });
  readonly market = new CoinbaseMarketServer({ clock: this.#clock, symbols: ['BTC-USDT'] });
  readonly home: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'coinbase-live-'));
  readonly #streams = new WebSocketServer({ noServer: true });
  #door: Server | undefined;
  #port = 0;

  constructor() {
    this.home = join(this.#folder, 'home');
  }

  async open(): Promise<void> {
    const [account, market] = await Promise.all([this.account.listen(), this.market.listen()]);
    this.#door = createServer((request, response) => {
      const onward = ask(`http://${request.url?.includes('/candles') === true ? market : account}${request.url}`, { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => { response.socket?.destroy(); });
      request.pipe(onward);
    });
    this.#door.on('upgrade', (request, socket, head) => {
      this.#streams.handleUpgrade(request, socket, head, (stream) => {
        stream.once('message', (first: Buffer) => { carry(stream, first, `ws://${first.toString().includes('"user"') ? account : market}`); });
      });
    });
    await new Promise<void>((resolve) => { this.#door?.listen(0, '127.0.0.1', resolve); });
    this.#port = (this.#door.address() as AddressInfo).port;
    const minute = Math.floor(this.#began / MINUTE);
    // Those to come as well: nobody can ask for them before they are over. Prices go up and down by turns, and the averages cross each minute.
    this.market.remember(0, Array.from({ length: 200 }, (_, at) => {
      const price = PRICES[at % 2];
      return { timestamp: (minute + at - 60) * MINUTE, open: price, high: price, low: price, close: price, volume: '10' };
    }));
    await this.#prepare();
  }

  /** A home with a passport for the run, which its own key has signed. */
  async #prepare(): Promise<void> {
    mkdirSync(this.home);
    const key = await signingKey(openSecrets({ ...NO_CONFIG, home: this.home }));
    const line = { name: 'Everything', state: 'pass', reason: 'So that the way to real money can be walked on loopback.' } as const;
    const passport = signPassport({
      version: 1, issuedAt: '2026-11-21T00:00:00.000Z', ...await passportSubject(BOOK, MINUTE), data: { sha256: HASH, from: '2020-01-01T00:00:00.000Z', to: '2021-01-01T00:00:00.000Z', bars: 1 }, verdict: [line], paper: null, lines: [line],
    }, key);
    writeFileSync(join(this.#folder, 'passport.json'), JSON.stringify(passport));
    writeFileSync(join(this.#folder, 'config.json'), JSON.stringify({ ...CONFIG, books: [{ ...BOOK, passport: join(this.#folder, 'passport.json') }] }));
  }

  run(words: readonly string[], hears: Pick<ProductOptions, 'onLine' | 'onStart'> = {}): Promise<Ended> {
    return runProduct({
      home: this.home, words, ...hears,
      environment: {
        ALGOTRENDY_LOOPBACK_PORT: String(this.#port), ALGOTRENDY_SECRET_COINBASE_LIVE_KEY: TEST_KEY.name, ALGOTRENDY_SECRET_COINBASE_LIVE_SECRET: TEST_PEM,
        FAST_TIME: `${this.#began}:${SPEED}`, NODE_OPTIONS: `--import=${FAST_TIME} --import=${DIAL_RECORD}`,
      },
    });
  }

  trade(words: readonly string[], hears: Pick<ProductOptions, 'onLine' | 'onStart'> = {}): Promise<Ended> {
    return this.run(['live', '--config', join(this.#folder, 'config.json'), '--json', '--confirm', WORDS, ...words], hears);
  }

  /** An order of ours trades whole. */
  fill(nth: number): void {
    const { clientOrderId, quantity } = this.account.orders[nth];
    this.account.trade(clientOrderId, { price: PRICES[nth % 2], quantity, fee: '0.5', feeCurrency: 'USDT', liquidity: 'taker' });
  }

  records(): readonly Line[] {
    return readFileSync(join(this.home, 'live', 'journal.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line.slice(9)) as Line);
  }

  async close(): Promise<void> {
    for (const stream of this.#streams.clients) stream.terminate();
    this.#door?.closeAllConnections();
    this.#door?.close();
    await Promise.all([this.account.close(), this.market.close()]);
    rmSync(this.#folder, { recursive: true });
  }
}

/** Carries a stream whose first message has been heard on to where it belongs. */
function carry(stream: WebSocket, first: Buffer, where: string): void {
  const onward = new WebSocket(where);
  const waiting = [first.toString()];
  stream.on('message', (data: Buffer) => { if (onward.readyState === WebSocket.OPEN) onward.send(data.toString()); else waiting.push(data.toString()); });
  onward.on('open', () => { for (const text of waiting) onward.send(text); });
  onward.on('message', (data: Buffer) => { stream.send(data.toString()); });
  for (const [one, other] of [[stream, onward], [onward, stream]] as const) {
    one.on('close', () => { other.close(); });
    one.on('error', () => { other.terminate(); });
  }
}

const linesOf = (stdout: string) => stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);

test('Coinbase is traded over one host: an order that trades while its run is dead is booked once, and what is held and the money agree with the venue', async () => {
  const street = new CoinbaseStreet();
  await street.open();
  const { account } = street;
  const before = [account.balanceOf('BTC'), account.balanceOf('USDT')].map(Number);
  let watching: NodeJS.Timeout | undefined;
  const watch = (look: () => void) => {
    clearInterval(watching);
    watching = setInterval(look, 1);
  };
  try {
    // Dead as soon as the venue has the order, so that nobody hears what becomes of it.
    const killed = await street.trade([], { onStart: (child) => { watch(() => { if (account.orders.length > 0) child.kill('SIGKILL'); }); } });
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    assert.equal(account.orders.length, 1);
    street.fill(0);
    let traded = 1;
    const ended = await street.trade([], {
      // Two trades and no more: an order that is on its way when the run is told to stop stays open.
      onStart: () => { watch(() => { if (account.orders.length > traded && traded < 2) street.fill(traded++); }); },
      onLine: (text, child) => { if (((JSON.parse(text) as Line).fills ?? 0) >= 2) child.kill('SIGINT'); },
    });
    assert.equal(ended.code, 0, ended.stderr);
    const { cash, positions, fills } = linesOf(ended.stdout).at(-1) ?? {};
    assert.equal(fills, 2);
    assert.ok(account.orders.some(({ side }) => side === 'sell'), 'what was bought while it was dead was sold by the one that came after');
    assert.equal(new Set(account.orders.map(({ clientOrderId }) => clientOrderId)).size, account.orders.length);
    const gained = [account.balanceOf('BTC'), account.balanceOf('USDT')].map((amount, at) => (Number(amount) - before[at]).toFixed(4));
    assert.deepEqual(gained, [Number(positions?.['BTC-USDT.COINBASE'] ?? 0).toFixed(4), (Number(cash) - 100_000).toFixed(4)]);
    // Once more: nothing is found that was not known, and the journal comes out again.
    const again = await street.trade(['--for', '1s']);
    assert.equal(again.code, 0, again.stderr);
    const kinds = (stdout: string) => linesOf(stdout).find(({ kind }) => kind === 'state');
    assert.deepEqual([kinds(again.stdout)?.cash, kinds(again.stdout)?.fills], [cash, fills]);
    assert.deepEqual(street.records().filter(({ kind }) => kind === 'difference' || kind === 'stranger'), []);
    assert.equal(street.records().filter(({ report }) => report === 'filled').length, fills);
    const replayed = linesOf((await street.run(['replay', join(street.home, 'live', 'journal.jsonl'), '--json'])).stdout)[0];
    assert.equal(replayed.digest, replayed.recordedDigest);
    for (const { dialled, stdout, stderr } of [killed, ended, again]) {
      assert.deepEqual(dialled.filter((host) => !host.startsWith('127.0.0.1:')), []);
      assert.ok(!TEST_PEM.split('\n').slice(1, -2).some((line) => `${stdout}${stderr}`.includes(line)), 'the secret is printed');
    }
  } finally {
    clearInterval(watching);
    await street.close();
  }
});
