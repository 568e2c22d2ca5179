import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startApi } from '../../../test/api-rig.ts';
import type { KeptRun, RunShelf } from '../../ports/run-shelf.ts';

function keptRun(id: string, more: Partial<KeptRun['report']>): KeptRun {
  return {
    id, keptAt: 1_767_225_600_000, version: '0.1.0', report: {
      strategy: 'macd', parameters: { fast: 12, slow: 26 }, instrument: 'BTC-USD.X, ETH-USD.X', interval: '1h', bars: 100, from: '2026-01-01T00:00:00.000Z', to: '2026-01-03T00:00:00.000Z',
      cash: '1000', fills: 10, orders: 10, denials: 0, trades: 5, finalEquity: '1100', netReturn: 0.1, fees: '2', sharpe: 1, sortino: null, volatility: 0.2, cagr: null, calmar: null,
      maxDrawdown: 0.05, winRate: 0.6, profitFactor: 1.5, expectancy: 20, payoff: 1, exposure: 0.5, turnover: 10, fill: 'next-open', fee: '10 bp', sizing: 'fraction:1', warnings: ['3 gaps'],
      equityCurve: [1050, 1200, 1080, 1100], peakRssMb: 80, ...more,
    },
  };
}

async function shelf(t: TestContext, ...runs: readonly KeptRun[]) {
  const kept = new Map(runs.map((run) => [run.id, run]));
  const trade = { instrument: 'BTC-USD.X', side: 'long' as const, quantity: 1, entryTime: 1, exitTime: 2, entryPrice: 1, exitPrice: 2, fees: 0, pnl: 1 };
  const store: RunShelf = {
    list: () => [...kept.values()], get: (id) => kept.get(id), remove: (id) => kept.delete(id),
    trades: (id) => Promise.resolve(id === 'r2' ? { ok: false, error: { kind: 'changed', message: 'its bars have changed since' } } : { ok: true, value: Array.from({ length: 5 }, (_, i) => ({ ...trade, exitTime: i })) }),
    tearSheet: () => Promise.resolve({ ok: true, value: '<!doctype html><style>a{}</style><script>let b</script>' }),
  };
  const rig = await startApi({ runs: store });
  t.after(() => rig.close());
  return { rig, api: await rig.client('trader') };
}

test('a kept run opens with a judgement and what speaks against it, then its curve with how far below its peak it was', async (t) => {
  const { api } = await shelf(t, keptRun('r1', {}), keptRun('r2', { netReturn: -0.2, trades: 400, fees: '300', profitFactor: 0.8 }), keptRun('r3', { trades: 0 }));
  const [won, lost, idle] = await Promise.all(['r1', 'r2', 'r3'].map((id) => api.call('readRun', { params: { id } })));
  assert.equal(won.verdict, 'It made 10.00 % in 5 trades and was 5.00 % down at worst; it won 1.50 for each 1 that it lost.');
  assert.ok(won.cautions.some((each) => each.includes('Only 5 trades')) && won.cautions.includes('3 gaps'));
  assert.match(lost.verdict, /^It lost 20\.00 %/);
  assert.ok(lost.cautions.some((each) => each.startsWith('Fees took 30.00 %')));
  assert.match(idle.verdict, /never finished a trade/);
  assert.deepEqual(won.curve.drawdown.map((share) => Number(share.toFixed(4))), [0, 0, 0, 0.1, 0.0833]);
  assert.deepEqual(won.curve.equity, [1000, 1050, 1200, 1080, 1100], 'it begins with the money that there was');
  assert.deepEqual([won.curve.time[0], won.curve.time[2], won.curve.time[4]], [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 3)]);
});

test('a run says what holding would have brought, and one that was kept without that says nothing of it', async (t) => {
  const { api } = await shelf(t, keptRun('r1', { benchmarkCurve: [1000, 1100, 1300, 1250] }), keptRun('r2', {}), keptRun('r3', { benchmarkCurve: [1000, 900, 950, 990] }));
  const [beaten, unknown, better] = await Promise.all(['r1', 'r2', 'r3'].map((id) => api.call('readRun', { params: { id } })));
  assert.deepEqual([beaten.benchmarkReturn, unknown.benchmarkReturn, unknown.curve.benchmark], [0.25, null, null]);
  assert.deepEqual(beaten.curve.benchmark, [1000, 1000, 1100, 1300, 1250]);
  assert.ok(beaten.cautions.includes('Buying at the beginning and holding would have brought 25.00 %, 15.00 % more.'));
  assert.ok(!better.cautions.some((each) => each.startsWith('Buying')));
});

test('runs are listed by strategy and instrument, and two differ in what was asked for', async (t) => {
  const { api } = await shelf(t, keptRun('r1', {}), keptRun('r2', { strategy: 'bollinger', instrument: 'SPY', parameters: { length: 20 } }));
  assert.deepEqual((await api.call('listRuns', { query: { instrument: 'ETH-USD.X' } })).items.map(({ id }) => id), ['r1']);
  assert.deepEqual((await api.call('listRuns', { query: { strategy: 'bollinger' } })).items.map(({ id }) => id), ['r2']);
  const { differences } = await api.call('compareRuns', { query: { a: 'r1', b: 'r2' } });
  assert.deepEqual(differences.find(({ name }) => name === 'parameter fast'), { name: 'parameter fast', a: '12', b: '—' });
  assert.deepEqual(differences.find(({ name }) => name === 'strategy'), { name: 'strategy', a: 'macd', b: 'bollinger' });
  await assert.rejects(api.call('compareRuns', { query: { a: 'r1', b: 'r9' } }), { code: 'not-found' });
});

test('trades come in pages, a run that cannot be repeated says why, and a removed one is gone', async (t) => {
  const { api } = await shelf(t, keptRun('r1', {}), keptRun('r2', {}));
  const first = await api.call('runTrades', { params: { id: 'r1' }, query: { limit: 3 } });
  const rest = await api.call('runTrades', { params: { id: 'r1' }, query: { limit: 3, cursor: first.next ?? '' } });
  assert.deepEqual([...first.items, ...rest.items].map(({ exitTime }) => exitTime), [0, 1, 2, 3, 4]);
  await assert.rejects(api.call('runTrades', { params: { id: 'r2' } }), { code: 'conflict' });
  await api.call('removeRun', { params: { id: 'r1' } });
  await assert.rejects(api.call('readRun', { params: { id: 'r1' } }), { code: 'not-found' });
});

test('a tear sheet may do what is in it by its hashes, and nothing else; it is no part of our origin', async (t) => {
  const { rig } = await shelf(t, keptRun('r1', {}));
  const { headers } = await fetch(`${rig.url}/api/v1/runs/r1/tear-sheet`, { headers: { authorization: `Bearer ${await rig.token('viewer')}` } });
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /^sandbox allow-scripts[^;]*; default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; /);
  assert.doesNotMatch(policy, /unsafe|allow-same-origin|http/);
  assert.match(headers.get('content-type') ?? '', /^text\/html/);
});

test('a job is started once under a key, told about, and canceled', async (t) => {
  const { api } = await shelf(t);
  const body = { kind: 'backtest', strategy: 'macd', bars: 'BTC-USD.X' } as const;
  const [first, again] = [await api.call('startJob', { body, key: 'job' }), await api.call('startJob', { body, key: 'job' })];
  assert.deepEqual(again, first);
  assert.equal(first.by, 'user:ana');
  assert.equal((await api.call('listJobs')).items.length, 1);
  assert.deepEqual((await api.call('listJobs', { query: { kind: 'sweep' } })).items, []);
  assert.equal((await api.call('cancelJob', { params: { id: first.id } })).state, 'canceled');
  assert.equal((await api.call('jobResult', { params: { id: first.id } })).result, null);
  await assert.rejects(api.call('readJob', { params: { id: 'none' } }), { code: 'not-found' });
  await assert.rejects(api.call('startJob', { body: { ...body, bars: '../../etc/passwd' } }), { code: 'bad-value' });
  assert.deepEqual((await api.call('strategyCatalog')).items.map(({ name }) => name).includes('macd'), true);
});
