import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { renderExplanation } from '../terminal/explain-report.ts';
import { PLAIN_STYLE } from '../terminal/style.ts';
import { finishBacktest } from './backtest.ts';
import type { BacktestRequest } from './backtest-request.ts';
import { explain } from './explain.ts';
import { repeatRun } from './repeated-run.ts';
import { runOf } from './run-store.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const home = mkdtempSync(join(tmpdir(), 'explain-'));
after(() => rmSync(home, { recursive: true }));
const BTC = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');

async function kept(differing: Partial<BacktestRequest> = {}) {
  const request: BacktestRequest = {
    strategy: 'macd', bars: [{ instrument: 'BTC-USDT-PERP.BINANCE', file: BTC }], intervalMs: 3_600_000, from: undefined, to: undefined, first: undefined, parameters: {},
    cash: '100000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', sizing: { kind: 'fraction', fraction: '0.5' }, venue: undefined, strict: false, ...differing,
  };
  const finished = await finishBacktest(request, { home });
  return { run: runOf(request, finished), finished };
}

test('every finished trade of the trade log is found again, with the orders that made it', async () => {
  for (const parameters of [{ direction: 'both' }, { direction: 'both', stop: '0.01', target: '0.01' }]) {
    const { run, finished } = await kept({ parameters });
    const { trace } = await repeatRun(run, home);
    const trades = trace.trades();
    const closed = trades.filter((trade) => trade.closed);
    assert.equal(closed.length, finished.report.trades);
    closed.forEach(({ number, orders }, i) => {
      const { tsEntry, tsExit } = finished.engine.portfolio.trades.at(i);
      const times = orders.flatMap(({ fills }) => fills.map(({ tsEvent }) => tsEvent));
      assert.deepEqual([number, Math.min(...times), Math.max(...times)], [i + 1, tsEntry, tsExit]);
    });
    assert.equal(trace.orders.length, finished.report.orders);
  }
});

test('a trade is told from its decision to its result, and the arithmetic comes out', async () => {
  const { run, finished } = await kept();
  const report = await explain(run, 1, home);
  const [entry, exit] = report.orders;
  assert.deepEqual([report.side, report.closed, entry.side, exit.side], ['long', true, 'buy', 'sell']);
  assert.deepEqual(Object.keys(entry.values), ['MACD line', 'signal line', 'histogram', 'fast average']);
  assert.ok(entry.values['MACD line'] > entry.values['signal line'], 'that is why it bought');
  const text = renderExplanation(report, 100, PLAIN_STYLE).join('\n').replace(/\s+/g, ' ');
  assert.match(text, /Equity was 100,000\.00; 0\.5 of it is 50,000\.00\. At 94,558\.5 that pays for 0\.5282\d+: 49,950\.05, and 49\.95 are left for the fee/);
  assert.match(text, /bought at [\d,.]+, the open of the bar of 2025-05-06 01:00, the first price after the decision\. Fee 49\.95/);
  const { entryPrice, exitPrice, pnl } = finished.engine.portfolio.trades.at(0);
  assert.deepEqual([Number(entry.fills[0].price), Number(exit.fills[0].price)], [entryPrice, exitPrice]);
  assert.ok(report.result.endsWith(`, is ${pnl.toFixed(2)}.`), report.result);
});

test('the way to a price is told: a close, a stop, a limit, a venue that takes whole steps', async () => {
  const words = async (differing: Partial<BacktestRequest>, leg: string) => {
    const { run, finished } = await kept(differing);
    for (let trade = 1; trade <= finished.report.trades; trade++) {
      const order = (await explain(run, trade, home)).orders.find((one) => one.leg === leg && one.fills.length > 0);
      if (order) return order.reasons.map(({ about, text }) => `${about}: ${text}`).join('\n');
    }
    return '';
  };
  assert.match(await words({ fill: 'close' }, 'target'), /the close of the bar of .*, the close that it was decided on/);
  assert.match(await words({ parameters: { stop: '0.01' } }, 'stop'), /its stop price: the bar of .* reached it \(low of/);
  assert.match(await words({ parameters: { target: '0.005' } }, 'take-profit'), /its limit: the bar of .* went through it \(high of .*never better/);
  assert.match(await words({ venue: 'binance-usdm', sizing: { kind: 'fraction', fraction: '0.5' } }, 'target'), /binance-usdm takes prices in steps of 0\.1, quantities in steps of 0\.001 and orders of at least 100\.00/);
  assert.match(await words({ sizing: { kind: 'units', units: '1' } }, 'target'), /A full position is 1 units: 1\./);
});

test('a venue that is late, dear and thin is told: the bar of arrival, the slippage, what was not filled', async () => {
  const models = { slippage: { kind: 'bps', bps: 5 }, latency: { kind: 'constant', ms: 250 }, volume: { kind: 'share', share: 0.0002 }, fillPolicy: 'pessimistic' } as const;
  const { run, finished } = await kept({ models, parameters: { direction: 'both', stop: '0.02' } });
  const all: string[] = [];
  for (let trade = 1; trade <= finished.report.trades; trade++) all.push(...(await explain(run, trade, home)).orders.flatMap(({ reasons }) => reasons.map(({ text }) => text)));
  assert.ok(all.some((text) => /worse than [\d,.]+, the close of the bar of .*, in which it arrived, too late for its open; the venue's slippage made the difference\. Fee/.test(text)));
  assert.ok(all.some((text) => /of the order were not filled: canceled\./.test(text)));
  assert.ok(all.some((text) => /^250 ms before, the bar of .* and an earlier order had to end first/.test(text)));
});

test('a trade that there is not is refused with those that there are', async () => {
  const { run, finished } = await kept();
  const all = finished.report.trades + (Number(Object.values(finished.report.positions)[0]) === 0 ? 0 : 1);
  await assert.rejects(explain(run, 9999, home), /no trade 9999/);
  assert.equal((await explain(run, all, home)).trades, all);
});

test('a run whose bars have changed, or that this build trades otherwise, is not explained', async () => {
  const file = join(home, 'bars.csv.gz');
  copyFileSync(BTC, file);
  const { run } = await kept({ bars: [{ instrument: 'BTC', file }] });
  assert.equal((await explain(run, 1, home)).run, run.id);
  await assert.rejects(explain({ ...run, digest: '0' }, 1, home), /trades otherwise/);
  copyFileSync(BTC.replace('BTC', 'ETH').replace('0603', '0609'), file);
  await assert.rejects(explain(run, 1, home), /its bars have changed since/);
  writeFileSync(file, '');
  await assert.rejects(explain(run, 1, home));
});
