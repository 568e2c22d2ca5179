import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DATA_FOLDER } from '../wiring/venue-rules.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const BTC = join(DATA_FOLDER, 'binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz');
const home = mkdtempSync(join(tmpdir(), 'walkforward-command-'));
after(() => rmSync(home, { recursive: true, force: true }));

function run(...words: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, 'walkforward', 'macd', '--bars', BTC, ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
}

const GRID = ['--interval', '4h', '--sizing', 'units:1', '--grid', 'fast=8:24:4', '--grid', 'slow=26:66:8'];

interface Walked {
  readonly windows: readonly { readonly train: { readonly to: string }; readonly test: { readonly from: string; readonly bars: number }; readonly parameters: { readonly fast: number } }[];
  readonly outOfSample: { readonly bars: number; readonly finalEquity: string; readonly netReturn: number; readonly fills: number };
  readonly trials: { readonly trials: number; readonly rated: number };
}

describe('walkforward', () => {
  it('shows in the width of a terminal what was promised, what came, and how steady the choice was', () => {
    const { status, stdout, stderr } = run(...GRID);
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '', 'no progress where nobody watches');
    for (const fact of ['30 combinations in each of 12 windows', 'in sample  out of sample', 'yearly return', 'fast changed', '30 sets of parameters', 'over columns in one thread']) {
      assert.ok(stdout.includes(fact), `${fact} in\n${stdout}`);
    }
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  it('lays windows by time, trades them as one run, and counts what it tried', () => {
    const { status, stdout, stderr } = run(...GRID, '--train', '180d', '--test', '30d', '--purge', '12', '--windows', '6', '--objective', 'net', '--json');
    assert.equal(status, 0, stderr);
    const { windows, outOfSample, trials } = JSON.parse(stdout) as Walked;
    assert.equal(windows.length, 6);
    for (const { train, test } of windows) assert.equal(Date.parse(test.from) - Date.parse(train.to), 13 * 4 * 3_600_000);
    assert.equal(outOfSample.bars, windows.reduce((sum, { test }) => sum + test.bars, 0));
    assert.ok(Math.abs(Number(outOfSample.finalEquity) / 100_000 - 1 - outOfSample.netReturn) < 1e-12);
    assert.deepEqual([trials.trials, trials.rated], [30, 30]);
  });

  it('refuses what it cannot run, in words', () => {
    const refused = (words: readonly string[], message: RegExp) => {
      const { status, stderr } = run(...words);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    };
    refused(['--windows', '3'], /no grid is given/);
    refused([...GRID, '--windows', '7000'], /6208 bars do not hold 7000 windows of this length, not even one/);
    refused([...GRID, '--train', 'long'], /--train takes a time such as 60d or 12h, or a number of bars, not "long"/);
    refused([...GRID, '--objective', 'luck'], /--objective takes one of net, sharpe, calmar/);
    refused(['--grid', 'fast=50:60', '--grid', 'slow=20:30'], /refuses all 121 combinations/);
  });
});
