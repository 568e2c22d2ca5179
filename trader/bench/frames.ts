import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Page } from 'playwright-core';
import { createStreamClient } from '../src/api/stream-client.ts';
import { ROOT } from '../test/command-line.ts';
import { heardBy, startServedRun, type ServedRun } from '../test/served-run.ts';
import { MarketServer } from '../test/venues/binance/market-server.ts';
import type { Figure } from './figure.ts';

/** Enough that a hundredth of them is more than an accident. */
const FRAMES = 1_000;
const MINUTE = 60_000;
const INSTRUMENT = 'BTC-USDT.BINANCE';
/** How long the last frames are waited for. */
const SETTLE_MS = 2_000;
const LIMIT_MS = 100;
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** When each price was first known somewhere. */
type Seen = Map<string, number>;

/**
 * The product trading a market of Binance that is on loopback: from a trade's frame on the venue's socket to its price
 * at a client of the stream, through adapter, loop, worker and WebSocket; and, where there is a Chromium, to the frame
 * of the Trade page that shows it.
 */
export async function benchFrames(): Promise<Figure[]> {
  // The first start would build it beside the run.
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/dashboard.mjs'), '--if-stale'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`the dashboard cannot be built: ${built.stdout}${built.stderr}`);
  const venue = new MarketServer({ rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines', symbols: ['BTCUSDT'], intervalMs: MINUTE, now: Date.now });
  const host = await venue.listen();
  const opened = Math.floor(Date.now() / MINUTE) * MINUTE;
  venue.remember(0, Array.from({ length: 400 }, (_, i) => ({ timestamp: opened - (400 - i) * MINUTE, open: '50000.00', high: '50010.00', low: '49990.00', close: '50000.00', volume: '1' })));
  const run = await startServedRun({ words: ['--feed', 'binance', '--instrument', INSTRUMENT], environment: { ALGOTRENDY_LOOPBACK_PORT: host.split(':')[1] } });
  try {
    while (venue.streams === 0) await sleep(50);
    const figures = await toClient(venue, run);
    if (existsSync(CHROMIUM)) figures.push(...await toPaint(venue, run));
    run.check();
    return figures;
  } finally {
    await run.stop();
    await venue.close();
  }
}

async function toClient(venue: MarketServer, run: ServedRun): Promise<Figure[]> {
  const heard: Seen = new Map();
  const client = createStreamClient({
    url: `${run.url.replace('http', 'ws')}/api/v1/stream`, refresh: () => Promise.resolve(true),
    connect: (address, listener) => heardBy(new WebSocket(address, { headers: { authorization: `Bearer ${run.token}` } }), listener),
  });
  client.subscribe('prices', {
    onSnapshot: () => undefined,
    // A market that changes otherwise tells its last price again: the first time counts.
    onItems: (items) => { for (const { last } of items) if (!heard.has(last)) heard.set(last, performance.now()); },
  });
  await sleep(SETTLE_MS);
  const pauses = watchPauses();
  const sent = await tellTrades(venue, 50_000);
  const worstPauseMs = pauses();
  client.close();
  return [
    ...figuresOf('client', sent, heard),
    // What the machine keeps from this process, it keeps from the run beside it as well.
    { name: 'longest that the bench itself was kept waiting', value: worstPauseMs, unit: 'ms', limit: undefined, better: 'less' },
  ];
}

/** The same with somebody who looks at the Trade page. */
async function toPaint(venue: MarketServer, run: ServedRun): Promise<Figure[]> {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'] });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies(run.cookie.split('; ').map((text) => ({ name: text.slice(0, text.indexOf('=')), value: text.slice(text.indexOf('=') + 1), url: `${run.url}/api/v1` })));
    const page = await context.newPage();
    await page.goto(`${run.url}/trade`);
    await page.getByText('BTC-USDT').first().waitFor();
    await sleep(SETTLE_MS);
    await page.evaluate(`(${NOTE_PAINTS})()`);
    const sent = await tellTrades(venue, 60_000);
    return figuresOf('browser\'s paint', sent, await paintsOf(page));
  } finally {
    await browser.close();
  }
}

/** Tells trades at a price of its own each; gives when each was sent. */
async function tellTrades(venue: MarketServer, from: number): Promise<Seen> {
  const sent: Seen = new Map();
  for (let frame = 0; frame < FRAMES; frame++) {
    // An uneven pace: an even one may always meet the loop at the same place.
    await sleep(15 + 50 * ((frame * 0.618) % 1));
    const price = (from + (frame + 1) / 100).toFixed(2);
    sent.set(price, performance.now());
    venue.trade(0, price, Date.now());
  }
  await sleep(SETTLE_MS);
  return sent;
}

/** The longest that a timer of this process was late, from now until the result is called. */
function watchPauses(): () => number {
  let [last, worst] = [performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 5);
    last = now;
  }, 5);
  return () => {
    clearInterval(timer);
    return worst;
  };
}

/** Looks at the page in every frame, and keeps when a price was first in one that was painted; in milliseconds since 1970. */
const NOTE_PAINTS = `() => {
  window.__paints = [];
  const places = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  let last = '';
  const look = () => {
    let price = last;
    for (places.currentNode = places.root; places.nextNode();) {
      const found = /60,\\d{3}\\.\\d{2}/.exec(places.currentNode.data)?.[0];
      if (found !== undefined) { price = found; break; }
    }
    if (price !== last) {
      last = price;
      // A task that was queued while a frame is made runs behind its paint.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { window.__paints.push([price.replace(',', ''), performance.timeOrigin + performance.now()]); };
      port2.postMessage(0);
    }
    requestAnimationFrame(look);
  };
  look();
}`;

async function paintsOf(page: Page): Promise<Seen> {
  const paints = await page.evaluate<[string, number][]>('window.__paints');
  return new Map(paints.map(([price, at]) => [price, at - performance.timeOrigin]));
}

/** A price that was replaced before it was seen counts until a newer one was: that is what a person saw. */
function figuresOf(where: string, sent: Seen, seen: Seen): Figure[] {
  const ages: number[] = [];
  let first = Infinity;
  for (const [price, at] of [...sent].toReversed()) {
    first = Math.min(first, seen.get(price) ?? Infinity);
    if (first < Infinity) ages.push(first - at);
  }
  const sorted = ages.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)];
  return [
    { name: `frames whose price, or a newer one, came to the ${where}`, value: sorted.length, unit: 'frames', limit: FRAMES, better: 'more' },
    { name: `venue frame to ${where}, p50`, value: at(0.5), unit: 'ms', limit: undefined, better: 'less' },
    { name: `venue frame to ${where}, p99`, value: at(0.99), unit: 'ms', limit: LIMIT_MS, better: 'less' },
  ];
}
