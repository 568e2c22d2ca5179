import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { renderTearSheet } from '../../analytics/tear-sheet/tear-sheet.ts';
import { readBacktestRequest } from '../backtest-options.ts';
import { backtestCommand } from '../commands/backtest.ts';
import { parseLine } from '../options.ts';
import { finishBacktest } from './backtest.ts';
import { paperSheet } from './paper-sheet.ts';
import { PaperTrader } from './paper.ts';
import { backtestSheet, commandText, walkForwardSheet } from './run-sheet.ts';
import { DATA_FOLDER } from './venue-rules.ts';
import { finishWalkForward } from './walkforward.ts';

const home = mkdtempSync(join(tmpdir(), 'run-sheet-'));
after(() => rmSync(home, { recursive: true }));
const BARS = join(DATA_FOLDER, 'binance-spot_BTCUSDT_1h_20220801-20231231.csv.gz');

function requestOf(...words: readonly string[]) {
  return readBacktestRequest('macd', parseLine(backtestCommand.options, ['--bars', BARS, '--interval', '4h', ...words]).options);
}

test('the sheet of a backtest has its course, its figures and where they come from', async () => {
  const request = requestOf('--param', 'stop=0.02');
  const finished = await finishBacktest(request, { home, detailed: true });
  const { report } = finished;
  const sheet = backtestSheet(finished, request, { id: 'r123', digest: 'd456', strategySha256: null }, 'the command');
  assert.equal(sheet.daily.values.at(-1), finished.engine.portfolio.equity());
  assert.equal(sheet.trips?.length, report.trades);
  assert.equal(sheet.costs?.[0]?.amount, Number(report.fees));
  assert.equal(sheet.monteCarlo?.quantiles.length, 5);
  const page = renderTearSheet(sheet);
  for (const said of ['r123', 'd456', 'the command', finished.barsSha256[0], 'binance-spot_BTCUSDT_1h_20220801-20231231.csv.gz', '0.02', '1 for Monte Carlo', 'the next open']) assert.ok(page.includes(said), said);
  assert.deepEqual(backtestSheet(await finishBacktest(request, { home, detailed: true }), request, { id: 'r123', digest: 'd456', strategySha256: null }, 'the command'), sheet);
  await assert.rejects(async () => backtestSheet(await finishBacktest(request, { home }), request, { id: '', digest: '', strategySha256: null }, ''), TypeError);
});

test('the sheet of a walk-forward has its windows and the course of all tests together', async () => {
  const axes = [{ name: 'fast', values: [8, 12] }, { name: 'slow', values: [26, 40] }];
  const finished = await finishWalkForward({
    ...requestOf(), axes, workers: 1, fresh: true, top: 1, plan: { windows: 3, train: undefined, test: undefined, anchored: false, purge: 0 }, objective: 'sharpe',
  } as Parameters<typeof finishWalkForward>[0], { home, detailed: true });
  const sheet = walkForwardSheet(finished, 'the command');
  assert.equal(sheet.windows?.length, 3);
  assert.equal(sheet.daily.values.at(-1), finished.engine.portfolio.equity());
  assert.equal(sheet.trips?.length, finished.report.outOfSample.trades);
  assert.match(renderTearSheet(sheet), /Walk-forward windows[\s\S]*fast=\d+ slow=\d+/);
});

test('the run on paper has a sheet, also before it is stopped, and none before it begins', async () => {
  await assert.rejects(paperSheet(home, ''), /the run on paper has not begun/);
  const trader = await PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {} });
  for (let moment = 0; moment < 3000; moment++) trader.step();
  trader.journal.sync();
  const sheet = await paperSheet(home, 'the command');
  assert.equal(sheet.daily.values.at(-1), trader.run.engine.portfolio.equity());
  assert.equal(sheet.trips?.length, trader.run.engine.portfolio.trades.length);
  assert.ok((sheet.trips?.length ?? 0) > 20);
  await trader.stop();
  assert.ok(renderTearSheet(await paperSheet(home, 'the command')).includes(trader.run.recorder.digest()));
});

test('a command is written as a shell would take it', () => {
  assert.equal(commandText(['backtest', 'a b.ts', '--bars', "it's=x.csv", '--fee', 'per-share:0.005,max=0.5%', '--param', 'n=$HOME']), "./algotrendy backtest 'a b.ts' --bars 'it'\\''s=x.csv' --fee per-share:0.005,max=0.5% --param 'n=$HOME'");
});
