import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { DAY_MS } from '../../domain/time.ts';
import { failureOf } from './failure.ts';
import { fundingSince } from './futures-funding.ts';
import { FUTURES_LIMITS, RequestBudget } from './request-budget.ts';
import { RestClient } from './rest-client.ts';
import { Signer } from './signing.ts';

test('funding of an account that has paid none for two years is asked for as far back as Binance keeps it, within its limit', async () => {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://venue');
    if (pathname === '/fapi/v1/income') asked.push(Number(searchParams.get('startTime')));
    response.end(pathname === '/fapi/v1/time' ? JSON.stringify({ serverTime: Date.now() }) : '[]');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new RestClient({ base, signer: new Signer('key', 'secret'), clock: WALL_CLOCK, budget: new RequestBudget(FUTURES_LIMITS), timePath: '/fapi/v1/time', failureOf });
  try {
    assert.deepEqual(await fundingSince(client, Date.now() - 730 * DAY_MS, () => undefined, assert.fail), []);
    assert.ok(asked[0] <= Date.now() - 90 * DAY_MS && asked[0] > Date.now() - 100 * DAY_MS, new Date(asked[0]).toISOString());
    assert.ok(asked.length <= 15, `${asked.length} questions`);
  } finally {
    client.close();
    server.closeAllConnections();
    server.close();
  }
});
