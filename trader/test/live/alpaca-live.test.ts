import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProduct, type Ended } from '../access/product-process.ts';
import { AlpacaServer } from '../venues/alpaca/alpaca-server.ts';
import { AlpacaMarketServer } from '../venues/alpaca/market-server.ts';
import { OneDoor } from '../venues/one-door.ts';

const KEY = 'PKPLANTED00000000001';
const SECRET = 'planted-secret-77c1';
const MINUTE = 60_000;

interface Line {
  readonly kind: string;
  readonly price?: string;
  readonly cash?: string;
  readonly positions?: Readonly<Record<string, string>>;
  readonly fills?: number;
}

const CONFIG = {
  mode: 'sandbox', venue: 'alpaca', capital: '100000', interval: '1m', instruments: ['AAPL.ALPACA'],
  books: [{ strategy: 'moving-average-cross', parameters: { fast: 2, slow: 5 }, instrument: 'AAPL.ALPACA', sizing: { kind: 'units', units: '7' } }],
  limits: { maxNotional: 50_000, maxExposure: 1, maxOrdersPerMinute: 100, priceCollar: 0.5, maxDataAgeMs: 300_000, maxDrawdown: 0.5 },
  ramp: { start: 1, step: 1 },
};

/** Alpaca's paper world on loopback: an account in which market orders trade between two cents, and a market that swings. */
class PaperWorld {
  readonly account = new AlpacaServer({ key: KEY, secret: SECRET, now: () => Date.now(), symbol: 'AAPL', binary: true });
  readonly market: AlpacaMarketServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'alpaca-live-'));
  readonly #began = Math.floor(Date.now() / MINUTE) * MINUTE;
  readonly #traded = new Set<string>();
  #door: OneDoor | undefined;
  #port = 0;
  #minutes = 0;
  #price = 0;

  constructor() {
    this.market = new AlpacaMarketServer({ now: () => this.#began + 10_000 * MINUTE, symbols: ['AAPL'], bars: '/v2/stocks/bars', stream: '/v2/iex', key: KEY, secret: SECRET });
  }

  async open(): Promise<void> {
    const [account, market] = (await Promise.all([this.account.listen(), this.market.listen()])).map((host) => Number(host.split(':')[1]));
    this.#door = new OneDoor((path) => (/^\/v2\/(stocks|iex)/.test(path) ? market : account));
    this.#port = await this.#door.listen();
    this.market.remember(0, Array.from({ length: 60 }, (_each, index) => this.#bar(index - 60)));
    writeFileSync(join(this.#folder, 'config.json'), JSON.stringify(CONFIG));
    mkdirSync(join(this.#folder, 'home'));
  }

  #bar(minutes: number) {
    this.#price = 150 + 3 * Math.sin(minutes / 7 * Math.PI);
    const price = this.#price.toFixed(2);
    return { timestamp: this.#began + minutes * MINUTE, open: price, high: price, low: price, close: price, volume: '10' };
  }

  /** A minute closes, and what was ordered trades, at four decimals. */
  tick(): void {
    for (const { clientOrderId, type, quantity } of this.account.orders) {
      if (type !== 'market' || this.#traded.has(clientOrderId)) continue;
      this.#traded.add(clientOrderId);
      this.account.trade(clientOrderId, { price: (this.#price + 0.0034).toFixed(4), quantity, fee: '0', feeCurrency: 'USD', liquidity: 'taker' });
    }
    this.market.closeBar(0, this.#bar(this.#minutes++));
  }

  /** Trades until `ends` says how to end it. */
  run(words: readonly string[], ends: (line: Line) => NodeJS.Signals | undefined): Promise<Ended> {
    let ticking: NodeJS.Timeout | undefined;
    return runProduct({
      home: join(this.#folder, 'home'), words: ['live', '--config', join(this.#folder, 'config.json'), '--json', ...words],
      environment: { ALGOTRENDY_LOOPBACK_PORT: String(this.#port), ALGOTRENDY_SECRET_ALPACA_PAPER_KEY: KEY, ALGOTRENDY_SECRET_ALPACA_PAPER_SECRET: SECRET },
      onLine: (text, child) => {
        const line = JSON.parse(text) as Line;
        if (line.kind === 'feed') ticking ??= setInterval(() => { this.tick(); }, 100);
        const signal = ends(line);
        if (signal !== undefined) child.kill(signal);
      },
    }).finally(() => { clearInterval(ticking); });
  }

  async close(): Promise<void> {
    this.#door?.close();
    await Promise.all([this.account.close(), this.market.close()]);
    rmSync(this.#folder, { recursive: true });
  }
}

test('shares trade at Alpaca through a kill: what is held and the money agree with the venue to the last digit, and nothing but loopback is dialled', async () => {
  const world = new PaperWorld();
  await world.open();
  try {
    let fills = 0;
    const killed = await world.run([], ({ kind }) => { fills += kind === 'fill' ? 1 : 0; return fills === 3 ? 'SIGKILL' : undefined; });
    assert.equal(killed.signal, 'SIGKILL');
    world.tick();
    const { code, stdout, stderr, dialled } = await world.run(['--for', '4s', '--flatten'], (line) => { if (line.kind === 'fill') setTimeout(() => { world.tick(); }, 50); return undefined; });
    assert.equal(code, 0, stderr);
    assert.ok(!`${stdout}${stderr}`.includes(SECRET), 'the secret is printed');
    const last = stdout.trim().split('\n').map((line) => JSON.parse(line) as Line).at(-1);
    const held = world.account.positionOf('AAPL');
    assert.deepEqual([last?.kind, last?.cash, last?.positions?.['AAPL.ALPACA'] ?? '0'], ['stopped', world.account.money, held]);
    assert.equal(last?.fills, world.account.orders.length);
    assert.ok(world.account.orders.length >= 5, `${world.account.orders.length} orders`);
    assert.equal(new Set(world.account.orders.map(({ clientOrderId }) => clientOrderId)).size, world.account.orders.length);
    assert.deepEqual(dialled.filter((host) => !host.startsWith('127.0.0.1:')), []);
  } finally {
    await world.close();
  }
});
