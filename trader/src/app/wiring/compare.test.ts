import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { renderComparison } from '../terminal/compare-report.ts';
import { PLAIN_STYLE } from '../terminal/style.ts';
import { finishBacktest } from './backtest.ts';
import type { BacktestRequest } from './backtest-request.ts';
import { compare } from './compare.ts';
import { runOf } from './run-store.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const home = mkdtempSync(join(tmpdir(), 'compare-'));
after(() => rmSync(home, { recursive: true }));

async function run(differing: Partial<BacktestRequest> = {}) {
  const request: BacktestRequest = {
    strategy: 'macd', bars: [{ instrument: 'BTC', file: join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz') }], intervalMs: 3_600_000, from: undefined, to: undefined,
    first: undefined, parameters: {}, cash: '100000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', sizing: { kind: 'fraction', fraction: '0.9975' }, venue: undefined, strict: false, ...differing,
  };
  return runOf(request, await finishBacktest(request, { home }));
}

const both = async (differing: Partial<BacktestRequest>) => compare(await run(), await run(differing), home);

test('another parameter: the first order that was decided otherwise is found', async () => {
  const { given, parting, sizes, sameTrades, why } = await both({ parameters: { fast: '11' } });
  assert.deepEqual(given, [{ name: '--param fast', a: 12, b: 11 }]);
  assert.equal(sameTrades, false);
  assert.equal(sizes, null);
  assert.ok(parting && parting.same === 1 && parting.a?.side === 'sell' && parting.a.decidedAt > (parting.b?.decidedAt ?? ''));
  assert.match(why.join(' '), /After 1 decision alike they part: A decides at 2025-05-06 11:00 UTC to sell 1\.05384867 \(macd@BTC\), B decides at 2025-05-06 10:00/);
});

test('another fee: decisions agree, sizes do not, and the money is split into trades and fees', async () => {
  const { given, parting, sizes, why, figures } = await both({ fee: { kind: 'bps', bps: '2' } });
  assert.deepEqual([given.map(({ name }) => name), parting, sizes?.same], [['fee'], null, 0]);
  assert.match(why.join(' '), /All decisions agree, only the money does not\./);
  const figure = (name: string) => figures.find((one) => one.name === name) ?? { a: NaN, b: NaN };
  const net = Number(figure('finalEquity').b) - Number(figure('finalEquity').a);
  const fees = Number(figure('fees').a) - Number(figure('fees').b);
  const signed = (value: number) => `${value < 0 ? '-' : '\\+'}${Math.abs(value).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  assert.match(why.join(' '), new RegExp(`B made ${signed(net)} against A: ${signed(net - fees)} by its trades before costs, ${signed(fees)} by lower fees`));
});

test('another venue model is named', async () => {
  const models = { slippage: { kind: 'bps', bps: 5 }, latency: undefined, volume: undefined, fillPolicy: 'pessimistic' } as const;
  const { given, parting } = await both({ models });
  assert.deepEqual(given.map(({ name, a }) => [name, a]), [['slippage', null], ['fill policy', null]]);
  assert.equal(parting, null, 'MACD decides by prices, not by fills');
});

test('a parameter that changes nothing is said to change nothing', async () => {
  const { sameTrades, why, parting } = await both({ parameters: { threshold: '0.005' } });
  assert.deepEqual([sameTrades, parting], [true, null]);
  assert.match(why.join(' '), /--param threshold.*they traded alike, fill by fill/);
});

test('other bars are named by their content', async () => {
  const { given } = await both({ bars: [{ instrument: 'ETH', file: join(DATA_FOLDER, 'binance-usdm_ETHUSDT_1m_20250504-20250609.csv.gz') }] });
  assert.deepEqual(given.map(({ name }) => name), ['instrument', 'data', 'to', 'bars']);
});

test('a run that cannot be repeated is still compared by its figures, and why is said', async () => {
  const [a, b] = [await run(), await run({ cash: '50000' })];
  const report = await compare(a, { ...b, digest: '0'.repeat(64) }, home);
  assert.match(report.notCompared ?? '', /cannot be repeated: this build/);
  assert.ok(report.figures.length > 10);
  assert.match(renderComparison(report, 80, PLAIN_STYLE).join('\n'), /Orders were not compared/);
});

test('a run that an older version kept, without names that were added since, is compared by what it has', async () => {
  const [a, b] = [await run(), await run({ cash: '50000' })];
  const { costs: _costs, margin: _margin, ...older } = b.report;
  const { why, given } = await compare(a, { ...b, version: '0.0.1', report: older as typeof b.report }, home);
  assert.match(why.join(' '), /B made /);
  assert.deepEqual(given.map(({ name }) => name), ['cash', 'version']);
});

test('one run against itself says so', async () => {
  const one = await run();
  assert.deepEqual((await compare(one, one, home)).why, ['They are the same run.']);
});
