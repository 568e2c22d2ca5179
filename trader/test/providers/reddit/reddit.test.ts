import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { RedditClient } from '../../../src/adapters/reddit/client.ts';
import { RedditMood } from '../../../src/app/wiring/reddit-mood.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { positioningSeries } from '../../../src/adapters/binance/positioning.ts';
import { SeriesError } from '../../../src/domain/series-error.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { ROOT } from '../../command-line.ts';
import { runProduct } from '../../access/product-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'reddit-'));
after(() => { rmSync(folder, { recursive: true }); });
const [ID, SECRET] = ['an-app-id', 'an-app-secret'];
const NOW = Date.parse('2026-11-21T15:00:00Z');
const HOUR = 3_600_000;
/** It stands still; pauses are over at once, and nothing times out. */
const CLOCK: Clock = { now: () => NOW, after: (delayMs, work) => { if (delayMs < 1_000) setImmediate(work); return () => undefined; } };

interface Post { readonly name: string; readonly title: string; readonly selftext: string; readonly created_utc: number }

/** A recorded listing that is answered in place of one that is made here. */
let recorded: string | undefined;
/** Posts from the newest to the oldest. */
let posts: Post[] = [];
/** Statuses that are answered next, before all is well again. */
let trouble: number[] = [];
let garbage: string | undefined;
let tokens = 0;
const asked: string[] = [];

// Reddit on loopback, in the dialect of its recorded answers: a token for an app's keys, and listings in pages by `after`.
function listing(query: URLSearchParams): object {
  const from = query.has('after') ? posts.findIndex(({ name }) => name === query.get('after')) + 1 : 0;
  const page = posts.slice(from, from + Number(query.get('limit')));
  return { kind: 'Listing', data: { modhash: '', before: null, after: from + page.length < posts.length ? page.at(-1)?.name ?? null : null, children: page.map((data) => ({ kind: 't3', data })) } };
}
const FEAR = JSON.stringify({ data: [{ value: '40', timestamp: String(Math.floor(Date.now() / 86_400_000) * 86_400) }], metadata: { error: null } });
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://reddit');
  asked.push(`${request.method} ${url.pathname}`);
  const say = (status: number, body: object) => { response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(garbage ?? JSON.stringify(body)); };
  const status = trouble.shift();
  if (!/^\/(api|r)\//.test(url.pathname)) response.end(url.pathname === '/fng/' ? FEAR : '[]');
  else if (status !== undefined) say(status, { message: 'trouble', error: status });
  else if (request.headers['user-agent']?.includes('algotrendy') !== true) say(429, { message: 'Too Many Requests', error: 429 });
  else if (url.pathname === '/api/v1/access_token') {
    const known = request.headers.authorization === `Basic ${Buffer.from(`${ID}:${SECRET}`).toString('base64')}`;
    say(known ? 200 : 401, known ? { access_token: `token-${++tokens}`, token_type: 'bearer', expires_in: 3600, scope: '*' } : { message: 'Unauthorized', error: 401 });
  } else if (request.headers.authorization !== `Bearer token-${tokens}`) say(401, { message: 'Unauthorized', error: 401 });
  else if (recorded !== undefined) response.end(recorded);
  else say(200, listing(url.searchParams));
});
before(async () => { await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); }); });
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  [trouble, garbage, asked.length] = [[], undefined, 0];
});

const post = (hoursAgo: number, title: string): Post => ({ name: `t3_p${hoursAgo * 10}`, title, selftext: '', created_utc: (NOW - hoursAgo * HOUR) / 1_000 });

function client(secret = SECRET): RedditClient {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new RedditClient({ hosts: { token: base, rest: base }, id: new Secret(ID), secret: new Secret(secret), clock: CLOCK });
}

test('pages are read to where they end, or to the moment that was asked for', async () => {
  posts = Array.from({ length: 250 }, (_, i) => post(i, 'x'));
  const all = await client().posts('Bitcoin', NOW - 1_000 * HOUR);
  assert.deepEqual([all.posts.length, all.whole], [250, false]);
  assert.deepEqual(asked, ['POST /api/v1/access_token', ...Array.from({ length: 3 }, () => 'GET /r/Bitcoin/new')]);
  const some = await client().posts('Bitcoin', NOW - 120 * HOUR);
  assert.deepEqual([some.posts.length, some.whole], [121, true]);
});

test('a token that has run out is fetched anew, once', async () => {
  posts = [post(1, 'x')];
  const reddit = client();
  await reddit.posts('Bitcoin', NOW - HOUR * 2);
  tokens += 1;
  assert.equal((await reddit.posts('Bitcoin', NOW - HOUR * 2)).posts.length, 1);
  await assert.rejects(client('wrong-secret').posts('Bitcoin', 0), (error) => error instanceof SeriesError && error.kind === 'unauthorised' && !`${error.message}${error.stack}`.includes('wrong-secret'));
});

test('what is no listing is refused whole, and each status says what it is', async () => {
  for (const [status, kind] of [[429, 'rate-limited'], [404, 'not-found'], [403, 'refused'], [503, 'unavailable'], [301, 'refused']] as const) {
    trouble = [status];
    await assert.rejects(client().posts('Bitcoin', 0), (error) => error instanceof SeriesError && error.kind === kind, String(status));
  }
  for (const text of ['<html>', '{"kind":"Listing"}', '']) {
    garbage = text;
    await assert.rejects(client().posts('Bitcoin', 0), (error) => error instanceof SeriesError && error.kind === 'unreadable');
  }
});

test('a mood is the mean of a whole day\'s posts, known from the fetch; days that are told in part are left out', async () => {
  // 15:00: today from 0 to 14 hours ago, yesterday from 15 to 38, the day before from 39 to 62, then the cut one.
  posts = [post(2, 'crash'), post(20, 'great gains'), post(21, 'crash'), post(22, 'moon'), post(40, 'scam'), post(70, 'moon')];
  const { states, dueAt, facts } = await new RedditMood(client(), CLOCK).fetch('REDDIT-BTC');
  assert.deepEqual(states, [
    { date: Date.parse('2026-11-19'), value: -1, availableAt: NOW }, { date: Date.parse('2026-11-20'), value: 1 / 3, availableAt: NOW },
  ]);
  assert.deepEqual([facts.id, dueAt], ['REDDIT-BTC', Date.parse('2026-11-22T00:10:00Z')]);
  await assert.rejects(new RedditMood(client(), CLOCK).fetch('REDDIT-DOGE'), (error) => error instanceof SeriesError && error.kind === 'not-found');
});

const RECORDED = join(ROOT, '..', 'shared', 'data/fixtures/reddit');
if (existsSync(RECORDED)) {
  test('listings that Reddit itself answered are read, every post of them', async () => {
    for (const name of ['TestSubredditListings.test_new', 'TestSubredditListings.test_top', 'TestFront.test_hot']) {
      const { interactions } = JSON.parse(gunzipSync(readFileSync(join(RECORDED, `${name}.json.gz`))).toString()) as { readonly interactions: readonly { readonly request: { readonly method: string }; readonly response: { readonly body: { readonly string: string } } }[] };
      recorded = interactions.find(({ request }) => request.method === 'GET')?.response.body.string;
      const { posts: read } = await client().posts('askreddit', 0);
      recorded = undefined;
      assert.equal(read.length, 100, name);
      assert.ok(read.every(({ title, createdAt }) => title !== '' && createdAt > Date.parse('2005-06-23') && createdAt < Date.parse('2017-01-01')), name);
    }
  });
}

test('a person fetches both moods, or is told what keys the second one takes; keys are in no word', async () => {
  const home = join(folder, 'home');
  const elsewhere = { ALGOTRENDY_LOOPBACK_PORT: String((server.address() as AddressInfo).port) };
  posts = Array.from({ length: 60 }, (_, i) => ({ ...post(i, i % 3 === 0 ? 'crash' : 'moon'), created_utc: (Date.now() - i * HOUR) / 1_000 }));
  const without = await runProduct({ home, words: ['sentiment', 'fetch', 'BTC'], environment: elsewhere });
  assert.deepEqual([without.code, /REDDIT_ID/.test(without.stdout)], [0, true], without.stderr);
  assert.match(without.stdout, /See it: \.\/algotrendy economic show FEAR-GREED/);
  const nobody = await runProduct({ home: join(folder, 'nobody'), words: ['sentiment', 'fetch', 'BTC'], environment: { ALGOTRENDY_LOOPBACK_PORT: '9' } });
  assert.deepEqual([nobody.code, nobody.stdout.includes('See it')], [1, false], 'nothing was fetched that could be seen');
  const both = await runProduct({ home, words: ['sentiment', 'fetch', 'btc', '--json'], environment: { ...elsewhere, ALGOTRENDY_SECRET_REDDIT_ID: ID, ALGOTRENDY_SECRET_REDDIT_SECRET: SECRET } });
  const { series } = JSON.parse(both.stdout) as { readonly series: readonly { readonly id: string; readonly days: number }[] };
  assert.deepEqual(series.map(({ id }) => id), ['FEAR-GREED', ...positioningSeries('BTC'), 'REDDIT-BTC']);
  assert.ok((series.at(-1)?.days ?? 0) >= 1);
  assert.doesNotMatch(both.stdout + both.stderr, new RegExp(`${ID}|${SECRET}`));
});

test('a community without posts has no mood, and that is no failure', async () => {
  posts = [];
  assert.deepEqual((await new RedditMood(client(), CLOCK).fetch('REDDIT-ETH')).states, []);
});
