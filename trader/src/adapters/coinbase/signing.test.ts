import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Signer, TOKEN_LIFE_MS } from './signing.ts';

// RFC 7515, appendix A.3: a key on P-256, what is signed, and a signature of it (ES256 gives another one each time).
const RFC_7515 = {
  key: { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0', d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' },
  input: 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
  signature: 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
};

// RFC 8037, appendix A.4: an Ed25519 key, what is signed, and the one signature of it.
const RFC_8037 = {
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  input: 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc',
  signature: 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
};

const ec = createPrivateKey({ key: RFC_7515.key, format: 'jwk' });
const PEM = ec.export({ type: 'sec1', format: 'pem' }).toString();
const NAME = 'organizations/8f2b/apiKeys/4c1d';

const holds = (input: string, signature: string) => verify('sha256', Buffer.from(input), { key: createPublicKey(ec), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));

test('a signature by an ECDSA key is one as RFC 7515 publishes it', () => {
  assert.ok(holds(RFC_7515.input, RFC_7515.signature), 'the published one holds');
  assert.ok(holds(RFC_7515.input, new Signer(NAME, PEM).sign(RFC_7515.input)), 'ours holds in the same way');
  assert.ok(!holds(`${RFC_7515.input}x`, RFC_7515.signature));
});

test('a signature by an Ed25519 key is the one that RFC 8037 publishes, whichever way the key is written', () => {
  const seed = Buffer.from(RFC_8037.d, 'base64url');
  const whole = Buffer.concat([seed, Buffer.from(RFC_8037.x, 'base64url')]);
  const pem = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: RFC_8037.d, x: RFC_8037.x }, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const secret of [seed.toString('base64'), `${whole.toString('base64')}\n`, pem, pem.replaceAll('\n', '\\n')]) {
    assert.equal(new Signer(NAME, secret).sign(RFC_8037.input), RFC_8037.signature);
  }
});

test('a token names the key and the one request that it is good for, is good for a short time, and is never the same', () => {
  const now = 1_763_740_800_500;
  const signer = new Signer(NAME, PEM);
  const token = signer.token(now, 'POST api.coinbase.com/api/v3/brokerage/orders');
  const [header = '', claims = '', signature = ''] = token.split('.');
  assert.ok(holds(`${header}.${claims}`, signature));
  const { nonce, ...rest } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
  assert.deepEqual(rest, { alg: 'ES256', typ: 'JWT', kid: NAME });
  assert.match(String(nonce), /^[0-9a-f]{32}$/);
  assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64url').toString()), {
    sub: NAME, iss: 'cdp', nbf: 1_763_740_799, exp: 1_763_740_800 + TOKEN_LIFE_MS / 1_000, uri: 'POST api.coinbase.com/api/v3/brokerage/orders',
  });
  assert.notEqual(signer.token(now), signer.token(now));
});

test('a secret that is no such key is refused without being repeated', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const secret of ['', 'hunter2', Buffer.alloc(31).toString('base64'), other, PEM.replace('MHc', 'MHd'), '-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----']) {
    assert.throws(() => new Signer(NAME, secret), (error) => error instanceof RangeError && (secret === '' || !inspect(error).includes(secret.slice(0, 40))));
  }
});

test('a printed signer shows neither name nor key', () => {
  const printed = inspect(new Signer(NAME, PEM), { showHidden: true, depth: 5 });
  assert.ok(!printed.includes('4c1d') && !printed.includes('MHc'), printed);
});
