import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBars } from '../../src/adapters/bars/column-cache.ts';
import { writeCsv } from '../../src/adapters/bars/csv-writer.ts';
import { ROOT, runJson } from '../command-line.ts';

const home = mkdtempSync(join(tmpdir(), 'algotrendy-spy-'));
const spy = join(home, 'spy.csv');
after(() => rmSync(home, { recursive: true }));

before(async () => {
  const set = await openBars(join(ROOT, 'data/spy.csv.gz'), { home, factors: join(ROOT, 'data/spy.csv') });
  writeCsv(set, spy);
  set.close();
});

/** LEAN's MACDTrendAlgorithm by the public command. */
function macdTrend(file: string) {
  const { finalEquity, fees, maxDrawdown, fills } = runJson(
    home, 'backtest', 'macd', '--bars', file, '--from', '2004-01-02', '--to', '2015-01-01', '--param', 'rule=spread', '--param', 'threshold=0.0025',
    '--param', 'seed=sma', '--fee', 'per-share:0.005,min=1,max=0.5%', '--sizing', 'fraction:0.9975', '--cash', '100000', '--fill', 'next-open',
  );
  return { equity: Number(finalEquity).toFixed(2), fees, drawdown: Number(maxDrawdown).toFixed(3), fills };
}

// https://github.com/QuantConnect/Lean/blob/master/Algorithm.CSharp/MACDTrendAlgorithm.cs, its expected statistics.
const PUBLISHED = { equity: '137751.04', fees: '468.54', drawdown: '0.349', fills: 84 };

test('SPY from 2004 to 2014 gives what LEAN publishes for its MACDTrendAlgorithm', () => {
  assert.deepEqual(macdTrend(spy), PUBLISHED);
});

/** The bars with the open of 2010-02-19, where it buys, raised to the day's high. */
function withAnotherEntry(): string {
  const lines = readFileSync(spy, 'utf8').split('\n');
  const day = lines.findIndex((line) => line.startsWith(`${Date.UTC(2010, 1, 19)},`));
  const [timestamp, , high, ...rest] = lines[day].split(',');
  lines[day] = [timestamp, high, high, ...rest].join(',');
  const file = join(home, 'other.csv');
  writeFileSync(file, lines.join('\n'));
  return file;
}

test('the answer comes from the data: another price at one entry gives another', () => {
  const changed = macdTrend(withAnotherEntry());
  assert.ok(Number(changed.equity) < Number(PUBLISHED.equity));
  assert.notEqual(changed.fees, PUBLISHED.fees);
});
