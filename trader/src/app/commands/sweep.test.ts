import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EXIT_CODES } from '../exit-codes.ts';
import { DATA_FOLDER } from '../wiring/venue-rules.ts';

const MAIN = fileURLToPath(new URL('../main.mjs', import.meta.url));
const BTC = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');
const home = mkdtempSync(join(tmpdir(), 'sweep-command-'));
after(() => rmSync(home, { recursive: true, force: true }));

interface Money {
  readonly finalEquity: string;
  readonly fees: string;
  readonly fills: number;
  readonly sharpe: number;
  readonly maxDrawdown: number;
}

interface Swept {
  readonly combos: number;
  readonly sumFinalEquity: string;
  readonly totalFills: number;
  readonly takenOver: number;
  readonly best: readonly Money[];
  readonly trials: { readonly trials: number };
}

function run(...words: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
}

function json<T>(...words: readonly string[]): T {
  const { status, stdout, stderr } = run(...words, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
}

const PLAIN = ['--bars', BTC, '--cash', '1000000', '--sizing', 'units:1', '--interval', '5m'];
const GRID = ['--grid', 'fast=6:12:3', '--grid', 'slow=12:26:7', '--grid', 'signal=9'];

describe('sweep', () => {
  it('of a single combination gives the backtest\'s own result', () => {
    const one = json<{ combos: number; kernelCombos: number; best: Money[]; sumFinalEquity: string; totalFills: number }>(
      'sweep', 'macd', ...PLAIN, '--grid', 'fast=12:12:1', '--grid', 'slow=26:26:1', '--grid', 'signal=9:9:1',
    );
    const { finalEquity, fees, fills, sharpe, maxDrawdown } = json<Money>('backtest', 'macd', ...PLAIN);
    assert.deepEqual([one.combos, one.kernelCombos, one.sumFinalEquity, one.totalFills], [1, 1, finalEquity, fills]);
    const [best] = one.best;
    assert.deepEqual([best.finalEquity, best.fees, best.fills, best.sharpe, best.maxDrawdown], [finalEquity, fees, fills, sharpe, maxDrawdown]);
  });

  it('at a venue with slippage and latency gives the backtest\'s own result there, and what is to be known', () => {
    const venue = ['--bars', `BTC-USDT-PERP.BINANCE=${BTC}`, '--interval', '15m', '--venue', 'binance-usdm', '--slippage', 'spread:4', '--latency', 'lognormal:900,0.5'];
    const one = json<{ best: Money[]; kernelCombos: number; warnings: string[]; venueModels: unknown }>('sweep', 'macd', ...venue, '--grid', 'fast=12:12:1');
    const backtest = json<Money & { warnings: string[]; venueModels: unknown }>('backtest', 'macd', ...venue);
    const [best] = one.best;
    assert.deepEqual([best.finalEquity, best.fees, best.fills, best.sharpe], [backtest.finalEquity, backtest.fees, backtest.fills, backtest.sharpe]);
    assert.ok(backtest.warnings.length > 0);
    assert.deepEqual([one.warnings, one.venueModels, one.kernelCombos], [backtest.warnings, backtest.venueModels, 0]);
  });

  it('is refused before anything is tried where what is tried cannot be recorded', () => {
    const broken = join(home, 'broken');
    mkdirSync(join(broken, 'trials.sqlite'), { recursive: true });
    const mark = join(home, 'tried');
    const strategy = join(home, 'marks.ts');
    writeFileSync(strategy, `import { writeFileSync } from 'node:fs';
      export const strategy = { name: 'marks', summary: 'A test.', parameters: { n: { kind: 'integer', default: 1, min: 1, max: 9, help: 'a number' } }, warmup: () => 0,
        create: () => ({ onBar() { writeFileSync(${JSON.stringify(mark)}, ''); } }) };`);
    for (const command of ['sweep', 'walkforward']) {
      const { status, stderr } = spawnSync(process.execPath, [MAIN, command, strategy, '--bars', BTC, '--interval', '1h', '--grid', 'n=1:3'], { encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: broken } });
      assert.deepEqual([status, existsSync(mark)], [EXIT_CODES.disk, false], stderr);
      assert.match(stderr, /trials\.sqlite cannot be written/);
    }
  });

  it('shows the best, a map, and how it was run, in the width of a terminal', () => {
    const { status, stdout, stderr } = run('sweep', 'macd', ...PLAIN, ...GRID);
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '', 'no progress where nobody watches');
    for (const fact of ['macd on ', '8 combinations, 1 skipped', 'The best 5 by final equity', 'by fast (down) and slow (across)', 'over columns in one thread']) {
      assert.ok(stdout.includes(fact), `${fact} in\n${stdout}`);
    }
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  it('runs through the engine what no kernel covers', () => {
    const report = json<{ combos: number; kernelCombos: number; workers: number; comboBarsPerCpuSecond: number }>(
      'sweep', 'bollinger', '--bars', BTC, '--interval', '15m', '--grid', 'deviations=1.5:2.5:0.5', '--grid', 'rule=squeeze,reversion', '--top', '1',
    );
    assert.deepEqual([report.combos, report.kernelCombos, report.workers], [6, 0, 0]);
    assert.ok(report.comboBarsPerCpuSecond > 0);
  });

  it('goes on after a kill, and comes to what it would have come to', async () => {
    rmSync(join(home, 'cache'), { recursive: true, force: true }); // the first reads the file, the second what the first kept of it
    const words = ['sweep', 'bollinger', '--bars', BTC, '--grid', 'period=10:25', '--grid', 'deviations=1.5:3:0.1', '--workers', '2', '--json'];
    const parts = () => globSync(join(home, 'sweeps', '*', '*.part'));
    const killed = spawn(process.execPath, [MAIN, ...words], { stdio: 'ignore', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
    const ended = once(killed, 'exit');
    while (parts().length < 2 && killed.exitCode === null) await sleep(5);
    killed.kill('SIGKILL');
    await ended;
    const [damaged, ...sound] = parts();
    assert.ok(sound.length > 0, 'it was killed in the middle');
    writeFileSync(damaged, 'half a par');
    const second = run(...words);
    assert.match(second.stderr, /^Going on from where this sweep was stopped: \d+ of 256 combinations are done\./);
    assert.deepEqual(parts(), [], 'nothing is left of a sweep that is done');
    const resumed = JSON.parse(second.stdout) as Swept;
    const anew = JSON.parse(run(...words, '--fresh').stdout) as Swept;
    const result = ({ combos, sumFinalEquity, totalFills, best, trials }: Swept) => ({ combos, sumFinalEquity, totalFills, best, trials });
    assert.deepEqual(result(resumed), result(anew));
    assert.ok(resumed.takenOver > 0);
    assert.deepEqual([anew.takenOver, anew.trials.trials], [0, 256]);
  });

  it('refuses what it cannot run, in words', () => {
    const refused = (words: readonly string[], message: RegExp) => {
      const { status, stderr } = run('sweep', 'macd', ...words);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    };
    refused(PLAIN, /no grid is given/);
    refused([...PLAIN, '--grid', 'fast=9:5:1'], /--grid: "fast=9:5:1" begins above its end/);
    refused([...PLAIN, '--grid', 'pace=1:2:1'], /unknown parameter "pace"/);
    refused([...PLAIN, ...GRID, '--param', 'fast=5'], /fast is given twice/);
    refused([...PLAIN, ...GRID, '--bars', `B=${BTC}`], /bars of one instrument/);
  });
});
