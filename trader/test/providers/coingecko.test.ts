import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { CoinGeckoProvider } from '../../src/adapters/coingecko/provider.ts';
import { Secret } from '../../src/domain/secret.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import type { ProviderFailureKind } from '../../src/ports/bar-provider.ts';
import type { Clock } from '../../src/ports/clock.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21, 14, 10);
const CLOCK: Clock = {
  now: () => NOW,
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    return () => { clearTimeout(timer); };
  },
};

/** A candle, named by its end, as docs.coingecko.com and github.com/JKorf/CoinGecko.Net (MIT) show it. */
const candle = (end: number) => { const price = 60_000 + 100 * Math.sin(end / DAY_MS); return [end, price, price + 20, price - 20, price + 5]; };
const spans: Readonly<Record<string, number>> = { 1: HOUR / 2, 7: 4 * HOUR, 14: 4 * HOUR, 30: 4 * HOUR };

let instead: ((response: ServerResponse) => void) | undefined;
const asked: { readonly path: string; readonly key: string | undefined }[] = [];
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://coins');
  asked.push({ path: url.pathname, key: request.headers['x-cg-demo-api-key'] as string | undefined });
  if (instead !== undefined) return instead(response);
  if (url.pathname === '/api/v3/simple/price') return void response.end(JSON.stringify({ ethereum: { usd: 1498.64, last_updated_at: NOW / 1_000 - 60 } }));
  const days = url.searchParams.get('days') ?? '';
  const each = spans[days];
  // The last one goes on, and is named by the end that it will have.
  const ends = Array.from({ length: Math.round(Number(days) * DAY_MS / each) + 1 }, (_, i) => (Math.floor(NOW / each) + 1) * each - (Math.round(Number(days) * DAY_MS / each) - i) * each);
  response.end(JSON.stringify(ends.map(candle)));
});
before(async () => { await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }); });
after(() => {
  server.closeAllConnections();
  server.close();
});
const provider = (key?: string) => new CoinGeckoProvider({ base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, clock: CLOCK, spend: () => undefined, timeoutMs: 300, key: key === undefined ? undefined : new Secret(key) });
const request = (interval: number, days: number) => ({ symbol: 'BTC-USD', intervalMs: interval, span: { from: NOW - days * DAY_MS, to: NOW } });

test('candles are stamped with their beginning, those that go on are left out, and what is covered is told', async () => {
  for (const [interval, days] of [[HOUR / 2, 1], [4 * HOUR, 5], [4 * HOUR, 30]] as const) {
    const told = await provider().bars(request(interval, days));
    assert.ok(told.ok, JSON.stringify(told));
    const { bars, covers, facts, source } = told.value;
    const last = bars.timestamp[bars.length - 1];
    assert.equal(last + interval, Math.floor(NOW / interval) * interval);
    assert.ok(bars.timestamp.every((time, i) => time % interval === 0 && time >= NOW - days * DAY_MS && (i === 0 || time - bars.timestamp[i - 1] === interval)));
    assert.ok(bars.volume.every(Number.isNaN), 'it has no volume');
    assert.equal(bars.open[0], candle(bars.timestamp[0] + interval)[1]);
    assert.deepEqual([covers.length, covers[0]?.to, facts.currency, source], [1, last + interval, 'USD', 'coingecko']);
  }
});

test('what it does not keep is refused without being asked for', async () => {
  asked.length = 0;
  for (const each of [request(HOUR, 1), request(4 * HOUR, 31), request(HOUR / 2, 2), { ...request(4 * HOUR, 1), symbol: 'PEPE-USD' }, { ...request(4 * HOUR, 1), symbol: 'AAPL' }]) {
    const told = await provider().bars(each);
    assert.ok(!told.ok && told.error.kind === 'unsupported', JSON.stringify(told));
  }
  assert.deepEqual(asked, []);
});

test('a price is current, or it is none; a key goes along in its header and into no message', async () => {
  asked.length = 0;
  const told = await provider('CG-planted').quote('ETH-USD');
  assert.deepEqual(told, { ok: true, value: { source: 'coingecko', symbol: 'ETH-USD', price: 1498.64, currency: 'USD', tsEvent: NOW - 60_000 } });
  assert.deepEqual(asked, [{ path: '/api/v3/simple/price', key: 'CG-planted' }]);
  for (const [body, kind] of [[{ ethereum: { usd: 1, last_updated_at: NOW / 1_000 - 3_600 } }, 'stale'], [{ ethereum: { usd: 0, last_updated_at: NOW / 1_000 } }, 'empty'], [{}, 'empty'], [{ ethereum: 4 }, 'wrong-shape']] as const) {
    instead = (response) => response.end(JSON.stringify(body));
    const failed = await provider('CG-planted').quote('ETH-USD');
    assert.ok(!failed.ok && failed.error.kind === kind && !failed.error.message.includes('planted'), JSON.stringify(failed));
  }
  instead = undefined;
});

const rows = (change: (all: number[][]) => unknown) => (response: ServerResponse) => response.end(JSON.stringify(change(Array.from({ length: 30 }, (_, i) => candle(Math.floor(NOW / (4 * HOUR)) * 4 * HOUR - (29 - i) * 4 * HOUR)))));
const BAD: readonly (readonly [string, (response: ServerResponse) => void, ProviderFailureKind])[] = [
  ['its limit', (response) => response.writeHead(429, { 'retry-after': '7' }).end(JSON.stringify({ status: { error_code: 429, error_message: "You've exceeded the Rate Limit." } })), 'rate-limited'],
  ['an error in an answer of 200', (response) => response.end(JSON.stringify({ status: { error_code: 10_012, error_message: 'Your request exceeds the allowed time range.' } })), 'wrong-shape'],
  ['a fault', (response) => response.writeHead(503).end('upstream'), 'server-error'], ['HTML', (response) => response.end('<html>'), 'wrong-shape'], ['cut JSON', (response) => response.end('[[1700000000000, 1'), 'wrong-shape'],
  ['another host', (response) => response.writeHead(301, { location: 'http://192.0.2.1/' }).end(), 'wrong-shape'], ['silence', () => undefined, 'timed-out'], ['nothing', (response) => response.end(), 'empty'],
  ['prices a hundredfold in the middle', rows((all) => all.map((row, i) => (i === 15 ? [row[0], ...row.slice(1).map((price) => price * 100)] : row))), 'implausible'],
  ['a candle twice', rows((all) => [...all.slice(0, 9), all[8], ...all.slice(9)]), 'implausible'], ['candles out of order', rows((all) => [all[1], all[0], ...all.slice(2)]), 'implausible'],
  ['candles that lie between', rows((all) => all.map(([end, ...rest]) => [end + 60_000, ...rest])), 'wrong-shape'], ['no price', rows((all) => all.map(([end, ...rest]) => [end, null, ...rest.slice(1)])), 'wrong-shape'],
];
for (const [what, answer, kind] of BAD) {
  test(`${what} is not taken for data`, async () => {
    instead = answer;
    const told = await provider().bars(request(4 * HOUR, 5));
    instead = undefined;
    assert.ok(!told.ok && told.error.kind === kind, JSON.stringify(told));
    if (kind === 'rate-limited') assert.equal(told.error.retryAfterMs, 7_000);
  });
}
