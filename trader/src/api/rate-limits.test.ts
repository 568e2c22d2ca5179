import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { startApi } from '../../test/api-rig.ts';

const WIDE = { count: 1_000, windowMs: 60_000 };

test('an address that asks too often is told for how long to wait, before anybody looks at who it is; halting still works', async (t) => {
  // Making the first administrator takes two requests, and a token.
  const rig = await startApi({ apiLimits: { perAddress: { count: 10, windowMs: 60_000 }, perUser: WIDE } });
  t.after(() => rig.close());
  const headers = { authorization: `Bearer ${await rig.token('trader')}` };
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await fetch(`${rig.url}/api/v1/state`, { headers })).status);
  assert.deepEqual(new Set(statuses.slice(-3)), new Set([429]));
  const refused = await fetch(`${rig.url}/api/v1/state`);
  const problem = await refused.json() as { code: string; retryAfter: number };
  assert.equal(problem.code, 'too-many-requests');
  assert.ok(problem.retryAfter > 1 && problem.retryAfter <= 60);
  assert.equal(Number(refused.headers.get('retry-after')), problem.retryAfter);
  const halt = await fetch(`${rig.url}/api/v1/control/halt`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': 'h' }, body: '{"scope":"entries","reason":"now"}' });
  assert.equal(halt.status, 200);
});

test('an address is limited however it writes where it asks', async (t) => {
  // Making the first administrator takes one of them.
  const rig = await startApi({ apiLimits: { perAddress: { count: 4, windowMs: 60_000 }, perUser: WIDE } });
  t.after(() => rig.close());
  const { hostname, port, host } = new URL(rig.url);
  const ask = (path: string) => new Promise<IncomingMessage>((resolve, reject) => void get({ hostname, port, path, headers: { host } }, (answer) => { resolve(answer.resume()); }).on('error', reject));
  for (const path of ['/%61pi/v1/auth/setup', `http://${host}/api/v1/auth/setup`, '/api/%76%31/auth/setup']) {
    const { statusCode, headers } = await ask(path);
    assert.deepEqual([path, statusCode, headers['cache-control'], headers['x-content-type-options']], [path, 200, 'no-store', 'nosniff']);
  }
  assert.equal((await ask('/%61pi/v1/auth/setup')).statusCode, 429);
});

test('a person is limited whatever the address and the token', async (t) => {
  const rig = await startApi({ apiLimits: { perAddress: WIDE, perUser: { count: 10, windowMs: 3_600_000 } } });
  t.after(() => rig.close());
  // Making tokens counts too: they are the same person's.
  const [viewer, trader] = [await rig.token('viewer'), await rig.token('trader')];
  let last = 200;
  for (let i = 0; i < 9; i++) last = (await fetch(`${rig.url}/api/v1/state`, { headers: { authorization: `Bearer ${i % 2 === 0 ? viewer : trader}` } })).status;
  assert.equal(last, 429);
  assert.equal((await fetch(`${rig.url}/api/v1/health`)).status, 200, 'others go on');
});
