import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE } from '../../test/markets.ts';
import { openFloor as open } from '../../test/venue-floor.ts';
import { DAY_MS } from '../domain/time.ts';
import { OPTIMISTIC } from './fill-policy.ts';
import { ConstantLatency } from './latency.ts';
import { FixedVolume } from './volume-limit.ts';

const latency = new ConstantLatency(5);

test('a stop-limit trades at its trigger, or at a gap no worse than its limit', () => {
  const told = (...prices: [number, number, number, number]) => {
    const floor = open();
    const order = floor.send('buy 10 stop-limit 10200', MINUTE, { terms: { trigger: 10_100 } });
    floor.bar(1, ...prices);
    return floor.told(order);
  };
  assert.deepEqual(told(100, 100.99, 99, 100), []);
  assert.deepEqual(told(100, 101.5, 99, 100), ['10100 at 120000']);
  assert.deepEqual(told(101.5, 103, 101, 102), ['10150 at 60000']);
});

test('a stop-limit that the market jumps over waits at its limit', () => {
  const floor = open();
  const order = floor.send('buy 10 stop-limit 10200', MINUTE, { terms: { trigger: 10_100 } });
  floor.bar(1, 103, 104, 102.5, 103);
  assert.deepEqual(floor.told(order), []);
  floor.bar(2, 103, 103, 102, 103);
  assert.deepEqual(floor.told(order), []);
  floor.bar(3, 103, 103, 101.99, 103);
  assert.deepEqual(floor.told(order), ['10200 at 240000']);
});

test('a stop-limit triggered inside a bar, worse than its limit, sees of that bar only the close', () => {
  const told = (close: number) => {
    const floor = open();
    const order = floor.send('sell 10 stop-limit 10000', MINUTE, { terms: { trigger: 9_900 } });
    floor.bar(1, 99.5, 103, 98, close);
    return floor.told(order);
  };
  assert.deepEqual([told(99), told(101)], [[], ['10000 at 120000']]);
});

test('a trailing stop follows the best price and never goes back', () => {
  const floor = open();
  const order = floor.send('sell 10 trailing-stop 9700', MINUTE, { terms: { trail: 0.02 } });
  floor.bar(1, 100, 110, 108, 109);
  floor.bar(2, 109, 109, 107.81, 108);
  assert.deepEqual(floor.told(order), []);
  floor.bar(3, 108, 108, 107, 107.5);
  assert.deepEqual(floor.told(order), ['10780 at 240000']);
});

test('a buy trails from above', () => {
  const floor = open();
  const order = floor.send('buy 10 trailing-stop 10300', MINUTE, { terms: { trail: 0.02 } });
  floor.bar(1, 92, 92, 90.5, 91);
  floor.bar(2, 91, 92.4, 91, 92);
  assert.deepEqual(floor.told(order), ['9231 at 180000']);
});

test('a bar that could have hit a trailing stop where it was, did; one that could only where it has come to, did too', () => {
  const told = (policy: object, low: number) => {
    const floor = open(policy);
    const order = floor.send('sell 10 trailing-stop 9800', MINUTE, { terms: { trail: 0.02 } });
    floor.bar(1, 100, 110, low, 109);
    return floor.told(order);
  };
  assert.deepEqual([told({}, 97), told({}, 105), told({}, 108)], [['9800 at 120000'], ['10780 at 120000'], []]);
  // The other bound has the high first: the stop is hit, but where it has come to.
  assert.deepEqual([told({ policy: OPTIMISTIC }, 97), told({ policy: OPTIMISTIC }, 105)], [['10780 at 120000'], ['10780 at 120000']]);
});

test('a trailing stop that the market opens beyond trades at the open', () => {
  const floor = open();
  const order = floor.send('sell 10 trailing-stop 9800', MINUTE, { terms: { trail: 0.02 } });
  floor.bar(1, 95, 99, 94, 98);
  assert.deepEqual(floor.told(order), ['9500 at 60000']);
});

test('fill or kill is all at once or nothing', () => {
  const floor = open({ volumeLimit: new FixedVolume(8) });
  const [whole, tooMuch] = [floor.send('buy 8 market 0 fok', MINUTE), floor.send('buy 9 market 0 fok', MINUTE)];
  const missed = floor.send('buy 1 limit 9900 fok', MINUTE);
  floor.bar(1, 100);
  assert.deepEqual([whole, tooMuch, missed].map((order) => floor.told(order)), [['10000 at 60000'], ['canceled at 60000'], ['canceled at 60000']]);
});

test('an order expires at its date, but a bar that holds the date may fill it first', () => {
  const floor = open();
  const terms = { expires: 2.5 * MINUTE };
  const [late, early] = [floor.send('buy 10 limit 9900 gtd', MINUTE, { terms }), floor.send('buy 10 limit 9800 gtd', MINUTE, { terms })];
  floor.bar(1, 100);
  floor.bar(2, 100, 100, 98.5, 100);
  assert.deepEqual([floor.told(late), floor.told(early)], [['9900 at 180000'], ['expired at 150000']]);
});

test('a day order ends with the day, and does not see the next one', () => {
  const floor = open();
  const order = floor.send('buy 10 limit 9900 day', MINUTE);
  floor.bar(DAY_MS / MINUTE - 1, 100);
  floor.bar(DAY_MS / MINUTE, 90);
  assert.deepEqual(floor.told(order), [`expired at ${DAY_MS}`]);
});

test('a cancel before the date cancels', () => {
  const floor = open();
  const order = floor.send('buy 10 limit 9900 gtd', MINUTE, { terms: { expires: 9 * MINUTE } });
  floor.venue.cancel(order);
  floor.settle();
  assert.deepEqual(floor.told(order), ['canceled at 60000']);
});

test('post-only is rejected where it would trade on arrival, touch included, and makes where it rests', () => {
  const kinds = (text: string, rules: object = {}) => {
    const floor = open(rules);
    const order = floor.send(text, MINUTE, { terms: { postOnly: true } });
    floor.settle();
    floor.bar(1, 99.5, 101, 98, 100);
    return floor.reports.filter((report) => report.order === order).map(({ kind }) => kind);
  };
  assert.deepEqual(kinds('buy 10 limit 10000'), ['rejected']);
  assert.deepEqual(kinds('buy 10 limit 9999'), ['accepted', 'filled']);
  assert.deepEqual(kinds('sell 10 limit 10000'), ['rejected']);
  assert.deepEqual(kinds('sell 10 limit 10001'), ['accepted', 'filled']);
  // It arrives inside the bar: last price 100, close 100.
  assert.deepEqual(kinds('buy 10 limit 10000', { latency }), ['rejected']);
  assert.deepEqual(kinds('buy 10 limit 9999', { latency }), ['accepted']);
  assert.deepEqual(kinds('buy 10 market'), ['rejected']);
  assert.deepEqual(kinds('buy 10 limit 9900 ioc'), ['rejected']);
});

test('post-only between two prices is rejected where either would meet it', () => {
  const floor = open({ latency: new ConstantLatency(1.5 * MINUTE) });
  const order = floor.send('buy 10 limit 9950', MINUTE, { terms: { postOnly: true } });
  floor.bar(1, 100);
  floor.bar(3, 99.5);
  assert.deepEqual(floor.told(order), ['rejected at 150000']);
});

test('reduce-only shrinks to the position, and is rejected where there is none', () => {
  const floor = open();
  const terms = { reduceOnly: true };
  const early = floor.send('sell 5 market', MINUTE, { terms });
  floor.send('buy 10 market', MINUTE);
  floor.bar(1, 100);
  const adding = floor.send('buy 5 market', 2 * MINUTE, { terms });
  const most = floor.send('sell 15 market', 2 * MINUTE, { terms });
  const rest = floor.send('sell 5 limit 10500', 2 * MINUTE, { terms });
  floor.bar(2, 100);
  floor.bar(3, 106);
  assert.deepEqual([early, adding].map((order) => floor.told(order)), [['rejected at 60000'], ['rejected at 120000']]);
  assert.deepEqual([floor.fills(most), floor.told(most).at(-1)], [['10 at 10000'], 'canceled at 120000']);
  assert.deepEqual([floor.fills(rest), floor.told(rest)], [[], ['canceled at 180000']]);
});

test('what an order lacks, or asks for in vain, is a reason to reject it', () => {
  const reason = (text: string, terms?: object) => {
    const floor = open({}, { tickSize: 25 });
    floor.send(text, MINUTE, terms && { terms });
    floor.settle();
    return floor.reports.flatMap((report) => (report.kind === 'rejected' ? [report.reason] : []));
  };
  assert.deepEqual(reason('buy 1 stop-limit 10000'), ['a stop-limit order needs a trigger']);
  assert.deepEqual(reason('buy 1 stop-limit 10000', { trigger: 10_010 }), ['trigger is not a whole number of ticks']);
  assert.deepEqual(reason('buy 1 trailing-stop 10000'), ['a trailing stop needs a distance']);
  for (const trail of [0, 1, NaN]) assert.deepEqual(reason('buy 1 trailing-stop 10000', { trail }), ['a trailing stop\'s distance lies above 0 and below 1']);
  assert.deepEqual(reason('buy 1 limit 9900 gtd'), ['good till date needs a date']);
  assert.deepEqual(reason('buy 1 limit 9900 gtd', { expires: MINUTE }), ['its date has passed']);
});
