import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { SpotFeed } from '../src/adapters/binance/market-feed.ts';
import { LiveFeed } from '../src/app/wiring/live-feed.ts';
import { WALL_CLOCK } from '../src/app/wiring/wall-clock.ts';
import { Random } from '../src/domain/random.ts';
import type { VenueListing } from '../src/ports/venue.ts';
import type { Figure } from './figure.ts';
import type { StreamOrder } from './market-stream.ts';

const SINGLE = 4_000;
const WARM = 500_000;
const MANY = 10_000_000;

const LISTING: VenueListing = { symbol: 'BTCUSDT', instrument: { id: 'BTC-USDT.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 2, quantityScale: 5, tickSize: 1, lotSize: 1, minNotional: 0 } };

/** When the last message came to this thread, before anybody has looked at it; ms. */
let arrived = 0;

/** A socket that notes when a message is there. */
class WatchedSocket extends WebSocket {
  constructor(url: string | URL) {
    super(url);
    this.addEventListener('message', () => { arrived = performance.now(); });
  }
}

/**
 * Trades of a market in another thread, over a socket of this machine: through the adapter and the live
 * feed, its quality kept, to who hears prices. The limits are the project's own: 50 µs from message to
 * event, half of them within, and memory that does not grow over ten million messages.
 */
export async function benchIngest(): Promise<Figure[]> {
  const worker = new Worker(new URL('market-stream.ts', import.meta.url));
  const port = await new Promise<number>((resolve) => { worker.once('message', resolve); });
  const plain = globalThis.WebSocket;
  globalThis.WebSocket = WatchedSocket;
  const feed = new SpotFeed({ hosts: { data: 'http://127.0.0.1:1', dataStream: `ws://127.0.0.1:${port}` }, clock: WALL_CLOCK, random: new Random(1), onUnreadable: (what) => { throw new Error(what); } }, [LISTING]);
  let heard = 0;
  let [onTrade, all]: [(sentMicros: number) => void, () => void] = [() => undefined, () => undefined];
  let until = Infinity;
  const live = new LiveFeed(feed, [{ instrument: LISTING.instrument, intervalMs: 60_000 }], [Date.now()], WALL_CLOCK, {
    onPrice: (_market, _price, sentMicros) => {
      heard += 1;
      onTrade(sentMicros);
      if (heard === until) all();
    },
  });
  const order = async (request: StreamOrder): Promise<void> => {
    until = heard + request.trades;
    const done = new Promise<void>((resolve) => { all = resolve; });
    worker.postMessage(request);
    await done;
  };
  try {
    await live.open();
    await order({ trades: WARM, spacingMs: 0 });
    const [toEvent, onTheWay]: [number[], number[]] = [[], []];
    onTrade = (sentMicros) => {
      const now = performance.now();
      toEvent.push((now - arrived) * 1_000);
      onTheWay.push((performance.timeOrigin + now) * 1_000 - sentMicros);
    };
    await order({ trades: SINGLE, spacingMs: 1 });
    onTrade = () => undefined;
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // Buffers of a socket are given back a little after they are collected.
    const settled = async () => {
      for (let times = 0; times < 5; times++) {
        collect();
        await new Promise((resolve) => { setTimeout(resolve, 100); });
      }
    };
    await settled();
    const before = process.memoryUsage();
    const cpu = process.cpuUsage();
    const began = performance.now();
    await order({ trades: MANY, spacingMs: 0 });
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    await settled();
    const after = process.memoryUsage();
    const { missingTrades, tradeDelay } = live.state.quality;
    if (missingTrades > 0 || tradeDelay === undefined) throw new Error(`${missingTrades} trades did not come`);
    return [
      { name: 'message to event, one at a time, half within', value: quantile(toEvent, 0.5), unit: 'µs', limit: 50, better: 'less' },
      { name: 'message to event, one at a time, 99 % within', value: quantile(toEvent, 0.99), unit: 'µs', limit: undefined, better: 'less' },
      { name: 'sent in another thread to event, half within', value: quantile(onTheWay, 0.5), unit: 'µs', limit: undefined, better: 'less' },
      { name: 'ten million messages, each second', value: MANY / seconds, unit: 'messages', limit: undefined, better: 'more' },
      { name: 'ten million messages, CPU of both threads each', value: (user + system) / MANY, unit: 'µs', limit: undefined, better: 'less' },
      { name: 'heap grown over ten million messages', value: Math.max(0, after.heapUsed - before.heapUsed) / 2 ** 20, unit: 'MB', limit: 1, better: 'less' },
      { name: 'buffers grown over ten million messages', value: Math.max(0, after.external + after.arrayBuffers - before.external - before.arrayBuffers) / 2 ** 20, unit: 'MB', limit: 5, better: 'less' },
    ];
  } finally {
    globalThis.WebSocket = plain;
    await live.close();
    await worker.terminate();
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)];
}
