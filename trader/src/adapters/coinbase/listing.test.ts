import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readListings } from './listing.ts';

/** A product with the fields of "List Products", docs.cdp.coinbase.com. */
function product(changes: object = {}): object {
  return {
    product_id: 'ETH-USD', product_type: 'SPOT', base_currency_id: 'ETH', quote_currency_id: 'USD', alias: '', base_increment: '0.00000001', quote_increment: '0.01', price_increment: '0.05',
    quote_min_size: '1', base_min_size: '0.00022', status: 'online', is_disabled: false, trading_disabled: false, cancel_only: false, view_only: false, ...changes,
  };
}

test('tick, lot and minimum are read by value', () => {
  assert.deepEqual(readListings([product()], assert.fail), [{
    symbol: 'ETH-USD',
    instrument: { id: 'ETH-USD.COINBASE', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 8, tickSize: 5, lotSize: 1, minNotional: 10_000_000_000 },
  }]);
  const [whole] = readListings([product({ base_increment: '10.00', price_increment: '', quote_min_size: null })], assert.fail);
  assert.deepEqual([whole?.instrument.quantityScale, whole?.instrument.lotSize, whole?.instrument.tickSize, whole?.instrument.minNotional], [0, 10, 1, 0]);
});

test('what does not trade now, is no spot product or is another one\'s alias is left out', () => {
  const out = [{ is_disabled: true }, { trading_disabled: true }, { cancel_only: true }, { view_only: true }, { status: 'delisted' }, { product_type: 'FUTURE' }, { alias: 'ETH-USDT' }];
  for (const changes of out) assert.deepEqual(readListings([product(changes)], assert.fail), [], JSON.stringify(changes));
});

test('what cannot be read is counted', () => {
  const passedOver: string[] = [];
  const listings = readListings([{ product_id: 'ODD' }, null, product({ base_increment: '0' }), product({ quote_min_size: '0.00000000001' })], (what) => { passedOver.push(what); });
  assert.deepEqual([listings, passedOver.length], [[], 4]);
});
