import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Order, type OrderTerms, type OrderType, type Side, type TimeInForce } from '../../domain/order.ts';
import { VenueError } from '../../domain/venue-error.ts';
import { orderBody, orderEntry, plain, streamedOrder, streamedToVenueOrder, sum, toVenueOrder, wholeUnits, type Listed } from './orders.ts';
import { decimal } from './wire.ts';

const LISTED: Listed = {
  symbol: 'BTC-USD', index: 3,
  instrument: { id: 'BTC-USD.COINBASE', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
};

interface Plan {
  readonly type: OrderType;
  readonly lasts?: TimeInForce;
  readonly side?: Side;
  readonly terms?: OrderTerms;
  readonly ocoWith?: Order;
}

function order({ type, lasts = 'gtc', side = 'buy', terms, ocoWith }: Plan): Order {
  return new Order({ run: 'test', name: 'test', index: 0 }, 1, 1, 'target', 0, side, type, lasts, 150_000_000, 6_408_927, 0, ocoWith, terms);
}

const configuration = (plan: Plan) => (orderBody(order(plan), LISTED) as { readonly order_configuration: object }).order_configuration;
const LIMIT = { base_size: '1.5', limit_price: '64089.27' };

test('an order names itself, its product, its side and one configuration', () => {
  const plan: Plan = { type: 'market', side: 'sell' };
  assert.deepEqual(orderBody(order(plan), LISTED), { client_order_id: order(plan).clientOrderId, product_id: 'BTC-USD', side: 'SELL', order_configuration: { market_market_ioc: { base_size: '1.5' } } });
});

test('each type of order with each time in force has Coinbase\'s name for both, and only what belongs beneath', () => {
  const expires = Date.UTC(2027, 4, 31, 9, 59, 59);
  const stop = { stop_price: '64500', stop_direction: 'STOP_DIRECTION_STOP_UP' };
  const terms = { trigger: 6_450_000 };
  const table: readonly (readonly [Plan, object])[] = [
    [{ type: 'market', lasts: 'ioc' }, { market_market_ioc: { base_size: '1.5' } }],
    [{ type: 'limit' }, { limit_limit_gtc: { ...LIMIT, post_only: false } }],
    [{ type: 'limit', terms: { postOnly: true } }, { limit_limit_gtc: { ...LIMIT, post_only: true } }],
    [{ type: 'limit', lasts: 'gtd', terms: { expires, postOnly: true } }, { limit_limit_gtd: { ...LIMIT, end_time: '2027-05-31T09:59:59.000Z', post_only: true } }],
    [{ type: 'limit', lasts: 'ioc' }, { sor_limit_ioc: LIMIT }],
    [{ type: 'limit', lasts: 'fok' }, { limit_limit_fok: LIMIT }],
    [{ type: 'stop-limit', terms }, { stop_limit_stop_limit_gtc: { ...LIMIT, ...stop } }],
    [{ type: 'stop-limit', side: 'sell', terms }, { stop_limit_stop_limit_gtc: { ...LIMIT, ...stop, stop_direction: 'STOP_DIRECTION_STOP_DOWN' } }],
    [{ type: 'stop-limit', lasts: 'gtd', terms: { ...terms, expires } }, { stop_limit_stop_limit_gtd: { ...LIMIT, ...stop, end_time: '2027-05-31T09:59:59.000Z' } }],
  ];
  for (const [plan, expected] of table) assert.deepEqual(configuration(plan), expected);
});

test('what would be left out in silence is refused instead', () => {
  const refused: readonly Plan[] = [
    { type: 'stop' }, { type: 'trailing-stop', terms: { trail: 0.01 } }, { type: 'market', lasts: 'fok' }, { type: 'market', lasts: 'day' }, { type: 'limit', lasts: 'day' },
    { type: 'limit', lasts: 'gtd' }, { type: 'stop-limit', lasts: 'ioc', terms: { trigger: 1 } }, { type: 'limit', lasts: 'ioc', terms: { postOnly: true } },
    { type: 'stop-limit', terms: { postOnly: true, trigger: 1 } }, { type: 'limit', terms: { reduceOnly: true } }, { type: 'limit', ocoWith: order({ type: 'limit' }) },
  ];
  for (const plan of refused) {
    assert.throws(() => configuration(plan), (error) => error instanceof VenueError && error.failure === 'rejected' && error.reason === 'not-permitted' && error.message.includes('nothing was sent'));
  }
});

const TOLD = {
  order_id: 'o', product_id: 'BTC-USD', client_order_id: 'c', side: 'BUY', status: 'OPEN', filled_size: '0.50000000', created_time: '2026-05-31T09:59:59.123456Z',
  order_configuration: { limit_limit_gtc: { base_size: '1.5', limit_price: '64089.27', post_only: false } },
};

test('an order\'s quantity is what was ordered, or the last size that it was changed to', () => {
  const read = (changes: object) => toVenueOrder(orderEntry.parse({ ...TOLD, ...changes }), LISTED, undefined);
  assert.deepEqual(read({}), {
    clientOrderId: 'c', venueOrderId: 'o', instrument: 3, side: 'buy', status: 'open', filled: 50_000_000, quantity: 150_000_000, tsEvent: Date.UTC(2026, 4, 31, 9, 59, 59, 123),
  });
  const edit = (size: string, at: string) => ({ price: '64000', size, replace_accept_timestamp: at });
  assert.equal(read({ edit_history: [edit('0.7', '2026-05-31T10:02:00Z'), edit('0.9', '2026-05-31T10:01:00Z')] }).quantity, 70_000_000);
  assert.equal(read({ order_configuration: { market_market_ioc: { quote_size: '10.00' } } }).quantity, 50_000_000, 'sized in money: what has traded');
  assert.equal(read({ order_configuration: { stop_limit_stop_limit_gtd: { base_size: 0.001 } } }).quantity, 100_000, 'a bare number');
  assert.equal(read({ last_fill_time: '0001-01-01T00:00:00Z', last_update_time: '2026-06-01T00:00:00Z' }).tsEvent, Date.UTC(2026, 5, 1));
});

test('an order that has ended keeps its quantity where the channel tells that nothing is left', () => {
  const told = (status: string, leaves: string) => streamedOrder.parse({ order_id: 'o', product_id: 'BTC-USD', client_order_id: 'c', order_side: 'SELL', status, cumulative_quantity: '0.5', leaves_quantity: leaves });
  assert.equal(streamedToVenueOrder(told('OPEN', '1'), LISTED, undefined, 7).quantity, 150_000_000);
  assert.equal(streamedToVenueOrder(told('CANCELLED', '0'), LISTED, { clientOrderId: 'c', quantity: 150_000_000 }, 7).quantity, 150_000_000);
  assert.deepEqual(streamedToVenueOrder(told('CANCEL_QUEUED', '1'), LISTED, undefined, 7), { clientOrderId: 'c', venueOrderId: 'o', instrument: 3, side: 'sell', status: 'open', quantity: 150_000_000, filled: 50_000_000, tsEvent: 7 });
});

test('decimals are added without losing a digit, and a balance is counted in whole units', () => {
  assert.equal(sum('0.10', '0.000000000000000001'), '0.100000000000000001');
  assert.equal(plain('10.10000'), '10.1');
  assert.equal(wholeUnits('1.239999999', 8), 123_999_999);
  assert.equal(wholeUnits(decimal.parse('5E-8'), 8), 5);
});
