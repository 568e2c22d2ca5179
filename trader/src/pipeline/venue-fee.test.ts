import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualVenue } from '../../test/manual-venue.ts';
import { bar, MINUTE, testInstrument } from '../../test/markets.ts';
import type { Strategy } from '../ports/strategy.ts';
import type { VenueFill } from '../ports/venue.ts';
import { noFee } from '../simulation/fees.ts';
import { Engine } from './engine.ts';
import { feeOf } from './venue-fee.ts';

// As Binance lists it: lots of 0.00001, balances of eight decimals.
const BTC = testInstrument({ id: 'BTC-USDT.BINANCE', quoteCurrency: 'USDT', priceScale: 2, quantityScale: 8, lotSize: 1_000 });
const MONEY_SCALE = 10;

function fill(fee: string, feeCurrency: string, side: 'buy' | 'sell' = 'buy'): VenueFill {
  return { clientOrderId: 'c', venueOrderId: 'v', instrument: 0, tradeId: 't', side, price: 50_000_00, quantity: 100_000_000, fee, feeCurrency, liquidity: 'taker', tsEvent: 1 };
}

const worth = (currency: string) => (currency === 'BNB' ? 612.5 : undefined);

test('a fee in money is what it is, one in the coin is that much less of it, one in another coin is worth its price', () => {
  assert.deepEqual(feeOf(fill('50.00', 'USDT'), BTC, MONEY_SCALE, worth), { fee: 50_0000000000 });
  assert.deepEqual(feeOf(fill('0.00100000', 'BTC'), BTC, MONEY_SCALE, worth), { fee: 50_0000000000, taken: 100_000 });
  assert.deepEqual(feeOf(fill('0.01', 'BNB'), BTC, MONEY_SCALE, worth), { fee: 6_1250000000, feeIn: 'BNB' });
  assert.deepEqual(feeOf(fill('0.01', 'GEM'), BTC, MONEY_SCALE, worth), { fee: 0, feeIn: 'GEM' });
  assert.deepEqual(feeOf(fill('0.000000001', 'BTC'), BTC, MONEY_SCALE, worth), { fee: 5_000_000, taken: 1 }, 'finer than is counted: rounded up');
});

/** An engine that wants 1 BTC long, then nothing, with fees of 0.1 % that are kept from what was bought. */
function open() {
  const venue = new ManualVenue();
  let target = 1;
  const strategy: Strategy = { onBar(_, signal) { signal.target = target; signal.stop = target === 1 ? 40_000 : NaN; } };
  const engine = new Engine({
    run: 'fee', markets: [{ instrument: BTC, intervalMs: MINUTE }], cash: 100_000_0000000000, moneyScale: MONEY_SCALE, fees: noFee, guards: [], client: venue,
    books: [{ strategyName: 'long', strategy, market: 0, sizing: { kind: 'units', units: '1' } }],
  });
  let trades = 0;
  return {
    engine, venue,
    want(wanted: number, minute: number) { target = wanted; engine.onBar(0, bar(minute * MINUTE, 50_000)); },
    fill(quantity: number, taken: number) {
      const each = { ...fill(String(taken / 1e8), 'BTC'), quantity };
      venue.tell({ kind: 'filled', order: venue.last, tsEvent: 1, tradeId: ++trades, price: each.price, quantity, ...feeOf(each, BTC, MONEY_SCALE, worth) });
    },
  };
}

test('what a fee in coins leaves is held to the unit, is not bought again, and is protected and sold in whole lots', () => {
  const { engine, venue, want, fill: trade } = open();
  const [book] = engine.books;
  want(1, 0);
  trade(40_000_000, 40_001);
  trade(60_000_000, 60_001);
  // 1 BTC less 0.00100002: eight decimals in the ledger, whole lots in the book.
  assert.equal(engine.portfolio.netQuantity(0), 99_899_998);
  assert.deepEqual([book.quantity, book.wanted, book.buying], [99_899_000, 99_899_000, 0]);
  // Cash has moved by price × quantity, whatever was kept; the fee is that of 0.1 %.
  assert.equal(engine.portfolio.account.cash, 50_000_0000000000);
  assert.equal(engine.portfolio.account.fees, 50_0010000000);
  assert.deepEqual([venue.last.leg, venue.last.quantity], ['stop', 99_899_000]);
  want(0, 1);
  venue.cancelled(venue.last);
  assert.deepEqual([venue.last.leg, venue.last.side, venue.last.quantity], ['target', 'sell', 99_899_000]);
  venue.fill(venue.last, 50_000_00);
  assert.deepEqual([engine.portfolio.netQuantity(0), book.quantity, book.wanted], [998, 0, 0]);
  const sent = venue.orders.length;
  want(0, 2);
  assert.equal(venue.orders.length, sent);
});
