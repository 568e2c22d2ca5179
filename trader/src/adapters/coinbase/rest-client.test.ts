import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { VenueError, type VenueFailure } from '../../domain/venue-error.ts';
import { RestClient } from './rest-client.ts';
import { Signer } from './signing.ts';

/** Tells the time as Coinbase does. */
const tellTime: RequestListener = (_request, response) => { response.end(JSON.stringify({ epochMillis: String(Date.now()) })); };

/** Runs a client to a server on loopback for as long as the work takes. */
async function serving(listener: RequestListener, work: (client: RestClient, host: string) => Promise<void>, time = tellTime): Promise<void> {
  const server = createServer((request, response) => { (request.url === '/api/v3/brokerage/time' ? time : listener)(request, response); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new RestClient(`http://${host}`, new Signer('organizations/test/apiKeys/test', Buffer.alloc(32, 7).toString('base64')), WALL_CLOCK);
  try {
    await work(client, host);
  } finally {
    client.close();
    server.closeAllConnections();
    server.close();
  }
}

const failing = (failure: VenueFailure) => (error: unknown) => error instanceof VenueError && error.failure === failure;
const QUESTION = { method: 'GET', path: '/api/v3/brokerage/orders/historical/batch', query: [['order_status', 'PENDING'], ['order_status', 'QUEUED']], purpose: 'question' } as const;
const ORDER = { method: 'POST', path: '/api/v3/brokerage/orders', body: { side: 'BUY' }, purpose: 'order' } as const;

test('a token is bound to method, host and path, without the query, and lists go out as names that repeat', async () => {
  const seen: string[] = [];
  await serving((request, response) => {
    const claims = (request.headers.authorization ?? '').split('.')[1] ?? '';
    seen.push((JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly uri: string }).uri, request.url ?? '');
    response.end('{}');
  }, async (client, host) => {
    await client.request(QUESTION);
    assert.deepEqual(seen, [`GET ${host}/api/v3/brokerage/orders/historical/batch`, '/api/v3/brokerage/orders/historical/batch?order_status=PENDING&order_status=QUEUED']);
  });
});

test('what is public goes out without a token, and without keys nothing else does', async () => {
  let asked = 0;
  await serving((request, response) => {
    asked += 1;
    assert.equal(request.headers.authorization, undefined);
    response.end('{}');
  }, async (client, host) => {
    await client.request({ method: 'GET', path: '/api/v3/brokerage/market/products', purpose: 'question', open: true });
    const keyless = new RestClient(`http://${host}`, undefined, WALL_CLOCK);
    await assert.rejects(keyless.request(QUESTION), failing('unauthorised'));
    keyless.close();
    assert.equal(asked, 1);
  });
});

test('a redirection is not followed: no other host gets to see a token or an order', async () => {
  let elsewhere = 0;
  await serving(() => { elsewhere += 1; }, async (_client, other) => {
    await serving((_request, response) => { response.writeHead(307, { location: `http://${other}/` }).end(); }, async (client) => {
      await assert.rejects(client.request(ORDER), failing('unknown-outcome'));
    });
  });
  assert.equal(elsewhere, 0);
});

test('where nothing is left of a second a question waits for the next, and an order that waits when all is closed was not sent', async () => {
  let asked = 0;
  await serving((_request, response) => {
    asked += 1;
    response.setHeader('x-ratelimit-remaining', '0').end('{}');
  }, async (client) => {
    await client.request(QUESTION);
    const began = performance.now();
    await client.request(QUESTION);
    assert.ok(performance.now() - began > 900);
    const waiting = client.request(ORDER);
    client.close();
    await assert.rejects(waiting, failing('unreachable'));
    assert.equal(asked, 2);
  });
});

test('a refusal is told with Coinbase\'s own word and sentence, whichever of its shapes it has', async () => {
  const answers: readonly (readonly [number, object, string])[] = [
    [400, { error: 'INVALID_ARGUMENT', code: 3, message: 'order_id is invalid', details: [] }, 'coinbase: GET /api/v3/brokerage/orders/historical/batch was answered 400 INVALID_ARGUMENT: order_id is invalid'],
    [429, { errors: [{ id: 'rate_limit_exceeded', message: 'Too many requests' }] }, 'coinbase: GET /api/v3/brokerage/orders/historical/batch was answered 429 rate_limit_exceeded: Too many requests'],
  ];
  for (const [status, body, words] of answers) {
    await serving((_request, response) => { response.writeHead(status).end(JSON.stringify(body)); }, async (client) => {
      await assert.rejects(client.request(QUESTION), (error) => error instanceof VenueError && error.message === words);
    });
  }
});

test('an order that was refused for its token stays refused where the time cannot be asked', async () => {
  let told = 0;
  await serving((_request, response) => { response.writeHead(401).end('Unauthorized\n'); }, async (client) => {
    await assert.rejects(client.request(ORDER), failing('unauthorised'));
    assert.equal(told, 2);
  }, (request, response) => {
    told += 1;
    if (told === 1) tellTime(request, response);
    else request.socket.resetAndDestroy();
  });
});

test('an order that waits for the venue\'s time has surely not been sent when that cannot be had', async () => {
  let orders = 0;
  await serving(() => { orders += 1; }, async (client) => {
    await assert.rejects(client.request(ORDER), failing('unreachable'));
    await assert.rejects(client.request(QUESTION), failing('unknown-outcome'));
  }, (request) => { request.socket.resetAndDestroy(); });
  assert.equal(orders, 0);
});
