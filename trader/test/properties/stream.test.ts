import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AlertBook } from '../../src/api/alerts.ts';
import { EngineReplica } from '../../src/api/replica.ts';
import { StreamHub } from '../../src/api/stream/hub.ts';
import { createStreamClient } from '../../src/api/stream-client.ts';
import type { EngineChange, FillFact } from '../../src/ports/engine-feed.ts';
import { VirtualClock } from '../../src/simulation/virtual-clock.ts';
import { HAND_START, HandFeed, handFill } from '../hand-feed.ts';
import { Wire } from '../stream-wire.ts';

/** What may happen between two moments; clients and API processes are named by number. */
type Step =
  | { readonly kind: 'fills'; readonly count: number; readonly prices: number }
  | { readonly kind: 'cut' | 'stall' | 'read' | 'late' | 'other'; readonly client: number }
  | { readonly kind: 'wait'; readonly ms: number };

const CLIENTS = 3;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('fills' as const), count: fc.integer({ min: 1, max: 40 }), prices: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'stall' as const, 'read' as const, 'late' as const, 'other' as const), client: fc.integer({ min: 0, max: CLIENTS - 1 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 20_000 }) }) },
);

/** A client, what it has of the fills, and the line that it is on. */
interface Guest {
  fills: FillFact[];
  /** Where a snapshot took the place of what it had. */
  snapshots: number;
  price: string | undefined;
  hub: number;
  wire: Wire | undefined;
  reading: boolean;
  readonly close: () => void;
}

class House {
  readonly clock = new VirtualClock(HAND_START);
  readonly feed = new HandFeed();
  readonly hubs: readonly StreamHub[];
  readonly guests: Guest[] = [];
  #fills = 0;
  #price = 0;

  constructor() {
    // Two processes of the API, each with a replica of the same run.
    this.hubs = [0, 1].map(() => {
      const replica = new EngineReplica(this.feed, this.clock);
      return new StreamHub({ replica, alerts: new AlertBook(replica), jobs: undefined, clock: this.clock });
    });
    for (let i = 0; i < CLIENTS; i++) this.#invite(`user-${i}`);
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'wait': await this.clock.run(this.clock.now() + step.ms); return;
      case 'fills': this.feed.tell(...this.#changes(step.count, step.prices)); return;
      default: this.#treat(step.kind, this.guests[step.client]);
    }
  }

  #treat(kind: 'cut' | 'stall' | 'read' | 'late' | 'other', guest: Guest): void {
    switch (kind) {
      case 'cut': guest.wire?.cut(); return;
      case 'stall': case 'read':
        guest.reading = kind === 'read';
        guest.wire?.read(guest.reading);
        return;
      // What filled its buffer to the brim, so that even a little more is too much.
      case 'late': for (let i = 0; i < 40; i++) this.feed.tell(...this.#changes(20, 0)); return;
      // The balancer sends it to the other process when it comes back.
      case 'other': guest.hub = 1 - guest.hub; guest.wire?.cut();
    }
  }

  #invite(user: string): void {
    const guest: Guest = { fills: [], snapshots: 0, price: undefined, hub: 0, wire: undefined, reading: true, close: () => { client.close(); } };
    const client = createStreamClient({
      url: 'ws://loopback', refresh: () => Promise.resolve(true), clock: this.clock, random: () => 0.5,
      connect: (_url, listener) => {
        guest.wire = new Wire(this.clock, this.hubs[guest.hub], { user, session: user, role: 'viewer', expiresAt: HAND_START + 1e12 }, listener);
        guest.wire.read(guest.reading);
        return guest.wire;
      },
    });
    client.subscribe('fills', {
      onSnapshot: (fills) => {
        guest.fills = [...fills];
        guest.snapshots += 1;
      },
      onItems: (fills) => { guest.fills.push(...fills); },
    });
    client.subscribe('prices', {
      onSnapshot: (prices) => { guest.price = prices[0].last; },
      onItems: (prices) => { guest.price = prices.at(-1)?.last; },
    });
    this.guests.push(guest);
  }

  #changes(fills: number, prices: number): readonly EngineChange[] {
    return [
      ...Array.from({ length: fills }, (): EngineChange => ({ kind: 'fill', fill: handFill(++this.#fills) })),
      ...Array.from({ length: prices }, (): EngineChange => ({ kind: 'prices', prices: [{ instrument: 'BTC-USDT.HAND', last: String(++this.#price), tsEvent: 1 }] })),
    ];
  }

  /** All lines are up and read for long enough. */
  async settle(): Promise<void> {
    for (const guest of this.guests) this.#treat('read', guest);
    await this.clock.run(this.clock.now() + 120_000);
    this.feed.tell(...this.#changes(1, 1));
    await this.clock.run(this.clock.now() + 5_000);
    for (const guest of this.guests) guest.close();
    for (const hub of this.hubs) hub.close();
  }

  get told(): readonly string[] {
    return Array.from({ length: this.#fills }, (_, i) => `f${i + 1}`);
  }

  get price(): string {
    return String(this.#price);
  }
}

test('However lines are cut, readers stall and resume in another process, each client has every fill once and in order, and the newest price', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
    const house = new House();
    for (const each of steps) await house.do(each);
    await house.settle();
    for (const { fills, price } of house.guests) {
      const ids = fills.map(({ id }) => id);
      // A snapshot after too long an absence holds the newest of all; nothing is missing behind its first.
      assert.deepEqual(ids, house.told.slice(house.told.length - ids.length));
      assert.ok(ids.length >= Math.min(house.told.length, 1_000));
      assert.equal(price, house.price);
    }
  }), { numRuns: 150, seed: 7 });
});

test('A client whose line is cut a hundred times in a stream of fills goes on each time, and needs one snapshot only', async () => {
  const house = new House();
  const [guest] = house.guests;
  await house.do({ kind: 'wait', ms: 10 });
  for (let i = 0; i < 100; i++) {
    await house.do({ kind: 'fills', count: 1 + i % 7, prices: 2 });
    await house.do({ kind: i % 10 === 9 ? 'other' : 'cut', client: 0 });
    await house.do({ kind: 'wait', ms: i * 13 });
  }
  await house.settle();
  assert.deepEqual(guest.fills.map(({ id }) => id), house.told);
  assert.equal(guest.snapshots, 1);
});
