import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Order, type OrderTerms, type OrderType, type TimeInForce } from '../../domain/order.ts';
import { VenueError } from '../../domain/venue-error.ts';
import { readListings } from './listing.ts';
import { orderBody, orderEntry, toVenueOrder, tradeIdOf } from './orders.ts';

const ASSETS = [
  { class: 'us_equity', symbol: 'AAPL', status: 'active', tradable: true, fractionable: true },
  // docs.alpaca.markets, "Crypto Spot Trading"
  { class: 'crypto', symbol: 'BTC/USD', status: 'active', tradable: true, min_order_size: '0.0001', min_trade_increment: '0.0001', price_increment: '1' },
];
const [AAPL, BTC] = readListings(ASSETS, assert.fail);

const SHARE = 1_000_000_000;

function order(type: OrderType, timeInForce: TimeInForce = 'gtc', terms?: OrderTerms, quantity = 3 * SHARE): Order {
  return new Order({ run: 'test', name: 'test', index: 0 }, 1, 1, 'target', 0, 'sell', type, timeInForce, quantity, 150_250_000, 0, undefined, terms);
}

test('shares are listed whole and in cents, coins by the increments of the list, whatever the length of their text', () => {
  assert.deepEqual([AAPL?.instrument.id, BTC?.instrument.id], ['AAPL.ALPACA', 'BTC-USD.ALPACA']);
  const [fine] = readListings([{ ...ASSETS[1], symbol: 'SHIB/USD', min_trade_increment: '0.100000', price_increment: '0.0000000010' }], assert.fail);
  assert.deepEqual([fine?.instrument.priceScale, fine?.instrument.tickSize, fine?.instrument.quantityScale, fine?.instrument.lotSize], [9, 1, 9, 100_000_000]);
});

test('what does not trade is left out of the listings, and what cannot be read is counted', () => {
  const passedOver: string[] = [];
  const odd = [{ ...ASSETS[0], tradable: false }, { ...ASSETS[0], status: 'inactive' }, { ...ASSETS[1], min_trade_increment: '0' }, { ...ASSETS[1], price_increment: null }, { symbol: 'ODD' }, null];
  assert.deepEqual(readListings(odd, (what) => { passedOver.push(what); }), []);
  assert.equal(passedOver.length, 4);
});

test('each type of order has Alpaca\'s name for it and only the fields that it takes, decimals as text', () => {
  assert.ok(AAPL !== undefined);
  const common = { symbol: 'AAPL', side: 'sell', time_in_force: 'gtc', qty: '3', client_order_id: order('limit').clientOrderId };
  assert.deepEqual(orderBody(order('market'), AAPL), { ...common, type: 'market' });
  assert.deepEqual(orderBody(order('limit'), AAPL), { ...common, type: 'limit', limit_price: '150.25' });
  assert.deepEqual(orderBody(order('stop'), AAPL), { ...common, type: 'stop', stop_price: '150.25' });
  assert.deepEqual(orderBody(order('stop-limit', 'gtc', { trigger: 151_000_000 }), AAPL), { ...common, type: 'stop_limit', limit_price: '150.25', stop_price: '151' });
  assert.deepEqual(orderBody(order('trailing-stop', 'gtc', { trail: 0.0125 }), AAPL), { ...common, type: 'trailing_stop', trail_percent: '1.25' });
});

test('what Alpaca has no word for is refused before it is sent', () => {
  assert.ok(AAPL !== undefined && BTC !== undefined);
  const cases: readonly (readonly [Order, typeof AAPL])[] = [
    [order('stop'), BTC], [order('trailing-stop', 'gtc', { trail: 0.01 }), BTC], [order('limit', 'fok'), BTC], [order('limit', 'day'), BTC], [order('limit', 'gtd', { expires: 1 }), AAPL],
    [order('limit', 'gtc', { postOnly: true }), AAPL], [order('limit', 'gtc', { reduceOnly: true }), AAPL], [order('market', 'ioc', undefined, SHARE / 2), AAPL],
    [new Order({ run: 'test', name: 'test', index: 0 }, 1, 2, 'target', 0, 'sell', 'stop', 'gtc', SHARE, 1, 0, order('limit')), AAPL],
  ];
  for (const [each, listing] of cases) assert.throws(() => orderBody(each, listing), (error) => error instanceof VenueError && error.reason === 'not-permitted', each.type);
});

test('a part of a share can be ordered for the day', () => {
  assert.ok(AAPL !== undefined);
  assert.equal(orderBody(order('market', 'day', undefined, SHARE / 8), AAPL)['qty'], '0.125');
});

test('each of Alpaca\'s states of an order has one of ours; done for the day, stopped, suspended and calculated are not over', () => {
  assert.ok(AAPL !== undefined);
  const told = { id: 'v', client_order_id: 'c', symbol: 'AAPL', qty: '3', filled_qty: '1.5', side: 'buy', replaced_by: null, replaces: null, submitted_at: '2026-01-02T15:04:05.123456789-05:00', updated_at: '2026-01-02T20:04:06Z' };
  const listing = { ...AAPL, index: 0 };
  const became = (status: string) => toVenueOrder(orderEntry.parse({ ...told, status }), { clientOrderId: 'c', carried: 0 }, listing).status;
  const words = [
    'new', 'accepted', 'pending_new', 'accepted_for_bidding', 'pending_review', 'held', 'partially_filled', 'pending_cancel', 'pending_replace', 'done_for_day', 'stopped', 'suspended', 'calculated', 'replaced',
    'filled', 'canceled', 'expired', 'rejected',
  ];
  assert.deepEqual(words.map(became), [...words.slice(0, 14).map(() => 'open'), 'filled', 'canceled', 'expired', 'rejected']);
  assert.equal(orderEntry.parse({ ...told, status: 'new' }).submitted_at, Date.UTC(2026, 0, 2, 20, 4, 5, 123), 'a moment of any zone, to the millisecond');
  assert.equal(orderEntry.safeParse({ ...told, status: 'dreaming' }).success, false);
  const bought = toVenueOrder(orderEntry.parse({ ...told, qty: null, status: 'new' }), { clientOrderId: 'c', carried: 0 }, listing);
  assert.deepEqual([bought.quantity, bought.filled], [1.5 * SHARE, 1.5 * SHARE], 'an order for money has no quantity');
});

test('a trade has one id, in the list of activities and on the stream', () => {
  // Samples of docs.alpaca.markets, "Account Activities".
  assert.equal(tradeIdOf('20210510100104650::88b5f678-fef5-447b-af15-f21e367e6d8c'), '88b5f678-fef5-447b-af15-f21e367e6d8c');
  assert.equal(tradeIdOf('88b5f678-fef5-447b-af15-f21e367e6d8c'), '88b5f678-fef5-447b-af15-f21e367e6d8c');
});
