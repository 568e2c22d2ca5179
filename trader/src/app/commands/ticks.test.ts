import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import type { TickRunReport, TicksReport } from '../wiring/ticks.ts';
import { DATA_FOLDER } from '../wiring/venue-rules.ts';
import { inlineCode, readPage } from '../../../test/docs/page.ts';

// The command as a process of its own, on the recording that ships.
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const SHIPPED = join(DATA_FOLDER, 'binance-spot_BTCUSDT_ticks_20240808.gz');
const folder = mkdtempSync(join(tmpdir(), 'ticks-command-'));
after(() => rmSync(folder, { recursive: true }));

function run(...words: readonly string[]): string {
  return execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'ticks', ...words], { encoding: 'utf8', cwd: folder, env: { PATH: process.env['PATH'] } });
}

function refused(...words: readonly string[]): string {
  const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'ticks', ...words], { encoding: 'utf8', cwd: folder, env: { PATH: process.env['PATH'] } });
  return `${status} ${stderr}`;
}

const looked = JSON.parse(run(SHIPPED, '--json')) as TicksReport;
const cautious = JSON.parse(run(SHIPPED, 'macd', '--param', 'target=0.0002', '--sizing', 'units:0.01', '--json')) as TickRunReport;

test('a recording is looked at: what it holds, and that its book is the venue\'s', () => {
  assert.deepEqual([looked.messages, looked.gaps, looked.crossed, looked.bestEqual], [14_000, [], 0, looked.bestCompared]);
  assert.match(run(SHIPPED), /no gaps[\s\S]*agree with the venue's own best quote[\s\S]*ms behind/);
});

test('a strategy trades in the recorded book, with orders that wait there and orders that take', () => {
  const { fills, makerFills, takerFills, trades, fees, bars, finalEquity } = cautious;
  assert.ok(makerFills > 0 && takerFills > 0 && trades > 0 && makerFills + takerFills === fills);
  assert.ok(bars > 120 && Number(fees) > 0 && Number(finalEquity) < 100_000);
  assert.match(run(SHIPPED, 'macd', '--param', 'target=0.0002', '--sizing', 'units:0.01'), /Fills +\d+: \d+ of orders that rested, \d+ that took/);
});

test('the same run gives the same result, and no latency another', () => {
  const again = JSON.parse(run(SHIPPED, 'macd', '--param', 'target=0.0002', '--sizing', 'units:0.01', '--json')) as TickRunReport;
  assert.deepEqual({ ...again, cpuSeconds: 0 }, { ...cautious, cpuSeconds: 0 });
  const slow = JSON.parse(run(SHIPPED, 'macd', '--param', 'target=0.0002', '--sizing', 'units:0.01', '--latency', '900', '--queue', 'power:3', '--json')) as TickRunReport;
  assert.deepEqual([slow.entryMs, slow.queue], [900, 'power:3']);
  assert.notEqual(slow.finalEquity, cautious.finalEquity);
});

test('orders that rest may cost less than those that take', () => {
  const cheap = JSON.parse(run(SHIPPED, 'macd', '--param', 'target=0.0002', '--sizing', 'units:0.01', '--maker-bps', '2.5', '--json')) as TickRunReport;
  assert.deepEqual([cheap.fee, cheap.fills], ['10 bp, 2.5 bp at rest', cautious.fills]);
  const free = JSON.parse(run(SHIPPED, 'macd', '--param', 'target=0.0002', '--sizing', 'units:0.01', '--maker-bps', '0', '--json')) as TickRunReport;
  assert.ok(Number(free.fees) < Number(cheap.fees) && Number(cheap.fees) < Number(cautious.fees));
});

test('what cannot be traded on, or is asked for in vain, is refused in words', () => {
  const trades = join(folder, 'trades.csv');
  writeFileSync(trades, 'timestamp,local_timestamp,side,price,amount\n1583020803145000,1583020803145000,buy,1,1\n');
  assert.match(refused(trades, 'macd'), /^3 .*trades alone: there is no book to trade with/);
  assert.match(refused(SHIPPED, 'macd', '--interval', '1h'), /^3 .*holds no whole bar of 1h/);
  assert.match(refused(SHIPPED, 'macd', '--queue', 'power'), /^2 .*--queue takes risk-averse/);
  assert.match(refused(SHIPPED, 'macd', '--sizing', 'units:0.00000001'), /^2 .*cannot be traded/);
  assert.match(refused(join(folder, 'nothing.gz')), /^3 .*does not exist/);
});

test('docs/ticks.md explains every name in the JSON', () => {
  const explained = inlineCode(readPage('docs/ticks.md'));
  assert.deepEqual([...Object.keys(looked), ...Object.keys(cautious)].filter((name) => !explained.includes(name)), []);
});
