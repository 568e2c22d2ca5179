import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startApi } from '../../../test/api-rig.ts';
import { HAND_MARKET, HAND_START, HandFeed, handFill } from '../../../test/hand-feed.ts';
import { SqliteNotes } from '../../adapters/api-record/sqlite-notes.ts';
import { DAY_MS } from '../../domain/time.ts';

const fill = (n: number, side: 'buy' | 'sell', price: string, day: number) => ({ ...handFill(n), side, quantity: '1', price, fee: '1', tsEvent: HAND_START + day * DAY_MS });

async function tradedRun(t: TestContext, days = 40) {
  const equity = Array.from({ length: days }, (_, i) => [HAND_START + i * DAY_MS, String(10_000 + (i === 5 ? -500 : i * 10))] as const);
  const rig = await startApi({}, new HandFeed({
    fills: [fill(1, 'buy', '100', 1), fill(2, 'sell', '110', 2), fill(3, 'sell', '110', 3), fill(4, 'buy', '120', 4)],
    equity, days: equity,
  }));
  t.after(() => rig.close());
  return { rig, api: await rig.client('trader') };
}

test('the figures of a run are those of its daily equity and of its finished trips', async (t) => {
  const { api } = await tradedRun(t);
  const { netReturn, maxDrawdown, trades, winRate, fees, days, cagr, exposure, currency } = await api.call('performance');
  assert.deepEqual({ trades, winRate, fees, days, currency }, { trades: 2, winRate: 0.5, fees: '4', days: 40, currency: 'USDT' });
  assert.ok(Math.abs((netReturn ?? 0) - 0.039) < 1e-12);
  assert.ok(Math.abs((maxDrawdown ?? 0) - (1 - 9_500 / 10_040)) < 1e-12);
  assert.ok((cagr ?? 0) > 0.3);
  assert.ok(Math.abs((exposure ?? 0) - 2 / 39) < 1e-12, 'two of 39 days');
  const { items: [deepest, ...others] } = await api.call('performanceDrawdowns');
  assert.equal(deepest.peak, HAND_START + 4 * DAY_MS);
  assert.equal(deepest.recovered, HAND_START + 6 * DAY_MS);
  assert.deepEqual(others, []);
});

test('a year has as many days as the markets have bars in it, on the one of them that has the most', async (t) => {
  const equity = Array.from({ length: 40 }, (_, i) => [HAND_START + i * DAY_MS, String(10_000 + (i % 3) * 10)] as const);
  const volatility = async (...markets: readonly (readonly ['crypto' | 'equity', number])[]) => {
    const rig = await startApi({}, new HandFeed({ equity, days: equity, markets: markets.map(([assetClass, days]) => ({ ...HAND_MARKET, instrument: `${assetClass}.HAND`, assetClass, intervalMs: days * DAY_MS })) }));
    t.after(() => rig.close());
    return (await (await rig.client('trader')).call('performance')).volatility ?? NaN;
  };
  const daily = await volatility(['crypto', 1]);
  const years = [await volatility(['equity', 1]), await volatility(['equity', 1], ['crypto', 1]), await volatility(['crypto', 7])].map((one) => 365 * (one / daily) ** 2);
  assert.deepEqual(years.map((days) => Math.round(days * 100) / 100), [252, 365, 52.14]);
});

test('what closes at midnight counts for the day, and the month, that it ends', async (t) => {
  const midnight = Date.UTC(2026, 1, 1);
  const row = (hours: number, equity: number) => [midnight + hours * DAY_MS / 24, String(equity)] as const;
  const feed = new HandFeed({ equity: [row(-12, 10_000)], days: [row(-12, 10_000)] });
  const rig = await startApi({}, feed);
  t.after(() => rig.close());
  const api = await rig.client('trader');
  feed.tell({ kind: 'equity', points: [row(0, 11_000), row(12, 9_900)] });
  const { months } = await api.call('performanceMonths');
  assert.deepEqual(months.map(({ month, value }) => [month, Math.round((value ?? 0) * 1e6) / 1e6]), [[1, 0.1], [2, -0.1]]);
  assert.equal((await api.call('performance')).days, 2);
});

test('a few days say nothing about a year', async (t) => {
  const { api } = await tradedRun(t, 10);
  const { cagr, calmar } = await api.call('performance');
  assert.deepEqual([cagr, calmar], [null, null]);
});

test('trips are shared out by strategy and instrument, money to the digit', async (t) => {
  const { api } = await tradedRun(t);
  const { items } = await api.call('performanceSlices', { query: { by: 'strategy' } });
  assert.deepEqual(items.map(({ name, trades, pnl, fees }) => ({ name, trades, pnl, fees })), [{ name: 'macd', trades: 2, pnl: '-4', fees: '4' }]);
});

test('a note is written, found with its trip, changed and removed', async (t) => {
  const { api } = await tradedRun(t);
  const note = await api.call('addNote', { body: { trade: 'f2', text: 'left too early' } });
  assert.equal(note.by, 'ana');
  assert.deepEqual(note.tags, []);
  assert.deepEqual((await api.call('listTrips')).items.map(({ id, notes }) => [id, notes]), [['f4', 0], ['f2', 1]]);
  assert.equal((await api.call('changeNote', { params: { id: note.id }, body: { tags: ['exit'] } })).text, 'left too early');
  assert.deepEqual((await api.call('listNotes', { query: { trade: 'f2' } })).items[0].tags, ['exit']);
  await api.call('removeNote', { params: { id: note.id } });
  await assert.rejects(api.call('removeNote', { params: { id: note.id } }), { code: 'not-found' });
});

test('a note is changed and removed by who wrote it or an administrator, and by nobody else', async (t) => {
  const notes = new SqliteNotes(':memory:');
  const note = { id: 'n1', trade: 'f2', at: HAND_START, by: 'ben', text: 'ben wrote this', tags: [] };
  notes.put(note);
  const rig = await startApi({ notes });
  t.after(() => rig.close());
  const [trader, admin] = [await rig.client('trader'), await rig.client('admin')];
  await assert.rejects(trader.call('changeNote', { params: { id: 'n1' }, body: { text: 'ana did' } }), { code: 'role-too-low' });
  await assert.rejects(trader.call('removeNote', { params: { id: 'n1' } }), { code: 'role-too-low' });
  assert.deepEqual(notes.get('n1'), note);
  assert.equal((await admin.call('changeNote', { params: { id: 'n1' }, body: { tags: ['entry'] } })).by, 'ben');
  await admin.call('removeNote', { params: { id: 'n1' } });
  assert.equal(notes.get('n1'), undefined);
});

test('an export is CSV that a spreadsheet opens and runs nothing of', async (t) => {
  const { api } = await tradedRun(t);
  await api.call('addNote', { body: { trade: 'f2', text: '=HYPERLINK("http://x"),\n"quoted"' } });
  for (const text of ['-2+3+cmd|\' /C calc\'!A0', '\n=1+1', '-0.5']) await api.call('addNote', { body: { trade: 'f2', text } });
  const notes = await api.call('exportCsv', { params: { what: 'notes' } });
  assert.match(notes, /^id,trade,time,by,text,tags\r\n/);
  assert.match(notes, /"'=HYPERLINK\(""http:\/\/x""\),\n""quoted"""/);
  assert.ok(notes.includes(",'-2+3+cmd|' /C calc'!A0,"), 'what begins as a number and goes on as a formula');
  assert.ok(notes.includes(',"\'\n=1+1",'), 'what has a formula on its next line');
  assert.ok(notes.includes(',-0.5,'), 'a number is a number');
  const [head, first, ...rest] = (await api.call('exportCsv', { params: { what: 'trips' } })).split('\r\n');
  assert.equal(head.split(',').length, first.split(',').length);
  assert.equal(rest.length, 2);
  assert.match(first, /2026-01-02T00:00:00\.000Z/);
  assert.equal((await api.call('exportCsv', { params: { what: 'fills' }, query: { from: HAND_START + 3 * DAY_MS } })).trimEnd().split('\r\n').length, 3);
  for (const what of ['orders', 'equity'] as const) assert.match(await api.call('exportCsv', { params: { what } }), /^[a-z_,]+\r\n/);
});
