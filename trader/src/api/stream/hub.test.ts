import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { HAND_MARKET, HAND_START, HandFeed, handFill, handLimit, handOrder } from '../../../test/hand-feed.ts';
import { AlertBook } from '../alerts.ts';
import { EngineReplica } from '../replica.ts';
import type { OutgoingSocket, StreamConnection } from './connection.ts';
import { StreamHub, type HubSpec } from './hub.ts';
import { CLOSE, type ServerMessage } from './messages.ts';

/** A client's end: what it was sent, and as much room as it is given. */
class Pipe implements OutgoingSocket {
  readonly messages: ServerMessage[] = [];
  bufferedAmount = 0;
  /** Whether what is sent stays in the buffer. */
  stuck = false;
  pings = 0;
  closed: number | 'terminated' | undefined;

  send(frame: Uint8Array): void {
    this.messages.push(JSON.parse(Buffer.from(frame).toString()) as ServerMessage);
    if (this.stuck) this.bufferedAmount += frame.byteLength;
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number): void {
    this.closed = code;
  }

  terminate(): void {
    this.closed = 'terminated';
  }

  /** What came of these types, and is forgotten. */
  take(...types: readonly ServerMessage['type'][]): readonly ServerMessage[] {
    const taken = this.messages.filter(({ type }) => types.includes(type));
    this.messages.length = 0;
    return taken;
  }
}

interface House {
  readonly feed: HandFeed;
  readonly clock: VirtualClock;
  readonly replica: EngineReplica;
  readonly alerts: AlertBook;
  readonly hub: StreamHub;
}

function house(more: Partial<HubSpec> = {}): House {
  const feed = new HandFeed();
  const clock = new VirtualClock(HAND_START);
  const replica = new EngineReplica(feed, clock);
  const alerts = new AlertBook(replica);
  return { feed, clock, replica, alerts, hub: new StreamHub({ replica, alerts, jobs: undefined, clock, ...more }) };
}

function join({ hub }: House, role: 'viewer' | 'trader' | 'admin' = 'trader', user = 'ana'): { readonly pipe: Pipe; readonly connection: StreamConnection } {
  const pipe = new Pipe();
  const connection = hub.admit({ user, session: `s-${user}`, role, expiresAt: HAND_START + 900_000 }, pipe);
  assert.ok(connection);
  return { pipe, connection };
}

function say(hub: StreamHub, connection: StreamConnection, message: object): void {
  hub.receive(connection, JSON.stringify(message));
}

describe('The stream', () => {
  test('greets, acknowledges a subscription, sends the whole, then each change numbered as the engine numbers it', () => {
    const at = house();
    const { pipe, connection } = join(at);
    at.feed.tell({ kind: 'fill', fill: handFill(1) });
    say(at.hub, connection, { type: 'subscribe', id: 7, channel: 'fills' });
    at.feed.tell({ kind: 'log', line: { tsWall: 1, level: 'info', text: 'hello' } }, { kind: 'fill', fill: handFill(2) });
    const epoch = `run:${HAND_START}`;
    assert.deepEqual(pipe.messages.slice(2), [
      { type: 'subscribed', id: 7, channel: 'fills', epoch, sequence: 101, resumed: false, reason: 'first' },
      { type: 'snapshot', channel: 'fills', epoch, sequence: 101, data: [handFill(1)] },
      { type: 'event', channel: 'fills', sequence: 103, after: 101, data: [handFill(2)] },
    ]);
  });

  test('tells a new price, whether it comes alone or with its market', () => {
    const at = house();
    const { pipe, connection } = join(at);
    say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'prices' });
    pipe.take();
    at.feed.tell({ kind: 'prices', prices: [{ instrument: 'BTC-USDT.HAND', last: '1', tsEvent: 1 }] });
    at.feed.tell({ kind: 'markets', markets: [{ ...HAND_MARKET, last: '2', tsLast: 2 }] });
    assert.deepEqual(pipe.take('event').map((message) => message.type === 'event' && message.data), [
      [{ instrument: 'BTC-USDT.HAND', last: '1', tsEvent: 1 }], [{ instrument: 'BTC-USDT.HAND', last: '2', tsEvent: 2 }],
    ]);
  });

  test('goes on where a client was, with what it missed and nothing else', () => {
    const at = house();
    at.feed.tell({ kind: 'fill', fill: handFill(1) }, { kind: 'fill', fill: handFill(2) });
    at.feed.tell({ kind: 'fill', fill: handFill(3) });
    const { pipe, connection } = join(at);
    say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'fills', resume: { epoch: at.replica.epoch, sequence: 102 } });
    assert.deepEqual(pipe.messages.slice(2).map((message) => [message.type, 'resumed' in message && message.resumed, 'data' in message && message.data]), [
      ['subscribed', true, false], ['event', false, [handFill(3)]],
    ]);
  });

  test('says so where a position cannot be gone on from, and begins with a snapshot', () => {
    const at = house();
    for (const [resume, reason] of [[{ epoch: 'another', sequence: 100 }, 'other-epoch'], [{ epoch: at.replica.epoch, sequence: 99 }, 'too-old']] as const) {
      const { pipe, connection } = join(at);
      say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'fills', resume });
      assert.deepEqual(pipe.messages.slice(2).map((message) => [message.type, 'reason' in message && message.reason]), [['subscribed', reason], ['snapshot', false]]);
    }
  });

  test('writes a message once for all who listen', () => {
    const at = house();
    const frames: Uint8Array[] = [];
    for (const user of ['ana', 'ben', 'eva']) {
      const { pipe, connection } = join(at, 'viewer', user);
      say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'fills' });
      pipe.send = (frame) => { frames.push(frame); };
    }
    at.feed.tell({ kind: 'fill', fill: handFill(1) });
    assert.equal(frames.length, 3);
    assert.equal(new Set(frames).size, 1);
  });

  test('tells a slow client the newest price alone, and every fill, once it can take more', async () => {
    const at = house();
    const { pipe, connection } = join(at);
    for (const channel of ['prices', 'fills']) say(at.hub, connection, { type: 'subscribe', id: 1, channel });
    pipe.take();
    pipe.bufferedAmount = 1e6;
    const price = (last: string) => ({ kind: 'prices' as const, prices: [{ instrument: 'BTC-USDT.HAND', last, tsEvent: 1 }] });
    at.feed.tell(price('1'));
    assert.equal(pipe.take('event').length, 1, 'the one that shows that it is slow');
    for (let i = 1; i <= 50; i++) at.feed.tell(price(String(i)), { kind: 'fill', fill: handFill(i) });
    await at.clock.run(HAND_START + 500);
    assert.deepEqual(pipe.take('event'), []);
    pipe.bufferedAmount = 0;
    await at.clock.run(HAND_START + 600);
    const events = pipe.take('event');
    assert.deepEqual(events.flatMap((message) => (message.type === 'event' && message.channel === 'prices' ? message.data : [])), [{ instrument: 'BTC-USDT.HAND', last: '50', tsEvent: 1 }]);
    assert.deepEqual(events.flatMap((message) => (message.type === 'event' && message.channel === 'fills' ? message.data : [])), Array.from({ length: 50 }, (_, i) => handFill(i + 1)));
  });

  test('disconnects with a code who is so slow that events it must not miss are no longer kept', async () => {
    const at = house();
    const { pipe, connection } = join(at);
    const quick = join(at, 'viewer', 'ben');
    for (const each of [connection, quick.connection]) say(at.hub, each, { type: 'subscribe', id: 1, channel: 'fills' });
    pipe.bufferedAmount = 1e6;
    for (let i = 0; i < 100; i++) at.feed.tell(...Array.from({ length: 200 }, (_, each) => ({ kind: 'fill' as const, fill: handFill(200 * i + each) })));
    await at.clock.run(HAND_START + 1_000);
    assert.equal(pipe.closed, CLOSE.behind);
    assert.equal(quick.pipe.closed, undefined);
    at.hub.leave(connection);
    assert.equal(at.hub.stats.closedBehind, 1);
    const late = join(at, 'viewer', 'eva');
    say(at.hub, late.connection, { type: 'subscribe', id: 1, channel: 'fills', resume: { epoch: at.replica.epoch, sequence: 150 } });
    assert.deepEqual(late.pipe.take('subscribed').map((message) => message.type === 'subscribed' && message.reason), ['too-old']);
  });

  test('sends no more to who asks on and on and reads nothing, and disconnects it in the end', async () => {
    const at = house();
    const { pipe, connection } = join(at);
    pipe.bufferedAmount = 200_000;
    say(at.hub, connection, { type: 'ping', id: 1 });
    pipe.take();
    for (let id = 0; id < 10; id++) say(at.hub, connection, { type: 'subscribe', id, channel: 'equity' });
    say(at.hub, connection, { type: 'subscribe', id: 99, channel: 'fills' });
    at.feed.tell({ kind: 'fill', fill: handFill(1) });
    assert.deepEqual(new Set(pipe.take('subscribed', 'snapshot', 'event').map(({ type }) => type)), new Set(['subscribed']));
    pipe.bufferedAmount = 0;
    await at.clock.run(HAND_START + 100);
    assert.deepEqual(pipe.take('snapshot', 'event').map((message) => [message.type, 'channel' in message && message.channel]), [['snapshot', 'equity'], ['snapshot', 'fills']], 'once it reads, each channel once');
    pipe.bufferedAmount = 5e6;
    await at.clock.run(HAND_START + 2_000);
    assert.equal(pipe.closed, CLOSE.behind);
  });

  test('gives all who listen the whole anew where the engine itself left a gap', () => {
    const at = house();
    const { pipe, connection } = join(at);
    say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'fills' });
    pipe.take();
    at.feed.lose({ kind: 'fill', fill: handFill(1) });
    at.feed.tell({ kind: 'fill', fill: handFill(2) });
    assert.deepEqual(pipe.messages, [{ type: 'snapshot', channel: 'fills', epoch: at.replica.epoch, sequence: 102, data: [handFill(1), handFill(2)], behind: true }]);
  });

  test('gives a slow client the whole of another run, once it can take it', async () => {
    const at = house();
    const { pipe, connection } = join(at);
    say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'prices' });
    pipe.bufferedAmount = 1e6;
    at.feed.tell({ kind: 'prices', prices: [{ instrument: 'BTC-USDT.HAND', last: '1', tsEvent: 1 }] });
    pipe.take();
    at.feed.begin({ sequence: 5, run: { ...at.feed.snapshot.run, startedAt: HAND_START + 1 } });
    pipe.bufferedAmount = 0;
    await at.clock.run(HAND_START + 100);
    assert.deepEqual(pipe.messages.map((message) => [message.type, 'epoch' in message && message.epoch, 'sequence' in message && message.sequence]), [['snapshot', `run:${HAND_START + 1}`, 5]]);
  });

  test('tells a client that comes from a process ahead of this one only what is new to it', () => {
    const at = house();
    const { pipe, connection } = join(at);
    say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'fills', resume: { epoch: at.replica.epoch, sequence: 102 } });
    pipe.take();
    for (let i = 1; i <= 3; i++) at.feed.tell({ kind: 'fill', fill: handFill(i) });
    assert.deepEqual(pipe.take('event').map((message) => message.type === 'event' && message.sequence), [103]);
  });

  test('refuses what a role may not hear, what does not exist, what nothing tells of, and more than its share', () => {
    const at = house();
    const { pipe, connection } = join(at, 'viewer');
    pipe.take();
    for (const channel of ['logs', 'gossip', 'bars', 'fills:BTC-USDT.HAND', 'bars:ETH-USDT.HAND', 'book:BTC-USDT.HAND', 'jobs']) say(at.hub, connection, { type: 'subscribe', id: 1, channel });
    say(at.hub, connection, { type: 'unsubscribe', id: 2, channel: 'fills' });
    for (const text of ['', '[]', '{"type":"subscribe"}', '{"type":"ping","id":1,"more":1}', '"ping"']) at.hub.receive(connection, text);
    assert.deepEqual(pipe.take('error', 'subscribed').map((message) => (message.type === 'error' ? message.code : message.type)), [
      'forbidden', 'unknown-channel', 'unknown-channel', 'unknown-channel', 'unavailable', 'unavailable', 'unavailable', 'not-subscribed',
      ...Array.from({ length: 5 }, () => 'bad-message'),
    ]);
    assert.equal(pipe.closed, undefined);
    for (let i = 0; i < 100; i++) say(at.hub, connection, { type: 'ping', id: i });
    assert.equal(pipe.closed, CLOSE.tooMany);
  });

  test('lets in only so many, in all and of one person', () => {
    const at = house({ limits: { connections: 3, connectionsPerUser: 2 } });
    join(at, 'viewer', 'ana');
    join(at, 'viewer', 'ana');
    const identity = { session: 's', role: 'viewer', expiresAt: HAND_START + 1e6 } as const;
    assert.equal(at.hub.admit({ ...identity, user: 'ana' }, new Pipe()), undefined);
    const { connection } = join(at, 'viewer', 'ben');
    assert.equal(at.hub.admit({ ...identity, user: 'eva' }, new Pipe()), undefined);
    at.hub.leave(connection);
    assert.ok(at.hub.admit({ ...identity, user: 'eva' }, new Pipe()));
  });

  test('warns before access ends, goes on when it is renewed, and disconnects when it is not or the session ends', async () => {
    const at = house();
    const [renewed, forgotten, ended] = [join(at, 'admin', 'ana'), join(at, 'admin', 'ben'), join(at, 'admin', 'eva')];
    say(at.hub, renewed.connection, { type: 'subscribe', id: 1, channel: 'logs' });
    at.hub.sessionChanged({ kind: 'ended', session: 's-eva' });
    assert.equal(ended.pipe.closed, CLOSE.unauthenticated);
    const keep = async (until: number) => {
      for (let now = at.clock.now(); now < until; now += 5_000) {
        for (const { connection } of [renewed, forgotten]) at.hub.heard(connection);
        await at.clock.run(Math.min(until, now + 5_000));
      }
    };
    await keep(HAND_START + 845_000);
    assert.deepEqual(renewed.pipe.take('expiring'), [{ type: 'expiring', expiresAt: HAND_START + 900_000 }]);
    at.hub.sessionChanged({ kind: 'renewed', session: 's-ana', role: 'viewer', expiresAt: HAND_START + 1_800_000 });
    assert.deepEqual(renewed.pipe.take('renewed', 'error').map(({ type }) => type), ['renewed', 'error'], 'its role is less now: no more logs');
    await keep(HAND_START + 901_000);
    assert.equal(forgotten.pipe.closed, CLOSE.unauthenticated);
    assert.equal(renewed.pipe.closed, undefined);
  });

  test('disconnects who is silent, and says in each heartbeat when the engine was last heard of', async () => {
    const at = house();
    const { pipe } = join(at);
    await at.clock.run(HAND_START + 12_000);
    assert.deepEqual(pipe.take('heartbeat').map((beat) => (beat.type === 'heartbeat' ? [beat.engine, beat.engineAt] : [])).at(-1), ['up', HAND_START]);
    await at.clock.run(HAND_START + 15_500);
    assert.ok(pipe.pings >= 3);
    assert.deepEqual(pipe.take('heartbeat').map((beat) => beat.type === 'heartbeat' && beat.engine), ['gone']);
    await at.clock.run(HAND_START + 17_000);
    assert.equal(pipe.closed, CLOSE.silent);
    await at.clock.run(HAND_START + 23_000);
    assert.equal(pipe.closed, 'terminated');
  });

  test('carries alerts, and that somebody has acknowledged one', () => {
    const at = house();
    const { pipe, connection } = join(at);
    say(at.hub, connection, { type: 'subscribe', id: 1, channel: 'alerts' });
    pipe.take();
    at.feed.tell({ kind: 'limits', limits: [handLimit(0.9)], propFirm: null }, { kind: 'order', order: handOrder(1, 'rejected', 'no funds') });
    const [alert] = at.alerts.all();
    at.alerts.acknowledge(alert.id, 'ana', 5);
    assert.deepEqual(pipe.take('event').map((message) => message.type === 'event' && message.data.length), [2, 1]);
  });
});
