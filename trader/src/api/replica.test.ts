import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HAND_MARKET, HAND_START, HandFeed, handFill, handLimit, handOrder } from '../../test/hand-feed.ts';
import { KEPT, type EngineChange, type EquityRow } from '../ports/engine-feed.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { EquityHistory } from './equity-history.ts';
import { EngineReplica } from './replica.ts';

const CHANGES: readonly EngineChange[] = [
  { kind: 'trading', trading: { state: 'halted', reason: 'enough', by: 'user:ana', since: HAND_START, flat: false } },
  { kind: 'prices', prices: [{ instrument: 'BTC-USDT.HAND', last: '95001.5', tsEvent: HAND_START + 5 }, { instrument: 'NONE.HAND', last: '1', tsEvent: 1 }] },
  { kind: 'markets', markets: [{ ...HAND_MARKET, instrument: 'ETH-USDT.HAND' }] },
  { kind: 'bars', instrument: 'ETH-USDT.HAND', bars: [[HAND_START, 1, 2, 0.5, 1.5, null]], skipped: 0 },
  { kind: 'bars', instrument: 'ETH-USDT.HAND', bars: [[HAND_START + 60_000, 1.5, 2, 1, 2, 10]], skipped: 0 },
  { kind: 'order', order: handOrder(1, 'open') },
  { kind: 'order', order: handOrder(1, 'filled') },
  { kind: 'fill', fill: handFill(1) },
  { kind: 'equity', points: [[HAND_START + 60_000, '10010']] },
  { kind: 'limits', limits: [handLimit(0.3)], propFirm: null },
  { kind: 'log', line: { tsWall: HAND_START, level: 'info', text: 'a line' } },
];

describe('The replica of a run', () => {
  test('knows what the snapshot said and each event changed, and gives it on in the same shape', () => {
    const feed = new HandFeed();
    const replica = new EngineReplica(feed, new VirtualClock(HAND_START));
    feed.tell(...CHANGES);
    const { trading, markets, bars, orders, fills, equity, limits, logs, sequence } = replica.snapshot() ?? assert.fail();
    assert.deepEqual(
      { state: trading.state, markets: markets.map(({ instrument, last }) => [instrument, last]), bars, orders: orders.map(({ state }) => state), fills, equity, limits, logs, sequence },
      {
        state: 'halted', markets: [['BTC-USDT.HAND', '95001.5'], ['ETH-USDT.HAND', '95000.1']],
        bars: { 'ETH-USDT.HAND': [[HAND_START, 1, 2, 0.5, 1.5, null], [HAND_START + 60_000, 1.5, 2, 1, 2, 10]] }, orders: ['filled'], fills: [handFill(1)],
        equity: [[HAND_START, '10000'], [HAND_START + 60_000, '10010']], limits: [handLimit(0.3)], logs: [{ tsWall: HAND_START, level: 'info', text: 'a line' }], sequence: 111,
      },
    );
    // A replica of a replica is the same: that is how other processes have theirs.
    const second = new EngineReplica(replica, new VirtualClock(HAND_START));
    assert.deepEqual(second.snapshot(), replica.snapshot());
    feed.tell({ kind: 'fill', fill: handFill(2) });
    assert.deepEqual(second.snapshot(), replica.snapshot());
  });

  test('asks for the whole where an event is missing, and passes over what it has', () => {
    const feed = new HandFeed();
    const replica = new EngineReplica(feed, new VirtualClock(HAND_START));
    let wholes = 0;
    replica.listen({ onSnapshot: () => { wholes += 1; }, onEvents: () => undefined });
    feed.lose({ kind: 'fill', fill: handFill(1) });
    feed.tell({ kind: 'fill', fill: handFill(2) });
    feed.tell({ kind: 'fill', fill: handFill(3) });
    assert.deepEqual([wholes, replica.facts?.fills.all().map(({ id }) => id)], [2, ['f1', 'f2', 'f3']]);
  });

  test('keeps no more than so many of anything however long a run is, and every order that is open', () => {
    const feed = new HandFeed();
    const replica = new EngineReplica(feed, new VirtualClock(HAND_START));
    feed.tell({ kind: 'order', order: handOrder(0, 'open') });
    for (let i = 1; i <= 5_000; i++) {
      feed.tell(
        { kind: 'order', order: handOrder(i, 'sent') }, { kind: 'order', order: handOrder(i, 'filled') }, { kind: 'fill', fill: handFill(i) },
        { kind: 'equity', points: [[HAND_START + i, String(10_000 + i)]] }, { kind: 'bars', instrument: 'BTC-USDT.HAND', bars: [[i, 1, 1, 1, 1, 1]], skipped: 0 },
      );
    }
    const { orders, fills, equity, bars } = replica.snapshot() ?? assert.fail();
    assert.equal(orders[0].state, 'open');
    assert.ok(orders.length <= 2 * KEPT.orders + 1 && orders.length > KEPT.orders);
    assert.equal(orders.at(-1)?.clientOrderId, 'o5000');
    assert.deepEqual([fills.length, fills.at(-1)?.id], [KEPT.fills, 'f5000']);
    assert.ok(equity.length <= KEPT.equity);
    assert.deepEqual([equity[0], equity.at(-1)], [[HAND_START, '10000'], [HAND_START + 5_000, '15000']]);
    assert.equal(bars['BTC-USDT.HAND'].length, KEPT.bars);
  });

  test('answers the same object until something changes', () => {
    const feed = new HandFeed();
    const replica = new EngineReplica(feed, new VirtualClock(HAND_START));
    const before = replica.snapshot();
    assert.equal(replica.snapshot(), before);
    feed.tell({ kind: 'fill', fill: handFill(1) });
    assert.notEqual(replica.snapshot(), before);
  });
});

test('An equity curve is merged as it grows: bounded, in order, with its first and last point, its peak and its trough', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 500 }), (values) => {
    const history = new EquityHistory(32, []);
    values.forEach((value, at) => { history.push([at, String(value)]); });
    const rows = history.all();
    const figures = (all: readonly EquityRow[]) => all.map(([, equity]) => Number(equity));
    assert.ok(rows.length <= 32);
    assert.deepEqual(rows.map(([at]) => at), rows.map(([at]) => at).toSorted((a, b) => a - b));
    assert.deepEqual([rows[0], rows.at(-1)], [[0, String(values[0])], [values.length - 1, String(values.at(-1))]]);
    assert.equal(Math.max(...figures(rows)), Math.max(...values));
    assert.equal(Math.min(...figures(rows)), Math.min(...values));
  }));
});
