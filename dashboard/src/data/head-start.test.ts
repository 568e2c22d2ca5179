import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { runInNewContext } from 'node:vm';
import { createStreamClient, type StreamClient } from 'trader/stream-client';
import { connectAhead, HEAD_START_SCRIPT } from './head-start.ts';

/** A WebSocket of which every word is written by hand. */
class HandSocket {
  readyState: number = WebSocket.OPEN;
  readonly said: { readonly type: string; readonly id: number; readonly channel: string }[] = [];
  onmessage: ((event: { readonly data: string }) => void) | undefined;
  onclose: ((event: { readonly code: number }) => void) | undefined;

  send(text: string): void {
    this.said.push(JSON.parse(text) as HandSocket['said'][number]);
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
  }

  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const welcome = { type: 'welcome', now: 0, role: 'viewer', expiresAt: 9e12, heartbeatMs: 5_000, maxSubscriptions: 64 };
const subscribed = (id: number, channel: string): object => ({ type: 'subscribed', id, channel, epoch: 'e', sequence: 1, resumed: false });
const snapshot = (channel: string, item: unknown): object => ({ type: 'snapshot', channel, epoch: 'e', sequence: 1, data: [item] });

/** Runs the first script of a page. */
function begin(pathname: string): HandSocket {
  const socket = new HandSocket();
  runInNewContext(HEAD_START_SCRIPT, { self: globalThis, location: { origin: 'http://desk', pathname }, WebSocket: function () { return socket; } });
  return socket;
}

function clientOf(t: TestContext): StreamClient {
  const client = createStreamClient({ url: 'ws://desk', refresh: () => Promise.reject(new Error('nobody answers')), connect: connectAhead });
  t.after(() => { client.close(); });
  return client;
}

const settle = (): Promise<void> => new Promise((done) => { setImmediate(done); });

test('what came before anybody listened is heard, and nothing is asked for twice', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const socket = begin('/risk');
  socket.tell(welcome);
  const [state, equity] = socket.said;
  assert.deepEqual([state?.channel, equity?.channel, socket.said.length], ['state', 'equity', 2]);
  socket.tell(subscribed(state?.id ?? NaN, 'state'));
  socket.tell(snapshot('state', 'early'));

  const heard: unknown[] = [];
  const client = clientOf(t);
  client.subscribe('state', { onSnapshot: (items) => { heard.push(...items); }, onItems: (items) => { heard.push(...items); } });
  await settle();
  socket.tell({ type: 'event', channel: 'state', sequence: 2, after: 1, data: ['news'] });
  // Asked for later than its answer came.
  socket.tell(subscribed(equity?.id ?? NaN, 'equity'));
  socket.tell(snapshot('equity', 'account'));
  client.subscribe('equity', { onSnapshot: (items) => { heard.push(...items); }, onItems: () => undefined });
  await settle();
  assert.deepEqual(heard, ['early', 'news', 'account']);
  assert.equal(socket.said.length, 2);
});

test('a page of its own is asked for what it shows first', () => {
  const socket = begin('/trade');
  socket.tell(welcome);
  assert.deepEqual(socket.said.map(({ channel }) => channel), ['state', 'equity', 'prices', 'positions', 'orders', 'fills']);
});

test('a channel that nobody wants in the end is let go', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const socket = begin('/risk');
  socket.tell(welcome);
  const client = clientOf(t);
  client.subscribe('state', { onSnapshot: () => undefined, onItems: () => undefined });
  await settle();
  t.mock.timers.tick(5_000);
  assert.deepEqual(socket.said.slice(2).filter(({ type }) => type === 'unsubscribe').map(({ channel }) => channel), ['equity']);
});

test('a refusal of what was asked ahead is told to who asks, and a head start that failed is a lost connection', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const socket = begin('/risk');
  socket.tell(welcome);
  socket.tell({ type: 'error', id: socket.said[0]?.id, code: 'unavailable', detail: 'not yet' });
  const codes: string[] = [];
  const client = clientOf(t);
  client.subscribe('state', { onSnapshot: () => undefined, onItems: () => undefined, onError: (code) => { codes.push(code); } });
  await settle();
  assert.deepEqual(codes, ['unavailable']);

  const failed = begin('/risk');
  failed.readyState = WebSocket.CLOSED;
  const states: string[] = [];
  clientOf(t).onStatus(({ state }) => { states.push(state); });
  await settle();
  assert.deepEqual(states.slice(0, 2), ['connecting', 'offline']);
});
