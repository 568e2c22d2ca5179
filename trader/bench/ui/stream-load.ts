import { AlertBook } from '../../src/api/alerts.ts';
import { EngineReplica } from '../../src/api/replica.ts';
import { StreamHub } from '../../src/api/stream/hub.ts';
import { attachStream } from '../../src/api/stream/server.ts';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import { startApi } from '../../test/api-rig.ts';
import { HAND_MARKET, HandFeed } from '../../test/hand-feed.ts';
import type { Browser, Page } from 'playwright-core';

const MARKETS = 50;
const PER_SECOND = 10;

/** What the trade page did under a stream of prices. */
export interface StreamLoad {
  readonly seconds: number;
  /** 75th percentile of all presses, milliseconds; how many there were. */
  readonly inputMs: number;
  readonly inputs: number;
  readonly longestTaskMs: number;
  readonly heapGrowthMb: number;
  /** From a price told by the feed to the frame that shows it, milliseconds; how many were seen. */
  readonly paintMs: { readonly p50: number; readonly p99: number };
  readonly painted: number;
}

/** Fifty markets, ten prices a second each, in front of somebody who keeps pressing keys. */
export async function measureStreamLoad(browser: Browser, dashboard: string, seconds: number): Promise<StreamLoad> {
  const markets = Array.from({ length: MARKETS }, (_, index) => ({ ...HAND_MARKET, instrument: `COIN${index}-USDT.HAND` }));
  const feed = new HandFeed({ markets });
  const rig = await startApi({ dashboard }, feed);
  const replica = new EngineReplica(feed, WALL_CLOCK);
  const hub = new StreamHub({ replica, alerts: new AlertBook(replica), jobs: undefined, clock: WALL_CLOCK });
  const detach = attachStream(rig.server.server, {
    hub, origins: [], limit: () => undefined,
    gate: { authenticate: () => Promise.resolve({ ok: true, value: { user: 'ana', session: 's', role: 'admin', expiresAt: Date.now() + 3_600_000 } }), watch: () => () => undefined },
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies(rig.cookie.split('; ').map((text) => ({ name: text.slice(0, text.indexOf('=')), value: text.slice(text.indexOf('=') + 1), url: `${rig.url}/api/v1` })));
  const page = await context.newPage();
  await page.addInitScript(`window.__tasks = []; window.__inputs = [];
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__tasks.push(entry.duration); }).observe({ type: 'longtask' });
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (entry.interactionId) window.__inputs.push(entry.duration); }).observe({ type: 'event', durationThreshold: 16 });`);
  await page.goto(`${rig.url}/trade`);
  await page.getByText('COIN0-USDT').first().waitFor();
  const told = new Map<string, number>();
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    told.set(priceOf(turn, 0), Date.now());
    feed.tell({ kind: 'prices', prices: markets.map(({ instrument }, index) => ({ instrument, last: priceOf(turn, index), tsEvent: Date.now() })) });
  }, 1000 / PER_SECOND);
  try {
    await page.waitForTimeout(3_000);
    await page.evaluate(`window.__tasks.length = 0; window.__inputs.length = 0; (${NOTE_PAINTS})()`);
    const before = await heapMb(page);
    const quantity = page.getByRole('textbox', { name: /^Quantity/ });
    for (const began = performance.now(); performance.now() - began < seconds * 1000;) {
      await quantity.press('1');
      await quantity.press('Backspace');
      await page.waitForTimeout(400);
    }
    const [tasks, inputs, paints] = await page.evaluate<[number[], number[], [string, number][]]>('[window.__tasks, window.__inputs, window.__paints]');
    const sorted = inputs.toSorted((a, b) => a - b);
    const waits = paints.flatMap(([price, at]) => { const since = told.get(price); return since === undefined ? [] : [at - since]; }).sort((a, b) => a - b);
    return {
      painted: waits.length, paintMs: { p50: waits[Math.floor(waits.length * 0.5)] ?? Number.NaN, p99: waits[Math.floor(waits.length * 0.99)] ?? Number.NaN }, seconds, inputs: inputs.length, inputMs: sorted[Math.floor(sorted.length * 0.75)] ?? 0, longestTaskMs: Math.max(0, ...tasks), heapGrowthMb: await heapMb(page) - before };
  } finally {
    clearInterval(timer);
    await context.close();
    detach();
    replica.close();
    await rig.close();
  }
}

/** No price comes twice within the time that one is looked for. */
function priceOf(turn: number, index: number): string {
  return (90_000 + (turn * 7 + index * 13) % 100_000 / 10).toFixed(1);
}

/** Looks at the first market's price in every frame, and keeps when it was first seen as it is. */
const NOTE_PAINTS = `() => {
  window.__paints = [];
  const row = [...document.querySelectorAll('button, a, li')].filter((element) => element.textContent.includes('COIN0-USDT')).at(-1);
  let last = '';
  const look = () => {
    const price = /9\\d,\\d{3}\\.\\d/.exec(row.textContent)?.[0].replace(',', '') ?? '';
    if (price !== last) { last = price; window.__paints.push([price, Date.now()]); }
    requestAnimationFrame(look);
  };
  look();
}`;

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1_000_000;
}
