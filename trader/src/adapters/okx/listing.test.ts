import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readListings } from './listing.ts';

const SPOT = { instId: 'BTC-USDT', instType: 'SPOT', baseCcy: 'BTC', quoteCcy: 'USDT', tickSz: '0.1', lotSz: '0.00000001', state: 'live' };

test('tick and lot are those of OKX', () => {
  assert.deepEqual(readListings([SPOT], assert.fail), [{
    symbol: 'BTC-USDT', instrument: { id: 'BTC-USDT.OKX', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 1, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
  }]);
});

test('what does not trade is left out, and what cannot be read is counted', () => {
  const odd: string[] = [];
  assert.deepEqual(readListings([{ ...SPOT, state: 'suspend' }, { ...SPOT, instType: 'SWAP' }, { ...SPOT, tickSz: '0' }, 7], (what) => { odd.push(what); }), []);
  assert.equal(odd.length, 3);
});

const CAPTURE = join(import.meta.dirname, '../../../../..', 'shared/data/fixtures/okx/ws_capture/OKX.0.txt.gz');
if (existsSync(CAPTURE)) {
  test('every spot instrument that OKX listed is read', () => {
    const line = gunzipSync(readFileSync(CAPTURE)).toString().split('\n').find((each) => each.includes('instType=SPOT')) ?? assert.fail();
    const { data } = JSON.parse(line.slice(line.indexOf('{'))) as { data: readonly { state: string }[] };
    assert.equal(readListings(data, assert.fail).length, data.filter(({ state }) => state === 'live').length);
    assert.ok(data.length > 300);
  });
}
