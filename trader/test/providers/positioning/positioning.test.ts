import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PositioningSource, positioningSeries } from '../../../src/adapters/binance/positioning.ts';
import { SeriesError } from '../../../src/domain/series-error.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { runProduct } from '../../access/product-process.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 21, 15, 2);
/** It is always the same moment, and nobody is kept waiting. */
const CLOCK: Clock = { now: () => NOW, after: () => () => undefined };

/** Rows as Binance tells them: github.com/JKorf/Binance.Net, UsdFutures/ExchangeData, MIT. */
const ROWS: Readonly<Record<string, (at: number, value: string) => object>> = {
  '/fapi/v1/fundingRate': (fundingTime, fundingRate) => ({ symbol: 'BTCUSDT', fundingTime, fundingRate, markPrice: '34287.54619963' }),
  '/futures/data/openInterestHist': (at, sumOpenInterest) => ({ symbol: 'BTCUSDT', sumOpenInterest, sumOpenInterestValue: '176196512.23400000', timestamp: String(at) }),
  '/futures/data/globalLongShortAccountRatio': (at, longShortRatio) => ({ symbol: 'BTCUSDT', longShortRatio, longAccount: '0.6622', shortAccount: '0.3378', timestamp: String(at) }),
  '/futures/data/takerlongshortRatio': (at, buySellRatio) => ({ buySellRatio, buyVol: '387.3300', sellVol: '248.5030', timestamp: String(at) }),
  '/futures/data/basis': (timestamp, basisRate) => ({ indexPrice: '34400.15945055', contractType: 'PERPETUAL', basisRate, futuresPrice: '34414.10', annualizedBasisRate: '', basis: '13.94054945', pair: 'BTCUSDT', timestamp }),
};

/** The clock of the server, and what it says in place of figures. */
let [now, instead]: [number, readonly [number, string] | undefined] = [NOW, undefined];
const asked: URL[] = [];
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://venue');
  asked.push(url);
  const { pathname, searchParams: query } = url;
  const [from, to, limit] = ['startTime', 'endTime', 'limit'].map((name) => Number(query.get(name)));
  const row = ROWS[pathname];
  const statistic = pathname.startsWith('/futures/data');
  const known = query.get(pathname.endsWith('basis') ? 'pair' : 'symbol') === 'BTCUSDT' && (!statistic || (query.get('period') === '5m' && from >= now - 30 * 24 * HOUR));
  if (row === undefined || !known) {
    response.writeHead(400).end(JSON.stringify({ code: -1121, msg: 'Invalid symbol.' }));
    return;
  }
  const every = statistic ? 5 * MINUTE : 8 * HOUR;
  const times = Array.from({ length: limit + 1 }, (_, i) => Math.ceil(from / every) * every + i * every).filter((at) => at <= Math.min(to, now)).slice(0, limit);
  response.writeHead(instead?.[0] ?? 200).end(instead?.[1] ?? JSON.stringify(times.map((at) => row(at, ((at / MINUTE) % 1_000 / 1_000).toFixed(4)))));
});
before(async () => { await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }); });
after(() => {
  server.closeAllConnections();
  server.close();
});
const port = () => (server.address() as AddressInfo).port;
const source = () => new PositioningSource({ base: `http://127.0.0.1:${port()}`, clock: CLOCK });

test('funding is had from the first on, and each is known a minute after it was paid', async () => {
  const { states, dueAt, facts } = await source().fetch('FUNDING-BTC', { vintages: true });
  const dates = states.map(({ date }) => date);
  assert.deepEqual([new Date(dates[0]).toISOString(), new Date(dates.at(-1) ?? 0).toISOString()], ['2019-09-08T00:00:00.000Z', '2026-11-21T08:00:00.000Z']);
  assert.ok(dates.every((date, i) => i === 0 || date - dates[i - 1] === 8 * HOUR), 'a page joins the next without a hole');
  assert.ok(states.every(({ date, availableAt }) => availableAt === date + MINUTE));
  assert.deepEqual([facts.id, dueAt], ['FUNDING-BTC', Date.UTC(2026, 10, 21, 16, 1)]);
});

for (const id of positioningSeries('BTC').slice(1)) {
  test(`${id} is had for thirty days, every five minutes, and nothing of it is known before its five minutes have passed`, async () => {
    const { states } = await source().fetch(id, { vintages: true });
    assert.ok(states.length > 29 * 288 && states.length <= 30 * 288, String(states.length));
    assert.ok(states.every(({ date, availableAt }) => availableAt === date + 6 * MINUTE && availableAt <= NOW));
    assert.equal(states.at(-1)?.value, (states.at(-1)?.date ?? 0) / MINUTE % 1_000 / 1_000);
  });
}

test('only what became known since the last fetch is asked for again', async () => {
  asked.length = 0;
  const { states } = await source().fetch('TAKER-BTC', { vintages: true, since: NOW - 17 * MINUTE });
  assert.deepEqual([asked.length, states.length], [1, 4]);
});

const row = (at: number, value = '0.1') => JSON.stringify([{ symbol: 'BTCUSDT', fundingTime: at, fundingRate: value }]);
const BAD: readonly (readonly [string, number, string, SeriesError['kind']])[] = [
  ['a page of HTML', 200, '<html>', 'unreadable'], ['cut JSON', 200, '[{"symbol":', 'unreadable'], ['an error in an answer of 200', 200, '{"code":-1003,"msg":"Too many requests"}', 'unreadable'],
  ['a figure that is none', 200, row(NOW - HOUR, 'NaN'), 'unreadable'], ['a figure of another time', 200, row(Date.UTC(2018, 0, 1)), 'unreadable'],
  ['a limit', 429, '', 'rate-limited'], ['an address shut out', 418, '', 'rate-limited'], ['a fault', 503, '', 'unavailable'], ['a redirection', 301, '', 'refused'],
];
for (const [what, status, text, kind] of BAD) {
  test(`${what} is refused whole`, async () => {
    instead = [status, text];
    await assert.rejects(source().fetch('FUNDING-BTC', { vintages: true }), (error) => error instanceof SeriesError && error.kind === kind).finally(() => { instead = undefined; });
  });
}

test('a series that there is not is refused', async () => {
  for (const id of ['FUNDING', 'MOOD-BTC', 'FUNDING-DOGEXX']) await assert.rejects(source().fetch(id, { vintages: true }), (error) => error instanceof SeriesError && error.kind === 'not-found', id);
});

test('one command keeps a coin\'s positioning; what cannot be had is told and holds up nothing', async () => {
  now = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'positioning-'));
  try {
    const { code, stdout, stderr, dialled } = await runProduct({ home: join(folder, 'home'), words: ['sentiment', 'fetch', 'BTC', '--json'], environment: { ALGOTRENDY_LOOPBACK_PORT: String(port()) } });
    const told = JSON.parse(stdout) as { readonly series: readonly { readonly id: string; readonly figures: number }[]; readonly failed: readonly string[] };
    assert.deepEqual(told.series.map(({ id }) => id), positioningSeries('BTC'));
    assert.ok(told.series.every(({ figures }) => figures > 5_000), stdout);
    // This server is none of alternative.me.
    assert.match(told.failed.join(), /^FEAR-GREED: alternative\.me/);
    assert.match(stderr, /FEAR-GREED/);
    assert.equal(code, 1);
    assert.deepEqual(dialled, [`127.0.0.1:${port()}`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
