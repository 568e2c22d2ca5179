import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualVenue } from '../../test/manual-venue.ts';
import { bar, MemoryJournal, MINUTE, testInstrument } from '../../test/markets.ts';
import type { AccountRecord, ForeignPolicy } from '../ports/journal.ts';
import type { Strategy } from '../ports/strategy.ts';
import type { VenuePayment, VenueSnapshot } from '../ports/venue.ts';
import { noFee } from '../simulation/fees.ts';
import type { CourierNote } from './courier-note.ts';
import { Engine } from './engine.ts';
import { CONFIRM_MS, Holdings } from './holdings.ts';

const INSTRUMENT = testInstrument({ id: 'BTC-USD.TEST' });

/** An engine that holds 10 with a stop, at an account in which 7 units and 1000.00 belong to others. */
class Account {
  readonly venue = new ManualVenue();
  readonly journal = new MemoryJournal();
  readonly notes: CourierNote[] = [];
  readonly engine: Engine;
  readonly holdings: Holdings;
  now = 10 * MINUTE;

  constructor(policy: ForeignPolicy, margin = false) {
    const strategy: Strategy = { onBar(_, signal) { signal.target = 1; signal.stop = 90; } };
    this.engine = new Engine({
      run: 'holdings', markets: [{ instrument: INSTRUMENT, intervalMs: MINUTE }], cash: 5_000_00, moneyScale: 2, fees: noFee, guards: [], client: this.venue,
      books: [{ strategyName: 'long', strategy, market: 0, sizing: { kind: 'units', units: '10' } }],
    });
    this.holdings = new Holdings({ engine: this.engine, instruments: [INSTRUMENT], currency: 'USD', margin, policy, journal: this.journal, onNote: (note) => void this.notes.push(note) });
    this.look(7, '6000.00');
    this.trade();
  }

  trade(): void {
    this.engine.onBar(0, bar(0, 100));
    this.venue.fill(this.venue.last, 100_00);
  }

  snapshot(quantity: number, money: string): VenueSnapshot {
    return { tsEvent: this.now, openOrders: [], positions: quantity === 0 ? [] : [{ instrument: 0, quantity }], balances: { USD: money } };
  }

  /** Looks; true where it should be looked again. */
  look(quantity: number, money: string): boolean {
    return this.holdings.look(this.snapshot(quantity, money), this.now, this.now);
  }

  /** Looks twice, as far apart as it takes. */
  confirm(quantity: number, money: string): void {
    assert.equal(this.look(quantity, money), true);
    this.now += CONFIRM_MS;
    assert.equal(this.look(quantity, money), false);
  }

  /** The account's records, without times. */
  get found(): unknown[] {
    return this.journal.records.filter(({ kind }) => kind === 'difference' || kind === 'stranger').map((record) => ({ ...record, kind: undefined, tsEvent: undefined }));
  }

  get state() {
    const [book] = this.engine.books;
    return { held: book.quantity, wanted: book.wanted, trading: this.engine.risk.state.kind };
  }
}

test('what the account held before is not ours, and what our orders did is expected', () => {
  const account = new Account('halt');
  assert.equal(account.look(17, '5000.00'), false);
  assert.deepEqual(account.found, []);
  assert.deepEqual(account.notes[0], { kind: 'opening', positions: { 'BTC-USD.TEST': '7' }, money: '6000.00', openOrders: 0 });
});

test('a difference counts when it is seen twice, far enough apart, with nothing of ours traded between', () => {
  const account = new Account('adopt');
  assert.equal(account.look(7, '5000.00'), true);
  account.now += CONFIRM_MS - 1;
  assert.equal(account.look(7, '5000.00'), true);
  assert.equal(account.look(17, '5000.00'), false, 'it was an answer that came late');
  assert.deepEqual(account.found, []);
});

test('a clock that is set back does not keep a difference waiting', () => {
  const account = new Account('adopt');
  assert.equal(account.look(7, '5000.00'), true);
  account.now -= 3_600_000;
  assert.equal(account.look(7, '5000.00'), true);
  account.now += CONFIRM_MS;
  assert.equal(account.look(7, '5000.00'), false);
  assert.notDeepEqual(account.found, []);
});

test('halt: a position closed by hand is given up, its exit with it, and no risk is added until a person says so', () => {
  const account = new Account('halt');
  const stop = account.venue.last;
  account.confirm(7, '6000.00');
  assert.deepEqual(account.found, [{ kind: undefined, tsEvent: undefined, what: 'position', instrument: 0, quantity: '-10', ours: '-10', price: '100', policy: 'halt' }]);
  assert.deepEqual(account.state, { held: 0, wanted: 0, trading: 'halted' });
  assert.deepEqual(account.venue.cancels, [stop]);
  account.venue.cancelled(stop);
  assert.equal(account.venue.last, stop, 'what was closed is not bought back');
  assert.equal(account.look(7, '6000.00'), false);
});

test('halt: what others added stays theirs, and what they took of our own is as much as we had', () => {
  const account = new Account('halt');
  account.confirm(22, '4500.00');
  assert.deepEqual(account.state, { held: 10, wanted: 10, trading: 'halted' });
  account.confirm(3, '6400.00');
  assert.deepEqual(account.state, { held: 0, wanted: 0, trading: 'halted' });
  assert.equal(account.look(3, '6400.00'), false);
});

test('adopt: what others did is ours, and kept until the strategy changes its mind; ignore: it stays theirs', () => {
  const adopts = new Account('adopt');
  adopts.confirm(20, '4700.00');
  assert.deepEqual(adopts.state, { held: 13, wanted: 13, trading: 'active' });
  adopts.venue.cancelled(adopts.venue.last);
  assert.deepEqual([adopts.venue.last.leg, adopts.venue.last.quantity], ['stop', 13]);
  const ignores = new Account('ignore');
  ignores.confirm(7, '6000.00');
  assert.deepEqual(ignores.state, { held: 10, wanted: 10, trading: 'active' });
  assert.equal(ignores.look(7, '6000.00'), false);
});

test('money that comes or goes is told once, and on margin a trade moves none', () => {
  const account = new Account('halt');
  account.confirm(17, '5250.00');
  assert.deepEqual(account.notes.at(-1), { kind: 'difference', what: 'USD', quantity: '250', ours: '0', policy: 'ignore' });
  assert.equal(account.state.trading, 'active');
  assert.equal(account.look(17, '5250.00'), false);
  assert.equal(new Account('halt', true).look(17, '6000.00'), false);
});

test('an order of others is told once, also over a restart, and one of before the run is not', () => {
  const account = new Account('halt');
  account.holdings.stranger('v9', 0, account.now);
  assert.equal(account.notes.length, 1);
  account.holdings.stranger('v9', 0, account.now + 1);
  account.holdings.stranger('v9', 0, account.now + 2);
  assert.deepEqual(account.notes.slice(1), [{ kind: 'external-order', venueOrderId: 'v9', instrument: 0 }]);
  assert.equal(account.state.trading, 'halted');
});

test('what others do takes the place of a halt that would end of its own accord, so that a person has to say resume', () => {
  const account = new Account('halt');
  account.engine.onCommand({ kind: 'flatten', reason: 'catching up' });
  account.holdings.stranger('v9', 0, account.now + 1);
  assert.deepEqual(account.engine.risk.state, { kind: 'halted', reason: 'somebody else trades BTC-USD.TEST on the account', flat: true });
});

test('a restart that repeats the records comes to the same state and finds nothing more', () => {
  for (const policy of ['halt', 'adopt', 'ignore'] as const) {
    const account = new Account(policy);
    account.confirm(12, '5400.00');
    account.holdings.stranger('v9', 0, account.now + 1);
    const again = new Account(policy);
    for (const record of account.journal.records.slice(1)) again.holdings.admit(record as AccountRecord);
    assert.deepEqual(again.state, account.state);
    assert.equal(again.look(12, '5400.00'), false);
    again.holdings.stranger('v9', 0, account.now + 1);
    assert.deepEqual(again.journal.records, account.journal.records);
  }
});

const FUNDING: VenuePayment = { id: 'f1', flow: 'funding', instrument: 0, paid: '12.34', currency: 'USD', tsEvent: 20 * MINUTE };

test('funding enters the ledger as a flow, once by its id, also over a restart, and the account agrees with it', () => {
  const account = new Account('halt');
  account.holdings.pay(FUNDING);
  account.holdings.pay(FUNDING);
  account.holdings.pay({ ...FUNDING, id: 'f0', tsEvent: 10 * MINUTE });
  assert.deepEqual([account.engine.portfolio.account.flows.funding, account.engine.portfolio.account.cash], [12_34, 5_000_00 - 1_000_00 - 12_34]);
  assert.equal(account.look(17, '4987.66'), false, 'no money is missing');
  const { state, engine } = account;
  assert.deepEqual([state.trading, engine.portfolio.equity()], ['active', 5_000 - 12.34]);
  const again = new Account('halt');
  for (const record of account.journal.records) if (record.kind === 'payment') again.holdings.admit(record);
  again.holdings.pay(FUNDING);
  assert.equal(again.engine.portfolio.account.flows.funding, 12_34);
});

test('a fee that is taken from the coin later is booked as a fee, halts nothing, and the exits cover what is left', () => {
  const account = new Account('halt');
  account.holdings.pay({ ...FUNDING, flow: 'fee', paid: '2', currency: 'BTC' });
  account.venue.cancelled(account.venue.last);
  assert.deepEqual(account.state, { held: 8, wanted: 8, trading: 'active' });
  assert.deepEqual([account.engine.portfolio.account.fees, account.engine.portfolio.account.cash], [200_00, 4_000_00], 'cash has not moved');
  assert.deepEqual([account.venue.last.leg, account.venue.last.quantity], ['stop', 8]);
  assert.equal(account.look(15, '5000.00'), false, 'nothing is missing');
  assert.deepEqual(account.found, []);
});

test('how far fills have been read is journalled when it moves', () => {
  const account = new Account('halt');
  for (const place of [undefined, '7', '7', '9']) account.holdings.keepPlace(place);
  assert.deepEqual(account.journal.records.filter(({ kind }) => kind === 'place'), [{ kind: 'place', fills: '7' }, { kind: 'place', fills: '9' }]);
  assert.equal(account.holdings.place, '9');
});

test('what was on its way to the other side when a position was closed by hand is kept as far as it was wanted', () => {
  const venue = new ManualVenue();
  let target = -1;
  const strategy: Strategy = { onBar(_, signal) { signal.target = target; } };
  const engine = new Engine({
    run: 'race', markets: [{ instrument: INSTRUMENT, intervalMs: MINUTE }], cash: 5_000_00, moneyScale: 2, fees: noFee, guards: [], client: venue,
    books: [{ strategyName: 'turns', strategy, market: 0, sizing: { kind: 'units', units: '10' } }],
  });
  engine.onBar(0, bar(0, 100));
  venue.fill(venue.last, 100_00);
  target = 1;
  engine.onBar(0, bar(1, 100));
  const turn = venue.last;
  assert.deepEqual([turn.side, turn.quantity], ['buy', 20]);
  engine.adopt(0, 10, 100_00, 2 * MINUTE);
  assert.deepEqual([engine.books[0].quantity, engine.books[0].wanted], [0, 10]);
  venue.fill(turn, 100_00);
  assert.deepEqual([engine.books[0].quantity, venue.last.side, venue.last.quantity], [20, 'sell', 10]);
});
