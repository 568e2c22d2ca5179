import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { VenueError } from '../../domain/venue-error.ts';
import { failureOf } from './failure.ts';
import { RequestBudget, SPOT_LIMITS } from './request-budget.ts';
import { RestClient } from './rest-client.ts';
import { Signer } from './signing.ts';

/** Runs a server on loopback, and a client to it, for as long as the work takes. */
async function serving(listener: RequestListener, work: (client: RestClient, address: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new RestClient({ base, signer: new Signer('key', 'secret'), clock: WALL_CLOCK, budget: new RequestBudget(SPOT_LIMITS), timePath: '/api/v3/time', failureOf });
  try {
    await work(client, base);
  } finally {
    client.close();
    server.closeAllConnections();
    server.close();
  }
}

const QUESTION = { method: 'GET', path: '/api/v3/exchangeInfo', weight: 20, purpose: 'question', security: 'none' } as const;

test('a redirection is not followed: no other host gets to see a key or an order', async () => {
  let elsewhere = 0;
  await serving(() => { elsewhere += 1; }, async (_client, other) => {
    await serving((_request, response) => { response.writeHead(307, { location: `${other}/api/v3/order` }).end(); }, async (client) => {
      await assert.rejects(client.request(QUESTION), (error) => error instanceof VenueError && error.failure === 'unknown-outcome');
    });
  });
  assert.equal(elsewhere, 0);
});

test('an id beyond 2^53 in an answer keeps its digits', async () => {
  await serving((_request, response) => { response.end('{"orderId":9007199254740993,"price":"1.10","small":7,"fraction":0.5}'); }, async (client) => {
    assert.deepEqual(await client.request(QUESTION), { orderId: '9007199254740993', price: '1.10', small: 7, fraction: 0.5 });
  });
});

test('an order that waits for the venue\'s time has surely not been sent when that cannot be had', async () => {
  const asked: string[] = [];
  await serving((request) => {
    asked.push(request.url ?? '');
    request.socket.resetAndDestroy();
  }, async (client) => {
    await assert.rejects(
      client.request({ method: 'POST', path: '/api/v3/order', parameters: { symbol: 'BTCUSDT' }, weight: 1, purpose: 'order' }),
      (error) => error instanceof VenueError && error.failure === 'unreachable',
    );
  });
  assert.deepEqual(asked, ['/api/v3/time']);
});
