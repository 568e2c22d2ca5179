import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Order, type OrderTerms, type OrderType, type TimeInForce } from '../../domain/order.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { holding, orderParameters, plain } from './orders.ts';
import { decimal } from './wire.ts';

const LISTING: VenueListing = {
  symbol: 'PEPEUSDT',
  instrument: { id: 'PEPE-USDT.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 8, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 0 },
};

function order(type: OrderType, timeInForce: TimeInForce = 'gtc', terms?: OrderTerms, ocoWith?: Order): Order {
  return new Order({ run: 'test', name: 'test', index: 0 }, 1, 1, 'target', 0, 'buy', type, timeInForce, 90_071_992_547_409_931n, 1_234, 0, ocoWith, terms);
}

test('each type of order has Binance\'s name for it and only the parameters that it takes', () => {
  const common = { symbol: 'PEPEUSDT', side: 'BUY', newClientOrderId: order('limit').clientOrderId, quantity: '90071992547409931', newOrderRespType: 'ACK' };
  assert.deepEqual(orderParameters(order('market'), LISTING), { ...common, type: 'MARKET' });
  assert.deepEqual(orderParameters(order('limit', 'fok'), LISTING), { ...common, type: 'LIMIT', timeInForce: 'FOK', price: '0.00001234' });
  assert.deepEqual(orderParameters(order('limit', 'gtc', { postOnly: true }), LISTING), { ...common, type: 'LIMIT_MAKER', price: '0.00001234' });
  assert.deepEqual(orderParameters(order('stop'), LISTING), { ...common, type: 'STOP_LOSS', stopPrice: '0.00001234' });
  assert.deepEqual(orderParameters(order('stop-limit', 'gtc', { trigger: 1_300 }), LISTING), { ...common, type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC', price: '0.00001234', stopPrice: '0.000013' });
});

test('what would be left out in silence is refused instead', () => {
  const refused = [
    order('limit', 'ioc', { postOnly: true }), order('stop-limit', 'gtc', { postOnly: true, trigger: 1 }), order('limit', 'gtc', { reduceOnly: true }),
    order('limit', 'gtc', undefined, order('stop')), order('trailing-stop', 'gtc', { trail: 0.01 }), order('limit', 'day'), order('limit', 'gtd', { expires: 1 }),
  ];
  for (const each of refused) assert.throws(() => orderParameters(each, LISTING), (error) => error instanceof VenueError && error.reason === 'not-permitted');
});

test('a holding counts what is locked, exactly, and leaves out what is finer than the instrument', () => {
  const { text, units } = holding('4723846.89208129', '0.00000001');
  assert.equal(text, '4723846.8920813');
  assert.equal(units(5), 472_384_689_208);
  assert.equal(holding('90071992547409.93000000', '0').units(8), 9_007_199_254_740_993_000_000n);
});

test('decimals are told without their trailing zeros', () => {
  assert.deepEqual(['10.10000000', '0.00000000', '5', '-0.07819010', '0E-8', '1.5E-7'].map((text) => plain(decimal.parse(text))), ['10.1', '0', '5', '-0.0781901', '0', '0.00000015']);
});
