import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { createStreamClient, type ClientSocketListener, type StreamClient, type StreamStatus } from './stream-client.ts';
import { CLOSE, type ClientMessage, type ServerMessage } from './stream/messages.ts';

const START = 1_767_225_600_000;

/** A server of which every word is written by hand. */
class Desk {
  readonly clock = new VirtualClock(START);
  /** What the client said on each of its connections. */
  readonly lines: { readonly said: ClientMessage[]; closed: boolean; readonly listener: ClientSocketListener }[] = [];
  readonly states: StreamStatus['state'][] = [];
  readonly heard: string[] = [];
  renewals: (() => Promise<boolean>)[] = [];
  status: StreamStatus | undefined;
  readonly client: StreamClient;

  constructor() {
    this.client = createStreamClient({
      url: 'wss://desk', clock: this.clock, random: () => 0, refresh: () => this.renewals.shift()?.() ?? Promise.reject(new Error('nobody answers')),
      connect: (_url, listener) => {
        const line = { said: [] as ClientMessage[], closed: false, listener };
        this.lines.push(line);
        return { send: (text) => { line.said.push(JSON.parse(text) as ClientMessage); }, close: () => { line.closed = true; } };
      },
    });
    this.client.onStatus((status) => {
      this.status = status;
      if (status.state !== this.states.at(-1)) this.states.push(status.state);
    });
  }

  get line(): Desk['lines'][number] {
    return this.lines[this.lines.length - 1];
  }

  tell(...messages: readonly ServerMessage[]): void {
    for (const message of messages) this.line.listener.onText(JSON.stringify(message));
  }

  welcome(): void {
    this.tell({ type: 'welcome', now: START, role: 'viewer', expiresAt: START + 9e5, heartbeatMs: 5_000, maxSubscriptions: 64 });
  }

  /** Subscribes to logs, and answers with a snapshot of one line. */
  begin(): void {
    const note = (word: string) => (items: readonly { readonly text: string }[]) => { this.heard.push(`${word} ${items.map(({ text }) => text).join(' ')}`); };
    this.client.subscribe('logs', { onSnapshot: note('all'), onItems: note('new'), onError: (code) => { this.heard.push(code); } });
    this.welcome();
    this.answer(10, 'a');
  }

  answer(sequence: number, text: string): void {
    const asked = this.line.said.findLast(({ type }) => type === 'subscribe');
    assert.ok(asked);
    this.tell({ type: 'subscribed', id: asked.id, channel: 'logs', epoch: 'e', sequence, resumed: false, reason: 'first' }, snapshot(sequence, text));
  }
}

const line = (text: string) => ({ tsWall: 1, level: 'info', text });
const snapshot = (sequence: number, text: string): ServerMessage => ({ type: 'snapshot', channel: 'logs', epoch: 'e', sequence, data: [line(text)] });
const event = (after: number, sequence: number, text: string): ServerMessage => ({ type: 'event', channel: 'logs', after, sequence, data: [line(text)] });

describe('The client of the stream', () => {
  test('takes each event once, and asks again from where it was when one is missing', () => {
    const desk = new Desk();
    desk.begin();
    desk.tell(event(10, 12, 'b'), event(10, 12, 'b'), event(15, 16, 'd'), event(16, 17, 'e'));
    assert.deepEqual(desk.heard, ['all a', 'new b']);
    const asked = desk.line.said.at(-1);
    assert.deepEqual(asked, { type: 'subscribe', id: 1, channel: 'logs', resume: { epoch: 'e', sequence: 12 } });
    desk.tell({ type: 'subscribed', id: 1, channel: 'logs', epoch: 'e', sequence: 12, resumed: true }, event(12, 15, 'c'), event(15, 16, 'd'), event(16, 17, 'e'));
    assert.deepEqual(desk.heard, ['all a', 'new b', 'new c', 'new d', 'new e']);
  });

  test('resumes on the next connection, and says in the meantime that it is offline and since when', async () => {
    const desk = new Desk();
    desk.begin();
    desk.tell(event(10, 12, 'b'));
    await desk.clock.run(START + 2_000);
    desk.line.listener.onClose(1006);
    assert.deepEqual([desk.status?.state, desk.status?.since, desk.status?.heardAt], ['offline', START + 2_000, START]);
    await desk.clock.run(START + 2_300);
    assert.equal(desk.lines.length, 2);
    desk.welcome();
    assert.deepEqual(desk.line.said.map((message) => 'resume' in message && message.resume), [{ epoch: 'e', sequence: 12 }]);
    assert.deepEqual(desk.states, ['connecting', 'open', 'offline', 'connecting', 'open']);
  });

  test('waits longer each time nobody answers, half a minute at most', async () => {
    const desk = new Desk();
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const before = desk.clock.now();
      const lines = desk.lines.length;
      desk.line.listener.onClose(1006);
      while (desk.lines.length === lines) await desk.clock.run(desk.clock.now() + 50);
      waits.push(desk.clock.now() - before);
    }
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
  });

  test('gives up a connection on which three heartbeats were not heard', async () => {
    const desk = new Desk();
    desk.begin();
    await desk.clock.run(START + 15_500);
    assert.deepEqual([desk.lines[0].closed, desk.status?.state], [false, 'open']);
    assert.equal(desk.line.said.filter(({ type }) => type === 'ping').length, 3);
    await desk.clock.run(START + 20_001);
    assert.equal(desk.lines[0].closed, true);
    assert.equal(desk.states.includes('offline'), true);
  });

  test('has its access renewed when told to, comes back when the session is good, and stops where nobody is signed in', async () => {
    const desk = new Desk();
    desk.begin();
    desk.renewals = [() => Promise.resolve(true), () => Promise.resolve(true), () => Promise.resolve(false)];
    desk.tell({ type: 'expiring', expiresAt: START + 60_000 });
    await desk.clock.run(START + 1);
    assert.equal(desk.renewals.length, 2);
    assert.equal(desk.status?.state, 'open');
    desk.line.listener.onClose(CLOSE.unauthenticated);
    await desk.clock.run(START + 1_000);
    assert.equal(desk.lines.length, 2);
    desk.welcome();
    desk.line.listener.onClose(CLOSE.unauthenticated);
    await desk.clock.run(START + 60_000);
    assert.deepEqual([desk.status?.state, desk.lines.length], ['signed-out', 2]);
    desk.client.reconnect();
    assert.deepEqual([desk.status?.state, desk.lines.length], ['connecting', 3]);
  });

  test('connects at once where nothing but its access had ended', async () => {
    const desk = new Desk();
    desk.renewals = [() => Promise.resolve(true)];
    // A refused upgrade, as a browser hears of it.
    desk.line.listener.onClose(1006);
    await desk.clock.run(START);
    assert.equal(desk.lines.length, 2);
    desk.line.listener.onClose(1006);
    await desk.clock.run(START + 100);
    assert.equal(desk.lines.length, 2, 'a server that refuses for another reason is not stormed');
  });

  test('asks again by itself for what is not there yet, and tells why anything is not to be had', async () => {
    const desk = new Desk();
    desk.client.subscribe('logs', { onSnapshot: () => { desk.heard.push('all'); }, onItems: () => undefined, onError: (code) => { desk.heard.push(code); } });
    desk.welcome();
    desk.tell({ type: 'error', id: 0, code: 'unavailable', detail: '' });
    await desk.clock.run(START + 5_001);
    desk.answer(3, 'x');
    assert.deepEqual(desk.heard, ['unavailable', 'all']);
  });

  test('tells how old the engine is by its own clock, though the server has another', () => {
    const desk = new Desk();
    desk.begin();
    desk.tell({ type: 'heartbeat', now: START + 3_600_000, engine: 'up', engineAt: START + 3_599_000 });
    assert.equal(desk.status?.engineAt, START - 1_000);
    assert.equal(desk.status?.aheadMs, 3_600_000);
    desk.tell({ type: 'heartbeat', now: START - 900, engine: 'up', engineAt: START - 900 });
    assert.equal(desk.status?.aheadMs, 0, 'a message takes its time');
  });

  test('leaves a channel when its last listener does, and gives one that joins the whole', () => {
    const desk = new Desk();
    desk.begin();
    const joined: string[] = [];
    const leave = desk.client.subscribe('logs', { onSnapshot: (items) => { joined.push(items[0].text); }, onItems: () => undefined });
    desk.tell(event(10, 12, 'before the answer'), { type: 'subscribed', id: 0, channel: 'logs', epoch: 'e', sequence: 11, resumed: false, reason: 'first' }, snapshot(11, 'of the older subscription'));
    desk.answer(12, 'whole');
    assert.deepEqual([joined, desk.heard], [['whole'], ['all a', 'all whole']]);
    leave();
    assert.equal(desk.line.said.at(-1)?.type, 'subscribe');
    desk.client.close();
    assert.equal(desk.line.closed, true);
  });
});
