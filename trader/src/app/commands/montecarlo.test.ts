import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocks, inlineCode, readPage } from '../../../test/docs/page.ts';
import { METHODS } from '../../research/monte-carlo.ts';
import { PLAIN_STYLE } from '../terminal/style.ts';
import { renderMonteCarlo } from '../terminal/montecarlo-report.ts';
import { BACKTEST_OPTIONS, readBacktestRequest } from '../backtest-options.ts';
import { parseLine } from '../options.ts';
import { backtest as runBacktest } from '../wiring/backtest.ts';
import { runMonteCarlo, type MonteCarloReport } from '../wiring/montecarlo.ts';
import { DATA_FOLDER } from '../wiring/venue-rules.ts';
import { monteCarloCommand } from './montecarlo.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const BTC = join(DATA_FOLDER, 'binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz');
const home = mkdtempSync(join(tmpdir(), 'montecarlo-command-'));
after(() => rmSync(home, { recursive: true, force: true }));

function run(...words: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, 'montecarlo', ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
}

/** The report of a command line, made in this process. */
async function reportOf(...words: readonly string[]): Promise<MonteCarloReport> {
  const { options, positionals } = parseLine(monteCarloCommand.options, words);
  const { method, runs, seed, ruin } = options;
  return runMonteCarlo({ ...readBacktestRequest(positionals[0], options), methods: method.length === 0 ? METHODS : METHODS.filter((one) => method.includes(one)), runs, seed, ruin }, { home });
}

/** What does not depend on the machine. */
function result({ loadSeconds: _load, cpuSeconds: _cpu, wallSeconds: _wall, peakRssMb: _peak, ...rest }: MonteCarloReport) {
  return rest;
}

const RUN = ['macd', '--bars', BTC, '--interval', '12h', '--runs', '20'];

test('a Monte Carlo has the backtest\'s own figures, and every method\'s answer beside them', async () => {
  const { status, stdout, stderr } = run(...RUN, '--json');
  assert.equal(status, 0, stderr);
  const report = JSON.parse(stdout) as MonteCarloReport;
  const { options, positionals } = parseLine(BACKTEST_OPTIONS, RUN.slice(0, -2));
  const backtest = await runBacktest(readBacktestRequest(positionals[0], options), { home });
  for (const name of ['strategy', 'parameters', 'instrument', 'bars', 'finalEquity', 'netReturn', 'maxDrawdown', 'sharpe', 'trades', 'fee', 'sizing'] as const) {
    assert.deepEqual(report[name], backtest[name], name);
  }
  assert.deepEqual(report.methods.map(({ method, runs }) => [method, runs]), METHODS.map((method) => [method, 20]));
  assert.deepEqual(report.skipped, []);
  const { sharpeLow, sharpeHigh, probabilisticSharpe, minimumTrackRecord, breakEvenBps, observations } = report.statistics;
  assert.ok((sharpeLow ?? NaN) < (report.sharpe ?? NaN) && (report.sharpe ?? NaN) < (sharpeHigh ?? NaN));
  assert.ok((probabilisticSharpe ?? NaN) > 0.5 && (minimumTrackRecord ?? NaN) > 0 && observations === 1035);
  // What is paid and what would leave nothing are on the same side of the profit.
  assert.equal((breakEvenBps ?? NaN) > 10, report.netReturn > 0);
});

test('the same seed gives the same answers, another one others', async () => {
  const words = [...RUN, '--method', 'entries', '--method', 'blocks'];
  const first = result(await reportOf(...words));
  assert.deepEqual(first.methods.map(({ method }) => method), ['blocks', 'entries']);
  assert.deepEqual(result(await reportOf(...words)), first);
  assert.notDeepEqual(result(await reportOf(...words, '--seed', '2')).methods, first.methods);
});

test('the report fits a terminal of any width and leaves nothing of the answers out', async () => {
  const report = await reportOf(...RUN);
  for (const columns of [40, 60, 80, 100, 200]) {
    const lines = renderMonteCarlo(report, columns, PLAIN_STYLE);
    for (const line of lines) assert.ok(line.length <= Math.min(columns, 100), `${columns}: ${line}`);
    const text = lines.join('\n');
    for (const method of METHODS) assert.ok(text.includes(method), `${method} at ${columns}`);
    assert.match(text, /●/);
    assert.match(text, /▲/);
  }
});

test('a strategy that never trades, and bars that are few, are told as they are', () => {
  const idle = join(home, 'idle.ts');
  writeFileSync(idle, `export const strategy = { name: 'idle', summary: 'Never trades.', parameters: {}, warmup: () => 0, create: () => ({ onBar() {} }) };\n`);
  const { status, stdout, stderr } = run(idle, '--bars', BTC, '--first', '100');
  assert.equal(status, 0, stderr);
  for (const fact of ['No Sharpe ratio', 'left out: it takes two finished trades', 'left out: there is no finished trade', 'left out: the strategy has no number']) {
    assert.ok(stdout.replace(/\s+/g, ' ').includes(fact), fact);
  }
  assert.ok(!stdout.includes('NaN'));
});

test('a single bar is enough for a report', async () => {
  const lines = renderMonteCarlo(await reportOf('macd', '--bars', BTC, '--first', '1'), 80, PLAIN_STYLE);
  assert.ok(!lines.join('\n').includes('NaN'));
});

test('options that say nothing sensible are refused before anything is run', () => {
  for (const [words, message] of [
    [['--method', 'entrys'], /one of order, blocks, entries/], [['--runs', '0'], /at least 1/], [['--runs', '1000000'], /at most 100,000/],
    [['--ruin', '0'], /above 0/], [['--ruin', '150%'], /at most 100%/], [['--seed', '-1'], /whole number/],
  ] as const) {
    assert.throws(() => parseLine(monteCarloCommand.options, [...RUN.slice(0, 5), ...words]), { name: 'Refusal', code: 'usage', message });
  }
});

test('docs/monte-carlo.md shows what the program prints, and explains every name in the JSON', async () => {
  const page = readPage('docs/monte-carlo.md');
  const shown = blocks(page, 'text').flatMap((block) => block.trimEnd().split('\n'));
  const entries = await reportOf('macd', '--bars', BTC, '--interval', '4h', '--method', 'entries');
  const printed = renderMonteCarlo(entries, 80, PLAIN_STYLE);
  assert.deepEqual(shown.filter((line) => !printed.includes(line)), []);
  assert.ok(page.includes(`${((entries.methods[0]?.pValue ?? NaN) * 100).toFixed(1)} %`));
  const report = await reportOf(...RUN, '--method', 'blocks');
  const names = [report, report.statistics, report.statistics.capacity ?? {}, ...report.methods, report.methods[0]?.histogram ?? {}, report.methods[0]?.actual ?? {}].flatMap(Object.keys);
  const explained = inlineCode(page);
  assert.deepEqual([...new Set(names)].filter((name) => !explained.includes(name)), []);
});
