import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftmo } from '../../test/ftmo.ts';
import { bar, MINUTE, ScriptedStrategy, testInstrument, walkBars, type Line } from '../../test/markets.ts';
import { make } from '../../test/opinions.ts';
import { seededRandom } from '../../test/random.ts';
import { allocateBars } from '../domain/bar.ts';
import { DAY_MS } from '../domain/time.ts';
import { BasisPointFee } from '../simulation/fees.ts';
import { macd } from '../strategies/macd/macd.ts';
import { AccountWatch, type AccountHistory } from './account-history.ts';
import { runBacktest } from './backtest.ts';
import { pragueDay, pragueMidnightAfter } from '../domain/prague-day.ts';
import { holdAgainst } from './prop-firm-limits.ts';

const [CHALLENGE, ONE_STEP] = [ftmo('ftmo-challenge'), ftmo('ftmo-1-step')];
const HOUR = 3_600_000;

/** What one bar left: balance, equity, and lowest equity where it was lower. */
type Moment = readonly [time: string, balance: number, equity?: number, lowest?: number];

/** An account looked at by bars of an hour that close at these times; a trade is opened in each unless told otherwise. */
function history(initial: number, moments: readonly Moment[], entries?: readonly string[]): AccountHistory {
  const timestamps = Float64Array.from(moments, ([time]) => Date.parse(`${time}Z`));
  const equity = Float64Array.from(moments, ([, balance, value = balance]) => value);
  return {
    initial, timestamps, opened: timestamps.map((time) => time - HOUR), balance: Float64Array.from(moments, ([, balance]) => balance), equity,
    lowest: Float64Array.from(moments, ([, , , low], i) => low ?? equity[i]), flat: Uint8Array.from(moments, ([, balance, value = balance]) => Number(balance === value)),
    entries: entries?.map((time) => Date.parse(`${time}Z`)) ?? [...timestamps],
  };
}

test('midnights in Prague are those of the time zone database, from 1996 to 2037', () => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Prague', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const random = seededRandom(1);
  for (let i = 0; i < 3000; i++) {
    const time = Math.floor(Date.UTC(1996, 0, 1) + random() * 42 * 365 * DAY_MS);
    const midnight = pragueMidnightAfter(time);
    assert.equal(clock.format(midnight), '00:00:00', new Date(time).toISOString());
    assert.ok(midnight > time && midnight - time <= 25 * HOUR);
    assert.equal(pragueDay(midnight) - pragueDay(time), 1);
  }
});

test('the days on which the clocks change have 23 and 25 hours', () => {
  const hours = (day: string) => {
    const start = pragueMidnightAfter(Date.parse(`${day}T12:00Z`) - DAY_MS);
    return (pragueMidnightAfter(start) - start) / HOUR;
  };
  assert.deepEqual([hours('2024-03-31'), hours('2024-10-27'), hours('2024-03-30')], [23, 25, 24]);
});

// academy.ftmo.com/lesson/maximum-daily-loss: an account of 200 000, closed +4 000 on Monday, open −13 000 at 23:59.
test('the overnight trap: legal at 23:59, a breach at midnight, because the room is counted from the balance', () => {
  const monday: Moment[] = [['2024-06-03T10:00', 204_000], ['2024-06-03T22:00', 204_000, 191_000]];
  assert.equal(holdAgainst(CHALLENGE, history(200_000, monday)).outcome, 'unfinished');
  const { outcome, breach } = holdAgainst(CHALLENGE, history(200_000, [...monday, ['2024-06-03T23:00', 204_000, 191_000]]));
  assert.equal(outcome, 'failed');
  assert.deepEqual(breach, { rule: 'max-daily-loss', tsEvent: Date.parse('2024-06-03T22:00Z'), equity: 191_000, limit: 194_000 });
});

test('the daily room is a share of the initial capital, also after growth, and reaching the limit is no breach', () => {
  const grown: Moment[] = [['2024-06-03T10:00', 109_000], ['2024-06-03T23:00', 109_000]];
  const last = (equity: number) => holdAgainst(CHALLENGE, history(100_000, [...grown, ['2024-06-04T10:00', 109_000, equity]]));
  assert.equal(last(104_000).outcome, 'unfinished');
  assert.deepEqual([last(103_999.99).outcome, last(103_999.99).breach?.limit], ['failed', 104_000]);
});

test('the worst price within a bar counts, not only its close', () => {
  const { breach } = holdAgainst(CHALLENGE, history(100_000, [['2024-06-03T10:00', 100_000, 99_000, 94_000]]));
  assert.deepEqual([breach?.rule, breach?.equity], ['max-daily-loss', 94_000]);
});

test('the total limit is the initial capital less ten per cent, whatever was earned before', () => {
  const days: Moment[] = [['2024-06-03T10:00', 96_000], ['2024-06-04T10:00', 92_000], ['2024-06-05T10:00', 92_000, 89_999]];
  assert.deepEqual(holdAgainst(CHALLENGE, history(100_000, days)).breach, { rule: 'max-loss', tsEvent: Date.parse('2024-06-05T10:00Z'), equity: 89_999, limit: 90_000 });
});

// ftmo.com/au/?p=1671: 100 000 gives 90 000; a day's end at 104 000 gives 94 000; at 103 000 still 94 000.
test('in one step the total limit follows the highest balance at a midnight, and never comes back', () => {
  const days: Moment[] = [['2024-06-03T10:00', 102_000], ['2024-06-04T10:00', 104_000], ['2024-06-05T10:00', 103_000], ['2024-06-06T10:00', 101_000], ['2024-06-07T10:00', 98_500], ['2024-06-08T10:00', 96_000]];
  const after = (equity: number) => holdAgainst(ONE_STEP, history(100_000, [...days, ['2024-06-09T10:00', 96_000, equity]]));
  assert.equal(after(94_000).outcome, 'unfinished');
  assert.deepEqual([after(93_999).breach?.rule, after(93_999).breach?.limit], ['max-loss', 94_000]);
});

test('the target counts with everything closed, after four days on which a trade was opened', () => {
  const days: Moment[] = [['2024-06-03T10:00', 104_000], ['2024-06-04T10:00', 108_000], ['2024-06-05T10:00', 111_000], ['2024-06-06T10:00', 111_000, 111_500], ['2024-06-06T12:00', 111_200]];
  const { outcome, passedAt, tradingDays } = holdAgainst(CHALLENGE, history(100_000, days));
  assert.deepEqual([outcome, passedAt, tradingDays], ['passed', Date.parse('2024-06-06T12:00Z'), 4]);
  assert.equal(holdAgainst(CHALLENGE, history(100_000, days, ['2024-06-03T09:00', '2024-06-04T09:00', '2024-06-05T09:00'])).outcome, 'unfinished', 'only three days');
});

test('a trade opened before midnight and closed after it counts for one day, the first', () => {
  const { tradingDays } = holdAgainst(CHALLENGE, history(100_000, [['2024-06-03T22:00', 100_000], ['2024-06-03T23:00', 100_100]], ['2024-06-03T21:59']));
  assert.equal(tradingDays, 1);
});

test('in one step the best day may make half of the profit at most before the target counts', () => {
  const days: Moment[] = [['2024-06-03T10:00', 102_000], ['2024-06-04T10:00', 110_000]];
  assert.equal(holdAgainst(ONE_STEP, history(100_000, days)).outcome, 'unfinished');
  const more = holdAgainst(ONE_STEP, history(100_000, [...days, ['2024-06-05T10:00', 116_000]]));
  assert.deepEqual([more.outcome, more.bestDay], ['passed', 0.5]);
});

test('what comes after a breach or after passing is not looked at', () => {
  const failed = holdAgainst(CHALLENGE, history(100_000, [['2024-06-03T10:00', 94_000], ['2024-06-04T10:00', 130_000]]));
  assert.deepEqual([failed.outcome, failed.passedAt], ['failed', null]);
});

test('a bar that spans midnight is held against both days', () => {
  const daily: AccountHistory = { ...history(100_000, [['2024-06-04T10:00', 103_000, 103_000, 97_500]]), opened: Float64Array.of(Date.parse('2024-06-03T10:00Z')) };
  assert.equal(holdAgainst(CHALLENGE, daily).breach?.limit, 98_000, 'its balance may have been made before midnight, its worst price after');
});

/** The rules written out anew, day by day of the time zone database, for bars that never span a midnight. */
function plainBreach({ initial, timestamps, opened, balance, equity, lowest }: AccountHistory, daily: number, total: number, follows: boolean): number | undefined {
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Prague' });
  let [start, highest] = [initial, initial];
  for (let i = 0; i < timestamps.length; i++) {
    const looks = [lowest[i]];
    if (i > 0 && date.format(opened[i]) !== date.format(opened[i - 1])) {
      start = balance[i - 1];
      highest = Math.max(highest, start);
      looks.push(equity[i - 1]);
    }
    const limit = Math.max(start - daily * initial, (follows ? highest : initial) - total * initial);
    if (looks.some((one) => one < limit)) return i;
  }
  return undefined;
}

test('random accounts break the rules at the bar at which the rules written out anew say so', () => {
  let [broken, kept] = [0, 0];
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed);
    const from = Date.UTC(2024, 2, 25) + Math.floor(random() * 300) * 24 * HOUR;
    let [closed, floating] = [100_000, 0];
    const moments = Array.from({ length: 400 }, (_, i): Moment => {
      floating = random() < 0.3 ? 0 : floating + (random() - 0.5) * 2600;
      if (floating === 0) closed += (random() - 0.48) * 800;
      return [new Date(from + i * HOUR).toISOString().slice(0, 16), closed, closed + floating, closed + floating - random() * 300];
    });
    const account = history(100_000, moments, []);
    for (const rules of [{ ...CHALLENGE, profitTarget: null }, { ...ONE_STEP, profitTarget: null }]) {
      const at = plainBreach(account, Number(rules.maxDailyLoss), Number(rules.maxLoss), rules.maxLossFollows);
      const { breach } = holdAgainst(rules, account);
      // A breach at midnight is dated by it: the close of the bar before.
      const expected = at === undefined ? undefined : [account.timestamps[at], account.timestamps[at - 1]];
      assert.ok(expected === undefined ? breach === null : breach !== null && expected.includes(breach.tsEvent), `seed ${seed}, ${rules.name}`);
      if (at === undefined) kept += 1;
      else broken += 1;
    }
  }
  assert.ok(broken > 100 && kept > 100, `${broken} broken, ${kept} kept`);
});

test('the history of a run agrees with its ledger, and its lows lie below its closes', () => {
  const bars = walkBars(seededRandom(3), { bars: 3000, volatility: 0.004 });
  const markets = [{ instrument: testInstrument(), intervalMs: MINUTE }];
  const watch = new AccountWatch(markets, bars.length);
  const strategy = watch.wrap(make(macd, { direction: 'both', stop: 0.01 }), 0);
  const engine = runBacktest({
    markets, books: [{ strategyName: 'macd', strategy, market: 0, sizing: { kind: 'fraction', fraction: '0.9' } }],
    cash: '100000', fees: new BasisPointFee('5'), guards: [], latencyMs: 0, marketFill: 'next-open',
  }, [[bars]], 1, (_, running) => watch.look(running));
  const seen = watch.history(engine);
  assert.equal(seen.timestamps.length, 3000);
  assert.equal(seen.equity.at(-1), engine.portfolio.equity());
  const { trades } = engine.portfolio;
  let closed = 0;
  for (let i = 0; i < trades.length; i++) closed += trades.at(i).pnl;
  const open = seen.flat.at(-1) === 1 ? 0 : 1;
  assert.ok(open === 1 || Math.abs((seen.balance.at(-1) ?? NaN) - 100_000 - closed) < 1e-6);
  assert.equal(seen.entries.length, trades.length + open);
  assert.ok(seen.lowest.every((low, i) => low <= seen.equity[i]));
  assert.ok(seen.lowest.some((low, i) => low < seen.equity[i] - 1));
  assert.ok(seen.equity.every((equity, i) => seen.flat[i] === 0 || Math.abs(equity - seen.balance[i]) < 1e-6));
});

test('what was sold inside a bar at a profit, or at its close, may have been held when the bar was lowest; a stop ended it before', () => {
  const rows = [bar(0, 100), bar(MINUTE, 100), bar(2 * MINUTE, 100, 112, 90, 105), bar(3 * MINUTE, 105)];
  const bars = allocateBars(rows.length);
  for (const column of ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const) bars[column].set(rows.map((one) => one[column]));
  const lowest = (script: readonly Line[], marketFill: 'next-open' | 'close' = 'next-open') => {
    const markets = [{ instrument: testInstrument(), intervalMs: MINUTE }];
    const watch = new AccountWatch(markets, bars.length);
    const engine = runBacktest({
      markets, books: [{ strategyName: 's', strategy: watch.wrap(new ScriptedStrategy(script), 0), market: 0, sizing: { kind: 'units', units: '10' } }],
      cash: '10000', fees: new BasisPointFee('0'), guards: [], latencyMs: 0, marketFill, audit: watch,
    }, [[bars]], 1, (_, running) => watch.look(running));
    return watch.history(engine).lowest[2];
  };
  assert.equal(lowest([{ target: 1 }]), 9_900, 'held to the end');
  assert.equal(lowest([{ target: 1, takeProfit: 110 }]), 9_900, 'the low may have come first');
  assert.equal(lowest([{ target: 1, stop: 95 }]), 9_950, 'the stop came first');
  assert.equal(lowest([{ target: 1 }, {}, { target: 0 }], 'close'), 9_900, 'sold at the close');
  assert.equal(lowest([{}, {}, { target: 1 }], 'close'), 10_000, 'bought at the close');
  assert.equal(lowest([{ target: 1 }, { target: 0 }]), 10_000, 'sold at the open');
});
