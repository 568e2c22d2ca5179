import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Random } from '../../domain/random.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { CoinbaseFeed } from './market-feed.ts';

const LISTING: VenueListing = {
  symbol: 'NEW-USD',
  instrument: { id: 'NEW-USD.COINBASE', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
};

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
/** That time, and what has passed since. */
const BEGAN = performance.now();
const CLOCK = { now: () => NOW + Math.round(performance.now() - BEGAN), after: (delayMs: number, work: () => void) => { const timer = setTimeout(work, delayMs); return () => { clearTimeout(timer); }; } };
const SECONDS: Readonly<Record<string, number>> = { ONE_MINUTE: 60, ONE_DAY: 86_400 };

test('a market that nobody traded in for long is read by days until somebody did', async () => {
  const traded = [Date.UTC(2026, 10, 20, 3, 7) / 1_000, Date.UTC(2026, 10, 20, 23, 59) / 1_000];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://venue');
    const granularity = searchParams.get('granularity') ?? '';
    const step = SECONDS[granularity] ?? 1;
    asked.push(granularity);
    const starts = new Set(traded.map((time) => time - (time % step)).filter((start) => start >= Number(searchParams.get('start')) && start <= Number(searchParams.get('end'))));
    const candles = [...starts].map((start) => ({ start: String(start), low: '1', high: '3', open: '2', close: '2.5', volume: '7' })).reverse();
    response.end(JSON.stringify(pathname.endsWith('/time') ? { epochMillis: String(NOW) } : { candles }));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const feed = new CoinbaseFeed({ hosts: { rest: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, market: 'ws://127.0.0.1:9' }, clock: CLOCK, random: new Random(1), onUnreadable: assert.fail }, [LISTING]);
  try {
    const first = await feed.barsSince(0, 60_000, Date.UTC(2026, 0, 1));
    assert.deepEqual(first.map(({ timestamp }) => timestamp / 1_000), [traded[0]]);
    assert.ok(asked.filter((each) => each === 'ONE_MINUTE').length <= 5, asked.join(' '));
    const rest = await feed.barsSince(0, 60_000, (first[0]?.timestamp ?? 0) + 60_000);
    assert.deepEqual(rest, [{ timestamp: (traded[1] ?? 0) * 1_000, open: 2, high: 3, low: 1, close: 2.5, volume: 7 }]);
    assert.deepEqual(await feed.barsSince(0, 60_000, (traded[1] ?? 0) * 1_000 + 60_000), []);
  } finally {
    await feed.close();
    server.closeAllConnections();
    server.close();
  }
});
