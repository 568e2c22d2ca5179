import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readListings } from './listing.ts';

const PAIR = { altname: 'XBTUSD', wsname: 'XBT/USD', pair_decimals: 1, lot_decimals: 8, tick_size: '0.1', costmin: '0.5', status: 'online' };

test('a pair has the names of REST, of the stream and of everybody', () => {
  const [listing] = readListings([PAIR], assert.fail);
  assert.deepEqual(listing, {
    symbol: 'BTC/USD', altname: 'XBTUSD', priceDecimals: 1, quantityDecimals: 8,
    instrument: { id: 'BTC-USD.KRAKEN', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 1, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 500_000_000 },
  });
  assert.equal(readListings([{ ...PAIR, wsname: 'XDG/XBT' }], assert.fail)[0]?.symbol, 'DOGE/BTC');
});

test('what does not trade is left out, and what cannot be read is counted', () => {
  const odd: string[] = [];
  assert.deepEqual(readListings([{ ...PAIR, status: 'cancel_only' }, {}, null, { ...PAIR, tick_size: '0' }, { ...PAIR, wsname: 'XBTUSD' }], (what) => { odd.push(what); }), []);
  assert.equal(odd.length, 4);
});

const CAPTURE = join(import.meta.dirname, '../../../../..', 'shared/data/fixtures/kraken/ws_capture/KRAKEN.0.txt.gz');
if (existsSync(CAPTURE)) {
  test('every pair that Kraken listed is read', () => {
    const [line] = gunzipSync(readFileSync(CAPTURE)).toString().split('\n');
    const { result } = JSON.parse(line.slice(line.indexOf('{'))) as { result: Readonly<Record<string, object>> };
    // Pairs of the dark pool have no name on the stream.
    const pairs = Object.entries(result).filter(([name]) => !name.endsWith('.d')).map(([, pair]) => pair);
    assert.ok(pairs.length > 100);
    assert.equal(readListings(pairs, assert.fail).length, pairs.length);
  });
}
