import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { HandFeed, handFill } from '../../../test/hand-feed.ts';
import { AlertBook } from '../alerts.ts';
import { ApiError } from '../problem.ts';
import { EngineReplica } from '../replica.ts';
import type { SessionChange, SocketGate } from './gate.ts';
import { StreamHub } from './hub.ts';
import { CLOSE, type ServerMessage } from './messages.ts';
import { attachStream } from './server.ts';

const CLOCK = {
  now: () => Date.now(),
  after: (delayMs: number, work: () => void) => {
    const timer = setTimeout(work, delayMs);
    return () => { clearTimeout(timer); };
  },
};

/** People known by their cookie alone. */
class Door implements SocketGate {
  readonly listeners = new Set<(change: SessionChange) => void>();

  authenticate({ headers: { cookie } }: IncomingMessage): ReturnType<SocketGate['authenticate']> {
    const user = /^who=(\w+)$/.exec(cookie ?? '')?.[1];
    if (user === undefined) return Promise.resolve({ ok: false, error: { kind: 'unauthenticated', detail: 'Nobody is signed in' } });
    if (user === 'broken') return Promise.reject(new Error('the store is gone'));
    return Promise.resolve({ ok: true, value: { user, session: `s-${user}`, role: 'viewer', expiresAt: Date.now() + 600_000 } });
  }

  watch(listener: (change: SessionChange) => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }
}

describe('The stream over a network', () => {
  const feed = new HandFeed();
  const door = new Door();
  const busy = new Set<string>();
  let server: Server;
  let hub: StreamHub;
  let detach: () => void;
  let host: string;

  before(async () => {
    const replica = new EngineReplica(feed, CLOCK);
    hub = new StreamHub({ replica, alerts: new AlertBook(replica), jobs: undefined, clock: CLOCK });
    server = createServer((_request, response) => { response.end('page'); });
    detach = attachStream(server, {
      hub, gate: door, origins: ['https://trade.example'],
      limit: ({ headers }) => { if (busy.has(headers['user-agent'] ?? '')) throw new ApiError('too-many-requests', 'Slow down', { retryAfterMs: 2_500 }); },
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    detach();
    server.close();
    server.closeAllConnections();
  });

  const dial = (headers: Readonly<Record<string, string>>, path = '/api/v1/stream') => new WebSocket(`ws://${host}${path}`, { headers });

  /** The status and code that an attempt is refused with. */
  const refusal = (headers: Readonly<Record<string, string>>, path = '/api/v1/stream') => new Promise<readonly unknown[]>((resolve, reject) => {
    const asked = request(`http://${host}${path}`, { headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers } });
    asked.on('response', (response) => {
      let text = '';
      response.on('data', (part: Buffer) => { text += part.toString(); });
      response.on('end', () => { resolve([response.statusCode, (JSON.parse(text) as { readonly code: string }).code, response.headers['retry-after']]); });
    });
    asked.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve([101]);
    });
    asked.on('error', reject);
    asked.end();
  });

  test('refuses before the upgrade whoever is not signed in, comes from another page, carries something in the address or tries too often', async () => {
    assert.deepEqual(await refusal({}), [401, 'not-signed-in', undefined]);
    assert.deepEqual(await refusal({ cookie: 'who=ana', origin: 'https://evil.example' }), [403, 'csrf', undefined]);
    assert.deepEqual(await refusal({ cookie: 'who=ana', origin: 'null' }), [403, 'csrf', undefined]);
    assert.deepEqual(await refusal({ cookie: 'who=ana' }, '/api/v1/stream?token=secret'), [400, 'bad-request', undefined]);
    assert.deepEqual(await refusal({ cookie: 'who=ana' }, '/elsewhere'), [404, 'not-found', undefined]);
    busy.add('hasty');
    assert.deepEqual(await refusal({ cookie: 'who=ana', 'user-agent': 'hasty' }), [429, 'too-many-requests', '3']);
    assert.deepEqual(await refusal({ cookie: 'who=broken' }), [500, 'internal', undefined]);
    for (const origin of [`http://${host}`, 'https://trade.example']) assert.deepEqual(await refusal({ cookie: 'who=ana', origin }), [101]);
    assert.deepEqual(await refusal({ cookie: 'who=ana' }), [101]);
  });

  test('carries subscriptions and events, and ends the connections of a session that was revoked', async () => {
    const socket = dial({ cookie: 'who=ben' });
    const heard: ServerMessage[] = [];
    socket.on('message', (data: Buffer) => {
      heard.push(JSON.parse(data.toString()) as ServerMessage);
      if (heard.at(-1)?.type === 'snapshot') feed.tell({ kind: 'fill', fill: handFill(1) });
      if (heard.at(-1)?.type === 'event') for (const listener of door.listeners) listener({ kind: 'ended', session: 's-ben' });
    });
    await once(socket, 'open');
    socket.send('{"type":"subscribe","id":1,"channel":"fills"}');
    const [code] = await once(socket, 'close') as [number];
    assert.deepEqual([code, heard.map(({ type }) => type)], [CLOSE.unauthenticated, ['welcome', 'heartbeat', 'subscribed', 'snapshot', 'event']]);
    // The server's end learns of it a moment later.
    while (hub.stats.connections > 0) await new Promise((wait) => { setTimeout(wait, 5); });
  });

  test('ends a connection that sends too much at once, and survives what is no WebSocket at all', async () => {
    const large = dial({ cookie: 'who=eva' });
    await once(large, 'open');
    large.send('x'.repeat(3_000));
    assert.deepEqual((await once(large, 'close'))[0], 1009);
    const rude = dial({ cookie: 'who=eva' });
    await once(rude, 'open');
    (rude as unknown as { readonly _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    assert.deepEqual((await once(rude, 'close'))[0], 1002);
    const binary = dial({ cookie: 'who=eva' });
    const answers: ServerMessage[] = [];
    binary.on('message', (data: Buffer) => { answers.push(JSON.parse(data.toString()) as ServerMessage); });
    await once(binary, 'open');
    binary.send(Buffer.from('{"type":"ping","id":1}'), { binary: true });
    while (answers.length < 3) await once(binary, 'message');
    assert.deepEqual(answers[2].type === 'error' && answers[2].code, 'bad-message');
    binary.terminate();
  });
});
