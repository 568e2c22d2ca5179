import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFuturesListings, readListings } from './listing.ts';

/** A symbol of exchangeInfo with filters as filters.md of github.com/binance/binance-spot-api-docs shows them. */
function symbol(filters: readonly object[], changes: object = {}): object {
  return {
    symbol: 'ETHBTC', status: 'TRADING', baseAsset: 'ETH', quoteAsset: 'BTC', baseAssetPrecision: 8, quoteAssetPrecision: 8, isSpotTradingAllowed: true, filters, ...changes,
  };
}

const FILTERS = [
  { filterType: 'PRICE_FILTER', minPrice: '0.00000100', maxPrice: '100000.00000000', tickSize: '0.00000100' },
  { filterType: 'LOT_SIZE', minQty: '0.00100000', maxQty: '100000.00000000', stepSize: '0.00100000' },
  { filterType: 'MIN_NOTIONAL', minNotional: '0.00100000', applyToMarket: true, avgPriceMins: 5 },
];

test('tick, lot and minimum are read by value, not by the length of their text', () => {
  assert.deepEqual(readListings([symbol(FILTERS)], assert.fail), [{
    symbol: 'ETHBTC',
    instrument: { id: 'ETH-BTC.BINANCE', assetClass: 'crypto', quoteCurrency: 'BTC', priceScale: 6, quantityScale: 3, tickSize: 1, lotSize: 1, minNotional: 1_000_000 },
  }]);
});

test('a step that is no power of ten keeps its size, and one of zero leaves the asset\'s precision', () => {
  const [odd] = readListings([symbol([{ filterType: 'PRICE_FILTER', tickSize: '0.00250000' }, { filterType: 'LOT_SIZE', stepSize: '0.00000000' }])], assert.fail);
  assert.deepEqual([odd?.instrument.priceScale, odd?.instrument.tickSize, odd?.instrument.quantityScale, odd?.instrument.lotSize, odd?.instrument.minNotional], [4, 25, 8, 1, 0]);
});

test('what does not trade is left out, and what cannot be read is counted', () => {
  const passedOver: string[] = [];
  const listings = readListings(
    [symbol(FILTERS, { status: 'BREAK' }), symbol(FILTERS, { isSpotTradingAllowed: false }), { symbol: 'ODD' }, symbol([...FILTERS.slice(0, 2), { filterType: 'NOTIONAL', minNotional: '0.0000000001' }]), null],
    (what) => { passedOver.push(what); },
  );
  assert.deepEqual(listings, []);
  assert.equal(passedOver.length, 3);
});

/** A contract of exchangeInfo as the documentation of USD-M futures shows one, "Exchange Information". */
function contract(changes: object = {}): object {
  return {
    symbol: 'BLZUSDT', pair: 'BLZUSDT', contractType: 'PERPETUAL', status: 'TRADING', baseAsset: 'BLZ', quoteAsset: 'USDT', marginAsset: 'USDT', pricePrecision: 5, quantityPrecision: 0,
    filters: [{ filterType: 'PRICE_FILTER', maxPrice: '300', minPrice: '0.0001', tickSize: '0.0001' }, { filterType: 'LOT_SIZE', maxQty: '10000000', minQty: '1', stepSize: '1' }, { filterType: 'MIN_NOTIONAL', notional: '5.0' }],
    ...changes,
  };
}

test('a contract of USD-M futures has its tick, lot and minimum by value, and an id that says when it ends', () => {
  const passedOver: string[] = [];
  const listings = readFuturesListings([
    contract(), contract({ symbol: 'BTCUSDT_261225', baseAsset: 'BTC', contractType: 'CURRENT_QUARTER' }),
    contract({ status: 'SETTLING' }), contract({ marginAsset: 'BNFCR' }), { symbol: 'ODD' },
  ], (what) => { passedOver.push(what); });
  assert.deepEqual(listings.map(({ instrument }) => instrument.id), ['BLZ-USDT-PERP.BINANCE', 'BTC-USDT-261225.BINANCE']);
  assert.deepEqual(listings[0]?.instrument, { id: 'BLZ-USDT-PERP.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 4, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 50_000 });
  assert.equal(passedOver.length, 1);
});
