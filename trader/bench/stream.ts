import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { StreamStats } from '../src/api/stream/hub.ts';
import { maxExposure, maxNotional, maxOrderRate, priceCollar, staleData } from '../src/pipeline/guards.ts';
import { Ingest } from '../src/pipeline/ingest.ts';
import type { EngineChange } from '../src/ports/engine-feed.ts';
import type { Strategy } from '../src/ports/strategy.ts';
import { simulatedEngine } from '../src/research/backtest.ts';
import { noFee } from '../src/simulation/fees.ts';
import { HAND_MARKET, HandFeed, handFill } from '../test/hand-feed.ts';
import type { Figure } from './figure.ts';
import type { ClientsAnswer, ClientsRequest } from './stream-clients.ts';
import type { StreamWorkerMessage } from './stream-worker.ts';

const CLIENTS = 1_000;
const PROCESSES = 2;
const TICKS_PER_SECOND = 20;
const QUIET_SECONDS = 10;
const LOADED_SECONDS = 20;
const MINUTE = 60_000;
const START = 1_767_225_600_000;
const FILLER = 'x'.repeat(4_000);

/** Turns round at every bar, so that each one is an order and a fill. */
class Turncoat implements Strategy {
  onBar(_: unknown, signal: { target: number }): void {
    signal.target = signal.target === 1 ? 0 : 1;
  }
}

/** A loop that trades: each tick becomes an order and a fill, and the worker is told. */
class Loop {
  readonly #worker: Worker;
  readonly #feed = new HandFeed();
  readonly #ingest: Ingest;
  #ticks = 0;
  #filled = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    const market = { instrument: { id: 'BTC-USDT.HAND', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 1, quantityScale: 3, tickSize: 1, lotSize: 1, minNotional: 0 }, intervalMs: MINUTE } as const;
    const engine = simulatedEngine({
      markets: [market], cash: '1000000', fees: noFee, latencyMs: 0, marketFill: 'close',
      guards: [staleData(MINUTE), priceCollar(0.5), maxNotional(1e6), maxExposure(2), maxOrderRate(1e6, MINUTE)],
      books: [{ strategyName: 'turn', strategy: new Turncoat(), market: 0, sizing: { kind: 'units', units: '0.01' } }],
      audit: { onOrder() {}, onDenial() { throw new Error('the bench is denied'); }, onReport: ({ kind }) => { this.#filled += Number(kind === 'filled'); } },
    }, 'bench');
    this.#ingest = new Ingest(engine, [market], { append() {} });
    this.#feed.listen({
      onSnapshot: (snapshot) => { this.#say({ kind: 'snapshot', snapshot }); },
      onEvents: (events) => { this.#say({ kind: 'events', events }); },
    });
  }

  /** Trades for so long, at an even pace; microseconds from each tick to its fill, and until the worker's mail was posted. */
  async trade(seconds: number): Promise<{ readonly decided: readonly number[]; readonly posted: readonly number[]; readonly fills: number }> {
    const [decided, posted]: number[][] = [[], []];
    const ticks = seconds * TICKS_PER_SECOND;
    const first = this.#ticks;
    for (const began = performance.now(); this.#ticks - first < ticks; this.#ticks++) {
      await sleep(Math.max(0, began + (this.#ticks - first) * 1_000 / TICKS_PER_SECOND - performance.now()));
      const before = process.hrtime.bigint();
      this.#ingest.admitBar(0, { timestamp: START + this.#ticks * MINUTE, open: 50_000, high: 50_010, low: 49_990, close: 50_000, volume: 1 });
      decided.push(Number(process.hrtime.bigint() - before) / 1_000);
      this.#tell();
      posted.push(Number(process.hrtime.bigint() - before) / 1_000);
    }
    if (this.#filled !== this.#ticks) throw new Error(`${this.#filled} of ${this.#ticks} ticks were filled`);
    return { decided, posted, fills: Math.floor((this.#ticks - 1) / TICKS_PER_SECOND) - Math.floor((first - 1) / TICKS_PER_SECOND) };
  }

  /** One message a tick for every client, a fill every second, and lines of a log by which the slow one is drowned. */
  #tell(): void {
    const changes: EngineChange[] = [{ kind: 'prices', prices: [{ instrument: HAND_MARKET.instrument, last: (performance.timeOrigin + performance.now()).toFixed(4), tsEvent: START + this.#ticks }] }];
    if (this.#ticks % TICKS_PER_SECOND === 0) this.#feed.tell({ kind: 'fill', fill: handFill(this.#ticks / TICKS_PER_SECOND) });
    for (let line = 0; line < 10; line++) changes.push({ kind: 'log', line: { tsWall: START, level: 'info', text: FILLER } });
    this.#feed.tell(...changes);
  }

  #say(message: StreamWorkerMessage): void {
    this.#worker.postMessage(message);
  }
}

/** A thousand clients, twenty messages a second each, one more that hardly reads; and what that does to the loop that trades. */
export async function benchStream(): Promise<Figure[]> {
  const worker = new Worker(fileURLToPath(new URL('stream-worker.ts', import.meta.url)));
  const children: ChildProcess[] = [];
  try {
    const port = await new Promise<number>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', ({ port: own }: { readonly port: number }) => { resolve(own); });
    });
    const loop = new Loop(worker);
    await loop.trade(5);
    const quiet = await loop.trade(QUIET_SECONDS);
    children.push(...await openClients(`ws://127.0.0.1:${port}/api/v1/stream`, loop));
    const answers = children.map(async (child) => (await once(child, 'message') as [Extract<ClientsAnswer, { kind: 'result' }>])[0]);
    for (const child of children) child.send({ kind: 'begin' } satisfies ClientsRequest);
    const loaded = await loop.trade(LOADED_SECONDS);
    const stats = await ask(worker);
    for (const child of children) child.send({ kind: 'end' } satisfies ClientsRequest);
    return figures(quiet, loaded, await Promise.all(answers), stats);
  } finally {
    for (const child of children) child.kill();
    await worker.terminate();
  }
}

/** All clients are connected and have been told what is; the loop trades on meanwhile. */
async function openClients(url: string, loop: Loop): Promise<ChildProcess[]> {
  const file = fileURLToPath(new URL('stream-clients.ts', import.meta.url));
  const children = [...Array.from({ length: PROCESSES }, () => fork(file, [url, String(CLIENTS / PROCESSES)])), fork(file, [url, '0', 'slow'])];
  let waiting = children.length;
  for (const child of children) void once(child, 'message').then(() => { waiting -= 1; });
  while (waiting > 0) await loop.trade(1);
  // Until the slow one is choked.
  await loop.trade(8);
  return children;
}

interface WorkerStats {
  readonly stats: StreamStats;
  readonly cpu: { readonly user: number; readonly system: number };
}

async function ask(worker: Worker): Promise<WorkerStats> {
  const answer = once(worker, 'message') as Promise<[WorkerStats]>;
  worker.postMessage({ kind: 'stats' } satisfies StreamWorkerMessage);
  return (await answer)[0];
}

type Traded = Awaited<ReturnType<Loop['trade']>>;

function figures(quiet: Traded, loaded: Traded, results: readonly Extract<ClientsAnswer, { kind: 'result' }>[], { stats }: WorkerStats): Figure[] {
  const ages: number[] = [];
  for (const result of results) result.ages.forEach((count, tenth) => { ages[tenth] = (ages[tenth] ?? 0) + count; });
  const all = Array.from(ages, (count) => count ?? 0);
  const messages = all.reduce((sum, count) => sum + count, 0);
  const clients = results.flatMap(({ prices, fills }) => prices.map((count, index) => ({ count, fills: fills[index] })));
  const whole = clients.filter(({ count, fills }) => count >= LOADED_SECONDS * TICKS_PER_SECOND - 1 && fills.split(' ').length - 1 >= loaded.fills - 1 && inOrder(fills));
  const age = (share: number) => ageAt(all, messages * share);
  const micros = (values: readonly number[], share: number) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];
  return [
    { name: `clients that got all, ${TICKS_PER_SECOND} messages a second`, value: whole.length, unit: 'clients', limit: CLIENTS, better: 'more' },
    { name: 'messages delivered', value: messages / LOADED_SECONDS, unit: '1/s', limit: CLIENTS * TICKS_PER_SECOND * 0.995, better: 'more' },
    { name: 'slow clients meanwhile', value: stats.slow + stats.closedBehind, unit: 'clients', limit: 1, better: 'more' },
    { name: 'loop to client, p50', value: age(0.5), unit: 'ms', limit: undefined, better: 'less' },
    { name: 'loop to client, p99', value: age(0.99), unit: 'ms', limit: 50, better: 'less' },
    { name: 'loop to client, the slowest', value: age(0.999_999), unit: 'ms', limit: undefined, better: 'less' },
    ...(['p50', 'p99'] as const).flatMap((name): Figure[] => {
      const share = name === 'p50' ? 0.5 : 0.99;
      return [
        { name: `tick to fill, no client, ${name}`, value: micros(quiet.decided, share), unit: 'us', limit: undefined, better: 'less' },
        { name: `tick to fill, all clients, ${name}`, value: micros(loaded.decided, share), unit: 'us', limit: name === 'p50' ? 1.5 * micros(quiet.decided, share) : undefined, better: 'less' },
        { name: `with the worker told, no client, ${name}`, value: micros(quiet.posted, share), unit: 'us', limit: undefined, better: 'less' },
        { name: `with the worker told, all clients, ${name}`, value: micros(loaded.posted, share), unit: 'us', limit: undefined, better: 'less' },
      ];
    }),
  ];
}

/** Whether fills came once and in order: `f7 f8 f9 `. */
function inOrder(fills: string): boolean {
  const numbers = fills.trim().split(' ').map((id) => Number(id.slice(1)));
  return numbers.every((number, i) => i === 0 || number === numbers[i - 1] + 1);
}

/** The age below which so many messages were, ms. */
function ageAt(tenths: readonly number[], messages: number): number {
  let seen = 0;
  const at = tenths.findIndex((count) => (seen += count) >= messages);
  return (at < 0 ? tenths.length : at) / 10;
}
