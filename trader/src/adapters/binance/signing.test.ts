import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { queryOf, signedParameters, signedQuery, Signer } from './signing.ts';

// The example account of Binance's own documentation (github.com/binance/binance-spot-api-docs, rest-api.md, "HMAC Keys").
const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
const signer = new Signer(KEY, SECRET);

test('a query is signed as the documentation of the REST API publishes it', () => {
  const order = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '0.1', recvWindow: '5000', timestamp: '1499827319559' };
  assert.equal(
    signedQuery(signer, queryOf({ symbol: 'LTCBTC', ...order })),
    'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71',
  );
  const symbol = '１２３４５６';
  assert.equal(
    signedQuery(signer, queryOf({ symbol, ...order })).split('&signature=')[1],
    'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
    'a symbol beyond ASCII is percent-encoded before it is signed',
  );
});

test('parameters are signed as the documentation of the WebSocket API publishes it', () => {
  const signed = signedParameters(signer, {
    symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01000000', price: '52000.00', recvWindow: '100', timestamp: '1645423376532',
  });
  assert.equal(signed.apiKey, KEY);
  assert.equal(signed.signature, 'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24');
  const wide = signedParameters(signer, {
    symbol: '１２３４５６', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1.00000000', price: '0.10000000', recvWindow: '5000', timestamp: '1645423376532',
  });
  assert.equal(wide.signature, 'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd');
});

test('any text is signed with any secret as by the library, however long', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(fc.property(text, fc.array(fc.tuple(text, fc.nat(60)), { maxLength: 5 }), (secret, texts) => {
    const each = new Signer(KEY, secret);
    // One signer for all: what was signed before leaves nothing behind.
    for (const [part, times] of texts) {
      const payload = part.repeat(times);
      assert.equal(each.sign(payload), createHmac('sha256', secret).update(payload).digest('hex'));
    }
  }), { numRuns: 60 });
});

test('a printed signer shows neither key nor secret', () => {
  const printed = inspect(signer, { showHidden: true, depth: 5 }) + JSON.stringify(signer);
  assert.ok(!printed.includes(KEY) && !printed.includes(SECRET), printed);
});
