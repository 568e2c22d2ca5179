import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import { runProduct, type Ended } from '../access/product-process.ts';
import { FuturesServer } from '../venues/binance/futures-server.ts';
import { MarketServer } from '../venues/binance/market-server.ts';
import { OneDoor } from '../venues/one-door.ts';

const [KEY, SECRET] = ['planted-key-4f1d8a', 'planted-secret-93b07e'];
const MINUTE = 60_000;
const CONFIG = {
  mode: 'sandbox', venue: 'binance-usdm', capital: '10000', interval: '1m', instruments: ['BTC-USDT-PERP.BINANCE'],
  books: [{ strategy: 'moving-average-cross', parameters: { fast: 2, slow: 5 }, instrument: 'BTC-USDT-PERP.BINANCE', sizing: { kind: 'units', units: '0.05' } }],
  limits: { maxNotional: 50_000, maxExposure: 1, maxOrdersPerMinute: 100, priceCollar: 0.5, maxDataAgeMs: 300_000, maxDrawdown: 0.5 },
  ramp: { start: 1, step: 1 }, margin: { isolated: true, leverage: 5 },
};

interface Line {
  readonly kind: string;
  readonly connection?: string;
  readonly catchingUp?: boolean;
  readonly positions?: Readonly<Record<string, string>>;
}

/** Binance's USD-M testnet on loopback, behind one port, with a market that swings and in which market orders trade at once. */
class Testnet {
  readonly account = new FuturesServer({ key: KEY, secret: SECRET, clock: WALL_CLOCK });
  readonly market: MarketServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'usdm-live-'));
  readonly #began = Math.floor(Date.now() / MINUTE) * MINUTE;
  readonly #traded = new Set<string>();
  #door: OneDoor | undefined;
  #port = 0;
  #minutes = 0;
  #price = '';

  constructor() {
    this.market = new MarketServer({
      rest: '/fapi/v1', streams: '/market/stream', told: 'usdm-subscribe-klines', asked: 'usdm-get-klines', symbols: ['BTCUSDT'], intervalMs: MINUTE, now: () => this.#began + 10_000 * MINUTE,
    });
  }

  async open(): Promise<void> {
    const [account, market] = (await Promise.all([this.account.listen(), this.market.listen()])).map((host) => Number(host.split(':')[1]));
    this.#door = new OneDoor((path) => (/^\/(market|fapi\/v1\/klines)/.test(path) ? market : account));
    this.#port = await this.#door.listen();
    this.market.remember(0, Array.from({ length: 60 }, (_each, index) => this.#bar(index - 60)));
    writeFileSync(join(this.#folder, 'config.json'), JSON.stringify(CONFIG));
    mkdirSync(join(this.#folder, 'home'));
  }

  #bar(minutes: number) {
    this.#price = (30_000 + 300 * Math.sin(minutes / 7 * Math.PI)).toFixed(1);
    return { timestamp: this.#began + minutes * MINUTE, open: this.#price, high: this.#price, low: this.#price, close: this.#price, volume: '10' };
  }

  /** What was ordered trades, and a minute closes. */
  #tick(): void {
    for (const { clientOrderId, type, quantity } of this.account.orders) {
      if (type !== 'market' || this.#traded.has(clientOrderId)) continue;
      this.#traded.add(clientOrderId);
      this.account.trade(clientOrderId, { price: this.#price, quantity, fee: '0.5', feeCurrency: 'USDT', liquidity: 'taker' });
    }
    this.market.closeBar(0, this.#bar(this.#minutes++));
  }

  /** Trades until `ends` says how to end it. */
  run(ends: (line: Line) => NodeJS.Signals | undefined): Promise<Ended> {
    let ticking: NodeJS.Timeout | undefined;
    return runProduct({
      home: join(this.#folder, 'home'), words: ['live', '--config', join(this.#folder, 'config.json'), '--json'],
      environment: { ALGOTRENDY_LOOPBACK_PORT: String(this.#port), ALGOTRENDY_SECRET_BINANCE_USDM_TESTNET_KEY: KEY, ALGOTRENDY_SECRET_BINANCE_USDM_TESTNET_SECRET: SECRET },
      onLine: (text, child) => {
        const line = JSON.parse(text) as Line;
        if (line.kind === 'feed') ticking ??= setInterval(() => { this.#tick(); }, 100);
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

test('contracts trade at Binance USD-M through a kill, and a clean stop takes the venue\'s own switch back while it still can', async () => {
  const testnet = new Testnet();
  await testnet.open();
  try {
    const killed = await testnet.run(({ kind }) => (kind === 'fill' ? 'SIGKILL' : undefined));
    assert.equal(killed.signal, 'SIGKILL');
    let fills = 0;
    const { code, stdout, stderr } = await testnet.run(({ kind }) => ((fills += Number(kind === 'fill')) >= 2 ? 'SIGINT' : undefined));
    assert.equal(code, 0, stderr);
    const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);
    assert.deepEqual(lines.filter(({ kind }) => kind === 'trouble'), []);
    assert.equal(lines.at(-1)?.kind, 'stopped');
    const { orders, requests } = testnet.account;
    assert.ok(orders.length >= 2);
    assert.equal(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size, orders.length);
    assert.ok(requests.slice(-3).includes('POST /fapi/v1/countdownCancelAll'));
  } finally {
    await testnet.close();
  }
});
