import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { finishBacktest } from './backtest.ts';
import type { BacktestRequest } from './backtest-request.ts';
import { findRun, keepRun, listRuns, removeRuns, runOf } from './run-store.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'runs-'));
after(() => rmSync(folder, { recursive: true }));
const BTC = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');

function request(differing: Partial<BacktestRequest> = {}): BacktestRequest {
  return {
    strategy: 'macd', bars: [{ instrument: 'BTC', file: BTC }], intervalMs: 3_600_000, from: undefined, to: undefined, first: undefined, parameters: {},
    cash: '100000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', sizing: { kind: 'fraction', fraction: '0.9975' }, venue: undefined, strict: false, ...differing,
  };
}

const run = async (differing: Partial<BacktestRequest> = {}) => {
  const asked = request(differing);
  return runOf(asked, await finishBacktest(asked, { home: folder }));
};

test('the same request on the same bars has the same id, whatever the file is called and whether defaults are spelt out', async () => {
  const copy = join(folder, 'copy.csv.gz');
  copyFileSync(BTC, copy);
  const first = await run();
  const again = await run({ bars: [{ instrument: 'BTC', file: copy }], parameters: { fast: '12' } });
  assert.match(first.id, /^r[0-9a-z]{7}$/);
  assert.deepEqual([again.id, again.digest], [first.id, first.digest]);
});

test('other files count by what they hold, and are kept by where they lie', async () => {
  const latency = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return { models: { slippage: undefined, latency: { kind: 'recorded', delaysMs: [5, 9], file: join(folder, name) }, volume: undefined, fillPolicy: 'pessimistic' } } as const;
  };
  const [a, b, c] = [await run(latency('a.txt', '5\n9\n')), await run(latency('b.txt', '5\n9\n')), await run(latency('c.txt', '5\n9\n\n'))];
  assert.equal(a.id, b.id);
  assert.notEqual(a.id, c.id);
  assert.deepEqual(b.request.models?.latency, { kind: 'recorded', delaysMs: [5, 9], file: join(folder, 'b.txt') });
});

test('whatever changes the result or its meaning gives another id', async () => {
  const runs = await Promise.all([
    run(), run({ parameters: { fast: '8' } }), run({ fee: { kind: 'bps', bps: '5' } }), run({ cash: '50000' }), run({ fill: 'close' }), run({ first: 600 }), run({ bars: [{ instrument: 'XBT', file: BTC }] }),
  ]);
  assert.equal(new Set(runs.map(({ id }) => id)).size, runs.length);
});

test('a kept run is listed, found by the beginning of its id, and forgotten', async () => {
  const home = join(folder, 'home');
  const one = await run();
  const other = await run({ parameters: { fast: '8' } });
  assert.equal(keepRun(home, one), undefined);
  assert.equal(keepRun(home, { ...one, keptAt: '2099-01-01T00:00:00.000Z' }), undefined, 'what is there stays');
  assert.equal(keepRun(home, { ...other, keptAt: '2098-01-01T00:00:00.000Z' }), undefined);
  assert.deepEqual(listRuns(home).runs.map(({ id }) => id), [other.id, one.id], 'the last one first');
  assert.deepEqual(findRun(home, one.id.slice(0, 6)), JSON.parse(JSON.stringify(one)));
  assert.throws(() => findRun(home, 'r'), /there is no run "r"/);
  assert.throws(() => findRun(home, '../x'), /there is no run/);
  assert.deepEqual(removeRuns(home, one.id), [one.id]);
  assert.deepEqual(removeRuns(home, 'all'), [other.id]);
  assert.deepEqual(listRuns(home), { runs: [], faults: [] });
});

test('a file that is damaged is named and does not hide the others', async () => {
  const home = join(folder, 'damaged');
  const one = await run();
  keepRun(home, one);
  writeFileSync(join(home, 'runs', 'rbad0000.json'), '{"format":1');
  writeFileSync(join(home, 'runs', 'rbad0001.json'), JSON.stringify({ ...one, id: 'rbad0001', format: 2 }));
  const { runs, faults } = listRuns(home);
  assert.deepEqual(runs.map(({ id }) => id), [one.id]);
  assert.deepEqual(faults.map(({ fault }) => fault), ['the run rbad0000 cannot be read', 'the run rbad0001 was kept by another version']);
});

test('where the folder cannot be written it says so, and leaves nothing half-written', async () => {
  const home = join(folder, 'file');
  writeFileSync(home, 'no folder');
  chmodSync(home, 0o400);
  assert.match(String(keepRun(home, await run())), /the run is not kept: /);
  assert.equal(readFileSync(home, 'utf8'), 'no folder');
});
