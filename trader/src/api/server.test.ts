import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { startApi } from '../../test/api-rig.ts';

test('a fault of ours is told to the log and to nobody else', async (t) => {
  const rig = await startApi({
    desk: { status: () => Promise.reject(new Error('cannot open /data/private/bars with key s3cret')), sources: () => Promise.resolve([]), venues: () => [], findSeries: () => Promise.resolve({ found: [], note: null }) },
  });
  t.after(() => rig.close());
  const response = await fetch(`${rig.url}/api/v1/data/status`, { headers: { authorization: `Bearer ${await rig.token('viewer')}` } });
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.doesNotMatch(text, /s3cret|private|at .*:\d/);
  const { requestId, code } = JSON.parse(text) as { requestId: string; code: string };
  assert.equal(code, 'internal');
  assert.ok(rig.faults.some((fault) => fault.includes(requestId) && fault.includes('dataStatus') && fault.includes('s3cret')), 'the log finds it by the request id');
});

test('behind TLS every answer tells browsers to stay with it, and no answer names what serves', async (t) => {
  const rig = await startApi({ tls: true });
  t.after(() => rig.close());
  for (const path of ['/api/v1/health', '/api/v1/nothing', '/nothing']) {
    const { headers } = await fetch(rig.url + path);
    assert.equal(headers.get('strict-transport-security'), 'max-age=63072000; includeSubDomains; preload');
    assert.equal(headers.get('x-content-type-options') === 'nosniff' || !path.startsWith('/api'), true);
    assert.equal(headers.get('server') ?? headers.get('x-powered-by'), null);
  }
});

test('what is no HTTP, or begins a request and never ends its head, harms nobody else', async (t) => {
  const rig = await startApi();
  t.after(() => rig.close());
  const send = (text: string) => new Promise<string>((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(rig.url).port) }, () => { socket.write(text); });
    let answer = '';
    socket.on('data', (part) => { answer += part.toString(); });
    socket.on('close', () => { resolve(answer); });
    socket.on('error', () => undefined);
  });
  assert.match(await send('\x16\x03\x01 not http\r\n\r\n'), /^HTTP\/1\.1 400/);
  assert.match(await send(`GET /api/v1/health HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431/);
  assert.match(await send('POST /api/v1/control/halt HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'), /^HTTP\/1\.1 400/);
  assert.equal((await fetch(`${rig.url}/api/v1/health`)).status, 200);
  assert.deepEqual(rig.faults, []);
});
