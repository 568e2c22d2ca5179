import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ApiProblem, createClient } from './client.ts';

interface Sent { readonly url: string; readonly method: string | undefined; readonly headers: Record<string, string>; readonly body: unknown }

/** A server that answers from a list, and what it was asked. */
function answering(...answers: readonly (Response | Error)[]) {
  const sent: Sent[] = [];
  const left = [...answers];
  const send = (url: string, { method, headers, body }: RequestInit) => {
    sent.push({ url, method, headers: headers as Record<string, string>, body });
    const answer = left.shift() ?? new Response('{}', { headers: { 'content-type': 'application/json' } });
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { sent, fetch: send as typeof fetch };
}

const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' } });

test('a route is asked at its address, with parameters and query written as an address line takes them', async () => {
  const { sent, fetch } = answering();
  const client = createClient({ origin: 'http://x', fetch });
  await client.call('readStrategy', { params: { book: 'macd@BTC/USD' } });
  await client.call('listBars', { query: { instrument: 'A.B', limit: 5 } });
  assert.deepEqual(sent.map(({ url }) => url), ['http://x/api/v1/strategies/macd%40BTC%2FUSD', 'http://x/api/v1/bars?instrument=A.B&limit=5']);
});

test('a change carries a key of its own, or the one that it is given, and the mark of our pages', async () => {
  const { sent, fetch } = answering();
  const client = createClient({ fetch });
  await client.call('halt', { body: { scope: 'entries', reason: 'x' } });
  await client.call('halt', { body: { scope: 'entries', reason: 'x' }, key: 'mine' });
  const [first, second] = sent;
  assert.match(first.headers['idempotency-key'], /^[0-9a-f-]{36}$/);
  assert.equal(second.headers['idempotency-key'], 'mine');
  assert.equal(first.headers['x-algotrendy'], '1');
  assert.equal(first.body, '{"scope":"entries","reason":"x"}');
});

test('where the access has just ended it is refreshed once for all that wait, and each is asked again with its key', async () => {
  const expired = () => json({ code: 'session-expired', status: 401, detail: 'ended' }, 401);
  const { sent, fetch } = answering(expired(), expired());
  const client = createClient({ fetch });
  await Promise.all([client.call('resume', { key: 'k1' }), client.call('readState')]);
  const paths = sent.map(({ url }) => url.slice('/api/v1'.length));
  assert.deepEqual(paths.toSorted(), ['/auth/refresh', '/control/resume', '/control/resume', '/state', '/state']);
  assert.deepEqual(sent.filter(({ url }) => url.endsWith('resume')).map(({ headers }) => headers['idempotency-key']), ['k1', 'k1']);
});

test('a wrong password is not answered by a refresh', async () => {
  const { sent, fetch } = answering(json({ code: 'bad-credentials', status: 401, detail: 'no' }, 401));
  await assert.rejects(createClient({ fetch }).call('authSignIn', { body: { name: 'ana', password: 'x' } }), { code: 'bad-credentials', status: 401 });
  assert.equal(sent.length, 1);
});

test('a no is thrown with code, fields and wait; silence as unreachable; a broken answer by its status', async () => {
  const problem = { code: 'too-many-requests', status: 429, detail: 'wait', retryAfter: 7, requestId: 'r', fields: [{ field: 'query.limit', message: 'm' }] };
  const client = createClient({ fetch: answering(json(problem, 429), new Error('refused'), new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } })).fetch });
  await assert.rejects(client.call('readState'), (error) => error instanceof ApiProblem && error.retryAfter === 7 && error.fields.length === 1 && error.requestId === 'r');
  await assert.rejects(client.call('readState'), { code: 'unreachable', status: 0 });
  await assert.rejects(client.call('readState'), { status: 502 });
});

test('the contract brings no schema library to a browser: nothing that it imports as a value reaches zod', () => {
  const seen = new Set<string>();
  const follow = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)';/gm)) {
      assert.ok(target.startsWith('.'), `${file} imports ${target}`);
      follow(join(dirname(file), target));
    }
  };
  follow(join(import.meta.dirname, 'contract.ts'));
  assert.ok(seen.size > 3);
});
