import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { format, mul } from '../../src/domain/exact.ts';
import { Order, type Approved } from '../../src/domain/order.ts';
import type { ExecutionReport } from '../../src/domain/report.ts';
import { Courier } from '../../src/pipeline/courier.ts';
import type { KeyedVenue, VenueGateway } from '../../src/ports/venue.ts';
import type { DialectServer } from '../venues/dialect-server.ts';
import { FastClock } from '../venues/fast-clock.ts';
import { VENUES } from './venue-acceptance.ts';
import type { VenueHarness } from './venue-gateway.ts';

/** The courier over a venue's own adapter, a real socket and the venue's dialect; what it reports, in words. */
class Line {
  readonly clock = new FastClock();
  readonly told: string[] = [];
  readonly reports: ExecutionReport[] = [];
  readonly harness: VenueHarness;
  readonly server: DialectServer;
  readonly gateway: VenueGateway & KeyedVenue;
  readonly courier: Courier;

  constructor(harness: VenueHarness, server: DialectServer, gateway: VenueGateway & KeyedVenue, clock: FastClock) {
    this.harness = harness;
    this.server = server;
    this.gateway = gateway;
    this.clock = clock;
    this.courier = new Courier({ gateway, clock, feeOf: () => ({ fee: 0 }), sync: () => undefined });
    this.courier.connect({
      report: (report) => {
        this.reports.push(report);
        this.told.push(report.kind === 'filled' ? `filled ${BigInt(report.quantity) / BigInt(harness.listing.instrument.lotSize)}` : report.kind);
      },
      book: () => {}, settle: () => {},
    });
  }

  /** Sends an order for a hundred lots. */
  send(ordinal: number): Order {
    const { tickSize, lotSize } = this.harness.listing.instrument;
    const order = new Order({ run: `courier over ${this.harness.name}`, name: 'test', index: 0 }, 1, ordinal, 'target', 0, 'buy', 'limit', 'gtc', mul(lotSize, 100), mul(tickSize, 1_000), this.clock.now());
    this.courier.submit(order as Approved<Order>);
    return order;
  }

  trade({ clientOrderId, price }: Order, lots: number): void {
    const { priceScale, quantityScale, lotSize, quoteCurrency } = this.harness.listing.instrument;
    this.server.trade(clientOrderId, { price: format(price, priceScale), quantity: format(mul(lotSize, lots), quantityScale), fee: '0', feeCurrency: quoteCurrency, liquidity: 'taker' });
  }

  async until(...told: readonly string[]): Promise<void> {
    for (const began = performance.now(); this.told.length < told.length && performance.now() - began < 4_000;) await this.clock.pause(50);
    assert.deepEqual(this.told, told);
  }
}

/** Runs a story in the first life of a process, and perhaps goes on with it in a second one. */
async function line(harness: VenueHarness, work: (line: Line) => Promise<unknown>, afterwards?: (before: Line, line: Line) => Promise<void>): Promise<void> {
  const clock = new FastClock();
  const { server, gateway: connect } = await harness.serve(clock);
  const [first, second] = [0, 1].map(() => new Line(harness, server, connect('good'), clock));
  try {
    await first.courier.start();
    await work(first);
    await first.courier.stop();
    await afterwards?.(first, second);
  } finally {
    await first.courier.stop();
    await second.courier.stop();
    await server.close();
  }
  assert.equal(clock.pending, 0, 'a courier that has stopped waits for nothing');
}

describe('the courier over each venue\'s adapter', { concurrency: 6 }, () => {
  for (const harness of VENUES) {
    test(`${harness.name}: an order whose answer was lost, and whose trades the stream has lost, is found, sent once and filled whole`, () => line(harness, async (each) => {
      each.server.frames('lost');
      each.server.failNext('submit', 'reset-after');
      const order = each.send(1);
      await each.until('accepted');
      each.trade(order, 40);
      each.trade(order, 60);
      each.server.frames('sent');
      each.server.cut(1);
      await each.until('accepted', 'filled 40', 'filled 60');
      assert.deepEqual(each.courier.open, []);
      assert.equal(each.server.orders.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId).length, 1);
    }));

    test(`${harness.name}: trades that come by stream, twice, and again by asking are booked once, and a cancel settles to what has traded`, () => line(harness, async (each) => {
      const order = each.send(2);
      await each.until('accepted');
      each.server.frames('kept');
      each.trade(order, 30);
      each.server.release('twice');
      await each.until('accepted', 'filled 30');
      each.server.cut(0);
      await each.courier.reconcile();
      each.courier.cancel(order);
      await each.until('accepted', 'filled 30', 'canceled');
      assert.deepEqual(each.courier.open, []);
    }));

    test(`${harness.name}: after a restart what was booked is not booked again, and what traded while we were away is`, () => line(harness, async (each) => {
      const order = each.send(3);
      await each.until('accepted');
      each.trade(order, 30);
      await each.until('accepted', 'filled 30');
    }, async (before, each) => {
      const [{ order }] = before.reports;
      each.trade(order, 20);
      each.courier.submit(order as Approved<Order>);
      for (const report of before.reports) each.courier.repeat(order.clientOrderId, () => report);
      await each.courier.start();
      await each.until('accepted', 'filled 30', 'filled 20');
      each.trade(order, 50);
      await each.until('accepted', 'filled 30', 'filled 20', 'filled 50');
      assert.deepEqual(each.courier.open, []);
    }));
  }
});
