import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualVenue } from '../../test/manual-venue.ts';
import { bar, MINUTE, ScriptedStrategy, testInstrument, type Line } from '../../test/markets.ts';
import { RecordingAudit } from '../../test/recording-audit.ts';
import type { Order } from '../domain/order.ts';
import { OpinionError } from '../domain/signal.ts';
import { noFee } from '../simulation/fees.ts';
import type { Book } from './book.ts';
import { Engine } from './engine.ts';
import { maxExposure, priceCollar, staleData, type Guard } from './guards.ts';

/** One strategy for ten units of one instrument, at a venue that is played by hand. */
class Stage {
  readonly venue = new ManualVenue();
  readonly audit = new RecordingAudit();
  readonly engine: Engine;
  #bars = 0;

  constructor(script: readonly (Line | undefined)[], guards: readonly Guard[] = [], unlinked = false) {
    this.venue.unlinked = unlinked;
    this.engine = new Engine({
      run: 'test', markets: [{ instrument: testInstrument(), intervalMs: MINUTE }],
      books: [{ strategyName: 'scripted', strategy: new ScriptedStrategy(script), market: 0, sizing: { kind: 'units', units: '10' } }],
      cash: 1_000_000, moneyScale: 2, fees: noFee, guards, client: this.venue, audit: this.audit,
    });
  }

  /** One bar at this price. */
  bar(price = 100): void {
    this.engine.onBar(0, bar(this.#bars * MINUTE, price));
    this.#bars += 1;
    this.venue.now = this.engine.now;
  }

  get book(): Book {
    return this.engine.books[0];
  }

  /** Orders as `buy 10 target`, from index `since` on. */
  sent(since = 0): string[] {
    return this.venue.orders.slice(since).map(({ side, quantity, leg }) => `${side} ${quantity} ${leg}`);
  }

  order(index: number): Order {
    return this.venue.orders[index];
  }
}

const LONG = { target: 1, stop: 95, takeProfit: 110 };

function longWithExits(script: readonly (Line | undefined)[], guards: readonly Guard[] = []): Stage {
  const stage = new Stage([LONG, ...script], guards);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  assert.deepEqual(stage.sent(), ['buy 10 target', 'sell 10 stop', 'sell 10 take-profit']);
  return stage;
}

test('a stopped-out book is not bought back until the strategy changes its mind', () => {
  const stage = longWithExits([undefined, undefined, { target: 0 }, { target: 1 }]);
  stage.venue.fill(stage.order(1), 9_500);
  stage.venue.cancelled(stage.order(2));
  for (let i = 0; i < 3; i++) stage.bar(96);
  assert.deepEqual(stage.sent(3), []);
  stage.bar(96);
  assert.deepEqual(stage.sent(3), ['buy 10 target']);
});

test('a stop that fills in part has the rest closed at market and its counterpart canceled', () => {
  const stage = longWithExits([]);
  stage.venue.fill(stage.order(1), 9_500, 4);
  assert.deepEqual(stage.venue.cancels, [stage.order(1), stage.order(2)]);
  stage.venue.cancelled(stage.order(2));
  assert.deepEqual(stage.sent(3), []);
  stage.venue.cancelled(stage.order(1));
  assert.deepEqual(stage.sent(3), ['sell 6 target']);
});

test('a flip cancels the protective orders first and trades once they are gone', () => {
  const stage = longWithExits([{ target: -1, stop: 105, takeProfit: 90 }]);
  stage.bar();
  assert.deepEqual(stage.venue.cancels, [stage.order(1), stage.order(2)]);
  stage.venue.cancelled(stage.order(1));
  assert.deepEqual(stage.sent(3), []);
  stage.venue.cancelled(stage.order(2));
  assert.deepEqual(stage.sent(3), ['sell 20 target']);
  stage.venue.fill(stage.order(3), 10_000);
  assert.deepEqual(stage.sent(4), ['buy 10 stop', 'buy 10 take-profit']);
});

test('a stop that fills while a newer opinion waits for its cancel does not end that opinion', () => {
  const stage = longWithExits([{ target: -1, stop: 105, takeProfit: 90 }]);
  stage.bar();
  stage.venue.fill(stage.order(1), 9_500);
  stage.venue.cancelled(stage.order(2));
  assert.deepEqual(stage.sent(3), ['sell 10 target']);
  assert.equal(stage.book.latched, false);
});

test('exits that move are canceled and placed anew', () => {
  const stage = longWithExits([{ stop: 97 }]);
  stage.bar();
  stage.venue.cancelled(stage.order(1));
  stage.venue.cancelled(stage.order(2));
  assert.deepEqual(stage.sent(3), ['sell 10 stop', 'sell 10 take-profit']);
  assert.equal(stage.order(3).price, 9_700);
  assert.equal(stage.order(4).ocoWith, stage.order(3));
});

/** A book that holds 10 with a stop at its venue and a take-profit that the engine keeps. */
function longUnlinked(script: readonly (Line | undefined)[] = []): Stage {
  const stage = new Stage([LONG, ...script], [], true);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  assert.deepEqual(stage.sent(), ['buy 10 target', 'sell 10 stop']);
  return stage;
}

test('where exits cannot be tied only the stop is sent, and at the take-profit it is ended before the position is left', () => {
  const stage = longUnlinked();
  stage.bar(109);
  assert.deepEqual([stage.engine.wouldAct(0, 109.99, stage.engine.now), stage.engine.wouldAct(0, 110, stage.engine.now)], [false, true]);
  stage.engine.onPrice(0, 110, stage.engine.now + 1);
  assert.deepEqual([stage.sent(2), stage.venue.cancels], [[], [stage.order(1)]]);
  assert.equal(stage.engine.wouldAct(0, 110, stage.engine.now), false, 'it is being left already');
  stage.venue.cancelled(stage.order(1));
  assert.deepEqual(stage.sent(2), ['sell 10 target']);
  stage.venue.fill(stage.order(2), 11_000);
  stage.bar(111);
  assert.deepEqual([stage.sent(3), stage.book.quantity, stage.book.latched], [[], 0, true], 'and it is not bought back');
});

test('a kept take-profit that a bar has touched is taken, and one whose stop trades first sells nothing more', () => {
  const stage = longUnlinked();
  stage.bar(110);
  stage.venue.fill(stage.order(1), 9_500);
  assert.deepEqual([stage.sent(2), stage.book.quantity], [[], 0]);
  stage.bar(112);
  assert.deepEqual(stage.sent(2), []);
});

test('a stop that has traded in part when the take-profit is reached leaves the rest to be sold', () => {
  const stage = longUnlinked();
  stage.bar(110);
  stage.venue.fill(stage.order(1), 9_500, 4);
  stage.venue.cancelled(stage.order(1));
  assert.deepEqual(stage.sent(2), ['sell 6 target']);
});

test('a kept take-profit moves with its opinion, and a halt keeps it', () => {
  const stage = longUnlinked([{ takeProfit: 120 }]);
  stage.bar(109);
  stage.venue.cancelled(stage.order(1));
  assert.deepEqual(stage.sent(2), ['sell 10 stop']);
  stage.engine.onCommand({ kind: 'halt', reason: 'a person' });
  assert.deepEqual([stage.engine.wouldAct(0, 119, stage.engine.now), stage.engine.wouldAct(0, 120, stage.engine.now)], [false, true]);
});

test('a rejected entry is not repeated', () => {
  const stage = new Stage([{ target: 1 }]);
  stage.bar();
  stage.venue.reject(stage.order(0));
  for (let i = 0; i < 3; i++) stage.bar();
  assert.deepEqual(stage.sent(), ['buy 10 target']);
});

test('a rejected exit is repeated once a bar', () => {
  const stage = new Stage([{ target: 1 }, { target: 0 }]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  for (let i = 1; i <= 3; i++) {
    stage.bar();
    assert.deepEqual(stage.sent(i), ['sell 10 target']);
    stage.venue.reject(stage.order(i));
  }
});

test('a rejected reduction is repeated, and the position is not kept whole', () => {
  const stage = new Stage([{ target: 1 }, { target: 0.5 }]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  stage.bar();
  stage.venue.reject(stage.order(1));
  stage.bar();
  assert.deepEqual(stage.sent(1), ['sell 5 target', 'sell 5 target']);
});

test('a rejected flip still leaves the position, and opens nothing', () => {
  const stage = new Stage([{ target: 1 }, { target: -1 }]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  stage.bar();
  stage.venue.reject(stage.order(1));
  stage.bar();
  assert.deepEqual(stage.sent(1), ['sell 20 target', 'sell 10 target']);
});

test('a rejected increase leaves an earlier order that is on its way alone', () => {
  const stage = new Stage([{ target: 0.5 }, { target: 1 }]);
  stage.bar();
  stage.bar();
  stage.venue.reject(stage.order(1));
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  stage.bar();
  assert.deepEqual(stage.sent(), ['buy 5 target', 'buy 5 target']);
  assert.equal(stage.book.quantity, 5);
});

test('a rejected stop is placed again at the next bar, though its take-profit stands', () => {
  const stage = longWithExits([]);
  stage.venue.reject(stage.order(1));
  assert.deepEqual(stage.sent(3), []);
  stage.bar();
  assert.deepEqual(stage.venue.cancels, [stage.order(2)]);
  stage.venue.cancelled(stage.order(2));
  assert.deepEqual(stage.sent(3), ['sell 10 stop', 'sell 10 take-profit']);
});

test('a stop that trails goes to the venue as one order, and is replaced only with the opinion', () => {
  const stage = new Stage([{ target: 1, stop: 95, trail: 0.03 }, { trail: 0.04 }, { stop: 96 }]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  const { type, price, terms } = stage.order(1);
  assert.deepEqual([type, price, terms], ['trailing-stop', 9_500, { trail: 0.03 }]);
  stage.bar();
  assert.equal(stage.venue.cancels.length, 0);
  stage.bar();
  stage.venue.cancelled(stage.order(1));
  assert.deepEqual([stage.order(2).price, stage.order(2).terms], [9_600, { trail: 0.04 }]);
});

test('a stop that trails by what is no share, or from nowhere, is no opinion', () => {
  for (const line of [{ stop: 95, trail: 1 }, { stop: 95, trail: 0 }, { stop: 95, trail: -0.1 }, { trail: 0.1 }]) {
    assert.throws(() => new Stage([{ target: 1, ...line }]).bar(), OpinionError);
  }
});

test('what an entry filled before it ended is protected at once', () => {
  const stage = new Stage([LONG]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000, 4);
  stage.venue.cancelled(stage.order(0));
  assert.deepEqual(stage.sent(1), ['sell 4 stop', 'sell 4 take-profit']);
  stage.bar();
  assert.equal(stage.venue.orders.length, 3);
});

test('repeated trades, oversized trades and reports of strangers are counted and booked never', () => {
  const stage = new Stage([{ target: 1 }]);
  stage.bar();
  const order = stage.order(0);
  const trade = { kind: 'filled', order, tsEvent: 0, tradeId: 7, price: 10_000, quantity: 4, fee: 0 } as const;
  stage.venue.tell(trade, trade, { ...trade, tradeId: 8, quantity: 7 });
  assert.equal(stage.engine.execution.strays, 2);
  stage.venue.tell({ ...trade, tradeId: 9, quantity: 6 }, { ...trade, tradeId: 9, quantity: 6 }, { kind: 'canceled', order, tsEvent: 0 });
  assert.equal(stage.engine.execution.strays, 4);
  const stranger = new Stage([{ target: 1 }]);
  stranger.bar();
  stage.venue.tell({ ...trade, order: stranger.order(0) });
  stage.venue.tell({ ...trade, order: Object.assign(Object.create(order) as Order, { owner: { ...order.owner, index: 5 } }) });
  assert.equal(stage.engine.execution.strays, 6);
  assert.equal(stage.book.quantity, 10);
  assert.equal(stage.engine.portfolio.account.cash, 1_000_000 - 10 * 10_000);
  assert.equal(stage.engine.portfolio.fills, 2);
});

test('halted, exits pass and increases do not; resumed, only a new opinion trades', () => {
  const stage = new Stage([{ target: 1 }, { target: 0 }, { target: 1 }, undefined, { target: 0 }, { target: -1 }]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  stage.engine.onCommand({ kind: 'halt', reason: 'a person said so' });
  stage.bar();
  assert.deepEqual(stage.sent(1), ['sell 10 target']);
  stage.venue.fill(stage.order(1), 10_000);
  stage.bar();
  assert.deepEqual(stage.audit.denials.map(({ rule }) => rule), ['halted']);
  stage.engine.onCommand({ kind: 'resume' });
  stage.bar();
  assert.equal(stage.venue.orders.length, 2);
  stage.bar();
  stage.bar();
  assert.deepEqual(stage.sent(2), ['sell 10 target']);
});

test('halted with an entry on its way, leaving sells what is held and the rest as it comes in', () => {
  const stage = new Stage([{ target: 1 }, { target: 0 }]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000, 4);
  stage.engine.onCommand({ kind: 'halt', reason: 'a person said so' });
  stage.bar();
  assert.deepEqual(stage.sent(1), ['sell 4 target']);
  stage.venue.fill(stage.order(0), 10_000, 6);
  assert.deepEqual(stage.sent(2), ['sell 6 target']);
  stage.venue.fill(stage.order(1), 10_000);
  stage.venue.fill(stage.order(2), 10_000);
  assert.equal(stage.book.quantity, 0);
  assert.equal(stage.audit.denials.length, 1);
});

test('a denied opinion is denied once, however often its book is looked at', () => {
  const stage = new Stage([{ target: 1 }, { target: 0 }, { stop: 90 }, { stop: 91 }]);
  stage.bar();
  stage.engine.onCommand({ kind: 'halt', reason: 'a person said so' });
  for (let i = 0; i < 3; i++) stage.bar();
  assert.deepEqual([stage.audit.denials.length, stage.venue.orders.length], [1, 1]);
  stage.venue.fill(stage.order(0), 10_000);
  assert.deepEqual(stage.sent(1), ['sell 10 target']);
  assert.equal(stage.audit.denials.length, 1);
});

test('a denied flip closes what is held', () => {
  const stage = new Stage([{ target: 1 }, { target: -1 }], [maxExposure(0.15)]);
  stage.bar();
  stage.venue.fill(stage.order(0), 10_000);
  stage.bar(200);
  assert.deepEqual(stage.audit.denials, [{ rule: 'exposure', owner: 'scripted@A', tsEvent: 2 * MINUTE, side: 'sell', quantity: 20, value: 2_000, limit: 0.15 * 11_000 }]);
  assert.deepEqual(stage.sent(1), ['sell 10 target']);
  stage.venue.fill(stage.order(1), 20_000);
  stage.bar();
  assert.equal(stage.venue.orders.length, 2);
});

test('what comes up long after the last price opens nothing on it, and still closes', () => {
  const stage = longWithExits([{ target: -1, stop: 105, takeProfit: 90 }], [staleData(3 * MINUTE)]);
  stage.bar();
  stage.venue.cancelled(stage.order(1));
  stage.venue.now += 4 * MINUTE;
  stage.venue.cancelled(stage.order(2));
  assert.deepEqual(stage.audit.denials, [{ rule: 'stale-data', owner: 'scripted@A', tsEvent: 6 * MINUTE, side: 'sell', quantity: 20, value: 4 * MINUTE, limit: 3 * MINUTE }]);
  assert.deepEqual(stage.sent(3), ['sell 10 target']);
});

test('flatten cancels, closes and stays flat, whatever the strategy thinks meanwhile', () => {
  const stage = longWithExits([{ target: 0.5 }, { target: 1 }, { target: -1 }, { target: 0 }, { target: 1 }]);
  stage.engine.onCommand({ kind: 'flatten', reason: 'a person said so' });
  assert.deepEqual(stage.venue.cancels, [stage.order(1), stage.order(2)]);
  stage.bar();
  stage.venue.cancelled(stage.order(1));
  stage.venue.cancelled(stage.order(2));
  assert.deepEqual(stage.sent(3), ['sell 10 flatten']);
  stage.venue.reject(stage.order(3));
  stage.bar();
  assert.deepEqual(stage.sent(4), ['sell 10 flatten']);
  stage.venue.fill(stage.order(4), 10_000);
  stage.bar();
  assert.equal(stage.venue.orders.length, 5);
  stage.engine.onCommand({ kind: 'resume' });
  assert.equal(stage.venue.orders.length, 5);
  stage.bar();
  stage.bar();
  assert.deepEqual(stage.sent(5), ['buy 10 target']);
});

test('an entry that fills after a flatten is closed', () => {
  const stage = new Stage([{ target: 1, stop: 95 }]);
  stage.bar();
  stage.engine.onCommand({ kind: 'flatten', reason: 'a person said so' });
  stage.venue.fill(stage.order(0), 10_000);
  assert.deepEqual(stage.sent(1), ['sell 10 flatten']);
});

test('a target that is no number or out of range stops the run with the name of the book', () => {
  for (const target of [NaN, 1.01, -2]) {
    assert.throws(() => new Stage([{ target }]).bar(), { name: 'RangeError', message: /scripted@A wants a target of/ });
  }
});

test('ids of orders follow from their causes: the same run repeats them, another run has others', () => {
  const ids = (stage: Stage) => stage.venue.orders.map((order) => order.clientOrderId);
  assert.deepEqual(ids(longWithExits([])), ids(longWithExits([])));
  assert.equal(new Set(ids(longWithExits([]))).size, 3);
});

test('no order goes into a price that has jumped beyond the collar; a calm one passes, also on the first bar', () => {
  const stage = new Stage([{ target: 1 }, { target: 0 }, { target: 1 }], [priceCollar(0.05)]);
  stage.bar(100);
  stage.venue.fill(stage.order(0), 10_000);
  stage.bar(100);
  stage.venue.fill(stage.order(1), 10_000);
  stage.bar(106);
  assert.deepEqual(stage.sent(), ['buy 10 target', 'sell 10 target']);
  const { rule, value, limit } = stage.audit.denials[0];
  assert.deepEqual({ rule, value: Number(value.toFixed(9)), limit }, { rule: 'price-collar', value: 0.06, limit: 0.05 });
});

test('a stop or take-profit that is no price ends the run with the name of the book', () => {
  for (const exits of [{ stop: 0 }, { stop: -5 }, { stop: Infinity }, { takeProfit: 0 }, { takeProfit: Infinity }]) {
    assert.throws(() => new Stage([{ target: 1, ...exits }]).bar(), /^RangeError: scripted@.* wants a (stop|take-profit) of /, JSON.stringify(exits));
    const stage = new Stage([LONG, exits]);
    stage.bar();
    assert.throws(() => stage.bar(), RangeError, JSON.stringify(exits));
  }
});
