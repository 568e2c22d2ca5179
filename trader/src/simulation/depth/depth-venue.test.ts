import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Order, type Approved, type OrderTerms, type OrderType, type Side, type TimeInForce } from '../../domain/order.ts';
import type { ExecutionReport } from '../../domain/report.ts';
import { testInstrument } from '../../../test/markets.ts';
import { TickFeed, type Row } from '../../../test/tick-feed.ts';
import { noFee, PerShareFee } from '../fees.ts';
import { ConstantLatency } from '../latency.ts';
import { DepthVenue } from './depth-venue.ts';
import { QUEUE_MODELS, riskAverse, type QueueModelFactory } from './queue-model.ts';

interface Wish {
  readonly price?: number;
  readonly timeInForce?: TimeInForce;
  readonly terms?: OrderTerms;
  readonly ocoWith?: Order;
}

/** A venue with its ticks, and what it said, as words: `filled 3 at 100 @7`. */
class Scene {
  readonly heard: string[] = [];
  readonly venue: DepthVenue;
  readonly feed = new TickFeed();
  now = 0;
  #orders = 0;

  constructor(rules: { readonly entryMs?: number; readonly responseMs?: number; readonly queue?: QueueModelFactory; readonly minNotional?: number } = {}) {
    const instrument = testInstrument({ minNotional: rules.minNotional ?? 0 });
    this.venue = new DepthVenue({
      markets: [{ instrument, ticks: this.feed }], fees: noFee, moneyScale: 2, queue: rules.queue ?? (() => riskAverse),
      entry: new ConstantLatency(rules.entryMs ?? 0), response: new ConstantLatency(rules.responseMs ?? 0),
    });
    this.venue.connect({ report: (report) => this.heard.push(words(report)), book() {}, settle() {} });
  }

  /** Plays ticks up to the time of the last, and gives what was heard meanwhile. */
  play(...rows: readonly Row[]): readonly string[] {
    this.feed.add(...rows);
    this.now = rows.at(-1)?.[1] ?? this.now;
    return this.until(this.now);
  }

  until(now: number): readonly string[] {
    this.now = now;
    this.venue.advance(0, now);
    return this.heard.splice(0);
  }

  send(side: Side, lots: number, type: OrderType, wish: Wish = {}): Order {
    const { price = 0, timeInForce = 'gtc', ocoWith, terms } = wish;
    const order = new Order(OWNER, 1, this.#orders++, 'target', 0, side, type, timeInForce, lots, price, this.now, ocoWith, terms);
    this.venue.submit(order as Approved<Order>);
    return order;
  }
}

const OWNER = { run: 'test', name: 'test@A', index: 0 };

function words(report: ExecutionReport): string {
  const at = `@${report.tsEvent}`;
  if (report.kind === 'filled') return `filled ${report.quantity} at ${report.price} ${at}`;
  return report.kind === 'rejected' ? `rejected ${at}: ${report.reason}` : `${report.kind} ${at}`;
}

/** A book of 10 lots at 100 and 99, and of 10 at 101 and 102. */
const BOOK: readonly Row[] = [['bid', 1, 100, 10], ['bid', 1, 99, 10], ['ask', 1, 101, 10], ['ask', 1, 102, 10]];

test('a market order walks the book, and what finds nobody is canceled', () => {
  const scene = new Scene();
  scene.play(...BOOK);
  scene.send('buy', 15, 'market');
  assert.deepEqual(scene.until(2), ['accepted @1', 'filled 10 at 101 @1', 'filled 5 at 102 @1']);
  scene.send('sell', 25, 'market');
  assert.deepEqual(scene.until(3), ['accepted @2', 'filled 10 at 100 @2', 'filled 10 at 99 @2', 'canceled @2']);
});

test('what was taken is gone until the level itself has shrunk', () => {
  const scene = new Scene();
  scene.play(...BOOK);
  scene.send('buy', 8, 'market');
  scene.until(2);
  scene.play(['ask', 3, 101, 30]); // twenty came behind those that we took
  scene.send('buy', 25, 'market');
  assert.deepEqual(scene.until(4), ['accepted @3', 'filled 22 at 101 @3', 'filled 3 at 102 @3']);
  scene.play(['ask', 5, 101, 0], ['ask', 6, 101, 4]);
  scene.send('buy', 4, 'market');
  assert.deepEqual(scene.until(7), ['accepted @6', 'filled 4 at 101 @6']);
});

test('an order waits for those before it, and then gets what a trade leaves, at its own price', () => {
  const scene = new Scene();
  scene.play(...BOOK);
  scene.send('buy', 5, 'limit', { price: 100 });
  assert.deepEqual(scene.play(['sell', 2, 100, 7]), ['accepted @1']);
  assert.deepEqual(scene.play(['bid', 3, 100, 3], ['sell', 4, 100, 5]), ['filled 2 at 100 @4']);
  assert.deepEqual(scene.play(['sell', 5, 98, 9]), ['filled 3 at 100 @5'], 'never the better price of a trade that went through');
});

test('of two orders at one price the first trades first, and no more trades than was printed', () => {
  const scene = new Scene();
  scene.play(...BOOK);
  scene.send('sell', 4, 'limit', { price: 101 });
  scene.send('sell', 4, 'limit', { price: 101 });
  assert.deepEqual(scene.play(['buy', 2, 101, 13]), ['accepted @1', 'accepted @1', 'filled 3 at 101 @2']);
  assert.deepEqual(scene.play(['buy', 3, 101, 2], ['buy', 4, 101, 9]), ['filled 1 at 101 @3', 'filled 1 at 101 @3', 'filled 3 at 101 @4']);
});

test('a cancel before an order moves it up under a model that thinks so, and not for the cautious', () => {
  const optimist = QUEUE_MODELS['power'];
  assert.ok(optimist);
  for (const [queue, fills] of [[() => riskAverse, 0], [optimist(1), 1]] as const) {
    const scene = new Scene({ queue });
    scene.play(...BOOK);
    scene.send('buy', 5, 'limit', { price: 100 });
    scene.play(['bid', 2, 100, 20], ['bid', 3, 100, 12]); // ten came behind, then eight of twenty left
    assert.equal(scene.play(['sell', 4, 100, 8]).length, fills);
  }
});

test('the other side that comes to a resting order trades with it, once for each lot that stands there', () => {
  const scene = new Scene();
  scene.play(...BOOK);
  scene.send('buy', 9, 'limit', { price: 100 });
  scene.until(2);
  assert.deepEqual(scene.play(['bid', 3, 100, 0], ['ask', 3, 100, 4], ['ask', 4, 100, 4], ['bid', 4, 99, 8]), ['filled 4 at 100 @3']);
  assert.deepEqual(scene.play(['ask', 5, 100, 6]), ['filled 2 at 100 @5']);
});

test('post-only is refused where it would take; fill-or-kill trades whole or not at all; immediate takes what is there', () => {
  const scene = new Scene();
  scene.play(...BOOK);
  scene.send('buy', 1, 'limit', { price: 101, terms: { postOnly: true } });
  scene.send('buy', 1, 'limit', { price: 100, terms: { postOnly: true } });
  scene.send('buy', 21, 'limit', { price: 102, timeInForce: 'fok' });
  scene.send('buy', 11, 'limit', { price: 101, timeInForce: 'ioc' });
  assert.deepEqual(scene.until(2), ['rejected @1: post-only would trade at once', 'accepted @1', 'accepted @1', 'canceled @1', 'accepted @1', 'filled 10 at 101 @1', 'canceled @1']);
  scene.send('buy', 10, 'limit', { price: 102, timeInForce: 'fok' });
  assert.deepEqual(scene.until(3), ['accepted @2', 'filled 10 at 102 @2']);
});

test('orders, cancels and reports take their time, in their order', () => {
  const scene = new Scene({ entryMs: 5, responseMs: 3 });
  scene.play(...BOOK);
  const order = scene.send('buy', 5, 'limit', { price: 100 });
  assert.deepEqual(scene.play(['sell', 5.9, 90, 99]), [], 'it is not there yet');
  assert.deepEqual([scene.until(8.9), scene.until(9)], [[], ['accepted @6']]);
  scene.venue.cancel(order);
  assert.deepEqual(scene.play(['sell', 13, 99, 2]), [], 'the cancel is not there yet, nor is the news of the trade here');
  assert.deepEqual(scene.until(17), ['filled 2 at 100 @13', 'canceled @14']);
});

test('a stop is touched by a trade, not by a quote, and gets no better price than its own', () => {
  const scene = new Scene();
  scene.play(...BOOK, ['buy', 2, 101, 1]);
  scene.send('sell', 12, 'stop', { price: 99 });
  assert.deepEqual(scene.play(['bid', 3, 100, 0], ['sell', 4, 100, 1]), ['accepted @2']);
  assert.deepEqual(scene.play(['bid', 5, 100, 6], ['sell', 6, 99, 1]), ['filled 6 at 99 @6', 'filled 6 at 99 @6']);
});

test('a stop whose price has been reached on arrival is a market order', () => {
  const scene = new Scene();
  scene.play(...BOOK, ['sell', 2, 98, 1]);
  scene.send('sell', 1, 'stop', { price: 99 });
  assert.deepEqual(scene.until(3), ['accepted @2', 'filled 1 at 99 @2']);
});

test('of two tied orders the first trade, even of a part, ends the other in the same moment', () => {
  const scene = new Scene();
  scene.play(...BOOK, ['buy', 2, 101, 1]);
  const stop = scene.send('sell', 9, 'stop', { price: 99 });
  scene.send('sell', 9, 'limit', { price: 103, ocoWith: stop });
  assert.deepEqual(scene.play(['buy', 3, 103, 4], ['sell', 4, 90, 1]), ['accepted @2', 'accepted @2', 'filled 4 at 103 @3', 'canceled @3']);
});

test('quotes are a book of one level where no depth is, and are no longer looked at where it is', () => {
  const scene = new Scene();
  scene.play(['bidQuote', 1, 100, 5], ['askQuote', 1, 102, Infinity]);
  scene.send('sell', 9, 'market');
  assert.deepEqual(scene.until(2), ['accepted @1', 'filled 5 at 100 @1', 'canceled @1']);
  scene.send('buy', 9, 'market');
  assert.deepEqual(scene.until(3), ['accepted @2', 'filled 9 at 102 @2']);
  scene.send('buy', 1, 'limit', { price: 101 });
  assert.deepEqual(scene.play(['bidQuote', 4, 101, 5], ['askQuote', 5, 101, 5]), ['accepted @3', 'filled 1 at 101 @5']);
  scene.play(['reset', 6, 0, 0], ...BOOK.map(([what, , price, size]): Row => [what, 7, price, size]), ['askQuote', 8, 90, 5]);
  scene.send('buy', 1, 'market');
  assert.deepEqual(scene.until(9), ['accepted @8', 'filled 1 at 101 @8']);
});

test('while the book is unknown a market order is refused, and a resting one trades with prints alone', () => {
  const scene = new Scene();
  scene.play(...BOOK);
  scene.send('buy', 2, 'limit', { price: 100 });
  scene.play(['reset', 2, 0, 0]);
  scene.send('buy', 2, 'market');
  assert.deepEqual(scene.until(3), ['rejected @2: the book is not known']);
  assert.deepEqual(scene.play(['sell', 4, 100, 10], ['sell', 5, 100, 1]), ['filled 1 at 100 @5']);
});

test('what the venue does not do, and what breaks its rules, is refused with the reason', () => {
  const scene = new Scene({ minNotional: 500 });
  scene.play(...BOOK);
  scene.send('buy', 9, 'trailing-stop', { price: 105, terms: { trail: 0.1 } });
  scene.send('buy', 9, 'limit', { price: 90, timeInForce: 'day' });
  scene.send('buy', 9, 'limit', { price: 90, terms: { reduceOnly: true } });
  scene.send('buy', 9, 'limit', { price: 3e9 });
  scene.send('buy', 4, 'market');
  assert.deepEqual(scene.until(2), [
    'rejected @1: no trailing-stop orders on recorded ticks', 'rejected @1: no orders good till a date on recorded ticks', 'rejected @1: no reduce-only orders on recorded ticks',
    'rejected @1: price or quantity is beyond what the venue counts', 'rejected @1: order value is below the minimum',
  ]);
});

test('a fee by the order is refused: what is filled is charged trade by trade', () => {
  assert.throws(() => new DepthVenue({
    markets: [], fees: new PerShareFee('0.005', '1'), moneyScale: 2, queue: () => riskAverse, entry: new ConstantLatency(0), response: new ConstantLatency(0),
  }), /by the trade, not by the order/);
});
