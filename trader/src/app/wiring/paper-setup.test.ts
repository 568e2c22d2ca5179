import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSetup, type PaperSetup } from './paper-setup.ts';

const SETUP: PaperSetup = {
  cash: '100000', feeBps: '5', latencyMs: 0,
  markets: [{
    instrument: { id: 'X.V', venue: 'v', assetClass: 'crypto', quoteCurrency: 'USDT', tickSize: '0.1', lotSize: '0.001', minNotional: '5' },
    intervalMs: 60_000, priceDecimals: 1, bars: 'x_1m.csv.gz',
  }],
  books: [{ strategy: 'macd', parameters: { fast: 5, rule: 'zero' }, market: 0, sizing: { kind: 'fraction', fraction: '0.1' } }],
  limits: { maxNotional: 1, maxExposure: 1, maxOrdersPerMinute: 1, priceCollar: 1, maxDataAgeMs: 1, maxDrawdown: 1 },
};
const [market, book] = [SETUP.markets[0], SETUP.books[0]];

test('a setup is believed as it was written', () => {
  const text = JSON.stringify(SETUP);
  const read = readSetup(JSON.parse(text));
  assert.ok(read.ok);
  assert.equal(JSON.stringify(read.value), text);
});

test('a setup that would run code, leave the data folder or make no sense is refused by name', () => {
  for (const [fault, words] of [
    [{ ...SETUP, books: [{ ...book, strategy: '/tmp/evil.ts' }] }, /^books\.0\.strategy$/],
    [{ ...SETUP, markets: [{ ...market, bars: '../../secret.csv' }] }, /^markets\.0\.bars/],
    [{ ...SETUP, markets: [{ ...market, bars: '..' }] }, /^markets\.0\.bars/],
    [{ ...SETUP, books: [{ ...book, market: 1 }] }, /market that is not there/],
    [{ ...SETUP, feed: { venue: 'binance', hosts: ['h'] } }, /^markets\.0\.symbol/],
    [{ ...SETUP, markets: [{ ...market, symbol: 'X' }] }, /^markets\.0\.bars/],
    [{ ...SETUP, cash: '-1' }, /^cash/],
    [{ ...SETUP, markets: [] }, /^markets/],
    [{ ...SETUP, extra: 1 }, /extra/],
    [undefined, /./],
  ] as const) {
    const read = readSetup(fault);
    assert.ok(!read.ok);
    assert.match(read.error.message, words);
  }
});

test('a file may be the strategy of a run of this home alone, and only by its whole path', () => {
  const setup = { ...SETUP, books: [{ ...book, strategy: '/ideas/mine.ts' }] };
  assert.equal(readSetup(setup).ok, false);
  assert.equal(readSetup(setup, true).ok, true);
  for (const strategy of ['mine.ts', '../mine.ts', '/ideas/mine.sh', 'madc']) assert.equal(readSetup({ ...SETUP, books: [{ ...book, strategy }] }, true).ok, false, strategy);
});
