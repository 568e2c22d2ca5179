import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { EXIT_CODES } from './exit-codes.ts';
import { DATA_FOLDER } from './wiring/venue-rules.ts';

// Whole commands on real data, each as a process of its own, in a folder that is thrown away.
const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;
const BTC = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');
const ID = 'BTC-USDT-PERP.BINANCE';
const folder = mkdtempSync(join(tmpdir(), 'commands-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(NODE[0], [NODE[1], MAIN, ...words], {
    cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: join(folder, 'home') },
  });
  return { status, stdout, stderr };
}

function json<T>(...words: readonly string[]): T {
  const { status, stdout, stderr } = run(...words, '--json');
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trimEnd().split('\n').length, 1, 'one object');
  return JSON.parse(stdout) as T;
}

test('bars are imported, listed, and backtested by their id as from their file', () => {
  assert.match(run('data').stdout, /Nothing is stored/);
  const first = json<{ stored: { added: number; equal: number }; quality: { bars: number; gaps: number } }>('import', BTC, '--instrument', ID);
  assert.deepEqual([first.stored.added, first.quality.bars, first.quality.gaps], [43_199, 43_199, 0]);
  const again = json<{ stored: { added: number; equal: number } }>('import', BTC, '--instrument', ID);
  assert.deepEqual([again.stored.added, again.stored.equal], [0, 43_199]);
  const { series } = json<{ series: { instrument: string; interval: string }[] }>('data');
  assert.deepEqual(series.map(({ instrument, interval }) => [instrument, interval]), [[ID, '1m']]);
  assert.match(run('data').stdout, /BTC-USDT-PERP\.BINANCE {2}1m .*43,199 {2}2025-05-04 15:33 {2}2025-06-03 15:31 {2}none/);

  type Report = { instrument: string; finalEquity: string; fees: string; fills: number; bars: number };
  const stored = json<Report>('backtest', 'macd', '--bars', ID, '--interval', '1h');
  const file = json<Report>('backtest', 'macd', '--bars', `${ID}=${BTC}`, '--interval', '1h');
  assert.deepEqual([stored.instrument, stored.finalEquity, stored.fills], [file.instrument, file.finalEquity, file.fills]);
  assert.ok(stored.fills > 0);
  assert.match(stored.finalEquity, /^\d+\.\d+$/);
});

test('a store that is damaged or of another version is named, with the exit code of its fault', () => {
  const file = join(folder, 'home/market/bars.sqlite');
  const sound = readFileSync(file);
  rmSync(join(folder, 'home/cache'), { recursive: true });
  // The version of the store stands at byte 60 (https://sqlite.org/fileformat2.html), and bars in every page but the first ones.
  for (const [at, code] of [[63, EXIT_CODES.version], [Math.floor(sound.length * 0.6), EXIT_CODES['bad-data']]] as const) {
    writeFileSync(file, sound.map((byte, index) => (index === at ? byte ^ 64 : byte)));
    const { status, stdout, stderr } = run('data');
    assert.equal(status, code, stderr);
    assert.match(stderr, /bars\.sqlite/);
    assert.equal(stdout, '', 'not that nothing were stored');
  }
  writeFileSync(file, sound);
});

test('a backtest report shows its headline, its costs, its data and how it was run', () => {
  const { status, stdout, stderr } = run('backtest', 'bollinger', '--bars', `${ID}=${BTC}`, '--interval', '15m', '--param', 'rule=reversion');
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '', 'no progress where nobody watches');
  for (const fact of ['bollinger on BTC-USDT-PERP.BINANCE', 'Final equity', 'Max drawdown', 'Profit factor', '43,199 bars, no gaps', 'fill next-open']) {
    assert.ok(stdout.includes(fact), fact);
  }
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
});

test('an indicator prints a row for every bar, empty before it is warm', () => {
  const rows = run('indicator', 'bollinger', '--bars', BTC, '--first', '25', '--param', 'period=20').stdout.trimEnd().split('\n');
  assert.equal(rows[0], 'timestamp,upper,middle,lower');
  assert.equal(rows.length, 26);
  assert.equal(rows[1], '1746372780000,,,');
  assert.match(rows[20] ?? '', /^1746373920000,\d+\.\d+,\d+\.\d+,\d+\.\d+$/);
  const lines = run('indicator', 'sma', '--bars', BTC, '--first', '20', '--json').stdout.trimEnd().split('\n');
  assert.deepEqual(JSON.parse(lines[0] ?? ''), { timestamp: 1_746_372_780_000, value: null });
  assert.equal(run('indicator', 'sma', '--bars', BTC, '--param', 'period=0').status, EXIT_CODES.usage);
  assert.equal(run('indicator', 'sma', '--bars', BTC, '--first', '20').stderr, '');
  assert.equal(run('indicator', 'sma', '--bars', BTC, '--first', '5').stderr, 'Every cell is empty: 5 bars may be fewer than sma needs.\n');
  const plain = join(folder, 'no-volume.csv');
  writeFileSync(plain, `timestamp,open,high,low,close\n${Array.from({ length: 30 }, (_, i) => `${1_700_000_000_000 + i * 60_000},1,1,1,1`).join('\n')}\n`);
  assert.match(run('indicator', 'vwap', '--bars', plain).stderr, /30 bars may be fewer than vwap needs, or it takes the volume, which they do not have/);
});

test('a new strategy passes its own test and backtests before its first edit', () => {
  const { files } = json<{ files: string[] }>('new', 'strategy', 'night-breakout');
  const [code = '', own = ''] = files;
  assert.match(execFileSync(NODE[0], [NODE[1], '--test', '--test-reporter=tap', own], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } }), /# pass 1/);
  assert.ok(json<{ fills: number }>('backtest', code, '--bars', BTC, '--interval', '1h').fills > 0);
  assert.match(run('new', 'strategy', 'night-breakout').stderr, /is there already/);
  assert.equal(run('new', 'strategy', 'Night Breakout').status, EXIT_CODES.usage);

  const { stdout } = run('new', 'strategy', 'night-breakout', '--dir', "it's mine");
  assert.match(stdout, /Run it: {3}\.\/algotrendy backtest 'it'\\''s mine\/night-breakout\/night-breakout\.ts' --bars FILE\n/, 'as a shell takes it');
  assert.match(stdout, /Test it: {2}node_modules\/\.bin\/node --test 'it'\\''s mine\/night-breakout\/night-breakout\.test\.ts'\n/);
});

test('of a new strategy that does not fit on the disk nothing is left', () => {
  const words = [...NODE, MAIN, 'new', 'strategy', 'too-large'].map((word) => `'${word}'`).join(' ');
  const { status, stderr } = spawnSync('sh', ['-c', `ulimit -f 0; exec ${words}`], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
  assert.equal(status, EXIT_CODES.disk, stderr);
  assert.equal(existsSync(join(folder, 'strategies/too-large')), false, 'or it would be there already the next time');
});

test('a faulty file exits with 3, names its line, and stores nothing', () => {
  const file = join(folder, 'faulty.csv');
  writeFileSync(file, 'timestamp,open,high,low,close,volume\n1700000000000,1,2,1,2,5\n1700000060000,1,0.5,1,2,5\n');
  const { status, stderr } = run('import', file, '--instrument', 'X.Y');
  assert.equal(status, EXIT_CODES['bad-data']);
  assert.match(stderr, /faulty\.csv, line 3, field high/);
  assert.doesNotMatch(run('data').stdout, /X\.Y/);
});

test('an import can check only, or write what it read as CSV', () => {
  const out = join(folder, 'spy.csv');
  assert.equal(run('import', join(DATA_FOLDER, 'spy.csv.gz'), '--factors', join(DATA_FOLDER, 'spy.csv'), '--out', out).status, 0);
  assert.equal(readFileSync(out, 'utf8').trimEnd().split('\n').length, 5_158);
  assert.match(run('import', join(DATA_FOLDER, 'spy.csv.gz'), '--out', out).stderr, /is there already/);
  assert.match(run('import', BTC, '--interval', '5m').stderr, /its bars are 1m apart, not 5m/);
});

test('a reader that stops reading ends a command silently', () => {
  const line = `"${NODE[0]}" ${NODE[1]} "${MAIN}" indicator sma --bars "${BTC}" | head -1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: join(folder, 'home') } });
  assert.equal(stdout, 'timestamp,value\n');
  assert.equal(stderr, '');
});

test('a reader that is behind gets every word, and the exit code is right', () => {
  // The pipe is filled but for six bytes before the command writes, and read a second later.
  const script = `(head -c 65530 /dev/zero; "$0" "$1" "$2" version; echo "exit $?" >&2) | (sleep 1; tail -c 100 | tr -d '\\0')`;
  const { stdout, stderr } = spawnSync('sh', ['-c', script, NODE[0], NODE[1], MAIN], { cwd: folder, encoding: 'utf8' });
  assert.match(stdout, /^AlgoTrendy .*\n$/);
  assert.equal(stderr, 'exit 0\n');
});
