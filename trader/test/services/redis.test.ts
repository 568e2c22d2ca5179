import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import type { Redis } from 'ioredis';
import { openRedis } from '../../src/adapters/redis/connection.ts';
import { RedisBus } from '../../src/adapters/redis/redis-bus.ts';
import { RedisLimits } from '../../src/adapters/redis/redis-limits.ts';
import { AlertBook } from '../../src/api/alerts.ts';
import { relayFeed, RelayedFeed } from '../../src/api/feed-relay.ts';
import { createClient } from '../../src/api/client.ts';
import { MemoryLimits } from '../../src/api/memory-limits.ts';
import { EngineReplica } from '../../src/api/replica.ts';
import { sharedSeen } from '../../src/api/shared-seen.ts';
import { StreamHub } from '../../src/api/stream/hub.ts';
import type { SessionChange, SocketGate } from '../../src/api/stream/gate.ts';
import { sharedGate } from '../../src/api/stream/shared-gate.ts';
import { createStreamClient, type StreamClient } from '../../src/api/stream-client.ts';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import type { FillFact } from '../../src/ports/engine-feed.ts';
import { limitLaws } from '../contract/limit-store.ts';
import { HandFeed, handFill } from '../hand-feed.ts';
import { seededRandom } from '../random.ts';
import { startServedRun } from '../served-run.ts';
import { Wire } from '../stream-wire.ts';
import { RedisServer } from './redis-server.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
let server: RedisServer;
const open: { close(): void }[] = [];
const troubles: string[] = [];

before(async () => { server = await RedisServer.start(); });
after(async () => {
  for (const each of open.toReversed()) each.close();
  await server.stop();
});

/** A connection of a process of its own. */
async function connect(): Promise<Redis> {
  const redis = openRedis(server.url, (text, error) => { troubles.push(`${text} ${inspect(error)}`); });
  open.push({ close: () => { redis.disconnect(); } });
  await redis.connect();
  return redis;
}

async function bus(): Promise<RedisBus> {
  const made = new RedisBus(await connect(), (text, error) => { troubles.push(`${text} ${inspect(error)}`); });
  open.push(made);
  return made;
}

async function until(holds: () => boolean): Promise<void> {
  for (const began = performance.now(); !holds();) {
    assert.ok(performance.now() - began < 15_000, 'it never came to that');
    await new Promise((wait) => { setTimeout(wait, 5); });
  }
}

describe('Redis as the memory of all API processes', () => {
  limitLaws('limits in Redis', async () => {
    const redis = await connect();
    await redis.flushdb();
    return new RedisLimits(redis, () => undefined);
  }, 15);

  test('limits in Redis decide as those in memory, whatever is asked when', async () => {
    const redis = await connect();
    await redis.flushdb();
    const shared = new RedisLimits(redis, () => undefined);
    const alone = new MemoryLimits();
    const random = seededRandom(11);
    const limit = { count: 7, windowMs: 2_000 };
    for (let i = 0, now = 1_767_225_600_000; i < 1_500; i++) {
      now += Math.floor(random() ** 3 * 3_000);
      const name = `n${Math.floor(random() * 3)}`;
      assert.deepEqual(await shared.take(name, limit, now), alone.take(name, limit, now), `step ${i}`);
    }
  });

  test('two processes that take at once never both get the last place', async () => {
    const stores = [new RedisLimits(await connect(), () => undefined), new RedisLimits(await connect(), () => undefined)];
    const verdicts = await Promise.all(Array.from({ length: 200 }, (_, i) => stores[i % 2].take('race', { count: 60, windowMs: 60_000 }, Date.now())));
    assert.equal(verdicts.filter(({ allowed }) => allowed).length, 60);
  });

  test('a session that one process ends is ended in the other, told once to each', async () => {
    const listeners: ((change: SessionChange) => void)[] = [];
    const gate: SocketGate = {
      authenticate: () => Promise.reject(new Error('nobody asks')),
      watch(listener) {
        listeners.push(listener);
        return () => undefined;
      },
    };
    const heard: string[] = [];
    const buses = [await bus(), await bus()];
    buses.forEach((each, index) => sharedGate(gate, each).watch((change) => { heard.push(`${index} ${change.kind} ${change.session}`); }));
    await Promise.all(buses.map((each) => each.ready()));
    listeners[0]({ kind: 'ended', session: 's1' });
    await until(() => heard.length >= 2);
    await new Promise((wait) => { setTimeout(wait, 50); });
    assert.deepEqual(heard, ['0 ended s1', '1 ended s1']);
  });

  test('a bus that comes back and may not listen says so, and hears again once it may', { timeout: 30_000 }, async () => {
    const speaking = await connect();
    const each = await bus();
    let heard = 0;
    for (const subject of ['a', 'b']) each.listen(subject, () => { heard++; });
    await each.ready();
    const said = troubles.length;
    await speaking.acl('SETUSER', 'default', '-subscribe');
    await speaking.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(() => troubles.slice(said).some((text) => text.includes('cannot be heard') && text.includes('NOPERM')));
    await speaking.acl('SETUSER', 'default', '+subscribe');
    await speaking.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await until(() => {
      each.say('b', 'again');
      return heard > 0;
    });
  });

  test('what somebody else says on the bus and no listener understands is told, and ends no process', async () => {
    const speaking = await connect();
    const each = await bus();
    const heard: unknown[] = [];
    const seen = sharedSeen({ all: () => [], put: () => undefined, drop: () => undefined, listen: () => () => undefined }, each);
    seen.listen((told) => { heard.push(told); });
    new RelayedFeed(each, WALL_CLOCK).listen({ onSnapshot: (snapshot) => { heard.push(snapshot); }, onEvents: () => undefined });
    await each.ready();
    const said = troubles.length;
    for (const subject of ['algotrendy:seen', 'algotrendy:engine']) await speaking.publish(`0:${subject}`, 'no JSON');
    await until(() => troubles.length > said + 1);
    assert.match(troubles[said], /not understood/);
    each.say('algotrendy:seen', JSON.stringify({ run: 'r', mark: 'm', by: 'b', at: 1 }));
    await until(() => heard.length > 0);
  });

  test('clients of two processes have every fill once and in order, though they change between them and Redis is killed on the way', { timeout: 60_000 }, async () => {
    const feed = new HandFeed();
    const leading = new EngineReplica(feed, WALL_CLOCK);
    const stopRelay = relayFeed(leading, await bus());
    const following = new EngineReplica(new RelayedFeed(await bus(), WALL_CLOCK), WALL_CLOCK);
    const hubs = [leading, following].map((replica) => new StreamHub({ replica, alerts: new AlertBook(replica), jobs: undefined, clock: WALL_CLOCK }));
    await until(() => following.facts !== undefined);
    assert.equal(following.epoch, leading.epoch);

    const random = seededRandom(3);
    const guests: { fills: FillFact[]; wire: Wire | undefined; readonly client: StreamClient }[] = [0, 1, 2].map((index) => {
      const guest = { fills: [] as FillFact[], wire: undefined as Wire | undefined };
      const client = createStreamClient({
        url: 'ws://loopback', refresh: () => Promise.resolve(true), clock: WALL_CLOCK, random: () => 0,
        connect: (_url, listener) => guest.wire = new Wire(WALL_CLOCK, hubs[Math.floor(random() * 2)], { user: `u${index}`, session: 's', role: 'viewer', expiresAt: 9e15 }, listener),
      });
      client.subscribe('fills', { onSnapshot: (fills) => { guest.fills = [...fills]; }, onItems: (fills) => { guest.fills.push(...fills); } });
      return Object.assign(guest, { client });
    });
    let told = 0;
    for (let round = 0; round < 60; round++) {
      feed.tell(...Array.from({ length: 1 + Math.floor(random() * 8) }, () => ({ kind: 'fill' as const, fill: handFill(++told) })));
      if (round % 4 === 3) guests[Math.floor(random() * 3)].wire?.cut();
      if (round === 20) await server.kill();
      if (round === 30) await server.restart();
      await new Promise((wait) => { setTimeout(wait, 20); });
    }
    await until(() => {
      feed.tell({ kind: 'fill', fill: handFill(++told) });
      return guests.every(({ fills }) => fills.length >= told - 1);
    });
    await until(() => guests.every(({ fills }) => fills.length === told));
    for (const { fills } of guests) assert.deepEqual(fills.map(({ id }) => id), Array.from({ length: told }, (_, i) => `f${i + 1}`));
    assert.deepEqual(following.snapshot()?.fills, leading.snapshot()?.fills);
    for (const { client } of guests) client.close();
    for (const hub of hubs) hub.close();
    stopRelay();
    following.close();
  });

  test('a second process serves the run that another trades, to the same people, under the same limits, and takes no orders', { timeout: 90_000 }, async () => {
    const environment = { ALGOTRENDY_SECRET_REDIS_URL: server.url.reveal() };
    const run = await startServedRun({ words: ['--speed', '2000'], environment });
    const second = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'trader/src/app/main.mjs'), 'api', '--json', '--api-port', '0'], {
      env: { ...process.env, ...environment, ALGOTRENDY_HOME: run.home }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = await once(createInterface({ input: second.stdout }), 'line') as [string];
      const { url } = JSON.parse(line) as { readonly url: string };
      const [first, other] = [run.url, url].map((origin) => createClient({ origin, token: run.token }));
      const { run: told } = await first.call('readState');
      let heard = await other.call('readState').catch(() => undefined);
      for (let i = 0; heard === undefined && i < 100; i++) {
        await new Promise((wait) => { setTimeout(wait, 50); });
        heard = await other.call('readState').catch(() => undefined);
      }
      assert.deepEqual([heard?.run.id, heard?.run.startedAt], [told.id, told.startedAt]);
      await assert.rejects(other.call('halt', { body: { scope: 'entries', reason: 'here' } }), { code: 'not-offered' });
      assert.ok((await (await connect()).keys('limit:*')).length > 0);
    } finally {
      const gone = once(second, 'exit');
      second.kill('SIGTERM');
      await gone;
      await run.stop();
    }
  });

  test('while Redis is away requests pass at once, limits are said not to be counted, and no word of the password is', async () => {
    const redis = await connect();
    const limits = new RedisLimits(redis, (text, error) => { troubles.push(`${text} ${inspect(error)}`); });
    await server.kill();
    await until(() => redis.status !== 'ready');
    const began = performance.now();
    assert.equal((await limits.take('x', { count: 1, windowMs: 1_000 }, Date.now())).allowed, true);
    assert.ok(performance.now() - began < 400);
    await server.restart();
    await until(() => redis.status === 'ready');
    assert.equal((await limits.take('x', { count: 1, windowMs: 1_000 }, Date.now())).remaining, 0);
    assert.ok(troubles.some((text) => text.includes('limits are not counted')));
    assert.ok(!troubles.some((text) => text.includes('never-printed')));
  });
});
