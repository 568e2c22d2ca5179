import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE, RandomStrategy, ScriptedStrategy, walkBars } from '../../test/markets.ts';
import { definitionOf, runSpec } from '../../test/run-specs.ts';
import { sharpe, simpleReturns } from '../analytics/returns.ts';
import { Random } from '../domain/random.ts';
import { dailySharpe, recordRun } from './recorded-run.ts';

function bars(seed: number, count = 5000) {
  const random = new Random(seed);
  return walkBars(() => random.next(), { bars: count });
}

test('a recorded run has the engine\'s equity, and its days are those of the equity curve', () => {
  const spec = runSpec({ definition: definitionOf((random => () => new RandomStrategy(() => random.next(), [-1, 0, 1], 0.05, 0.2))(new Random(3))), bars: [bars(1)] });
  const { engine, equity, days } = recordRun(spec);
  assert.equal(equity.length, 5001);
  assert.equal(equity[0], 10_000);
  assert.equal(equity[5000], engine.portfolio.equity());
  const daily = engine.portfolio.curve.dailyEquity();
  assert.deepEqual(Float64Array.from(days, (place) => equity[place]), daily);
  assert.equal(dailySharpe(equity, days, 365), sharpe(simpleReturns(daily), 365));
});

test('markets that close together are one moment', () => {
  const one = bars(1, 100);
  const { equity } = recordRun(runSpec({ definition: definitionOf(() => new ScriptedStrategy([{ target: 1 }])), bars: [one, bars(2, 100)] }));
  assert.equal(equity.length, 101);
});

test('a run can be changed in its parameters, its account and its strategy, and the spec stays as it is', () => {
  const spec = runSpec({ definition: definitionOf(() => new ScriptedStrategy([{ target: 1 }, undefined, { target: 0 }])), bars: [bars(4, 10)] });
  const fills = (change: Parameters<typeof recordRun>[1]) => recordRun(spec, change).engine.portfolio.fills;
  assert.equal(fills({}), 2);
  assert.equal(fills({ around: () => new ScriptedStrategy([]) }), 0);
  assert.equal(recordRun(spec, { backtest: { ...spec.backtest(), cash: '500' } }).equity[0], 500);
  assert.equal(fills({}), 2);
  assert.equal(bars(4, 10).timestamp[1], MINUTE);
});
