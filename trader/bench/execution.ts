import { fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpotGateway } from '../src/adapters/binance/gateway.ts';
import { Signer } from '../src/adapters/binance/signing.ts';
import { JournalFile } from '../src/adapters/journal/journal-file.ts';
import { WALL_CLOCK } from '../src/app/wiring/wall-clock.ts';
import { Order, type Approved } from '../src/domain/order.ts';
import { Random } from '../src/domain/random.ts';
import { Courier } from '../src/pipeline/courier.ts';
import { Engine } from '../src/pipeline/engine.ts';
import { maxExposure, maxNotional, maxOrderRate, priceCollar, staleData } from '../src/pipeline/guards.ts';
import { Ingest } from '../src/pipeline/ingest.ts';
import { Recorder } from '../src/pipeline/recorder.ts';
import { feeOf } from '../src/pipeline/venue-fee.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Strategy } from '../src/ports/strategy.ts';
import type { VenueListener, VenueListing } from '../src/ports/venue.ts';
import { noFee } from '../src/simulation/fees.ts';
import type { Figure } from './figure.ts';

const TICKS = 4_000;
/** Until the machine's compilers have seen it all. */
const WARM_UP = 1_000;
const ORDERS = 10_000;
const MINUTE = 60_000;
const START = 1_767_225_600_000;
const MONEY_SCALE = 7;
const BTC: VenueListing = {
  symbol: 'BTCUSDT',
  instrument: { id: 'BTC-USDT.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 2, quantityScale: 5, tickSize: 1, lotSize: 1, minNotional: 50_000_000 },
};
// On the disk that the project lies on: the folder for temporary files may be memory.
const FOLDER = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** What the loopback venue answers, by method and path. */
type Answers = (route: string, parameters: URLSearchParams) => unknown;

/** Binance spot without its stream, which is not measured. */
class QuietGateway extends SpotGateway {
  override open(listener: VenueListener): Promise<void> {
    listener.onConnection('up', 'bench');
    return Promise.resolve();
  }
}

/** From a closed bar to an order's bytes on the socket, and the account of ten thousand orders held against the venue. */
export async function benchExecution(): Promise<Figure[]> {
  const folder = mkdtempSync(join(FOLDER, '.bench-'));
  try {
    const live = await tickToOrder(folder, true);
    const paper = await tickToOrder(folder, false);
    const reconciled = await reconciliation(folder);
    const [p50, p99] = [0.5, 0.99].map((share) => at(live.syncs, share));
    return [
      { name: 'bare fdatasync of as many bytes, p50', value: p50, unit: 'us', limit: undefined, better: 'less' },
      { name: 'bare fdatasync of as many bytes, p99', value: p99, unit: 'us', limit: undefined, better: 'less' },
      { name: 'tick to order bytes, journal on disk, p50', value: at(live.orders, 0.5), unit: 'us', limit: p50 + 100, better: 'less' },
      { name: 'tick to order bytes, journal on disk, p99', value: at(live.orders, 0.99), unit: 'us', limit: p99 + 1_000, better: 'less' },
      { name: 'tick to order bytes, journal not synced, p50', value: at(paper.orders, 0.5), unit: 'us', limit: 50, better: 'less' },
      { name: 'tick to order bytes, journal not synced, p99', value: at(paper.orders, 0.99), unit: 'us', limit: undefined, better: 'less' },
      { name: 'reconciliation of 10 000 orders and fills', value: reconciled, unit: 'ms', limit: 2_000, better: 'less' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Turns round at every bar, so that each one is an order. */
class Turncoat implements Strategy {
  onBar(_: unknown, signal: { target: number }): void {
    signal.target = signal.target === 1 ? 0 : 1;
  }
}

/** Microseconds from each bar to its order's bytes, and of bare syncs in between, on the same disk. */
async function tickToOrder(folder: string, synced: boolean): Promise<{ readonly orders: readonly number[]; readonly syncs: readonly number[] }> {
  let placed = 0;
  // A second a tick: the venue's limits on orders are kept, and never bind.
  const clock: Clock = { now: () => START + placed * 1_000, after: (delayMs, work) => WALL_CLOCK.after(delayMs, work) };
  const venue = await serve((route) => (route.startsWith('POST') ? { orderId: ++placed, transactTime: START } : {}));
  const journal = new JournalFile(join(folder, `ticks-${String(synced)}.jsonl`));
  const gateway = gatewayTo(venue.base, clock, { openOrders: [] });
  const instruments = [BTC.instrument];
  const courier = new Courier({ gateway, clock, sync: () => { if (synced) journal.sync(); }, feeOf: (fill) => feeOf(fill, BTC.instrument, MONEY_SCALE, () => undefined) });
  const recorder = new Recorder(journal, instruments, MONEY_SCALE);
  let onAccepted = () => {};
  const engine = new Engine({
    run: 'bench', markets: [{ instrument: BTC.instrument, intervalMs: MINUTE }], cash: 1_000_000_0000000, moneyScale: MONEY_SCALE, fees: noFee, client: courier,
    guards: [staleData(MINUTE), priceCollar(0.5), maxNotional(1e6), maxExposure(2), maxOrderRate(1e6, MINUTE)], audit: {
      onOrder: (order) => { recorder.onOrder(order); }, onDenial: (denial) => { recorder.onDenial(denial); },
      onReport(report) {
        recorder.onReport(report);
        if (report.kind === 'accepted') onAccepted();
      },
    },
    books: [{ strategyName: 'turn', strategy: new Turncoat(), market: 0, sizing: { kind: 'units', units: '0.01' } }],
  });
  const ingest = new Ingest(engine, [{ instrument: BTC.instrument, intervalMs: MINUTE }], journal);
  await courier.start();
  const bare = openSync(join(folder, `bare-${String(synced)}`), 'a');
  const [orders, syncs]: number[][] = [[], []];
  const wire = new Wire();
  try {
    for (let tick = 0; tick < TICKS; tick++) {
      const before = journal.bytes;
      const accepted = new Promise<void>((resolve) => { onAccepted = resolve; });
      const sent = wire.next();
      const began = process.hrtime.bigint();
      ingest.admitBar(0, { timestamp: START + tick * MINUTE, open: 50_000, high: 50_010, low: 49_990, close: 50_000, volume: 1 });
      const micros = Number(await sent - began) / 1_000;
      const [book] = engine.books;
      const order = book.working.at(0).order;
      await accepted;
      courier.onFill({
        clientOrderId: order.clientOrderId, venueOrderId: String(placed), instrument: 0, tradeId: String(tick), side: order.side, price: 50_000_00, quantity: order.quantity,
        fee: '0.5', feeCurrency: 'USDT', liquidity: 'taker', tsEvent: START + (tick + 1) * MINUTE,
      });
      if (tick < WARM_UP) continue;
      orders.push(micros);
      const bytes = Buffer.alloc(journal.bytes - before, 'x');
      const syncing = process.hrtime.bigint();
      writeSync(bare, bytes);
      if (synced) fdatasyncSync(bare);
      syncs.push(Number(process.hrtime.bigint() - syncing) / 1_000);
    }
  } finally {
    wire.close();
    await courier.stop();
    await venue.close();
    journal.close();
  }
  return { orders, syncs };
}

/** Milliseconds in which ten thousand open orders, each with a fill that is not booked yet, are held against the venue. */
async function reconciliation(folder: string): Promise<number> {
  const orders = Array.from({ length: ORDERS }, (_, ordinal) => new Order({ run: 'bench', name: 'book', index: 0 }, 1, ordinal, 'target', 0, 'buy', 'limit', 'gtc', 1_000, 50_000_00, START));
  const openOrders = orders.map(({ clientOrderId, ordinal }) => ({
    symbol: 'BTCUSDT', orderId: ordinal + 1, clientOrderId, price: '50000.00', origQty: '0.01000', executedQty: '0.00400', status: 'PARTIALLY_FILLED', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', time: START, updateTime: START,
  }));
  const trades = orders.map(({ ordinal }) => ({
    symbol: 'BTCUSDT', id: ordinal, orderId: ordinal + 1, price: '50000.00', qty: '0.00400', commission: '0.2', commissionAsset: 'USDT', time: START, isBuyer: true, isMaker: true,
  }));
  const venue = await serve((route, parameters) => {
    if (route === 'GET /api/v3/openOrders') return openOrders;
    if (route === 'GET /api/v3/account') return { balances: [{ asset: 'USDT', free: '100000.00', locked: '0.00' }] };
    return route === 'GET /api/v3/myTrades' ? trades.slice(Number(parameters.get('fromId')), Number(parameters.get('fromId')) + 1_000) : {};
  });
  const journal = new JournalFile(join(folder, 'reconciliation.jsonl'));
  const recorder = new Recorder(journal, [BTC.instrument], MONEY_SCALE);
  const courier = new Courier({ gateway: gatewayTo(venue.base, WALL_CLOCK), clock: WALL_CLOCK, sync: () => { journal.sync(); }, feeOf: (fill) => feeOf(fill, BTC.instrument, MONEY_SCALE, () => undefined) });
  let booked = 0;
  courier.connect({ report: (report) => { recorder.onReport(report); booked += Number(report.kind === 'filled'); }, book() {}, settle() {} });
  for (const order of orders) courier.submit(order as Approved<Order>);
  const began = performance.now();
  await courier.start();
  const took = performance.now() - began;
  await courier.stop();
  await venue.close();
  journal.close();
  if (booked !== ORDERS) throw new Error(`${booked} of ${ORDERS} fills were booked`);
  return took;
}

function gatewayTo(base: string, clock: Clock, snapshot?: { readonly openOrders: [] }): SpotGateway {
  const gateway = new QuietGateway({ hosts: { rest: base, stream: base }, signer: new Signer('key', 'secret'), clock, random: new Random(1), onUnreadable() {} }, [BTC]);
  if (snapshot !== undefined) {
    gateway.snapshot = () => Promise.resolve({ tsEvent: START, positions: [], balances: {}, ...snapshot });
    gateway.placeNow = () => Promise.resolve('');
    gateway.fillsSince = () => Promise.resolve({ fills: [], place: '' });
  }
  return gateway;
}

/** A venue on loopback. */
async function serve(answers: Answers) {
  const server = createServer((request, response) => {
    const [path, query = ''] = (request.url ?? '').split('?');
    const body = path === '/api/v3/time' ? { serverTime: Date.now() } : answers(`${request.method} ${path}`, new URLSearchParams(query));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => { resolve(); });
    }),
  };
}

/** The part of Node's socket at which bytes have just been handed to the system. */
interface WritingSocket {
  _writeGeneric(this: unknown, ...values: unknown[]): unknown;
}

/** Notes when the bytes of the next order have been handed to the system. */
class Wire {
  readonly #plain: WritingSocket['_writeGeneric'];
  #waiting: ((at: bigint) => void) | undefined;

  constructor() {
    const sockets = Socket.prototype as unknown as WritingSocket;
    const plain = sockets._writeGeneric;
    this.#plain = plain;
    const note = (data: unknown) => {
      if (this.#waiting === undefined || !textOf(data).startsWith('POST ')) return;
      this.#waiting(process.hrtime.bigint());
      this.#waiting = undefined;
    };
    sockets._writeGeneric = function writeAndNote(...values) {
      const written = plain.apply(this, values);
      note(values[1]);
      return written;
    };
  }

  next(): Promise<bigint> {
    return new Promise((resolve) => { this.#waiting = resolve; });
  }

  close(): void {
    (Socket.prototype as unknown as WritingSocket)._writeGeneric = this.#plain;
  }
}

/** The text of what is written: one piece, or several with their encodings. */
function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (Array.isArray(data)) return textOf((data[0] as { readonly chunk?: unknown } | undefined)?.chunk);
  return Buffer.isBuffer(data) ? data.toString('latin1', 0, 8) : '';
}
