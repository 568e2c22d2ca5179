import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { mul, type Exact } from '../../src/domain/exact.ts';
import { Order, type OrderTerms, type OrderType, type Side, type TimeInForce } from '../../src/domain/order.ts';
import { VenueError, type VenueFailure } from '../../src/domain/venue-error.ts';
import type { KeyedVenue, OrderRef, VenueFill, VenueGateway, VenueListener, VenueListing, VenueOrder } from '../../src/ports/venue.ts';
import type { DialectServer } from '../venues/dialect-server.ts';
import { FastClock } from '../venues/fast-clock.ts';

/** A venue's adapter with a server that speaks its dialect. One line in `venues.ts` puts it under the suite. */
export interface VenueHarness {
  /** As the column of the result table is headed: `Binance spot`. */
  readonly name: string;
  /** Texts that must never appear in an error or in a printed gateway. */
  readonly secrets: readonly string[];
  /** What the server lists first: instrument 0 of every gateway. */
  readonly listing: VenueListing;
  /** Numbers of the cases that this venue cannot have, each with the reason: it stands under the table. */
  readonly without: Readonly<Record<string, string>>;
  /** What this venue never says of a trade, and what its adapter says in its place. */
  readonly untold?: Partial<Pick<VenueFill, 'fee' | 'feeCurrency' | 'liquidity'>>;
  /** A fresh server, and what makes gateways to it. */
  serve(clock: FastClock): Promise<{ readonly server: DialectServer; gateway(keys: 'good' | 'bad'): VenueGateway & KeyedVenue; listings(): Promise<readonly VenueListing[]> }>;
}

/** What an account's stream has told, and waiting for it. */
export class Ear implements VenueListener {
  readonly orders: VenueOrder[] = [];
  readonly fills: VenueFill[] = [];
  readonly connections: string[] = [];

  onOrder(order: VenueOrder): void {
    this.orders.push(order);
  }

  onFill(fill: VenueFill): void {
    this.fills.push(fill);
  }

  onConnection(state: 'up' | 'down', reason: string): void {
    this.connections.push(state);
    assert.ok(reason.length > 0, 'a change of the connection gives its reason');
  }

  /** Resolves when the condition holds; rejects after two seconds of the machine's time, naming what was waited for. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (const began = performance.now(); !holds();) {
      if (performance.now() - began > 2_000) assert.fail(`waited in vain for ${what}; heard ${inspect({ orders: this.orders, fills: this.fills, connections: this.connections })}`);
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
  }
}

/** What one case works with: a server and a gateway of its own. */
export interface Bench {
  readonly gateway: VenueGateway & KeyedVenue;
  readonly server: DialectServer;
  readonly clock: FastClock;
  readonly listing: VenueListing;
  readonly untold: NonNullable<VenueHarness['untold']>;
  readonly ear: Ear;
  /** A gateway with keys that the venue does not know. */
  readonly stranger: () => VenueGateway & KeyedVenue;
  /** A second gateway to the same account, as after a restart. */
  readonly another: () => VenueGateway;
  readonly listings: () => Promise<readonly VenueListing[]>;
  /** A new order on instrument 0; limit gtc of one hundred lots at a thousand ticks where nothing else is said. */
  order(plan?: OrderPlan): Order;
  /** Sends an order that the venue takes. */
  place(plan?: OrderPlan): Promise<{ readonly order: Order; readonly ref: OrderRef }>;
}

/** What of an order differs from the usual one. */
export interface OrderPlan {
  readonly side?: Side;
  readonly type?: OrderType;
  readonly timeInForce?: TimeInForce;
  readonly quantity?: Exact;
  readonly price?: Exact;
  readonly terms?: OrderTerms;
}

/** One numbered line of the acceptance list. */
export interface VenueCase {
  /** `V1`, `V2`, …: never given to another case. */
  readonly id: string;
  readonly title: string;
  /** Whether a venue with these capabilities has it; every venue where absent. */
  readonly needs?: (gateway: VenueGateway) => boolean;
  run(bench: Bench): Promise<void>;
}

/** Fails unless a request fails in this way. Returns the error. */
export async function fails(request: Promise<unknown>, failure: VenueFailure): Promise<VenueError> {
  const error = await request.then(() => assert.fail(`this should have failed as ${failure}`), (reason: unknown) => reason);
  assert.ok(error instanceof VenueError, `not a VenueError: ${inspect(error)}`);
  assert.equal(error.failure, failure, error.message);
  noSecret(inspect(error, { depth: 12 }));
  return error;
}

let orders = 0;

function makeOrder({ instrument }: VenueListing, plan: OrderPlan, now: number): Order {
  orders += 1;
  const { side = 'buy', type = 'limit', timeInForce = 'gtc', terms } = plan;
  const price = plan.price ?? (type === 'market' ? 0 : mul(instrument.tickSize, 1_000));
  return new Order(
    { run: 'contract', name: 'suite', index: 0 }, 1, orders, 'target', 0, side, type, timeInForce,
    plan.quantity ?? mul(instrument.lotSize, 100), price, now, undefined, terms,
  );
}

/** Runs one case on a server of its own, and sees that nothing stays behind and no secret came out. */
export async function runCase(harness: VenueHarness, { run, needs }: VenueCase): Promise<void> {
  const clock = new FastClock();
  const { server, gateway: connect, listings } = await harness.serve(clock);
  const open: VenueGateway[] = [];
  const make = (keys: 'good' | 'bad') => {
    const gateway = connect(keys);
    open.push(gateway);
    return gateway;
  };
  const gateway = make('good');
  const order = (plan: OrderPlan = {}) => makeOrder(harness.listing, plan, clock.now());
  const bench: Bench = {
    gateway, server, clock, listing: harness.listing, untold: harness.untold ?? {}, ear: new Ear(), stranger: () => make('bad'), another: () => make('good'), listings, order,
    place: async (plan) => {
      const placed = order(plan);
      const { venueOrderId } = await gateway.submit(placed);
      return { order: placed, ref: { clientOrderId: placed.clientOrderId, venueOrderId, instrument: 0 } };
    },
  };
  try {
    assert.ok(needs === undefined || needs(gateway), 'the list of what a venue lacks and its capabilities disagree');
    await run(bench);
    noSecret(inspect(open, { depth: 12, showHidden: true }));
  } finally {
    await Promise.all(open.map((each) => each.close()));
    await server.close();
  }
  assert.equal(clock.pending, 0, 'a closed gateway waits for nothing');
}

/** Texts that may never be printed. */
const secrets = new Set<string>();

/** Fails where a text holds a secret. */
function noSecret(text: string): void {
  for (const secret of secrets) assert.ok(!text.includes(secret), 'a secret is printed');
}

/** Hosts that this process has dialled, whichever client of Node's did. */
const dialled = new Set<string>();
const { connect } = Socket.prototype;
Socket.prototype.connect = function seen(this: Socket, ...parameters: unknown[]): Socket {
  const first: unknown = parameters.flat()[0];
  dialled.add(typeof first === 'object' && first !== null && 'host' in first ? String(first.host) : inspect(first));
  return Reflect.apply(connect, this, parameters) as Socket;
};

/** Puts a venue's adapter through all cases that the venue can have. */
export function venueGatewayContract(harness: VenueHarness, cases: readonly VenueCase[]): void {
  for (const secret of harness.secrets) secrets.add(secret);
  describe(`${harness.name} passes the contract of venues`, { concurrency: 8 }, () => {
    for (const each of cases.filter(({ id }) => !Object.hasOwn(harness.without, id))) {
      test(`${each.id} ${each.title}`, () => runCase(harness, each));
    }
  });
  test(`${harness.name}: nothing but loopback was dialled`, () => {
    assert.ok(dialled.size > 0, 'the suite sees connections');
    assert.deepEqual([...dialled].filter((host) => host !== '127.0.0.1'), []);
  });
}
