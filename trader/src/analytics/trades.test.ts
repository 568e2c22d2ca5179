import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sharpe } from './returns.ts';
import { tradeStatistics, type TradeStatistics } from './trades.ts';

interface Published extends TradeStatistics {
  readonly name: string;
  readonly profits: readonly number[];
  readonly sharpe: number;
}

const fixture = new URL('../../test/fixtures/analytics/lean-trades.json', import.meta.url);
const published = JSON.parse(readFileSync(fixture, 'utf8')) as readonly Published[];

for (const { name, profits, sharpe: ratio, winRate, profitFactor, expectancy, payoff } of published) {
  test(`the statistics of ${name} are those that LEAN publishes`, () => {
    assert.deepEqual(tradeStatistics(profits), { winRate, profitFactor, expectancy, payoff });
    assert.ok(Math.abs((sharpe(profits, 1) ?? NaN) - ratio) < 1e-14);
  });
}

test('without trades nothing is defined', () => {
  assert.deepEqual(tradeStatistics([]), { winRate: null, profitFactor: null, expectancy: null, payoff: null });
});

test('a trade that comes out even counts, but is neither won nor lost', () => {
  assert.deepEqual(tradeStatistics([0, 0, 6, -3]), { winRate: 0.25, profitFactor: 2, expectancy: 0.75, payoff: 2 });
});
