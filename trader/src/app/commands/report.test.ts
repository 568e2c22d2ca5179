import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DATA_FOLDER } from '../wiring/venue-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
after(() => rmSync(folder, { recursive: true }));
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const BARS = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');

function run(...words: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...words], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: join(folder, 'home') } });
}

function backtest(...more: readonly string[]) {
  return run('backtest', 'macd', '--bars', BARS, '--interval', '1h', '--json', ...more);
}

test('a backtest writes its page, which a report of the kept run draws again', () => {
  const file = join(folder, 'one.html');
  const { status, stdout } = backtest('--report', file);
  assert.equal(status, 0);
  const page = readFileSync(file, 'utf8');
  const { run: id, finalEquity, netReturn } = JSON.parse(stdout) as { run: string; finalEquity: string; netReturn: number };
  assert.ok(page.includes(`Lost ${(-netReturn * 100).toFixed(2)}\u00a0%`), finalEquity);
  assert.ok(page.includes(id) && page.includes(`--report ${file}`));
  backtest('--report', file);
  assert.equal(readFileSync(file, 'utf8'), page);
  const again = join(folder, 'again.html');
  assert.equal(run('report', id, '--out', again).status, 0);
  const withoutCommand = (text: string) => text.replace(/<code>.*<\/code>/, '');
  assert.equal(withoutCommand(readFileSync(again, 'utf8')), withoutCommand(page));
});

test('a place that cannot be written is refused before the run', () => {
  for (const file of [join(folder, 'no', 'folder.html'), folder]) {
    const { status, stderr } = backtest('--bars', 'nothing.csv', '--report', file);
    assert.equal(status, 6);
    assert.match(stderr, /the report cannot be written/);
  }
});

test('what is there and is no report is not overwritten', () => {
  const mine = join(folder, 'mine.csv');
  writeFileSync(mine, 'timestamp,close\n');
  for (const words of [['backtest', 'macd', '--bars', BARS, '--report', mine], ['report', '--returns', mine, '--out', mine], ['kelly', '--picture', mine], ['passport', 'macd', '--bars', BARS, '--out', mine]]) {
    const { status, stderr } = run(...words);
    assert.equal(status, 2);
    assert.match(stderr, /mine\.csv is there already, and is no (report|passport)\n {2}What to do: Name another file, or remove it\./);
  }
  assert.equal(readFileSync(mine, 'utf8'), 'timestamp,close\n');
});

test('dated returns become a page beside a benchmark that covers their days', () => {
  const [returns, index, out] = ['fund.csv', 'index.csv', 'fund.html'].map((name) => join(folder, name));
  writeFileSync(returns, 'date,return\n2024-01-03,0.01\n2024-01-04,-0.02\n2024-01-05,0.03\n');
  writeFileSync(index, 'date,close\n2024-01-01,90\n2024-01-02,100\n2024-01-03,101\n2024-01-05,110\n2024-01-08,1\n');
  const { status, stdout } = run('report', '--returns', returns, '--benchmark', index, '--out', out, '--json');
  assert.equal(status, 0);
  const page = readFileSync(out, 'utf8');
  assert.deepEqual(JSON.parse(stdout), { file: out, bytes: Buffer.byteLength(page) });
  assert.match(page, /Gained 1\.95\u00a0% in 3\u00a0days, with a deepest fall of 2\.0\u00a0%; index made 10\.00\u00a0%\./);
  writeFileSync(index, 'date,close\n2024-01-03,101\n2024-01-04,110\n2024-01-05,110\n');
  const late = run('report', '--returns', returns, '--benchmark', index, '--out', out);
  assert.match(late.stderr, /the benchmark runs from 2024-01-04/);
  assert.equal(late.status, 3);
});

test('a report is of one thing, and a returns file that is none is bad data', () => {
  for (const [words, code] of [[['report'], 2], [['report', 'r1', '--returns', 'x'], 2], [['report', 'r1', '--benchmark', 'x'], 2], [['report', '--returns', 'nothing.csv', '--out', join(folder, 'x.html')], 3], [['report', 'rzzz', '--out', join(folder, 'x.html')], 2]] as const) {
    assert.equal(run(...words).status, code, words.join(' '));
  }
  assert.ok(!existsSync(join(folder, 'x.html')));
});
