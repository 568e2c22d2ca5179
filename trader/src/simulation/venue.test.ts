import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar, MINUTE } from '../../test/markets.ts';
import { openFloor as open } from '../../test/venue-floor.ts';
import type { Exact } from '../domain/exact.ts';
import type { Order } from '../domain/order.ts';
import { ConstantLatency } from './latency.ts';

test('a market order fills at the next open, with the fee of its value', () => {
  const floor = open();
  const order = floor.send('buy 10 market', MINUTE);
  floor.bar(1, 101, 105, 99, 104);
  assert.deepEqual(floor.told(order), ['10100 at 60000']);
  assert.deepEqual(floor.reports.map(({ kind }) => kind), ['accepted', 'filled']);
  assert.equal((floor.reports[1] as { fee: Exact }).fee, 101_000);
});

test('or at the close that it was decided on, where that is asked for', () => {
  const floor = open({ marketFill: 'close' });
  const order = floor.send('sell 10 market', MINUTE);
  floor.settle();
  assert.deepEqual(floor.told(order), ['10000 at 60000']);
});

test('a market order decided after the last close does not trade on it', () => {
  const floor = open({ marketFill: 'close' });
  const order = floor.send('buy 10 market', MINUTE + 30_000);
  floor.settle();
  assert.deepEqual(floor.told(order), []);
  floor.bar(1, 101, 105, 99, 104);
  assert.deepEqual(floor.told(order), ['10400 at 120000']);
});

test('an order that arrives inside a bar sees of it only the close', () => {
  const floor = open({ latency: new ConstantLatency(5) });
  const market = floor.send('buy 10 market', MINUTE);
  const limit = floor.send('buy 10 limit 9950', MINUTE);
  const stop = floor.send('sell 10 stop 9950', MINUTE);
  floor.bar(1, 101, 105, 99, 104);
  assert.deepEqual(floor.told(market), ['10400 at 120000']);
  assert.deepEqual([floor.told(limit), floor.told(stop)], [[], []]);
  floor.bar(2, 104, 104, 99, 100);
  assert.deepEqual([floor.told(limit), floor.told(stop)], [['9950 at 180000'], ['9950 at 180000']]);
});

test('an order that is still on its way sees nothing', () => {
  const floor = open({ latency: new ConstantLatency(2.5 * MINUTE) });
  const order = floor.send('buy 10 market', MINUTE);
  floor.bar(1, 90);
  floor.bar(2, 91);
  assert.deepEqual(floor.reports, []);
  floor.bar(3, 92, 93, 92, 93);
  assert.deepEqual(floor.told(order), ['9300 at 240000']);
});

test('a limit fills at its limit when the price went through it; a touch is not enough', () => {
  const floor = open();
  const order = floor.send('buy 10 limit 9900', MINUTE);
  floor.bar(1, 100, 100, 99, 100);
  assert.deepEqual(floor.told(order), []);
  floor.bar(2, 100, 100, 98.99, 100);
  assert.deepEqual(floor.told(order), ['9900 at 180000']);
});

test('a limit fills no better at an open beyond it', () => {
  const floor = open();
  const order = floor.send('sell 10 limit 10100', MINUTE);
  floor.bar(1, 108, 109, 107, 108);
  assert.deepEqual(floor.told(order), ['10100 at 60000']);
});

test('a stop fills at its price, or at the open where the market opened beyond it', () => {
  const floor = open();
  const inside = floor.send('sell 10 stop 9900', MINUTE);
  const gapped = floor.send('sell 10 stop 9700', MINUTE);
  floor.bar(1, 100, 101, 99, 100);
  assert.deepEqual([floor.told(inside), floor.told(gapped)], [['9900 at 120000'], []]);
  floor.bar(2, 95, 101, 95, 100);
  assert.deepEqual(floor.told(gapped), ['9500 at 120000']);
});

test('when a bar reaches stop and take-profit, the stop is what happened, and only that', () => {
  const floor = open();
  const stop = floor.send('sell 10 stop 9900', MINUTE, { leg: 'stop' });
  const profit = floor.send('sell 10 limit 10100', MINUTE, { leg: 'take-profit', ocoWith: stop });
  floor.bar(1, 100, 102, 98, 101);
  assert.deepEqual([floor.told(stop), floor.told(profit)], [['9900 at 120000'], ['canceled at 120000']]);
});

test('of two orders that exclude each other the take-profit ends the stop as well', () => {
  const floor = open();
  const stop = floor.send('sell 10 stop 9900', MINUTE, { leg: 'stop' });
  const profit = floor.send('sell 10 limit 10100', MINUTE, { leg: 'take-profit', ocoWith: stop });
  floor.bar(1, 100, 102, 99.01, 101);
  assert.deepEqual([floor.told(stop), floor.told(profit)], [['canceled at 120000'], ['10100 at 120000']]);
});

/** An entry at the open of minute 1, answered by a stop. */
function stopAfterEntry(stopPrice: number, ...prices: [number, number, number, number]): string[] {
  const floor = open();
  const entry = floor.send('buy 10 market', MINUTE);
  let stop = entry;
  floor.onReport = ({ kind, order, tsEvent }) => {
    if (order === entry && kind === 'filled') stop = floor.send(`sell 10 stop ${stopPrice}`, tsEvent, { leg: 'stop' });
  };
  floor.bar(1, ...prices);
  return floor.told(stop);
}

test('a stop sent because an entry filled at the open is hit if the bar reached it', () => {
  assert.deepEqual(stopAfterEntry(9_900, 100, 105, 99, 104), ['9900 at 120000']);
  assert.deepEqual(stopAfterEntry(9_900, 100, 105, 99.01, 104), []);
  assert.deepEqual(stopAfterEntry(9_900, 95, 105, 94, 104), ['9500 at 120000']);
});

test('a take-profit sent because an entry filled at the open has the range before it, a market order only the next open', () => {
  for (const [answer, told] of [['sell 10 limit 10400', ['10400 at 120000']], ['sell 10 limit 10500', []], ['sell 10 market', []]] as const) {
    const floor = open();
    const entry = floor.send('buy 10 market', MINUTE);
    let sent = entry;
    floor.onReport = ({ kind, order, tsEvent }) => {
      if (order === entry && kind === 'filled') sent = floor.send(answer, tsEvent);
    };
    floor.bar(1, 100, 105, 99, 104);
    assert.deepEqual(floor.told(sent), told, answer);
  }
});

/** An entry that a limit fills inside minute 1, answered by a stop. */
function stopAfterLimit(stopPrice: number, ...prices: [number, number, number, number]): string[] {
  const floor = open();
  const entry = floor.send('buy 10 limit 9950', MINUTE);
  let stop = entry;
  floor.onReport = ({ kind, order, tsEvent }) => {
    if (order === entry && kind === 'filled') stop = floor.send(`sell 10 stop ${stopPrice}`, tsEvent, { leg: 'stop' });
  };
  floor.bar(1, ...prices);
  return floor.told(stop);
}

test('a stop sent because an entry filled inside the bar is hit if the bar reached it, and never better than the bar', () => {
  assert.deepEqual(stopAfterLimit(9_900, 100, 105, 99, 104), ['9900 at 120000']);
  assert.deepEqual(stopAfterLimit(9_800, 100, 105, 99, 104), []);
  assert.deepEqual(stopAfterLimit(9_990, 99.8, 99.85, 97, 98), ['9800 at 120000']);
});

test('a market order sent in answer to a fill inside a bar waits for the next open, in either kind of filling', () => {
  for (const marketFill of ['next-open', 'close'] as const) {
    const floor = open({ marketFill });
    const limit = floor.send('buy 10 limit 9950', MINUTE);
    let answer = limit;
    floor.onReport = ({ kind, order, tsEvent }) => {
      if (order === limit && kind === 'filled') answer = floor.send('sell 10 market', tsEvent);
    };
    floor.bar(1, 100, 105, 99, 104);
    assert.deepEqual(floor.told(answer), []);
    floor.bar(2, 103);
    assert.deepEqual(floor.told(answer), ['10300 at 120000']);
  }
});

test('immediate or cancel has one chance', () => {
  const floor = open();
  const missed = floor.send('buy 10 limit 9900 ioc', MINUTE);
  const taken = floor.send('buy 10 limit 10200 ioc', MINUTE);
  floor.bar(1, 101, 105, 90, 104);
  assert.deepEqual([floor.told(missed), floor.told(taken)], [['canceled at 60000'], ['10200 at 60000']]);
  const late = open({ latency: new ConstantLatency(5) });
  const inside = late.send('buy 10 limit 9900 ioc', MINUTE);
  late.bar(1, 101, 105, 90, 104);
  assert.deepEqual(late.told(inside), ['canceled at 120000']);
});

test('a canceled order is gone; a cancel of one that is gone is no error', () => {
  const floor = open();
  const order = floor.send('buy 10 limit 9900', MINUTE);
  floor.venue.cancel(order);
  floor.settle();
  floor.venue.cancel(order);
  floor.bar(1, 90);
  floor.venue.cancel(order);
  floor.settle();
  assert.deepEqual(floor.told(order), ['canceled at 60000']);
});

test('a cancel tells the time at which it took effect, not that of the order', () => {
  const floor = open();
  const order = floor.send('buy 10 limit 9900', MINUTE);
  floor.bar(1, 100);
  floor.bar(2, 100);
  floor.venue.cancel(order);
  floor.settle();
  assert.deepEqual(floor.told(order), ['canceled at 180000']);
});

test('a cancel takes as long to arrive as an order, and may come too late', () => {
  const floor = open({ latency: new ConstantLatency(5) });
  const early = floor.send('buy 10 limit 9800', MINUTE);
  const late = floor.send('buy 10 limit 9900', MINUTE);
  floor.bar(1, 100);
  floor.venue.cancel(early);
  floor.venue.cancel(late);
  floor.settle();
  assert.deepEqual(floor.told(early), []);
  floor.bar(2, 100, 100, 98.5, 100);
  assert.deepEqual([floor.told(early), floor.told(late)], [['canceled at 120005'], ['9900 at 180000']]);
});

test('a cancel between two bars of a slower market may come too late as well', () => {
  const floor = open();
  const order = floor.send('buy 10 limit 9900', MINUTE);
  floor.venue.onBar(1, bar(MINUTE, 50), MINUTE / 2);
  floor.venue.cancel(order);
  floor.bar(1, 100, 100, 98, 99);
  assert.deepEqual(floor.told(order), ['9900 at 120000']);
});

test('what breaks the rules of the instrument is rejected on arrival', () => {
  const rules = { lotSize: 5, tickSize: 25, minNotional: 60_000 };
  const reasons = (text: string, latencyMs: number, leg: Order['leg'] = 'target') => {
    const floor = open({ latency: new ConstantLatency(latencyMs) }, rules);
    floor.send(text, MINUTE, { leg });
    floor.settle();
    floor.bar(1, 100);
    return floor.reports.flatMap((report) => (report.kind === 'rejected' ? [`${report.reason} at ${report.tsEvent}`] : []));
  };
  assert.deepEqual(reasons('buy 12 market', 0), ['quantity is not a whole number of lots at 60000']);
  assert.deepEqual(reasons('buy 12 market', 5), ['quantity is not a whole number of lots at 60005']);
  assert.deepEqual(reasons('buy 10 limit 9910', 0), ['price is not a whole number of ticks at 60000']);
  assert.deepEqual(reasons('buy 5 market', 0), ['order value is below the minimum at 60000']);
  assert.deepEqual(reasons('buy 5 limit 11000', 0), ['order value is below the minimum at 60000']);
  assert.deepEqual(reasons('buy 5 limit 12000', 0), []);
  assert.deepEqual(reasons('buy 10 market', 0), []);
  assert.deepEqual(reasons('sell 5 market', 0, 'flatten'), []);
});

test('what ends a position has no minimum value, what turns it over does', () => {
  const told = (text: string) => {
    const floor = open({}, { minNotional: 60_000 });
    floor.send('buy 10 market', MINUTE);
    floor.bar(1, 100);
    floor.bar(2, 40);
    const order = floor.send(text, 3 * MINUTE);
    floor.settle();
    floor.bar(3, 40);
    return floor.reports.filter((report) => report.order === order).map(({ kind }) => kind);
  };
  assert.deepEqual(told('sell 10 market'), ['accepted', 'filled']);
  assert.deepEqual(told('sell 4 market'), ['accepted', 'filled']);
  assert.deepEqual(told('sell 11 market'), ['rejected']);
  assert.deepEqual(told('buy 10 market'), ['rejected']);
});

test('prices between two ticks are rounded against the trader', () => {
  const rounded = (text: string) => {
    const floor = open({}, { tickSize: 5 });
    const order = floor.send(text, MINUTE);
    floor.bar(1, 100.02, 100.02, 100.02, 100.02);
    return floor.told(order);
  };
  assert.deepEqual(rounded('buy 10 market'), ['10005 at 60000']);
  assert.deepEqual(rounded('sell 10 market'), ['10000 at 60000']);
  assert.deepEqual(rounded('buy 10 limit 10005'), []);
});
