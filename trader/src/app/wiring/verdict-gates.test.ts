import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftmo } from '../../../test/ftmo.ts';
import { costGates, luckGates, outOfSampleGates, propFirmGates, type LuckFigures, type OutOfSample } from './verdict-gates.ts';
import { nextSteps } from './verdict-steps.ts';

const OUT: OutOfSample = { netReturn: 0.1, sharpe: 2, maxDrawdown: 0.1, trades: 50, winRate: 0.5, days: 300, probabilisticSharpe: 0.99, minimumTrackRecord: 200 };
const CHOICE = { windows: 12, profitableWindows: 7, combos: 100, inSampleYearly: 0.5, outOfSampleYearly: 0.1, efficiency: 0.2 };
const LUCK: LuckFigures = {
  out: OUT, period: 'day', trials: 100, deflatedSharpe: 0.96, overfitting: { trials: 100, probability: 0.05, splits: 70, lossProbability: 0, degradation: null }, overfittingTrials: 100, entries: { pValue: 0.05, runs: 1000 }, bars: { pValue: 0.05, runs: 100 },
};
const states = (lines: readonly { readonly state: string }[]) => lines.map(({ state }) => state);

test('the gates stand where they are said to stand, and reaching one of more is not passing it', () => {
  const gates = (out: Partial<OutOfSample>) => states(outOfSampleGates({ out: { ...OUT, ...out }, choice: CHOICE }));
  assert.deepEqual(gates({}), ['pass', 'pass', 'pass']);
  assert.deepEqual(gates({ netReturn: 0, sharpe: 1.5, maxDrawdown: 0.2 }), ['fail', 'fail', 'fail']);
  assert.deepEqual(gates({ netReturn: 0.0001, sharpe: 1.5001, maxDrawdown: 0.1999 }), ['pass', 'pass', 'pass']);
});

test('what cannot be measured says why, and is never a pass', () => {
  for (const gates of [
    outOfSampleGates({ missing: '20 bars do not hold 12 windows' }), outOfSampleGates({ out: { ...OUT, trades: 0 }, choice: CHOICE }),
    outOfSampleGates({ out: { ...OUT, sharpe: null }, choice: CHOICE }).slice(1, 2),
    luckGates({ ...LUCK, out: undefined, deflatedSharpe: null, overfitting: null, entries: { missing: 'there is no finished trade' }, bars: { missing: 'there is no finished trade' } }),
    costGates({ breakEvenBps: null, capacity: null }, { paidBps: null, slipped: false }, 1000),
  ]) {
    assert.ok(gates.length > 0);
    for (const { state, reason } of gates) {
      assert.equal(state, 'not-measurable');
      assert.match(reason, /^Not measurable: .+\.$/);
    }
  }
});

test('luck passes at its gates and fails beyond them', () => {
  assert.deepEqual(states(luckGates(LUCK)), ['pass', 'pass', 'pass', 'pass', 'pass', 'pass']);
  assert.deepEqual(states(luckGates({
    ...LUCK, out: { ...OUT, probabilisticSharpe: 0.949, minimumTrackRecord: 301 }, deflatedSharpe: 0.949, entries: { pValue: 0.0501, runs: 1000 }, bars: { pValue: 0.0501, runs: 100 },
    overfitting: { trials: 100, probability: 0.0501, splits: 70, lossProbability: 0, degradation: null },
  })), ['fail', 'fail', 'fail', 'fail', 'fail', 'fail']);
  assert.equal(luckGates({ ...LUCK, out: { ...OUT, minimumTrackRecord: null } })[1].state, 'fail', 'no length would do');
  assert.deepEqual(luckGates({ ...LUCK, period: 'bar' }).slice(0, 2).map(({ reason }) => /300 returns out of sample, one a bar|200 bars to be/.test(reason)), [true, true]);
  assert.match(luckGates({ ...LUCK, overfittingTrials: 107 })[3].reason, /the best of 100 combinations \(7 more lost everything\) in/);
  assert.equal(luckGates({ ...LUCK, overfitting: null, overfittingTrials: 1 })[3].state, 'pass', 'nothing was chosen');
});

test('a strategy must bear twice the cost that it was charged, and the account must fit the market', () => {
  const capacity = { first: 10, twentieth: 1000 };
  assert.deepEqual(states(costGates({ breakEvenBps: 20, capacity }, { paidBps: 10, slipped: false }, 1000)), ['pass', 'pass']);
  assert.deepEqual(states(costGates({ breakEvenBps: 19.9, capacity }, { paidBps: 10, slipped: true }, 1001)), ['fail', 'fail']);
  assert.deepEqual([[-0.5, -1], [0, 0], [0.5, -1]].map(([breakEvenBps, paidBps]) => costGates({ breakEvenBps, capacity }, { paidBps, slipped: false }, 1)[0].state), ['fail', 'fail', 'pass'], 'no rebate makes up for a loss before costs');
  assert.match(costGates({ breakEvenBps: -3, capacity }, { paidBps: 10, slipped: false }, 1)[0].reason, /loses before any cost/);
});

test('what a prop firm would have said does not decide, and an unfinished evaluation is no pass', () => {
  const rules = ftmo('ftmo-challenge');
  const base = { rules, breach: null, passedAt: null, tradingDays: 3, worstDailyLoss: 0.01, worstLoss: 0.02, bestDay: 0.5 } as const;
  const lines = propFirmGates([
    { ...base, outcome: 'unfinished' }, { ...base, outcome: 'passed', passedAt: 0 },
    { ...base, outcome: 'failed', breach: { rule: 'max-loss', tsEvent: 0, equity: 89_999, limit: 90_000 } },
  ]);
  assert.deepEqual(states(lines), ['not-measurable', 'pass', 'fail']);
  assert.ok(lines.every(({ decides }) => !decides));
});

test('every line that can fail has a step that says what to do', () => {
  const lines = [
    ...outOfSampleGates({ out: { ...OUT, netReturn: -1, sharpe: 0, maxDrawdown: 1 }, choice: CHOICE }), ...luckGates({ ...LUCK, deflatedSharpe: 0, entries: { pValue: 1, runs: 9 }, bars: { pValue: 1, runs: 9 } }),
    ...costGates({ breakEvenBps: 1, capacity: { first: 1, twentieth: 1 } }, { paidBps: 10, slipped: false }, 1000),
  ];
  for (const line of lines.filter(({ state }) => state === 'fail')) {
    assert.ok(nextSteps([line], { run: null, ready: false }).length > 1, line.name);
  }
  assert.match(nextSteps([], { run: 'r1', ready: true }).join(' '), /explain r1 1.*14 days/);
});
