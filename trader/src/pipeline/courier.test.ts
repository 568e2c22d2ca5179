import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandVenue } from '../../test/hand-venue.ts';
import { ManualVenue } from '../../test/manual-venue.ts';
import { MemoryJournal, testInstrument } from '../../test/markets.ts';
import { parseDecimal } from '../domain/exact.ts';
import { Order, type Approved, type OrderOwner } from '../domain/order.ts';
import type { ExecutionReport } from '../domain/report.ts';
import { VenueError } from '../domain/venue-error.ts';
import type { OrderRef, VenueFill, VenueGateway, VenueOrder } from '../ports/venue.ts';
import { noFee } from '../simulation/fees.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import type { CourierNote } from './courier-note.ts';
import { Courier } from './courier.ts';
import { Engine } from './engine.ts';
import { Holdings } from './holdings.ts';

const OWNER: OrderOwner = { run: 'test', name: 'book', index: 0 };
const WINDOW_MS = 5_000;

/** A courier between a venue worked by hand and a list of what it reports. */
class Desk {
  readonly clock = new VirtualClock(0);
  readonly venue = new HandVenue();
  readonly told: string[] = [];
  readonly reports: ExecutionReport[] = [];
  readonly notes: CourierNote[] = [];
  readonly courier: Courier;

  constructor() {
    this.courier = new Courier({
      gateway: this.venue, clock: this.clock, feeOf: ({ fee }) => ({ fee: parseDecimal(fee, 2) }), onNote: (note) => void this.notes.push(note),
      sync: () => { this.venue.asked.push('sync'); },
    });
    this.courier.connect({
      report: (report) => {
        this.reports.push(report);
        this.told.push(report.kind === 'filled' ? `filled ${report.quantity}` : report.kind === 'rejected' ? `rejected ${report.reason}` : report.kind);
      },
      book: () => {}, settle: () => {},
    });
  }

  async start(): Promise<void> {
    await this.courier.start();
  }

  send(quantity = 10, ordinal = 0): Order {
    const order = new Order(OWNER, 1, ordinal, 'target', 0, 'buy', 'market', 'ioc', quantity, 0, this.clock.now());
    this.courier.submit(order as Approved<Order>);
    return order;
  }

  pass(ms: number): Promise<void> {
    return this.clock.run(this.clock.now() + ms);
  }
}

function refOf({ clientOrderId }: Order): OrderRef & { readonly venueOrderId: string } {
  return { clientOrderId, venueOrderId: 'v1', instrument: 0 };
}

function stateOf(order: Order, status: VenueOrder['status'], filled: number): VenueOrder {
  return { ...refOf(order), side: 'buy', quantity: order.quantity, filled, status, tsEvent: 1 };
}

function fillOf(order: Order, tradeId: string, quantity: number): VenueFill {
  return { ...refOf(order), tradeId, side: 'buy', price: 100, quantity, fee: '0.01', feeCurrency: 'USD', liquidity: 'taker', tsEvent: 1 };
}

const unknown = () => Promise.reject(new VenueError('unknown-outcome', 'no answer'));
const unreachable = () => Promise.reject(new VenueError('unreachable', 'no connection'));

test('an order goes out when the journal is on the disk, and once', async () => {
  const desk = new Desk();
  await desk.start();
  desk.send();
  await desk.pass(1_000);
  assert.deepEqual(desk.venue.asked.filter((what) => what !== 'snapshot'), ['sync', 'submit']);
  assert.deepEqual(desk.told, ['accepted']);
});

test('an order whose outcome is unknown is looked for by its id and never sent again', async () => {
  const desk = new Desk();
  await desk.start();
  desk.venue.onSubmit = unknown;
  const order = desk.send();
  await desk.pass(100);
  assert.deepEqual(desk.notes.map(({ kind }) => kind), ['outcome-unknown']);
  desk.venue.onLookUp = () => Promise.resolve(stateOf(order, 'open', 0));
  await desk.pass(1_000);
  assert.deepEqual(desk.told, ['accepted']);
  assert.equal(desk.venue.count('submit'), 1);
});

test('the stream may know of an order before the answer does', async () => {
  const desk = new Desk();
  await desk.start();
  desk.venue.onSubmit = () => new Promise((_, reject) => void desk.clock.after(3_000, () => reject(new VenueError('unknown-outcome', 'no answer'))));
  const order = desk.send();
  await desk.pass(1_000);
  desk.venue.listener?.onOrder(stateOf(order, 'open', 0));
  await desk.pass(20_000);
  assert.deepEqual(desk.told, ['accepted']);
  assert.equal(desk.venue.count('submit'), 1);
});

test('an order is lost when the venue denies it after its receive window, and not before, whatever is done to the clock', async () => {
  for (const setMs of [0, 3_600_000, -3_600_000]) {
    const desk = new Desk();
    const now = () => VirtualClock.prototype.now.call(desk.clock);
    await desk.start();
    desk.venue.onSubmit = unknown;
    desk.send();
    await desk.pass(10);
    Reflect.set(desk.clock, 'now', () => now() + setMs);
    await desk.clock.run(WINDOW_MS);
    assert.ok(desk.venue.count('look-up') >= 2);
    assert.deepEqual(desk.told, []);
    await desk.clock.run(WINDOW_MS + 20_000);
    assert.deepEqual(desk.told, ['rejected lost']);
  }
});

test('the window of an order that was held back counts from when it may have left', async () => {
  const desk = new Desk();
  await desk.start();
  desk.venue.onSubmit = () => new Promise((_, reject) => void desk.clock.after(60_000, () => reject(new VenueError('unknown-outcome', 'no answer'))));
  const order = desk.send();
  await desk.pass(60_000 + WINDOW_MS - 1);
  assert.deepEqual(desk.told, []);
  desk.venue.onLookUp = () => Promise.resolve(stateOf(order, 'open', 0));
  await desk.pass(10_000);
  assert.deepEqual(desk.told, ['accepted']);
});

test('a network that is away for ten minutes ends no order', async () => {
  const desk = new Desk();
  await desk.start();
  desk.venue.onSubmit = unknown;
  desk.venue.onLookUp = unreachable;
  const order = desk.send();
  await desk.pass(600_000);
  assert.deepEqual(desk.told, []);
  desk.venue.onLookUp = () => Promise.resolve(stateOf(order, 'open', 0));
  await desk.pass(20_000);
  assert.deepEqual(desk.told, ['accepted']);
});

test('a look-up that is refused for asking too often waits as long as it is told', async () => {
  const desk = new Desk();
  await desk.start();
  desk.venue.onSubmit = unknown;
  desk.venue.onLookUp = () => Promise.reject(new VenueError('banned', 'too many requests', { retryAfterMs: 50_000 }));
  desk.send();
  await desk.pass(45_000);
  assert.equal(desk.venue.count('look-up'), 1);
});

test('what the venue refuses for good is a rejection with its reason', async () => {
  const desk = new Desk();
  await desk.start();
  desk.venue.onSubmit = () => Promise.reject(new VenueError('rejected', 'too little money', { reason: 'insufficient-balance' }));
  desk.send();
  await desk.pass(10);
  desk.venue.onSubmit = unreachable;
  desk.send(10, 1);
  await desk.pass(10);
  assert.deepEqual(desk.told, ['rejected insufficient-balance', 'rejected unreachable']);
});

test('a trade is booked once, whichever way and however often it is told', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send();
  await desk.pass(10);
  const fill = fillOf(order, 't1', 4);
  desk.venue.fills.push(fill);
  desk.venue.listener?.onFill(fill);
  desk.venue.listener?.onFill(fill);
  await desk.courier.reconcile();
  assert.deepEqual(desk.told, ['accepted', 'filled 4']);
});

test('a canceled order ends when all that it has filled is booked', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send();
  await desk.pass(10);
  desk.courier.cancel(order);
  await desk.pass(10);
  desk.venue.listener?.onOrder(stateOf(order, 'canceled', 7));
  await desk.pass(10);
  assert.deepEqual(desk.told, ['accepted']);
  desk.venue.fills.push(fillOf(order, 't1', 3), fillOf(order, 't2', 4));
  await desk.pass(1_000);
  assert.deepEqual(desk.told, ['accepted', 'filled 3', 'filled 4', 'canceled']);
  assert.deepEqual(desk.courier.open, []);
});

test('a cancel of what is gone already asks how it ended', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send();
  await desk.pass(10);
  desk.venue.onCancel = () => Promise.reject(new VenueError('not-found', 'unknown order'));
  desk.venue.onLookUp = () => Promise.resolve(stateOf(order, 'filled', 10));
  desk.venue.fills.push(fillOf(order, 't1', 10));
  desk.courier.cancel(order);
  await desk.pass(2_000);
  assert.deepEqual(desk.told, ['accepted', 'filled 10']);
});

test('a cancel whose outcome is unknown is asked for again while the order is open', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send();
  await desk.pass(10);
  desk.venue.onCancel = unknown;
  desk.venue.onLookUp = () => Promise.resolve(stateOf(order, 'open', 0));
  desk.courier.cancel(order);
  await desk.pass(200);
  desk.venue.onCancel = () => Promise.resolve();
  await desk.pass(1_000);
  assert.equal(desk.venue.count('cancel'), 2);
});

test('what traded while the stream was down is found when it is up again', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send();
  await desk.pass(10);
  desk.venue.listener?.onConnection('down', 'closed');
  desk.venue.fills.push(fillOf(order, 't1', 10));
  await desk.pass(5_000);
  desk.venue.listener?.onConnection('up', 'connected');
  await desk.pass(10);
  assert.deepEqual(desk.told, ['accepted', 'filled 10']);
});

test('a stream that comes and goes asks no more often for it, and what came last is found', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send();
  await desk.pass(10);
  desk.venue.onSnapshot = unreachable;
  for (let flap = 0; flap < 20; flap++) {
    desk.venue.listener?.onConnection('down', 'closed');
    desk.venue.listener?.onConnection('up', 'connected');
  }
  const before = desk.venue.count('snapshot');
  await desk.pass(7_000);
  assert.ok(desk.venue.count('snapshot') - before <= 5);
  desk.venue.onSnapshot = () => desk.venue.answerSnapshot();
  desk.venue.fills.push(fillOf(order, 't1', 10));
  await desk.pass(10_000);
  assert.deepEqual(desk.told, ['accepted', 'filled 10']);
});

test('a fill that the stream never brings is found though the stream looks well', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send();
  await desk.pass(10);
  desk.venue.fills.push(fillOf(order, 't1', 10));
  await desk.pass(60_000);
  assert.deepEqual(desk.told, ['accepted', 'filled 10']);
});

test('while a journal is repeated nothing goes out, and then what is open is asked after', async () => {
  const desk = new Desk();
  const order = desk.send();
  assert.ok(desk.courier.repeat(order.clientOrderId, () => ({ kind: 'accepted', order, tsEvent: 0, venueOrderId: 'v1' })));
  assert.ok(desk.courier.repeat(order.clientOrderId, () => ({ kind: 'filled', order, tsEvent: 0, tradeId: 1, venueTradeId: 't1', price: 100, quantity: 4, fee: 1 })));
  assert.equal(desk.courier.repeat('another', () => assert.fail('there is no such order')), false);
  assert.deepEqual(desk.venue.asked, []);
  desk.venue.fills.push(fillOf(order, 't1', 4), fillOf(order, 't2', 6));
  await desk.start();
  assert.deepEqual(desk.told, ['accepted', 'filled 4', 'filled 6']);
  assert.equal(desk.venue.count('submit'), 0);
});

test('orders and trades that are not ours are told and not booked', async () => {
  const desk = new Desk();
  const foreign = new Order({ ...OWNER, run: 'another' }, 1, 0, 'target', 0, 'sell', 'limit', 'gtc', 5, 100, 0);
  desk.venue.openOrders = [stateOf(foreign, 'open', 0)];
  desk.venue.fills.push(fillOf(foreign, 't9', 5));
  await desk.start();
  assert.ok(desk.notes.length > 0 && desk.notes.every(({ kind }) => kind === 'external-order'));
  assert.deepEqual(desk.told, []);
});

test('more than was ordered cannot be booked', async () => {
  const desk = new Desk();
  await desk.start();
  const order = desk.send(3);
  await desk.pass(10);
  desk.venue.listener?.onFill(fillOf(order, 't1', 5));
  assert.deepEqual(desk.told, ['accepted']);
  assert.deepEqual(desk.notes.map(({ kind }) => kind), ['contradiction']);
});

test('a courier that has stopped asks nothing, reports nothing and sends nothing more', async () => {
  const desk = new Desk();
  await desk.start();
  desk.venue.onSubmit = unknown;
  const order = desk.send();
  await desk.pass(100);
  desk.venue.onSnapshot = unreachable;
  desk.venue.listener?.onConnection('down', 'cut');
  desk.venue.listener?.onConnection('up', 'again');
  await desk.pass(1);
  await desk.courier.stop();
  const before = [desk.venue.asked.length, desk.notes.length];
  assert.equal(desk.venue.asked.at(-1), 'close');
  desk.venue.listener?.onOrder(stateOf(order, 'open', 0));
  desk.venue.listener?.onFill(fillOf(order, 't1', 10));
  await desk.pass(600_000);
  assert.deepEqual([desk.venue.asked.length, desk.notes.length], before);
  assert.deepEqual(desk.told, []);
  assert.throws(() => desk.send(10, 1), /stopped/);
});

test('at a venue that states no receive window an order is given up after ten minutes of denials, and a person is told so', async () => {
  const desk = new Desk();
  desk.venue.capabilities = { ...desk.venue.capabilities, receiveWindowMs: Infinity };
  await desk.start();
  assert.deepEqual(desk.notes, [{ kind: 'no-window', giveUpMs: 600_000 }]);
  desk.venue.onSubmit = unknown;
  desk.send();
  await desk.pass(595_000);
  assert.deepEqual(desk.told, []);
  await desk.pass(30_000);
  assert.deepEqual(desk.told, ['rejected lost']);
});

test('orders that the venue had taken in an earlier life are recalled to the gateway before it opens, ended ones too', async () => {
  const desk = new Desk();
  const [taken, ended] = [1, 2, 3].map((ordinal) => desk.send(10, ordinal));
  for (const order of [taken, ended]) desk.courier.repeat(order.clientOrderId, () => ({ kind: 'accepted', order, tsEvent: 0, venueOrderId: `v${order.ordinal}` }));
  desk.courier.repeat(ended.clientOrderId, () => ({ kind: 'canceled', order: ended, tsEvent: 0 }));
  await desk.start();
  assert.deepEqual(desk.venue.recalled, ['v1', 'v2']);
});

test('a start that fails after the stream is up can be tried again, on the same stream', async () => {
  const desk = new Desk();
  desk.venue.onSnapshot = () => Promise.reject(new VenueError('maintenance', 'hand: away'));
  await assert.rejects(desk.start(), /away/);
  desk.venue.onSnapshot = () => desk.venue.answerSnapshot();
  await desk.start();
  assert.equal(desk.venue.opened, 1);
  await desk.courier.stop();
});

/** A run's holdings on a desk, with a journal that outlives the desk. */
function watched(desk: Desk, journal: MemoryJournal): Holdings {
  const engine = new Engine({ run: 'desk', markets: [{ instrument: testInstrument(), intervalMs: 60_000 }], books: [], cash: 0, moneyScale: 2, fees: noFee, guards: [], client: new ManualVenue() });
  const holdings = new Holdings({ engine, instruments: [testInstrument()], currency: 'USD', margin: false, policy: 'ignore', journal });
  desk.courier.watch(holdings);
  return holdings;
}

test('a start reads no fill of an account that has ten thousand, and a restart only those of while it was away', async () => {
  const journal = new MemoryJournal();
  const [first, second] = [new Desk(), new Desk()];
  const old = first.send();
  for (let trade = 0; trade < 10_000; trade++) first.venue.fills.push({ ...fillOf(old, `old${trade}`, 1), clientOrderId: 'of years ago', venueOrderId: `o${trade}` });
  const asked: (string | undefined)[] = [];
  const run = new Courier({ gateway: recording(first.venue, asked), clock: first.clock, feeOf: () => ({ fee: 0 }), sync: () => undefined });
  run.connect({ report: () => {}, book: () => {}, settle: () => {} });
  run.watch(watched(first, journal));
  await run.start();
  first.venue.fills.push({ ...fillOf(old, 'new', 1), clientOrderId: 'by hand' });
  await run.reconcile();
  await run.stop();
  assert.deepEqual([...new Set(asked.splice(0))], ['10000']);
  assert.deepEqual(journal.records.filter(({ kind }) => kind === 'place'), [{ kind: 'place', fills: '10000' }, { kind: 'place', fills: '10001' }]);
  const again = new Courier({ gateway: recording(first.venue, asked), clock: second.clock, feeOf: () => ({ fee: 0 }), sync: () => undefined });
  again.connect({ report: () => {}, book: () => {}, settle: () => {} });
  const holdings = watched(second, new MemoryJournal());
  again.watch(holdings);
  for (const record of journal.records) if (record.kind === 'place' || record.kind === 'opening') holdings.admit(record);
  await again.start();
  await again.stop();
  assert.deepEqual([...new Set(asked)], ['10001']);
});

/** A venue that can say its place of now, and notes from where fills are asked for. */
function recording(venue: HandVenue, asked: (string | undefined)[]): VenueGateway {
  return Object.assign(Object.create(venue) as HandVenue, {
    placeNow: () => Promise.resolve(String(venue.fills.length)),
    fillsSince: (place: string | undefined) => {
      asked.push(place);
      return venue.fillsSince(place);
    },
  });
}
