import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { VenueError, type VenueFailure } from '../../domain/venue-error.ts';
import { HttpCaller } from './http-caller.ts';

/** Runs a server on loopback, and a caller to it, for as long as the work takes. */
async function calling(listener: RequestListener, work: (caller: HttpCaller, server: Server) => Promise<void>, { timeoutMs = 2_000, scheme = 'http' } = {}): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const caller = new HttpCaller({ venue: 'somewhere', base: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, clock: WALL_CLOCK, timeoutMs });
  try {
    await work(caller, server);
  } finally {
    caller.close();
    server.closeAllConnections();
    server.close();
  }
}

async function failure(request: Promise<unknown>): Promise<VenueFailure> {
  const error = await request.then(() => assert.fail('this should have failed'), (reason: unknown) => reason);
  assert.ok(error instanceof VenueError);
  assert.ok(!error.message.includes('signature'), error.message);
  return error.failure;
}

const ORDER = { method: 'POST', target: '/order?signature=abc', headers: { 'X-Key': 'k' }, body: '{"n":1}' } as const;
const settled = () => new Promise((resolve) => { setTimeout(resolve, 20); });

test('requests that act go out whole and in order, over connections that are kept', async () => {
  const heard: string[] = [];
  const sockets = new Set<unknown>();
  await calling((request, response) => {
    sockets.add(request.socket);
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => { body += text; }).on('end', () => {
      heard.push(`${request.method} ${request.url} ${String(request.headers['x-key'])} ${body}`);
      response.end(heard.at(-1));
    });
  }, async (caller) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const) {
      const { text, status } = await caller.call(method, method === 'GET' || method === 'DELETE' ? { method, target: '/order?signature=abc', headers: { 'X-Key': 'k' } } : { ...ORDER, method });
      assert.deepEqual([text, status], [heard.at(-1), 200]);
      await settled();
    }
    await Promise.all(Array.from({ length: 5 }, () => caller.call('POST', ORDER)));
  });
  assert.deepEqual(heard.slice(0, 5), ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'].map((method) => `${method} /order?signature=abc k ${method === 'GET' || method === 'DELETE' ? '' : '{"n":1}'}`));
  assert.equal(heard.length, 10);
  assert.ok(sockets.size <= 6, `${sockets.size} connections`);
});

test('no request carries a header of the one before it', async () => {
  const heard: unknown[] = [];
  await calling((request, response) => {
    heard.push([request.headers['x-key'], request.headers['content-type'], request.headers['x-other'], request.headers['content-length']]);
    response.end();
  }, async (caller) => {
    await caller.call('POST', { ...ORDER, headers: { 'X-Key': 'one', 'Content-Type': 'application/json' } });
    await settled();
    await caller.call('DELETE', { method: 'DELETE', target: '/order', headers: { 'X-Key': 'two', 'X-Other': 'o' } });
    await settled();
    await caller.call('POST', { method: 'POST', target: '/order' });
  });
  assert.deepEqual(heard, [['one', 'application/json', undefined, '7'], ['two', undefined, 'o', '0'], [undefined, undefined, undefined, '0']]);
});

test('a connection that the venue closes while nothing is asked is forgotten, and the next request goes out once', async () => {
  let heard = 0;
  await calling((_request, response) => {
    heard += 1;
    response.end('ok');
  }, async (caller, server) => {
    await caller.call('POST', ORDER);
    await settled();
    server.closeAllConnections();
    await settled();
    assert.equal((await caller.call('POST', ORDER)).text, 'ok');
  });
  assert.equal(heard, 2);
});

test('a connection on which the venue says that it has waited in vain is forgotten, and the next request goes out once', async () => {
  let heard = 0;
  await calling((request, response) => {
    heard += 1;
    response.end('ok');
    setTimeout(() => { request.socket.end('HTTP/1.1 408 Request Timeout\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlate'); }, 20);
  }, async (caller) => {
    for (let asked = 0; asked < 3; asked++) {
      assert.equal((await caller.call('POST', ORDER)).text, 'ok');
      await new Promise((resolve) => { setTimeout(resolve, 60); });
    }
  });
  assert.equal(heard, 3);
});

test('a request that is not answered in time, or whose connection breaks, has an unknown outcome', async () => {
  await calling(() => undefined, async (caller) => { assert.equal(await failure(caller.call('POST', ORDER)), 'unknown-outcome'); }, { timeoutMs: 30 });
  await calling((request) => { request.socket.resetAndDestroy(); }, async (caller) => { assert.equal(await failure(caller.call('POST', ORDER)), 'unknown-outcome'); });
  await calling((request, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('half');
    setTimeout(() => { request.socket.destroy(); }, 5);
  }, async (caller) => { assert.equal(await failure(caller.call('GET', { method: 'GET', target: '/' })), 'unknown-outcome'); });
});

test('where nothing listens, or the connection is never secured, nothing was sent', async () => {
  await calling(() => undefined, async (caller, server) => {
    await new Promise((resolve) => { server.close(resolve); });
    assert.equal(await failure(caller.call('POST', ORDER)), 'unreachable');
  });
  await calling(() => undefined, async (caller) => { assert.equal(await failure(caller.call('POST', ORDER)), 'unreachable'); }, { scheme: 'https' });
});

test('a key with a character that cannot be sent is refused unsent, and the next request goes out', async () => {
  let heard = 0;
  await calling((_request, response) => {
    heard += 1;
    response.end();
  }, async (caller) => {
    for (let round = 0; round < 2; round++) {
      for (const key of ['it\u2019s', 'two\nlines']) assert.equal(await failure(caller.call('POST', { ...ORDER, headers: { 'X-Key': key } })), 'unauthorised');
      await caller.call('POST', ORDER);
      await settled();
    }
  });
  assert.equal(heard, 2);
});

test('closing gives up what is in flight', async () => {
  await calling(() => undefined, async (caller) => {
    const waiting = failure(caller.call('POST', ORDER));
    await settled();
    caller.close();
    assert.equal(await waiting, 'unknown-outcome');
  });
});

test('an answer without end is given up before it fills the memory', async () => {
  await calling((_request, response) => {
    const block = Buffer.alloc(2 ** 20, 32);
    const pour = () => { while (response.writable && response.write(block)); };
    response.on('drain', pour);
    pour();
  }, async (caller) => {
    const error = await caller.call('GET', { method: 'GET', target: '/' }).then(() => assert.fail('it should have failed'), (reason: unknown) => reason);
    assert.match(String(error), /larger than 67108864 bytes/);
  }, { timeoutMs: 20_000 });
});
