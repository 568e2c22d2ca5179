import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXIT_CODES } from '../exit-codes.ts';
import { DATA_FOLDER } from '../wiring/venue-rules.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const BTC = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');
const folder = mkdtempSync(join(tmpdir(), 'runs-command-'));
after(() => rmSync(folder, { recursive: true }));

function run(home: string, ...words: readonly string[]) {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...words], {
    cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: join(folder, home) }, maxBuffer: 1 << 26,
  });
}

test('a backtest is kept, listed, shown, compared, explained and forgotten', () => {
  const home = 'home';
  const id = (...words: readonly string[]) => (JSON.parse(run(home, 'backtest', 'macd', '--bars', BTC, '--interval', '1h', '--json', ...words).stdout) as { run: string }).run;
  const [a, b] = [id(), id('--param', 'fast=8')];
  assert.equal(id(), a, 'the same again is the same run');
  const { runs } = JSON.parse(run(home, 'runs', '--json').stdout) as { runs: { id: string; report: Record<string, unknown> }[] };
  assert.deepEqual(runs.map((one) => one.id).toSorted(), [a, b].toSorted());
  assert.equal('equityCurve' in runs[0].report, false, 'a list holds no pictures');
  assert.match(run(home, 'runs', 'show', a.slice(0, 6)).stdout, new RegExp(`Final equity[\\s\\S]*Run ${a} of `));
  assert.match(run(home, 'compare', a, b).stdout, /another --param fast/);
  assert.match(run(home, 'explain', a, '1').stdout, /Trade 1 of \d+ of run r[\s\S]*Decision +At 2025/);
  const listed = JSON.parse(run(home, 'explain', a, '--json').stdout) as { trades: { trade: number; pnl: number }[] };
  assert.equal(listed.trades.length, runs.find((one) => one.id === a)?.report['trades']);
  assert.match(run(home, 'explain', a).stdout, /trade +instrument[\s\S]*Explain one: \.\/algotrendy explain r/);
  assert.equal(run(home, 'explain', a, 'first').status, EXIT_CODES.usage);
  assert.equal(run(home, 'runs', 'rm', a).stdout, `Forgotten: ${a}\n`);
  assert.equal(run(home, 'explain', a, '1').status, EXIT_CODES.usage);
});

test('where runs cannot be kept a backtest says so and goes on', () => {
  run('blocked', 'data');
  run('blocked', 'backtest', 'macd', '--bars', BTC, '--interval', '1d', '--json');
  rmSync(join(folder, 'blocked', 'runs'), { recursive: true });
  writeFileSync(join(folder, 'blocked', 'runs'), 'in the way');
  const { status, stdout, stderr } = run('blocked', 'backtest', 'macd', '--bars', BTC, '--interval', '1d', '--json');
  assert.deepEqual([status, (JSON.parse(stdout) as { run: unknown }).run], [0, null]);
  assert.match(stderr, /^the run is not kept: /);
});

// A superuser may write anywhere, but for the kernel's own files.
const readOnly = process.getuid?.() === 0 ? '/sys/algotrendy' : join(folder, 'read-only', 'home');

test('where the whole state folder may only be read a backtest says so, goes on, and leaves nothing behind', () => {
  mkdirSync(join(folder, 'read-only'), { mode: 0o500 });
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'backtest', 'macd', '--bars', BTC, '--interval', '1h', '--json'], {
    cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: readOnly, TMPDIR: temporary },
  });
  assert.equal(status, 0, stderr);
  assert.equal((JSON.parse(stdout) as { run: unknown }).run, null);
  assert.match(stderr, /^the run is not kept: E/);
  assert.deepEqual(readdirSync(temporary), []);
  chmodSync(join(folder, 'read-only'), 0o700);
});

test('a check that fails ends with 1, and its JSON says what failed', () => {
  const cheat = fileURLToPath(new URL('../../../test/cheats/asks-the-clock.ts', import.meta.url));
  const { status, stdout } = run('home', 'check', cheat, '--bars', BTC, '--interval', '1h', '--json');
  assert.equal(status, EXIT_CODES.failure);
  const { passed, markets } = JSON.parse(stdout) as { passed: boolean; markets: { lines: { name: string; state: string }[] }[] };
  assert.equal(passed, false);
  assert.deepEqual(markets[0].lines.filter(({ state }) => state === 'fail').map(({ name }) => name), ['Stays with its bars']);
});
