import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FredSource } from '../../../src/adapters/fred/fred-source.ts';
import { EmbeddedSeriesStore } from '../../../src/adapters/series-store/embedded-series-store.ts';
import { askFor, fetchSeries, isDue, refreshSeries, type Refreshed } from '../../../src/app/wiring/economic.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { runProduct } from '../../access/product-process.ts';
import { FredServer, type Publication, type ServedSeries } from './fred-server.ts';
import { JumpClock } from './jump-clock.ts';

const KEY = 'abcdefghijklmnopqrstuvwxyz012345';
const SEEN: readonly Publication[] = [{ date: '2026-08-01', from: '2026-09-11', value: '320.1' }, { date: '2026-09-01', from: '2026-10-14', value: '321.5' }];
const CPI: ServedSeries = { id: 'CPIAUCSL', title: 'Consumer Price Index', updated: '2026-10-14 07:36:03-05', releases: ['2026-10-14', '2026-11-12', '2026-12-10'], publications: SEEN };
const at = (text: string) => Date.parse(text);

const folder = mkdtempSync(join(tmpdir(), 'economic-'));
const server = new FredServer(KEY, [CPI, { ...CPI, id: 'GONE', title: 'Discontinued' }]);
let port = 0;
before(async () => { port = await server.listen(); });
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('a refresh asks for what is due by the release calendar and for nothing else, and only for what is new of it', async () => {
  const store = new EmbeddedSeriesStore(':memory:');
  const fred = new FredSource({ base: `http://127.0.0.1:${port}`, key: new Secret(KEY), clock: new JumpClock() });
  const done: Refreshed[] = [];
  const refresh = async (now: string) => {
    server.requests.length = 0;
    done.length = 0;
    await refreshSeries(store, fred, at(now), (each) => void done.push(each));
    return server.requests.length;
  };
  await fetchSeries(store, fred, 'CPIAUCSL', { vintages: true }, at('2026-10-20'));
  assert.equal(await refresh('2026-11-12T05:59Z'), 0);
  server.serve({ ...CPI, updated: '2026-11-12 07:36:03-06', publications: [...SEEN, { date: '2026-09-01', from: '2026-11-12', value: '321.9' }, { date: '2026-10-01', from: '2026-11-12', value: '322.4' }] });
  assert.ok(await refresh('2026-11-12T14:00Z') > 0);
  assert.ok(server.requests.some((each) => each.includes('observations') && each.includes('realtime_start=2026-11-12')), 'no more than what is new');
  assert.deepEqual(done.map((each) => each.ok && [each.report.added, each.report.revised, each.report.equal]), [[1, 1, 1]]);
  assert.equal(await refresh('2026-11-13T14:00Z'), 0);
  assert.equal((await store.list())[0]?.dueAt, at('2026-12-10T06:00Z'));
  assert.deepEqual((await store.history('CPIAUCSL')).map(({ value }) => value), [320.1, 321.5, 321.9, 322.4]);
  await store.close();
  fred.close();
});

test('a series that fails holds up no other, and one without a calendar is due after a day', async () => {
  const store = new EmbeddedSeriesStore(':memory:');
  const fred = new FredSource({ base: `http://127.0.0.1:${port}`, key: new Secret(KEY), clock: new JumpClock() });
  for (const id of ['CPIAUCSL', 'GONE']) await fetchSeries(store, fred, id, { vintages: false }, at('2026-10-20'));
  await store.append({ id: 'ABSENT', source: 'fred', title: '', units: '', frequency: '', adjustment: '' }, { fetchedAt: at('2026-10-20'), dueAt: undefined, vintages: false }, []);
  assert.deepEqual((await store.list()).map((series) => isDue(series, at('2026-10-20T23:59Z'))), [false, false, false]);
  const done: Refreshed[] = [];
  await refreshSeries(store, fred, at('2026-12-11'), (each) => void done.push(each));
  assert.deepEqual(done.map(({ id, ok }) => [id, ok]), [['ABSENT', false], ['CPIAUCSL', true], ['GONE', true]]);
  await store.close();
  fred.close();
});

test('a series whose history is kept is never fetched without it, so that no revision is missed', async () => {
  const store = new EmbeddedSeriesStore(':memory:');
  const facts = { id: 'CPIAUCSL', source: 'fred', title: '', units: '', frequency: '', adjustment: '' };
  assert.deepEqual(await askFor(store, 'CPIAUCSL', false), { vintages: false });
  await store.append(facts, { fetchedAt: 7, dueAt: undefined, vintages: true }, []);
  assert.deepEqual([await askFor(store, 'CPIAUCSL', false), await askFor(store, 'CPIAUCSL', true)], [{ vintages: true, since: 7 }, { vintages: true }]);
  await store.close();
});

test('a person fetches a series, sees it as it was known, and the key is nowhere', async () => {
  const home = join(folder, 'home');
  const run = (...words: readonly string[]) => runProduct({ home, words: ['economic', ...words], environment: { ALGOTRENDY_SECRET_FRED_KEY: KEY, ALGOTRENDY_LOOPBACK_PORT: String(port) } });
  server.serve(CPI);
  const fetched = await run('fetch', 'CPIAUCSL', '--vintages');
  assert.equal(fetched.code, 0, fetched.stderr);
  assert.deepEqual(fetched.dialled, [`127.0.0.1:${port}`]);
  const shown = await run('show', 'CPIAUCSL', '--as-of', '2026-10-14', '--json');
  const { figures } = JSON.parse(shown.stdout) as { readonly figures: unknown };
  assert.deepEqual(figures, [{ date: '2026-08-01', value: 320.1, knownFrom: '2026-09-12T06:00:00.000Z' }]);
  server.failNext('truncated');
  const failed = await run('search', 'price');
  assert.deepEqual([failed.code, failed.dialled.length], [7, 1]);
  for (const { stdout, stderr } of [fetched, shown, failed]) assert.doesNotMatch(stdout + stderr, new RegExp(KEY));
});

test('without a key nothing is asked', async () => {
  const { code, stderr, dialled } = await runProduct({ home: join(folder, 'bare'), words: ['economic', 'search', 'price'] });
  assert.deepEqual([code, dialled], [2, []]);
  assert.match(stderr, /ALGOTRENDY_SECRET_FRED_KEY/);
});
