import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { add, fromNumber, type Exact } from '../../src/domain/exact.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { Order, type Approved, type OrderOwner, type OrderType, type Side, type TimeInForce } from '../../src/domain/order.ts';
import type { ExecutionReport } from '../../src/domain/report.ts';
import type { Timestamp } from '../../src/domain/time.ts';
import type { ExecutionClient } from '../../src/ports/execution.ts';

/** A venue and the market around it, for one test. */
export interface VenueUnderTest {
  readonly client: ExecutionClient;
  /** What is traded, instrument 0; its last price is 100 at the start. */
  readonly instrument: Instrument;
  /** Event time at which an order is decided now. */
  now(): Timestamp;
  /** The market trades from its last price to this one and stays there; resolves when the venue has said all it has to say. */
  moveTo(price: number): Promise<void>;
  close(): Promise<void>;
}

const OWNER: OrderOwner = { run: 'contract', name: 'contract@venue', index: 0 };

/** Orders at one venue, and what it said of each. */
class Desk {
  readonly venue: VenueUnderTest;
  readonly reports: ExecutionReport[] = [];
  #orders = 0;

  constructor(venue: VenueUnderTest) {
    this.venue = venue;
    venue.client.connect({ report: (report) => void this.reports.push(report), settle: () => {}, book: () => {} });
  }

  /** Sends an order of this many lots. */
  send(side: Side, lots: number, type: OrderType, price = 0, { timeInForce = 'gtc', ocoWith, quantity }: { timeInForce?: TimeInForce; ocoWith?: Order; quantity?: Exact } = {}): Order {
    const { instrument, client } = this.venue;
    const size = quantity ?? lots * Number(instrument.lotSize);
    const order = new Order(OWNER, 1, this.#orders++, 'target', 0, side, type, timeInForce, size, fromNumber(price, instrument.priceScale), this.venue.now(), ocoWith);
    client.submit(order as Approved<Order>);
    return order;
  }

  kinds(order: Order): string[] {
    return this.reports.filter((report) => report.order === order).map(({ kind }) => kind);
  }

  filled(order: Order): Exact {
    return this.reports.reduce<Exact>((sum, report) => (report.order === order && report.kind === 'filled' ? add(sum, report.quantity) : sum), 0);
  }
}

/** What every execution client must do, whoever stands behind it; `create` makes a fresh one for each test. */
export function executionClientContract(name: string, create: () => Promise<VenueUnderTest>): void {
  const scene = (title: string, play: (desk: Desk) => Promise<void>) => void test(title, async () => {
    const venue = await create();
    try {
      const desk = new Desk(venue);
      await play(desk);
      checkReports(desk.reports);
    } finally {
      await venue.close();
    }
  });

  describe(`${name} as an execution client`, () => {
    scene('accepts a market order and fills it whole', async (desk) => {
      const order = desk.send('buy', 10, 'market');
      await desk.venue.moveTo(101);
      assert.equal(desk.kinds(order)[0], 'accepted');
      assert.equal(desk.filled(order), order.quantity);
    });

    scene('lets a limit order rest until the price comes, and fills it no worse than its limit', async (desk) => {
      const order = desk.send('buy', 10, 'limit', 95);
      await desk.venue.moveTo(98);
      assert.deepEqual(desk.kinds(order), ['accepted']);
      await desk.venue.moveTo(90);
      assert.equal(desk.filled(order), order.quantity);
      for (const report of desk.reports) if (report.kind === 'filled') assert.ok(report.price <= order.price);
    });

    scene('triggers a stop when its price is touched, and not before', async (desk) => {
      const order = desk.send('sell', 10, 'stop', 95);
      await desk.venue.moveTo(96);
      assert.deepEqual(desk.kinds(order), ['accepted']);
      await desk.venue.moveTo(94);
      assert.equal(desk.filled(order), order.quantity);
    });

    scene('cancels a resting order once, however often it is asked', async (desk) => {
      const order = desk.send('sell', 10, 'limit', 110);
      await desk.venue.moveTo(100);
      desk.venue.client.cancel(order);
      desk.venue.client.cancel(order);
      await desk.venue.moveTo(100);
      desk.venue.client.cancel(order);
      await desk.venue.moveTo(120);
      assert.deepEqual(desk.kinds(order), ['accepted', 'canceled']);
    });

    scene('takes the cancel of a filled order without a word', async (desk) => {
      const order = desk.send('buy', 10, 'market');
      await desk.venue.moveTo(100);
      const before = desk.reports.length;
      desk.venue.client.cancel(order);
      await desk.venue.moveTo(101);
      assert.equal(desk.reports.length, before);
    });

    scene('ends an immediate order that nobody would meet', async (desk) => {
      const order = desk.send('buy', 10, 'limit', 90, { timeInForce: 'ioc' });
      await desk.venue.moveTo(100);
      assert.ok(['canceled', 'expired'].includes(desk.kinds(order).at(-1) as string));
      await desk.venue.moveTo(80);
      assert.equal(desk.filled(order), 0);
    });

    for (const [price, winner] of [[90, 'stop'], [110, 'limit']] as const) {
      scene(`lets only the ${winner} of two tied orders trade when the price goes to ${price}`, async (desk) => {
        const stop = desk.send('sell', 10, 'stop', 95);
        const limit = desk.send('sell', 10, 'limit', 105, { ocoWith: stop });
        await desk.venue.moveTo(price);
        await desk.venue.moveTo(200 - price);
        const [won, lost] = winner === 'stop' ? [stop, limit] : [limit, stop];
        assert.deepEqual([desk.filled(won), desk.filled(lost), desk.kinds(lost).at(-1)], [won.quantity, 0, 'canceled']);
      });
    }

    scene('rejects a quantity that is no whole number of lots, with a reason', async (desk) => {
      const lot = Number(desk.venue.instrument.lotSize);
      assert.ok(lot > 1, 'the contract needs an instrument with a lot to break');
      const order = desk.send('buy', 0, 'market', 0, { quantity: lot + 1 });
      await desk.venue.moveTo(100);
      assert.deepEqual(desk.kinds(order), ['rejected']);
      const [report] = desk.reports;
      assert.ok(report?.kind === 'rejected' && report.reason.length > 0);
    });
  });
}

/** What holds of all reports: none before its order, none after its end, trades numbered upwards, nothing filled twice. */
function checkReports(reports: readonly ExecutionReport[]): void {
  const ended = new Set<Order>();
  const left = new Map<Order, number>();
  let lastTrade = -Infinity;
  for (const report of reports) {
    const { order, kind, tsEvent } = report;
    assert.ok(!ended.has(order), `${kind} after the end`);
    assert.ok(tsEvent >= order.tsInit, `${kind} before the order`);
    if (kind === 'filled') {
      assert.ok(report.tradeId > lastTrade && report.quantity > 0 && report.price > 0);
      lastTrade = report.tradeId;
      const rest = (left.get(order) ?? Number(order.quantity)) - Number(report.quantity);
      assert.ok(rest >= 0, 'more was filled than was ordered');
      left.set(order, rest);
      if (rest === 0) ended.add(order);
    } else if (kind !== 'accepted') {
      ended.add(order);
    }
  }
}
