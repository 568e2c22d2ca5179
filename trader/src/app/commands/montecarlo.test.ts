import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocks, inlineCode, readPage, ROOT } from '../../../test/docs/page.ts';
import { METHODS } from '../../research/monte-carlo.ts';
import { PLAIN_STYLE } from '../terminal/style.ts';
import { renderMonteCarlo } from '../terminal/montecarlo-report.ts';
import type { MonteCarloReport } from '../wiring/montecarlo.ts';
import { DATA_FOLDER } from '../wiring/venue-rules.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const BTC = join(DATA_FOLDER, 'binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz');
const home = mkdtempSync(join(tmpdir(), 'montecarlo-command-'));
after(() => rmSync(home, { recursive: true, force: true }));

function run(...words: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, 'montecarlo', ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
}

function json(...words: readonly string[]): MonteCarloReport {
  const { status, stdout, stderr } = run(...words, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as MonteCarloReport;
}

/** What does not depend on the machine. */
function result({ loadSeconds: _load, cpuSeconds: _cpu, wallSeconds: _wall, peakRssMb: _peak, ...rest }: MonteCarloReport) {
  return rest;
}

const RUN = ['macd', '--bars', BTC, '--interval', '12h', '--runs', '20'];

test('a Monte Carlo has the backtest\'s own figures, and every method\'s answer beside them', () => {
  const report = json(...RUN);
  const { status, stdout } = spawnSync(process.execPath, [MAIN, 'backtest', ...RUN.slice(0, -2), '--json'], { encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
  assert.equal(status, 0);
  const backtest = JSON.parse(stdout) as MonteCarloReport;
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

test('the same seed gives the same answers, another one others', () => {
  const words = [...RUN, '--method', 'entries', '--method', 'blocks'];
  const first = result(json(...words));
  assert.deepEqual(first.methods.map(({ method }) => method), ['blocks', 'entries']);
  assert.deepEqual(result(json(...words)), first);
  assert.notDeepEqual(result(json(...words, '--seed', '2')).methods, first.methods);
});

test('the report fits a terminal of any width and leaves nothing of the answers out', () => {
  const report = json(...RUN);
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
  assert.equal(run('macd', '--bars', BTC, '--first', '1').status, 0);
});

test('options that say nothing sensible are refused before anything is run', () => {
  for (const [words, message] of [
    [['--method', 'entrys'], /one of order, blocks, entries/], [['--runs', '0'], /at least 1/], [['--runs', '1000000'], /at most 100,000/],
    [['--ruin', '0'], /above 0/], [['--ruin', '150%'], /at most 100%/], [['--seed', '-1'], /whole number/],
  ] as const) {
    const { status, stderr } = run(...RUN.slice(0, 5), ...words);
    assert.equal(status, 2, stderr);
    assert.match(stderr, message);
  }
});

test('docs/monte-carlo.md shows what the program prints, and explains every name in the JSON', () => {
  const page = readPage('docs/monte-carlo.md');
  const shown = blocks(page, 'text').flatMap((block) => block.trimEnd().split('\n'));
  const { stdout } = spawnSync(process.execPath, [MAIN, 'montecarlo', 'macd', '--bars', BTC, '--interval', '4h', '--method', 'entries'], { encoding: 'utf8', cwd: ROOT, env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
  const printed = stdout.split('\n');
  assert.deepEqual(shown.filter((line) => !printed.includes(line)), []);
  assert.match(stdout, /61\.2 %/);
  const report = json(...RUN, '--method', 'blocks');
  const names = [report, report.statistics, report.statistics.capacity ?? {}, ...report.methods, report.methods[0]?.histogram ?? {}, report.methods[0]?.actual ?? {}].flatMap(Object.keys);
  const explained = inlineCode(page);
  assert.deepEqual([...new Set(names)].filter((name) => !explained.includes(name)), []);
});
