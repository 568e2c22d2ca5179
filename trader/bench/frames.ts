import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createStreamClient } from '../src/api/stream-client.ts';
import { MarketServer } from '../test/venues/binance/market-server.ts';
import type { Figure } from './figure.ts';
import { heardBy, startServedRun } from '../test/served-run.ts';

const FRAMES = 300;
const MINUTE = 60_000;
const INSTRUMENT = 'BTC-USDT.BINANCE';

/**
 * The product trading a market of Binance that is on loopback: from a trade's frame on the venue's socket to its price
 * at a client of the stream, through adapter, loop, worker and WebSocket.
 */
export async function benchFrames(): Promise<Figure[]> {
  const venue = new MarketServer({ rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines', symbols: ['BTCUSDT'], intervalMs: MINUTE, now: Date.now });
  const host = await venue.listen();
  const opened = Math.floor(Date.now() / MINUTE) * MINUTE;
  venue.remember(0, Array.from({ length: 400 }, (_, i) => ({ timestamp: opened - (400 - i) * MINUTE, open: '50000.00', high: '50010.00', low: '49990.00', close: '50000.00', volume: '1' })));
  const run = await startServedRun({ words: ['--feed', 'binance', '--instrument', INSTRUMENT], environment: { ALGOTRENDY_LOOPBACK_PORT: host.split(':')[1] } });
  const heard = new Map<string, number>();
  const client = createStreamClient({
    url: `${run.url.replace('http', 'ws')}/api/v1/stream`, refresh: () => Promise.resolve(true),
    connect: (address, listener) => heardBy(new WebSocket(address, { headers: { authorization: `Bearer ${run.token}` } }), listener),
  });
  try {
    client.subscribe('prices', { onSnapshot: () => undefined, onItems: (items) => { for (const { last } of items) heard.set(last, performance.now()); } });
    while (venue.streams === 0) await sleep(50);
    await sleep(2_000);
    const sent = new Map<string, number>();
    for (let frame = 0; frame < FRAMES; frame++) {
      // An uneven pace: an even one may always meet the loop at the same place.
      await sleep(60 + 90 * ((frame * 0.618) % 1));
      const price = (50_000 + frame / 100).toFixed(2);
      sent.set(price, performance.now());
      venue.trade(0, price, Date.now());
    }
    await sleep(1_000);
    run.check();
    return figures(sent, heard);
  } finally {
    client.close();
    await run.stop();
    await venue.close();
  }
}

/** A price that was replaced before it was told counts until a newer one arrived: that is what a person saw. */
function figures(sent: ReadonlyMap<string, number>, heard: ReadonlyMap<string, number>): Figure[] {
  const ages: number[] = [];
  let arrived = Infinity;
  for (const [price, at] of [...sent].toReversed()) {
    arrived = Math.min(arrived, heard.get(String(Number(price))) ?? heard.get(price) ?? Infinity);
    if (arrived < Infinity) ages.push(arrived - at);
  }
  const sorted = ages.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)];
  return [
    { name: 'frames whose price, or a newer one, was seen', value: sorted.length, unit: 'frames', limit: FRAMES, better: 'more' },
    { name: 'venue frame to client, p50', value: at(0.5), unit: 'ms', limit: undefined, better: 'less' },
    { name: 'venue frame to client, p99', value: at(0.99), unit: 'ms', limit: 100, better: 'less' },
  ];
}
