import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { NewsClient } from '../../src/adapters/cryptocompare/news.ts';
import { NewsMood } from '../../src/app/wiring/news-mood.ts';
import { Secret } from '../../src/domain/secret.ts';
import { SeriesError } from '../../src/domain/series-error.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { runProduct } from '../access/product-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'news-'));
after(() => { rmSync(folder, { recursive: true }); });
const KEY = 'a-key-of-coindesk';
const NOW = Date.parse('2026-11-21T15:00:00Z');
const HOUR = 3_600_000;
const CLOCK: Clock = { now: () => NOW, after: () => () => undefined };

interface Article { readonly id: string; readonly published_on: number; readonly title: string; readonly categories: string }

/** From the newest to the oldest. */
let articles: Article[] = [];
/** What is answered in place of articles. */
let said: readonly [number, string] | undefined;
let asked = 0;
// CryptoCompare's news on loopback, in the shape of its "Latest News Articles": fifty a page, those before `lTs`.
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://cryptocompare');
  if (url.pathname !== '/data/v2/news/') return void response.end(url.pathname === '/fng/' ? JSON.stringify({ data: [{ value: '40', timestamp: String(Math.floor(Date.now() / 86_400_000) * 86_400) }], metadata: { error: null } }) : '[]');
  asked += 1;
  if (said !== undefined) return void response.writeHead(said[0]).end(said[1]);
  if (request.headers.authorization !== `Apikey ${KEY}`) return void response.end(JSON.stringify({ Response: 'Error', Message: `You need a valid auth key or api key to access this endpoint, not ${request.headers.authorization}`, HasWarning: false, Type: 1, RateLimit: {}, Data: {} }));
  const until = Number(url.searchParams.get('lTs') ?? Infinity);
  const page = articles.filter(({ published_on: at, categories }) => at < until && categories.includes(url.searchParams.get('categories') ?? '')).slice(0, 50);
  response.end(JSON.stringify({ Type: 100, Message: 'News list successfully returned', Promoted: [], Data: page, RateLimit: {}, HasWarning: false }));
});
before(async () => { await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }); });
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => { [said, asked] = [undefined, 0]; });

const port = () => (server.address() as AddressInfo).port;
const client = (key = KEY) => new NewsClient({ base: `http://127.0.0.1:${port()}`, key: new Secret(key), clock: CLOCK });
const article = (hoursAgo: number, title: string, now = NOW): Article => ({ id: String(1_000_000 - hoursAgo), published_on: Math.floor((now - hoursAgo * HOUR) / 1_000), title, categories: 'BTC|Market' });

test('headlines are read page by page, to the moment that was asked for or to where they end', async () => {
  articles = Array.from({ length: 130 }, (_, i) => article(i, 'x'));
  const all = await client().headlines('BTC', NOW - 1_000 * HOUR);
  assert.deepEqual([all.headlines.length, all.whole, asked], [130, false, 4]);
  const some = await client().headlines('BTC', NOW - 60 * HOUR);
  assert.deepEqual([some.headlines.length, some.whole], [61, true]);
  assert.deepEqual((await client().headlines('ETH', 0)).headlines, []);
});

test('the mood of a day is that of its headlines, known from the fetch; days that are told in part are left out', async () => {
  articles = [article(2, 'Bitcoin in panic'), article(20, 'Great gains'), article(21, 'A crash'), article(22, 'To the moon'), article(40, 'A scam'), article(70, 'A rally')];
  const { states, facts } = await new NewsMood(client(), CLOCK).fetch('NEWS-BTC');
  assert.deepEqual(states, [{ date: Date.parse('2026-11-19'), value: -1, availableAt: NOW }, { date: Date.parse('2026-11-20'), value: 1 / 3, availableAt: NOW }]);
  assert.equal(facts.source, 'cryptocompare');
  await assert.rejects(new NewsMood(client(), CLOCK).fetch('REDDIT-BTC'), (error) => error instanceof SeriesError && error.kind === 'not-found');
});

test('a no is told by what it is, and the key is in no word', async () => {
  const refused = (kind: SeriesError['kind']) => (error: unknown) => error instanceof SeriesError && error.kind === kind && !error.message.includes('wrong-key');
  await assert.rejects(client('wrong-key').headlines('BTC', 0), refused('unauthorised'));
  const limit = '{"Response":"Error","Message":"You are over your rate limit please upgrade your account!","HasWarning":false,"Type":99,"RateLimit":{},"Data":{}}';
  for (const [status, text, kind] of [
    [200, limit, 'rate-limited'], [200, '{"Response":"Error","Message":"Path does not exist","Type":0,"Data":{}}', 'refused'], [200, '<html>', 'unreadable'], [200, '{"Type":100,"Data":[{"id":"1"}]}', 'unreadable'],
    [429, '', 'rate-limited'], [401, '', 'unauthorised'], [503, '', 'unavailable'], [301, '', 'refused'],
  ] as const) {
    said = [status, text];
    await assert.rejects(client().headlines('BTC', 0), refused(kind), `${status} ${text}`);
  }
});

test('a person who keeps a key fetches the news, and refreshes them like any other series', async () => {
  articles = Array.from({ length: 60 }, (_, i) => article(i, i % 3 === 0 ? 'Crash' : 'Rally', Date.now()));
  const run = (...words: readonly string[]) => runProduct({ home: join(folder, 'home'), words: [...words, '--json'], environment: { ALGOTRENDY_LOOPBACK_PORT: String(port()), ALGOTRENDY_SECRET_CRYPTOCOMPARE_KEY: KEY } });
  const fetched = await run('sentiment', 'fetch', 'BTC');
  assert.equal(fetched.code, 0, fetched.stderr);
  const { series } = JSON.parse(fetched.stdout) as { readonly series: readonly { readonly id: string; readonly days: number }[] };
  assert.deepEqual([series.at(-1)?.id, (series.at(-1)?.days ?? 0) >= 1], ['NEWS-BTC', true]);
  assert.equal((await run('economic', 'refresh')).code, 0);
  assert.equal((await run('economic', 'show', 'NEWS-BTC')).code, 0);
  assert.doesNotMatch(fetched.stdout + fetched.stderr, new RegExp(KEY));
});
