import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveConfig } from '../../src/app/wiring/live-setup.ts';
import { runProduct, type Ended, type ProductOptions } from '../access/product-process.ts';
import { MarketServer } from '../venues/binance/market-server.ts';
import { SpotServer } from '../venues/binance/spot-server.ts';
import { OneDoor } from '../venues/one-door.ts';

const KEY = 'planted-key-4f1d8a';
const SECRET = 'planted-secret-93b07e';
const MINUTE = 60_000;

/** A run that trades one market with fast averages at full size, under limits that do not bind. */
export const CONFIG: LiveConfig = {
  mode: 'sandbox', venue: 'binance', capital: '100000', interval: '1m', instruments: ['BTC-USDT.BINANCE'],
  books: [{ strategy: 'moving-average-cross', parameters: { fast: 2, slow: 5 }, instrument: 'BTC-USDT.BINANCE', sizing: { kind: 'units', units: '0.5' } }],
  limits: { maxNotional: 50_000, maxExposure: 1, maxOrdersPerMinute: 100, priceCollar: 0.5, maxDataAgeMs: 300_000, maxDrawdown: 0.5 },
  ramp: { start: 1, step: 1 },
};

/** A venue on loopback with its account and its market behind one port, and a home to trade from. */
export class VenueStreet {
  readonly home: string;
  readonly account: SpotServer;
  readonly market: MarketServer;
  /** The market's minute that has just ended when the street was opened. */
  readonly now = Math.floor(Date.now() / MINUTE) * MINUTE;
  /** What a buy pays its fee in. */
  feeIn: 'USDT' | 'BTC' = 'USDT';
  /** Whether orders trade as they come. */
  trades = true;
  readonly #folder: string;
  #door: OneDoor | undefined;
  readonly #filled = new Set<string>();
  #minutes = 0;
  #price = 0;
  #port = '';
  #filling: NodeJS.Timeout | undefined;

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'street-'));
    this.home = join(this.#folder, 'home');
    this.account = new SpotServer({ key: KEY, secret: SECRET, now: () => Date.now() });
    this.market = new MarketServer({ rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines', symbols: ['BTCUSDT'], intervalMs: MINUTE, now: () => this.now + 10_000 * MINUTE });
  }

  static async open(check: (street: VenueStreet) => Promise<void>): Promise<void> {
    const street = new VenueStreet();
    await street.#listen();
    try {
      await check(street);
    } finally {
      clearInterval(street.#filling);
      street.#door?.close();
      await Promise.all([street.account.close(), street.market.close()]);
      rmSync(street.#folder, { recursive: true });
    }
  }

  /** One port for both: klines and their streams are the market's, everything else the account's. */
  async #listen(): Promise<void> {
    const [account, market] = (await Promise.all([this.account.listen(), this.market.listen()])).map((host) => Number(host.split(':')[1]));
    this.#door = new OneDoor((path) => (/^\/(stream|api\/v3\/klines)/.test(path) ? market : account));
    this.#port = String(await this.#door.listen());
    this.market.remember(0, Array.from({ length: 60 }, (_, i) => this.#bar(i - 60)));
    this.#filling = setInterval(() => { this.#fill(); }, 5);
  }

  /** A market that swings every seven minutes, so that fast averages cross again and again. */
  #bar(minutes: number) {
    const price = (30_000 + 300 * Math.sin(minutes / 7 * Math.PI)).toFixed(2);
    this.#price = Number(price);
    return { timestamp: this.now + minutes * MINUTE, open: price, high: price, low: price, close: price, volume: '10.00000' };
  }

  /** A bar closes. */
  tick(): void {
    this.market.closeBar(0, this.#bar(this.#minutes++));
  }

  /** Bars that have closed since the street was opened. */
  get minutes(): number {
    return this.#minutes;
  }

  /** Market orders of ours trade at the last price. */
  #fill(): void {
    for (const order of this.trades ? this.account.orders : []) {
      if (order.type !== 'market' || this.#filled.has(order.clientOrderId)) continue;
      this.#filled.add(order.clientOrderId);
      const kept = this.feeIn === 'BTC' && order.side === 'buy';
      const fee = kept ? (Number(order.quantity) * 0.001).toFixed(8) : (Number(order.quantity) * this.#price * 0.001).toFixed(8);
      this.account.trade(order.clientOrderId, { price: this.#price.toFixed(2), quantity: order.quantity, fee, feeCurrency: kept ? 'BTC' : 'USDT', liquidity: 'taker' });
    }
  }

  /** Runs the product with keys and a configuration; whatever it dials is this street. */
  async run(words: readonly string[], { environment, ...more }: Partial<ProductOptions> = {}, config: unknown = CONFIG): Promise<Ended> {
    mkdirSync(this.home, { recursive: true });
    const file = join(this.#folder, 'config.json');
    writeFileSync(file, JSON.stringify(config));
    return await runProduct({
      home: this.home, words: words[0] === 'live' ? ['live', '--config', file, ...words.slice(1)] : words, ...more,
      environment: { ALGOTRENDY_LOOPBACK_PORT: this.#port, ALGOTRENDY_SECRET_BINANCE_TESTNET_KEY: KEY, ALGOTRENDY_SECRET_BINANCE_TESTNET_SECRET: SECRET, ...environment },
    });
  }

  /** The journal's records. */
  records(): readonly { readonly kind: string; readonly [name: string]: unknown }[] {
    return readFileSync(join(this.home, 'live', 'journal.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line.slice(9)) as { kind: string });
  }
}

/** What the tests read of a line of `live --json`. */
export interface Line {
  readonly kind: string;
  readonly connection?: string;
  readonly catchingUp?: boolean;
  readonly positions?: Readonly<Record<string, string>>;
  readonly openOrders?: readonly object[];
  readonly orders?: number;
  readonly fills?: number;
  readonly cash?: string;
  readonly trading?: string;
  readonly note?: { readonly kind: string; readonly what?: string };
}

/** Bars close one after another while a run hears them; `then` is asked after each line whether to end it, and how. */
export async function trade(street: VenueStreet, words: readonly string[], then: (line: Line) => NodeJS.Signals | undefined, config?: unknown): Promise<Ended> {
  let ticking = false;
  return await street.run(['live', '--json', ...words], {
    onLine(text, child) {
      const line = JSON.parse(text) as Line;
      const signal = then(line);
      if (signal !== undefined) child.kill(signal);
      // One bar for each that was worked off, and none for those that were caught up with.
      const next = ticking ? line.kind === 'minute' : line.kind === 'feed' && line.connection === 'up' && line.catchingUp === false;
      if (!next) return;
      ticking = true;
      // While an order is open, slower than it takes.
      setTimeout(() => { street.tick(); }, (line.openOrders?.length ?? 0) > 0 ? 60 : 15);
    },
  }, config);
}
