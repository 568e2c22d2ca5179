import assert from 'node:assert/strict';
import { test } from 'node:test';
import { performance } from './metrics.ts';
import { tradeStatistics } from './trades.ts';

test('a run is judged by its days and its trades', () => {
  const figures = performance({ dailyEquity: [100, 110, 99, 108.9], maxDrawdown: 0.2, trades: tradeStatistics([15, -5]), periodsPerYear: 365 });
  const close = (actual: number | null, expected: number) => assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-9, `${actual} is not ${expected}`);
  // Returns 0.1, −0.1, 0.1: mean 1/30, standard deviation 0.2/√3, downside deviation 0.1/√3.
  close(figures.sharpe, (1 / 30) / (0.2 / Math.sqrt(3)) * Math.sqrt(365));
  close(figures.sortino, (1 / 30) / (0.1 / Math.sqrt(3)) * Math.sqrt(365));
  close(figures.volatility, 0.2 / Math.sqrt(3) * Math.sqrt(365));
  close(figures.cagr, 1.089 ** (365 / 3) - 1);
  close(figures.calmar, (1.089 ** (365 / 3) - 1) / 0.2);
  const { winRate, profitFactor, expectancy, payoff } = figures;
  assert.deepEqual({ winRate, profitFactor, expectancy, payoff }, { winRate: 0.5, profitFactor: 3, expectancy: 5, payoff: 3 });
});

test('a run in which nothing happened has no ratios, and says so in JSON too', () => {
  const figures = performance({ dailyEquity: [100, 100, 100], maxDrawdown: 0, trades: tradeStatistics([]), periodsPerYear: 252 });
  assert.deepEqual(JSON.parse(JSON.stringify(figures)), {
    sharpe: null, sortino: null, volatility: 0, cagr: 0, calmar: null, winRate: null, profitFactor: null, expectancy: null, payoff: null,
  });
});
