import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf } from '../domain/instrument.ts';
import { testInstrument } from '../../test/markets.ts';
import { Order } from '../domain/order.ts';
import type { Exact } from '../domain/exact.ts';
import { Book } from './book.ts';
import {
  maxCurrencyExposure, maxDrawdown, maxExposure, maxGroupExposure, maxLossStreak, maxNotional, maxOrderRate, maxOrdersPerOpinion, maxPosition, priceCollar, staleData,
  type Guard, type Intent,
} from './guards.ts';
import { Portfolio } from './portfolio.ts';

const INSTRUMENTS = ['BTC-USDT.X', 'BTC-PERP.X', 'ETH-USDT.X', 'EURUSD.X'].map((id, i) => testInstrument({ id, assetClass: i === 3 ? 'fx' : 'crypto' }));
const BOOKS = INSTRUMENTS.map((_, i) => new Book('run', `s@${i}`, i, i, { onBar() {} }, { quantity: () => 0 }));
const PORTFOLIO = new Portfolio(1_000_000, 2, INSTRUMENTS, BOOKS);
PORTFOLIO.marks.fill(100);

const INTENT: Intent = {
  book: BOOKS[0], gap: 10, books: BOOKS, instruments: INSTRUMENTS, portfolio: PORTFOLIO,
  now: 100_000, mark: 100, reference: 100, tsMark: 99_000, price: 100, notional: 1_000, exposure: 2_000, equity: 10_000, peakEquity: 12_500,
};

const ORDER = new Order(BOOKS[0], 1, 0, 'target', 0, 'buy', 'market', 'ioc', 10, 0, 0);

const check = (guard: Guard, differing: Partial<Intent> = {}) => guard.check({ ...INTENT, ...differing });

test('each guard lets pass what is at its limit, and names value and limit of what is beyond', () => {
  assert.equal(check(maxNotional(1_000)), undefined);
  assert.deepEqual(check(maxNotional(999)), { value: 1_000, limit: 999 });
  assert.equal(check(maxExposure(0.2)), undefined);
  assert.deepEqual(check(maxExposure(0.1)), { value: 2_000, limit: 1_000 });
  assert.equal(check(maxDrawdown(0.25), { peakEquity: 12_500, equity: 9_375 }), undefined);
  assert.deepEqual(check(maxDrawdown(0.25), { peakEquity: 10_000, equity: 5_000 }), { value: 0.5, limit: 0.25 });
  assert.equal(check(staleData(1_000)), undefined);
  assert.deepEqual(check(staleData(999)), { value: 1_000, limit: 999 });
  assert.equal(check(priceCollar(0.25), { price: 125 }), undefined);
  assert.deepEqual(check(priceCollar(0.25), { price: 150 }), { value: 0.5, limit: 0.25 });
  assert.deepEqual(check(priceCollar(0.25), { price: 50 }), { value: 0.5, limit: 0.25 });
});

test('what cannot be judged does not pass', () => {
  assert.ok(check(maxNotional(1_000), { notional: NaN }));
  assert.ok(check(maxExposure(1), { equity: NaN }));
  assert.ok(check(maxDrawdown(0.2), { equity: NaN }));
  assert.ok(check(priceCollar(0.1), { reference: NaN }));
  assert.ok(check(staleData(1_000), { tsMark: -Infinity }));
});

test('an account without equity may add nothing', () => {
  assert.ok(check(maxExposure(10), { equity: 0 }));
  assert.ok(check(maxExposure(10), { equity: -500 }));
  assert.ok(check(maxDrawdown(0.9), { equity: -500 }));
});

test('the order rate counts every order of the last window, and forgets older ones', () => {
  const guard = maxOrderRate(2, 1_000);
  const at = (now: number) => check(guard, { now });
  assert.equal(at(0), undefined);
  guard.sent?.(0, ORDER);
  guard.sent?.(400, ORDER);
  assert.deepEqual(at(999), { value: 3, limit: 2 });
  assert.equal(at(1_000), undefined);
  guard.sent?.(1_000, ORDER);
  guard.sent?.(1_000, ORDER);
  assert.deepEqual(at(1_100), { value: 4, limit: 2 });
});

test('an order dated before one that was sent already counts as long as that one', () => {
  const guard = maxOrderRate(2, 1_000);
  guard.sent?.(600, ORDER);
  // In answer to the opening of a longer bar, which began earlier.
  guard.sent?.(0, ORDER);
  assert.deepEqual(check(guard, { now: 1_500 }), { value: 3, limit: 2 });
  assert.equal(check(guard, { now: 1_600 }), undefined);
});

/** What books hold and have on their way, for the time of a test. */
function holding<T>(states: readonly { readonly book: number; readonly quantity?: Exact; readonly buying?: Exact; readonly selling?: Exact }[], then: () => T): T {
  for (const { book, ...state } of states) Object.assign(BOOKS[book], state);
  try {
    return then();
  } finally {
    for (const book of BOOKS) Object.assign(book, { quantity: 0, buying: 0, selling: 0, signalId: 0 });
  }
}

test('a position counts all books of its instrument at the largest that each can become', () => {
  assert.equal(check(maxPosition(0.1)), undefined, '10 units at 100 are a tenth of 10 000');
  assert.deepEqual(holding([{ book: 0, buying: 1 }], () => check(maxPosition(0.1))), { value: 1_100, limit: 1_000 });
  assert.equal(holding([{ book: 1, quantity: 50 }], () => check(maxPosition(0.1))), undefined, 'another instrument is no part of it');
  assert.deepEqual(holding([{ book: 0, quantity: 3, selling: 20 }], () => check(maxPosition(0.1))), { value: 1_700, limit: 1_000 }, 'what is being sold may turn it into a short');
});

test('what depends on one coin counts together, whatever the contract', () => {
  assert.deepEqual(INSTRUMENTS.map(baseOf), ['BTC', 'BTC', 'ETH', 'EUR']);
  assert.deepEqual(holding([{ book: 1, quantity: -5 }, { book: 2, quantity: 90 }], () => check(maxCurrencyExposure(0.12))), { value: 1_500, limit: 1_200 });
});

test('a group counts its members alone, and asks nobody else', () => {
  const guard = maxGroupExposure('coins', ['BTC', 'ETH'], 0.5);
  assert.equal(guard.rule, 'group:coins');
  assert.deepEqual(holding([{ book: 2, quantity: 45 }, { book: 3, quantity: 99 }], () => check(guard)), { value: 5_500, limit: 5_000 });
  assert.equal(holding([{ book: 2, quantity: 99 }], () => check(guard, { book: BOOKS[3] })), undefined);
});

test('losses in a row stop new risk until some time after the last of them, and a win ends the row', () => {
  const portfolio = new Portfolio(1_000_000, 2, INSTRUMENTS, BOOKS);
  const trip = (tsEvent: number, pnl: number) => {
    portfolio.trades.add(0, tsEvent, 0, 1, 100, 0, 0);
    portfolio.trades.add(0, tsEvent + 1, 1, 0, 100 + pnl, pnl, 0);
  };
  const guard = maxLossStreak(2, 1_000);
  const at = (now: number) => guard.check({ ...INTENT, now, portfolio });
  assert.equal(at(0), undefined);
  trip(10, -1);
  trip(20, -1);
  assert.equal(at(30), undefined);
  trip(40, -1);
  assert.deepEqual(at(1_040), { value: 3, limit: 2 });
  assert.equal(at(1_041), undefined, 'the pause is over');
  trip(1_100, 5);
  assert.equal(at(1_102), undefined);
});

test('an opinion that was traded is not traded again', () => {
  const guard = maxOrdersPerOpinion(1);
  holding([], () => {
    BOOKS[0].signalId = 1;
    assert.equal(check(guard), undefined);
    guard.sent?.(0, ORDER);
    assert.deepEqual(check(guard), { value: 2, limit: 1 });
    assert.equal(check(guard, { book: BOOKS[1] }), undefined);
    BOOKS[0].signalId = 2;
    assert.equal(check(guard), undefined);
  });
});
