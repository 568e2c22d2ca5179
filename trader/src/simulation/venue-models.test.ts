import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE } from '../../test/markets.ts';
import { openFloor as open } from '../../test/venue-floor.ts';
import type { Exact } from '../domain/exact.ts';
import type { FeeModel } from '../ports/execution.ts';
import { PerShareFee } from './fees.ts';
import { OPTIMISTIC } from './fill-policy.ts';
import { ConstantLatency, RecordedLatency } from './latency.ts';
import { FixedSlippage, VolumeShareSlippage } from './slippage.ts';
import { VolumeShare } from './volume-limit.ts';

const tenth = { volumeLimit: new VolumeShare(0.1) };

test('those who take pay the slippage, those who rest do not', () => {
  const floor = open({ slippage: new FixedSlippage(100) });
  const [buy, sell] = [floor.send('buy 1 market', MINUTE), floor.send('sell 1 market', MINUTE)];
  const [stop, gapped] = [floor.send('sell 1 stop 9900', MINUTE), floor.send('buy 1 stop 9950', MINUTE)];
  const limit = floor.send('buy 1 limit 9900', MINUTE);
  floor.bar(1, 100, 100, 98, 100);
  assert.deepEqual([buy, sell, stop, gapped, limit].map((order) => floor.fills(order)), [['1 at 10100'], ['1 at 9900'], ['1 at 9801'], ['1 at 10100'], ['1 at 9900']]);
});

test('a second order in a bar pays for the first one as well', () => {
  const floor = open({ slippage: new VolumeShareSlippage(1, 1) });
  const orders = [floor.send('buy 10 market', MINUTE), floor.send('sell 10 market', MINUTE)];
  floor.traded(100, 1, 100);
  floor.traded(100, 2, 100);
  assert.deepEqual(orders.map((order) => floor.fills(order)), [['10 at 10100'], ['10 at 9600']]);
});

test('slippage does not carry a stop-limit beyond its limit', () => {
  const floor = open({ slippage: new FixedSlippage(100) });
  const near = floor.send('buy 1 stop-limit 10150', MINUTE, { terms: { trigger: 10_100 } });
  const wide = floor.send('buy 1 stop-limit 10300', MINUTE, { terms: { trigger: 10_100 } });
  floor.bar(1, 100, 102, 100, 101);
  assert.deepEqual([floor.fills(near), floor.fills(wide)], [['1 at 10150'], ['1 at 10201']]);
});

test('no slippage makes a sale bring nothing', () => {
  const floor = open({ slippage: new FixedSlippage(20_000) });
  const order = floor.send('sell 1 market', MINUTE);
  floor.bar(1, 100);
  assert.deepEqual(floor.fills(order), ['1 at 100']);
});

test('an order is filled by the volume of each bar until it is whole', () => {
  const floor = open(tenth);
  const order = floor.send('buy 25 market', MINUTE);
  for (const [index, volume] of [100, 50, 0, NaN, 200].entries()) floor.traded(volume, index + 1, 100 + index);
  assert.deepEqual(floor.fills(order), ['10 at 10000', '5 at 10100', '10 at 10400']);
  assert.equal(floor.told(order).at(-1), '10400 at 300000');
});

test('all orders share the volume of a bar, and what is not whole lots is not there', () => {
  const floor = open(tenth, { lotSize: 4 });
  const [first, second] = [floor.send('buy 8 market', MINUTE), floor.send('sell 8 market', MINUTE)];
  floor.traded(159, 1, 100);
  assert.deepEqual([floor.fills(first), floor.fills(second)], [['8 at 10000'], ['4 at 10000']]);
});

test('immediate or cancel takes what there is and lets the rest go, but a bar without trades is no chance', () => {
  const floor = open(tenth);
  const [market, limit] = [floor.send('buy 6 market 0 ioc', MINUTE), floor.send('buy 8 limit 10100 ioc', MINUTE)];
  floor.traded(0, 1, 100);
  assert.deepEqual([floor.told(market), floor.told(limit)], [[], []]);
  floor.traded(100, 2, 100);
  assert.deepEqual([floor.fills(market), floor.fills(limit)], [['6 at 10000'], ['4 at 10100']]);
  assert.deepEqual([floor.told(market).length, floor.told(limit).at(-1)], [1, 'canceled at 120000']);
});

test('what is left of a stop goes on at market', () => {
  const floor = open(tenth);
  const order = floor.send('sell 15 stop 9900', MINUTE);
  floor.traded(100, 1, 100, 100, 98, 99);
  floor.traded(100, 2, 98.5);
  assert.deepEqual(floor.fills(order), ['10 at 9900', '5 at 9850']);
});

test('part of a fill ends a tied order as the whole does', () => {
  const floor = open(tenth);
  const stop = floor.send('sell 15 stop 9900', MINUTE);
  const profit = floor.send('sell 15 limit 10100', MINUTE, { ocoWith: stop });
  floor.traded(100, 1, 100, 102, 99.5, 101);
  assert.deepEqual([floor.fills(profit), floor.told(stop)], [['10 at 10100'], ['canceled at 120000']]);
});

test('the price of a fill at the deciding close knows the volume of that bar', () => {
  const floor = open({ marketFill: 'close', slippage: new VolumeShareSlippage(1, 1), volumeLimit: new VolumeShare(0.5) });
  floor.traded(100, 1, 100);
  const order = floor.send('buy 60 market', 2 * MINUTE);
  floor.settle();
  floor.traded(1_000, 2, 100);
  assert.deepEqual(floor.fills(order), ['50 at 12500', '10 at 10001']);
});

test('what is sent later does not overtake', () => {
  const floor = open({ latency: new RecordedLatency([2.5 * MINUTE, 0]) });
  const order = floor.send('buy 1 limit 9900', MINUTE);
  floor.bar(1, 100);
  floor.venue.cancel(order);
  floor.bar(2, 100);
  assert.deepEqual(floor.reports.length, 0);
  floor.bar(3, 100);
  assert.deepEqual(floor.told(order), ['canceled at 210000']);
});

test('fees know who took and who made', () => {
  const told: (string | undefined)[] = [];
  const fees: FeeModel = { scale: 0, fee: (...[, , , , , liquidity]) => told.push(liquidity) };
  const floor = open({ fees, latency: new ConstantLatency(0) });
  for (const text of ['buy 1 market', 'sell 1 stop 9950', 'buy 1 limit 10100', 'buy 1 limit 9960']) floor.send(text, MINUTE);
  floor.bar(1, 100, 100, 99, 99.8);
  assert.deepEqual(told, ['taker', 'taker', 'taker', 'maker']);
  // It could have traded at the last price but waited, or the market has jumped over it.
  for (const text of ['buy 1 limit 9980', 'buy 1 limit 9950']) floor.send(text, 2 * MINUTE);
  floor.bar(2, 100, 100, 99.9, 100);
  floor.bar(3, 99);
  assert.deepEqual(told.slice(4), ['maker', 'maker']);
});

test('a fee with a minimum for an order is charged once, however many fills the order takes', () => {
  const fees = (...asked: ConstructorParameters<typeof PerShareFee>) => {
    const charged: Exact[] = [];
    const floor = open({ ...tenth, fees: new PerShareFee(...asked), moneyScale: 2 });
    floor.onReport = (report) => { if (report.kind === 'filled') charged.push(report.fee); };
    floor.send('buy 300 market', MINUTE);
    floor.traded(1000, 1, 100);
    floor.traded(1000, 2, 100);
    floor.traded(1000, 3, 100);
    return charged;
  };
  assert.deepEqual(fees('0.005', '1'), [100, 0, 50], '1.00 covers the first two hundred shares');
  assert.deepEqual(fees('0.005'), [50, 50, 50]);
  assert.deepEqual(fees('1', '0', '0.001'), [1000, 1000, 1000], 'the cap is on the order too: 0.1 % of 10,000 each');
});

test('the optimistic bound fills on a touch, on the range of the bar of arrival, and takes the profit before the stop', () => {
  const floor = open({ policy: OPTIMISTIC });
  const touched = floor.send('buy 1 limit 9900', MINUTE);
  const stop = floor.send('sell 1 stop 9900', MINUTE);
  const profit = floor.send('sell 1 limit 10100', MINUTE, { ocoWith: stop });
  floor.bar(1, 100, 101, 99, 100);
  assert.deepEqual([touched, stop, profit].map((order) => floor.told(order)), [['9900 at 120000'], ['canceled at 120000'], ['10100 at 120000']]);
  const late = open({ policy: OPTIMISTIC, latency: new ConstantLatency(5) });
  const [limit, market] = [late.send('buy 1 limit 9900', MINUTE), late.send('buy 1 market', MINUTE)];
  late.bar(1, 100, 101, 99, 100.5);
  assert.deepEqual([late.told(limit), late.told(market)], [['9900 at 120000'], ['10050 at 120000']]);
});

test('by the optimistic bound a stop in answer to a fill inside the bar is hit only where the close is beyond it', () => {
  const told = (close: number) => {
    const floor = open({ policy: OPTIMISTIC });
    const entry = floor.send('buy 10 limit 9950', MINUTE);
    let stop = entry;
    floor.onReport = ({ kind, order, tsEvent }) => {
      if (order === entry && kind === 'filled') stop = floor.send('sell 10 stop 9900', tsEvent, { leg: 'stop' });
    };
    floor.bar(1, 100, 105, 98, close);
    return floor.told(stop);
  };
  assert.deepEqual([told(100), told(98.5)], [[], ['9900 at 120000']]);
});
