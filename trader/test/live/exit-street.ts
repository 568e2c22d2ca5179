import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import { runProduct, type Ended } from '../access/product-process.ts';
import { FuturesServer } from '../venues/binance/futures-server.ts';
import { MarketServer } from '../venues/binance/market-server.ts';
import { SpotServer } from '../venues/binance/spot-server.ts';
import { OneDoor } from '../venues/one-door.ts';

const KEY = 'planted-key-51c0de';
const SECRET = 'planted-secret-51c0de';
const MINUTE = 60_000;

/** The two markets of Binance. */
export const STREETS = {
  spot: {
    venue: 'binance', instrument: 'BTC-USDT.BINANCE', keys: 'BINANCE', market: { rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines' },
    open: () => new SpotServer({ key: KEY, secret: SECRET, now: () => Date.now() }),
  },
  usdm: {
    venue: 'binance-usdm', instrument: 'BTC-USDT-PERP.BINANCE', keys: 'BINANCE_USDM', market: { rest: '/fapi/v1', streams: '/market/stream', told: 'usdm-subscribe-klines', asked: 'usdm-get-klines' },
    open: () => new FuturesServer({ key: KEY, secret: SECRET, clock: WALL_CLOCK }),
  },
} as const;

/** A line of `live --json`. */
export interface Line {
  readonly kind: string;
  readonly catchingUp?: boolean;
  readonly note?: { readonly kind: string };
  readonly positions?: Readonly<Record<string, string>>;
  readonly openOrders?: readonly { readonly leg: string; readonly clientOrderId: string }[];
}

/** A market of Binance on loopback whose price a test sets, with an account in which market orders trade at once. */
export class ExitStreet {
  readonly account;
  readonly config;
  readonly #kind: keyof typeof STREETS;
  readonly #market: MarketServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'exits-'));
  readonly #began = Math.floor(Date.now() / MINUTE) * MINUTE;
  readonly #filled = new Set<string>();
  #door: OneDoor | undefined;
  #port = 0;
  #minutes = 0;
  #price = 30_000;
  #filling: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  #rise = 0;
  /** The price rises no higher. */
  #most = Infinity;

  private constructor(kind: keyof typeof STREETS) {
    const { venue, instrument, market, open } = STREETS[kind];
    this.#kind = kind;
    this.account = open();
    this.#market = new MarketServer({ ...market, symbols: ['BTCUSDT'], intervalMs: MINUTE, now: () => this.#began + 10_000 * MINUTE });
    this.config = {
      mode: 'sandbox', venue, capital: '100000', interval: '1m', instruments: [instrument],
      // As `paper` trades MACD where nothing else is said.
      books: [{ strategy: 'macd', parameters: { stop: 0.01, target: 0.02 }, instrument, sizing: { kind: 'units', units: '0.5' } }],
      limits: { maxNotional: 50_000, maxExposure: 1, maxOrdersPerMinute: 100, priceCollar: 0.5, maxDataAgeMs: 300_000, maxDrawdown: 0.5 },
      ramp: { start: 1, step: 1 }, ...(kind === 'usdm' && { margin: { isolated: true, leverage: 3 } }),
    };
  }

  static async open(kind: keyof typeof STREETS, check: (street: ExitStreet) => Promise<void>): Promise<void> {
    const street = new ExitStreet(kind);
    const [account, market] = (await Promise.all([street.account.listen(), street.#market.listen()])).map((host) => Number(host.split(':')[1]));
    street.#door = new OneDoor((path) => (/^\/(stream|market\/stream|(api\/v3|fapi\/v1)\/klines)/.test(path) ? market : account));
    street.#port = await street.#door.listen();
    // Down, so that the first rise turns the averages.
    street.#market.remember(0, Array.from({ length: 120 }, (_, at) => street.#bar(at - 120, 30_000 + 3 * (120 - at))));
    street.#filling = setInterval(() => { street.#fill(); }, 5);
    try {
      await check(street);
    } finally {
      clearInterval(street.#filling);
      clearTimeout(street.#next);
      street.#door.close();
      await Promise.all([street.account.close(), street.#market.close()]);
      rmSync(street.#folder, { recursive: true });
    }
  }

  #bar(minutes: number, at: number) {
    this.#price = at;
    const price = at.toFixed(2);
    return { timestamp: this.#began + minutes * MINUTE, open: price, high: price, low: price, close: price, volume: '10.000' };
  }

  /**
   * From now on bars close, each so far above the last, one for each that the run has worked off, until they lie a little above
   * the target of what was bought: an exit that takes long, on a machine at its limit, sells no higher.
   */
  rise(by: number): void {
    if (this.#rise !== 0) return;
    this.#rise = by;
    this.#tick(by);
  }

  #tick(by: number): void {
    this.#market.closeBar(0, this.#bar(this.#minutes++, Math.min(this.#most, this.#price + by)));
  }

  #fill(): void {
    for (const order of this.account.orders) {
      if (order.type !== 'market' || this.#filled.has(order.clientOrderId)) continue;
      if (this.#filled.size === 0) this.#most = 1.023 * this.#price;
      this.#filled.add(order.clientOrderId);
      this.account.trade(order.clientOrderId, { price: this.#price.toFixed(1), quantity: order.quantity, fee: '0', feeCurrency: 'USDT', liquidity: 'taker' });
    }
  }

  /** Runs it until `onLine` says how to end it. */
  run(onLine: (line: Line) => NodeJS.Signals | undefined, config: object = this.config): Promise<Ended> {
    const home = join(this.#folder, 'home');
    const file = join(this.#folder, 'config.json');
    mkdirSync(home, { recursive: true });
    writeFileSync(file, JSON.stringify(config));
    const name = `ALGOTRENDY_SECRET_${STREETS[this.#kind].keys}_TESTNET`;
    return runProduct({
      home, words: ['live', '--config', file, '--json'], environment: { ALGOTRENDY_LOOPBACK_PORT: String(this.#port), [`${name}_KEY`]: KEY, [`${name}_SECRET`]: SECRET },
      onLine: (text, child) => {
        const line = JSON.parse(text) as Line;
        const rises = this.#rise !== 0;
        const signal = onLine(line);
        if (signal !== undefined) child.kill(signal);
        // While an order is on its way the price waits for it.
        else if (rises && line.kind === 'minute') this.#next = setTimeout(() => { this.#tick(this.#awaited() ? 0 : this.#rise); }, 30);
      },
    });
  }

  /** Whether the run has decided on an order that has not filled: the journal has it before the venue. */
  #awaited(): boolean {
    const records = this.records();
    const filled = new Set(records.filter((record) => record['report'] === 'filled').map((record) => record['clientOrderId']));
    return records.some((record) => record.kind === 'order' && record['leg'] === 'target' && !filled.has(record['clientOrderId']));
  }

  /** The journal's records. */
  records(): readonly { readonly kind: string; readonly [name: string]: unknown }[] {
    return readFileSync(join(this.#folder, 'home', 'live', 'journal.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line.slice(9)) as { kind: string });
  }
}
