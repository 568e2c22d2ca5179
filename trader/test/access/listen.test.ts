import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FeedServer } from '../venues/feed-server.ts';
import { KrakenMarketServer } from '../venues/kraken/market-server.ts';
import { OkxMarketServer } from '../venues/okx/market-server.ts';
import { WALL_CLOCK } from '../wall-clock.ts';
import { runProduct } from './product-process.ts';

const MINUTE = 60_000;

interface Line {
  readonly kind: string;
  readonly instrument: string;
  readonly bar: { readonly timestamp: number; readonly close: number };
  readonly live: boolean;
  readonly quote: object | null;
  readonly spreadBps: number;
  readonly depth: object | null;
  readonly kept: number;
  readonly feed: { readonly connection: string; readonly quality: { readonly expected: number; readonly live: number; readonly lost: number } };
}

/** A market with quotes and a book, in which a bar ends each time that it is asked. */
async function onMarket(server: FeedServer & { listen(): Promise<string> }, check: (home: string, port: string, tick: () => void) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'listen-'));
  const [, port = ''] = (await server.listen()).split(':');
  let at = Math.floor(Date.now() / MINUTE) * MINUTE;
  server.changeBook?.(0, [['99.0', '1.50000000']], [['101.0', '2.50000000']]);
  const tick = () => {
    server.tellQuote?.(0, ['99.0', '1.50000000'], ['101.0', '2.50000000']);
    server.trade(0, '100.0', Date.now());
    server.changeBook?.(0, [['98.0', '3.00000000']], []);
    server.closeBar(0, { timestamp: at, open: '100.0', high: '101.0', low: '99.0', close: '100.5', volume: '1.00000000' });
    at += MINUTE;
  };
  try {
    await check(join(folder, 'home'), port, tick);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

const VENUES = [
  { venue: 'okx', symbol: 'BTC-USDT', id: 'BTC-USDT.OKX', serve: () => new OkxMarketServer({ clock: WALL_CLOCK, symbols: ['BTC-USDT'] }) },
  { venue: 'kraken', symbol: 'BTC/USD', id: 'BTC-USD.KRAKEN', serve: () => new KrakenMarketServer({ clock: WALL_CLOCK, symbols: ['BTC/USD'] }) },
] as const;

for (const { venue, symbol, id, serve } of VENUES) {
  test(`${venue} is listened to without keys: bars with quote and book, kept where asked for, and on no other host`, async () => {
    const server = serve();
    await onMarket(server, async (home, port, tick) => {
      let ticking: NodeJS.Timeout | undefined;
      const ended = await runProduct({
        home, words: ['data', 'listen', venue, '--instrument', symbol, '--for', '20s', '--keep', '--json'], environment: { ALGOTRENDY_LOOPBACK_PORT: port },
        onStart: () => { ticking = setInterval(() => { if (server.streams > 0) tick(); }, 200); },
        onLine: (text, child) => { if ((JSON.parse(text) as Line).kind === 'bar') child.kill('SIGINT'); },
      });
      clearInterval(ticking);
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(ended.dialled, [`127.0.0.1:${port}`]);
      const lines = ended.stdout.trim().split('\n').map((text) => JSON.parse(text) as Line);
      const [first, last] = [lines[0], lines.at(-1) ?? assert.fail()];
      assert.deepEqual([first.kind, first.instrument, first.bar.close, first.live], ['bar', id, 100.5, true]);
      assert.deepEqual([first.quote, first.spreadBps, first.depth], [{ bid: 99, bidQuantity: 1.5, ask: 101, askQuantity: 2.5 }, 200, { bids: 4.5, asks: 2.5, levels: 3 }]);
      const bars = lines.length - 1;
      assert.deepEqual([last.kind, last.kept, last.feed.quality.lost], ['listened', bars, 0]);
      const stored = await runProduct({ home, words: ['data', 'status', '--json'] });
      const { series } = JSON.parse(stored.stdout) as { series: readonly { instrument: string; bars: number; sources: readonly string[] }[] };
      assert.deepEqual(series.map(({ instrument, bars: count, sources }) => [instrument, count, sources]), [[id, bars, [venue]]]);
    });
  });

  test(`bars of the past are fetched from ${venue} by name, and only what it has`, async () => {
    const server = serve();
    await onMarket(server, async (home, port) => {
      const start = Math.floor(Date.now() / MINUTE) * MINUTE - 30 * MINUTE;
      server.remember(0, Array.from({ length: 30 }, (_each, i) => ({ timestamp: start + i * MINUTE, open: '100.0', high: `${101 + i}.0`, low: '99.0', close: '100.5', volume: `${i + 1}.00000000` })));
      const pair = id.split('.')[0];
      const environment = { ALGOTRENDY_LOOPBACK_PORT: port };
      const fetched = await runProduct({ home, words: ['data', 'fetch', pair, '--interval', '1m', '--from', String(start), '--to', String(start + 30 * MINUTE), '--provider', venue, '--json'], environment });
      assert.equal(fetched.code, 0, fetched.stderr);
      const { bars, sources } = JSON.parse(fetched.stdout) as { bars: number; sources: readonly string[] };
      assert.deepEqual([bars, sources], [30, [venue]]);
      const unlisted = await runProduct({ home, words: ['data', 'fetch', 'QQQ-ZZZ', '--interval', '1m', '--from', String(start), '--provider', venue, '--json'], environment });
      assert.match(unlisted.stdout + unlisted.stderr, /lists no QQQ-ZZZ/);
      assert.notEqual(unlisted.code, 0);
    });
  });
}

test('a venue that there is not is refused with those that there are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'listen-'));
  try {
    const { code, stderr } = await runProduct({ home: join(folder, 'home'), words: ['data', 'listen', 'krakken'] });
    assert.equal(code, 2);
    assert.match(stderr, /there is no venue "krakken"\n {2}What to do: Did you mean kraken\?/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
