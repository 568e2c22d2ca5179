import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readParameters } from '../domain/parameters.ts';
import { DAY_MS } from '../domain/time.ts';
import { BasisPointFee } from '../simulation/fees.ts';
import { macd } from '../strategies/macd/macd.ts';
import { MINUTE, testInstrument, walkBars } from '../../test/markets.ts';
import { seededRandom } from '../../test/random.ts';
import { runBacktest } from './backtest.ts';
import { runDetailed } from './run-detail.ts';

const values = readParameters(macd.parameters, {});
assert.ok(values.ok);
const parameters = values.value;
const spec = (markets: number) => ({
  markets: Array.from({ length: markets }, () => ({ instrument: testInstrument(), intervalMs: MINUTE })),
  books: Array.from({ length: markets }, (_, market) => ({ strategyName: 'macd', strategy: macd.create(parameters), market, sizing: { kind: 'units', units: '1' } as const })),
  cash: '1000000', fees: new BasisPointFee('10'), guards: [], latencyMs: 0, marketFill: 'next-open' as const,
});
const walk = (seed: number) => walkBars(seededRandom(seed), { bars: 20_000, volatility: 0.001 });

test('watching a run changes nothing of it', () => {
  const plain = runBacktest(spec(2), [[walk(1)], [walk(2)]]);
  const { engine } = runDetailed(spec(2), [[walk(1)], [walk(2)]]);
  assert.equal(engine.portfolio.exactEquity(), plain.portfolio.exactEquity());
  assert.equal(engine.execution.orders, plain.execution.orders);
  assert.deepEqual(engine.portfolio.curve.dailyEquity(), plain.portfolio.curve.dailyEquity());
});

test('a detail has the days of the equity curve with their dates, and its extremes in few points', () => {
  const { engine, detail } = runDetailed(spec(2), [[walk(1)], [walk(2)]]);
  const { curve } = engine.portfolio;
  assert.deepEqual([detail.cash, ...detail.daily.values], [...curve.dailyEquity()]);
  assert.deepEqual([...detail.daily.timestamps].map((day) => day % DAY_MS), Array.from(detail.daily.timestamps, () => 0));
  const [one, two] = [walk(1), walk(2)].map(({ close }) => (close.at(-1) as number) / close[0]);
  assert.ok(Math.abs((detail.hold.values.at(-1) ?? NaN) - (one + two) / 2 * detail.cash) < 1e-6);
  assert.ok(detail.equity.values.length <= 2_000 && detail.equity.values.length > 900);
  assert.equal(Math.max(...detail.equity.values), curve.peak);
  assert.equal(detail.equity.values.at(-1), engine.portfolio.equity());
  assert.equal(detail.bars, 40_000);
  assert.ok(detail.markets.every(({ bars }) => bars.length <= 2_000 && bars.length >= 1_000));
});

test('the deepest falls of a detail are those of every bar, as the equity curve has them', () => {
  const { engine, detail } = runDetailed(spec(2), [[walk(1)], [walk(2)]]);
  const { curve } = engine.portfolio;
  assert.ok(detail.falls.length > 1 && detail.falls.length <= 21);
  assert.equal(Math.max(...detail.falls.map(({ depth }) => depth)), curve.maxDrawdown);
  assert.ok(detail.falls.every(({ durationMs }) => durationMs <= curve.longestDrawdownMs));
  assert.deepEqual(detail.falls.map(({ peak }) => peak), detail.falls.map(({ peak }) => peak).toSorted((a, b) => a - b));
});

test('every trip of a detail names the leg that ended it', () => {
  const { engine, detail } = runDetailed(spec(1), [[walk(3)]]);
  assert.equal(detail.trips.length, engine.portfolio.trades.length);
  assert.ok(detail.trips.length > 100);
  assert.deepEqual(new Set(detail.trips.map(({ exit }) => exit)), new Set(['target']));
  const guarded = readParameters(macd.parameters, { stop: 0.002 });
  assert.ok(guarded.ok);
  const books = [{ strategyName: 'macd', strategy: macd.create(guarded.value), market: 0, sizing: { kind: 'units', units: '1' } as const }];
  const { detail: stopped } = runDetailed({ ...spec(1), books }, [[walk(3)]]);
  assert.deepEqual(new Set(stopped.trips.map(({ exit }) => exit)), new Set(['target', 'stop']));
});
