import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { STRATEGIES } from '../../strategies/catalog.ts';
import type { EngineCommand, OrderTicket } from '../../ports/engine-control.ts';
import { EngineReporter } from './engine-reporter.ts';
import { Operator } from './operator.ts';
import { PaperTrader } from './paper.ts';
import { orderFact } from './run-facts.ts';

const BTC = 'BTC-USDT-PERP.BINANCE';
const ETH = 'ETH-USDT-PERP.BINANCE';
const QUIET = { onFill() {}, onDenial() {}, onOrder() {} };

/** A run on shipped bars in a folder of its own, with somebody who gives it commands. */
class Desk {
  readonly home: string;
  trader!: PaperTrader;
  operator!: Operator;
  reporter!: EngineReporter;
  #ids = 0;

  constructor(t: TestContext | undefined) {
    this.home = mkdtempSync(join(tmpdir(), 'operator-'));
    t?.after(() => { this.close(); });
  }

  async open(): Promise<this> {
    const trader = await PaperTrader.open(this.home, undefined, false, QUIET);
    this.trader = trader;
    this.reporter = new EngineReporter(trader, () => ({ state: trader.run.engine.risk.state.kind, speed: 300, barsPerSecond: 0, decisionMicros: null, version: '0', startedAt: 0 }));
    this.operator = new Operator({ trader, carryOut: (command) => { trader.command(command); }, trading: () => this.reporter.trading(), now: () => 1_700_000_000_000 });
    return this;
  }

  step(moments: number): this {
    for (let i = 0; i < moments; i++) this.trader.step();
    return this;
  }

  give(command: Omit<EngineCommand, 'id' | 'by'> & { readonly id?: string; readonly kind: string }) {
    return this.operator.request({ id: `c${++this.#ids}`, by: 'user:ann', ...command } as EngineCommand);
  }

  place(ticket: Partial<OrderTicket> & Pick<OrderTicket, 'side' | 'type' | 'size'>, id?: string) {
    return this.give({ kind: 'place', ticket: { instrument: BTC, ...ticket }, ...(id !== undefined && { id }) } as never);
  }

  /** What the process leaves when it is killed now, and what the next one makes of it. */
  async killed(): Promise<void> {
    this.trader.release();
    await this.open();
  }

  get held(): string {
    return String(this.trader.run.engine.desk.held(0));
  }

  close(): void {
    this.trader.release();
    rmSync(this.home, { recursive: true, force: true });
  }
}

function value<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly kind: string; readonly message: string } }): T {
  if (!result.ok) assert.fail(`${result.error.kind}: ${result.error.message}`);
  return result.value;
}

function fault(result: { readonly ok: boolean; readonly error?: { readonly kind: string; readonly field?: string } }): string {
  return result.ok ? 'none' : `${result.error?.kind} ${result.error?.field ?? ''}`.trim();
}

test('a market order of a person is sent once, fills at the next bar, and is booked apart from strategies', async (t) => {
  const desk = await new Desk(t).open();
  desk.step(3);
  const placed = value(desk.place({ side: 'buy', type: 'market', size: { kind: 'quantity', quantity: '0.01' } }, 'one'));
  assert.deepEqual(placed.orders.map(({ state, leg, command, by, book }) => [state, leg, command, by, book]), [['open', 'manual', 'one', 'user:ann', `manual@${BTC}`]]);
  const again = value(desk.place({ side: 'buy', type: 'market', size: { kind: 'quantity', quantity: '0.01' } }, 'one'));
  assert.deepEqual([again.repeated, again.orders[0].clientOrderId], [true, placed.orders[0].clientOrderId]);
  desk.step(1);
  assert.equal(desk.held, '10');
  assert.equal(orderFact(desk.trader, desk.trader.record.orders()[0]).state, 'filled');
  desk.step(400);
  assert.equal(desk.held, '10', 'no strategy trades against it');
});

test('a preview says what an order would come to and changes nothing, and placing it comes to that', async (t) => {
  const desk = await new Desk(t).open();
  desk.step(5);
  const { sequence } = desk.trader.journal;
  const mark = desk.trader.run.engine.portfolio.marks[0];
  const stop = (Math.round(mark * 0.98 * 10) / 10).toFixed(1);
  const ticket: OrderTicket = { instrument: BTC, side: 'buy', type: 'market', size: { kind: 'risk', risk: '100' }, stop };
  const { preview } = value(desk.give({ kind: 'preview', ticket } as never));
  assert.ok(preview);
  assert.equal(desk.trader.journal.sequence, sequence);
  assert.equal(desk.trader.run.engine.books.length, 6);
  const loss = Number(preview.lossAtStop?.money);
  assert.ok(loss <= 100 && loss > 97, `${loss} is lost at the stop`);
  assert.ok(preview.allowed && preview.addsRisk);
  assert.deepEqual(preview.guards.map(({ rule }) => rule).slice(0, 4), ['stale-data', 'price-collar', 'notional', 'exposure']);
  const placed = value(desk.place(ticket));
  assert.equal(placed.orders[0].quantity, preview.quantity);
});

test('what the guards deny is not sent, and the person is told by which rule', async (t) => {
  const desk = await new Desk(t).open();
  desk.step(2);
  const denied = desk.place({ side: 'buy', type: 'market', size: { kind: 'notional', notional: '50000' } });
  assert.equal(fault(denied), 'denied');
  assert.ok(!denied.ok && denied.error.preview?.guards.some(({ rule, verdict }) => rule === 'notional' && verdict === 'denied'));
  assert.equal(desk.trader.run.recorder.orders, 0);
  value(desk.give({ kind: 'halt', scope: 'entries', reason: 'enough' } as never));
  assert.equal(fault(desk.place({ side: 'buy', type: 'market', size: { kind: 'quantity', quantity: '0.01' } })), 'denied');
});

test('a stop and a take-profit stand for what is held, follow its size, and go with it', async (t) => {
  const desk = await new Desk(t).open();
  desk.step(3);
  const mark = desk.trader.run.engine.portfolio.marks[0];
  const [stop, takeProfit] = [(mark * 0.9).toFixed(0), (mark * 1.1).toFixed(0)];
  value(desk.place({ side: 'buy', type: 'market', size: { kind: 'quantity', quantity: '0.02' }, stop, takeProfit }));
  desk.step(1);
  const exits = () => desk.trader.record.orders().filter(({ order, state }) => order.owner.name.startsWith('manual') && (order.leg === 'stop' || order.leg === 'take-profit') && state === 'open').map(({ order }) => [order.leg, Number(order.quantity)]);
  assert.deepEqual(exits(), [['stop', 20], ['take-profit', 20]]);
  assert.equal(fault(desk.place({ side: 'sell', type: 'limit', size: { kind: 'held', share: 1 }, price: (mark * 1.05).toFixed(0) })), 'conflict type', 'what a stop stands for is not sold twice');
  value(desk.place({ side: 'sell', type: 'market', size: { kind: 'held', share: 0.5 } }));
  desk.step(2);
  assert.deepEqual([desk.held, exits()], ['10', [['stop', 10], ['take-profit', 10]]]);
  value(desk.give({ kind: 'protect', instrument: BTC, takeProfit: null } as never));
  desk.step(1);
  assert.deepEqual(exits(), [['stop', 10]]);
  value(desk.give({ kind: 'close', instrument: BTC } as never));
  desk.step(2);
  assert.deepEqual([desk.held, exits()], ['0', []]);
});

test('a limit order rests, is amended by another in its place, and is canceled', async (t) => {
  const desk = await new Desk(t).open();
  desk.step(3);
  const price = Math.round(desk.trader.run.engine.portfolio.marks[0] * 0.97);
  const { orders: [order] } = value(desk.place({ side: 'buy', type: 'limit', size: { kind: 'quantity', quantity: '0.01' }, price: String(price), postOnly: true }));
  assert.deepEqual([order.state, order.timeInForce, order.postOnly], ['open', 'gtc', true]);
  const amended = value(desk.give({ kind: 'amend', clientOrderId: order.clientOrderId, price: String(price - 50), quantity: '0.02' } as never));
  desk.step(1);
  const states = desk.trader.record.orders().map((tracked) => orderFact(desk.trader, tracked)).map(({ state, price: at, quantity }) => [state, at, quantity]);
  assert.deepEqual(states, [['canceled', String(price), '0.01'], ['open', String(price - 50), '0.02']]);
  assert.ok(amended.notes.length > 0);
  const second = desk.trader.record.orders()[1].order.clientOrderId;
  value(desk.give({ kind: 'cancel', clientOrderId: second } as never));
  desk.step(1);
  assert.equal(fault(desk.give({ kind: 'cancel', clientOrderId: second } as never)), 'conflict');
  assert.equal(desk.held, '0');
});

test('a ticket that says nothing that can be done is refused, and its field is named', async (t) => {
  const desk = await new Desk(t).open();
  desk.step(2);
  const size = { kind: 'quantity', quantity: '0.01' } as const;
  const refused = (ticket: Partial<OrderTicket>) => fault(desk.place({ side: 'buy', type: 'market', size, ...ticket }));
  assert.equal(refused({ instrument: 'DOGE' }), 'not-found instrument');
  assert.equal(refused({ type: 'limit' }), 'invalid price');
  assert.equal(refused({ type: 'limit', price: '1e3' }), 'invalid price');
  assert.equal(refused({ type: 'limit', price: '95000.123' }), 'invalid price');
  assert.equal(refused({ type: 'limit', price: '95000', timeInForce: 'gtd' }), 'invalid expires');
  assert.equal(refused({ timeInForce: 'gtc' }), 'invalid timeInForce');
  assert.equal(refused({ postOnly: true }), 'invalid postOnly');
  assert.equal(refused({ stop: '999999' }), 'invalid stop');
  assert.equal(refused({ size: { kind: 'risk', risk: '10' } }), 'invalid stop');
  assert.equal(refused({ size: { kind: 'quantity', quantity: '0.0001' } }), 'invalid size.quantity');
  assert.equal(refused({ size: { kind: 'quantity', quantity: '-1' } }), 'invalid size.quantity');
  assert.equal(refused({ side: 'sell', size: { kind: 'held', share: 1 } }), 'conflict size');
  assert.equal(refused({ type: 'trailing-stop' }), 'invalid trail');
  assert.equal(desk.trader.run.ingest.commands.find('c1'), undefined, 'nothing of it is journalled');
});

test('parameters change from the next bar on with indicators whole, and are taken back', async (t) => {
  const desk = await new Desk(t).open();
  const book = `macd@${ETH}`;
  desk.step(400);
  const before = desk.trader.run.roster.entry(book)?.recipe.parameters;
  const changed = value(desk.give({ kind: 'set-parameters', book, parameters: { fast: 10, slow: 30, signal: 5 } } as never));
  assert.deepEqual([changed.book?.parameters['fast'], changed.book?.warmupLeft, changed.book?.history.length], [10, 0, 1]);
  assert.equal(fault(desk.give({ kind: 'set-parameters', book, parameters: { fast: 90 } } as never)), 'invalid parameters');
  assert.equal(fault(desk.give({ kind: 'set-parameters', book, parameters: { speed: 1 } } as never)), 'invalid parameters.speed');
  // A strategy with these parameters that saw every bar from the first on thinks the same.
  desk.step(1);
  const macd = STRATEGIES.find(({ name }) => name === 'macd');
  const fresh = macd?.create({ ...before, fast: 10, slow: 30, signal: 5 });
  const signal = { target: 0, stop: NaN, trail: NaN, takeProfit: NaN };
  for (const bar of desk.trader.run.roster.past(1)) fresh?.onBar(bar, signal);
  assert.deepEqual(desk.trader.run.engine.books[1].strategy.describe?.(), fresh?.describe?.());
  assert.deepEqual(value(desk.give({ kind: 'undo-parameters', book } as never)).book?.parameters, before);
});

test('a strategy is stopped flat, started again, and another is added', async (t) => {
  const desk = await new Desk(t).open();
  const book = `bollinger@${BTC}`;
  while (desk.trader.run.engine.books[3].quantity === 0) desk.step(1);
  value(desk.give({ kind: 'stop-strategy', book, positions: 'flat' } as never));
  desk.step(2);
  assert.equal(desk.trader.run.engine.books[3].quantity, 0);
  assert.equal(fault(desk.give({ kind: 'stop-strategy', book, positions: 'keep' } as never)), 'conflict');
  const orders = desk.trader.run.engine.books[3].orders;
  desk.step(300);
  assert.equal(desk.trader.run.engine.books[3].orders, orders, 'it does nothing while it is stopped');
  value(desk.give({ kind: 'start-strategy', book } as never));
  const added = value(desk.give({ kind: 'add-strategy', strategy: 'moving-average-cross', instrument: BTC, parameters: {}, fraction: '0.05' } as never));
  assert.equal(added.book?.book, `moving-average-cross@${BTC}`);
  desk.step(600);
  assert.ok(desk.trader.run.engine.books[3].orders > orders && desk.trader.run.engine.books[6].orders > 0);
});

test('a run that was killed after any commands comes back with the same orders, positions and books', async () => {
  const side = fc.constantFrom('buy', 'sell');
  const ticket = fc.record({ type: fc.constantFrom('market', 'limit', 'stop', 'trailing-stop', 'stop-limit'), side, instrument: fc.constantFrom(BTC, ETH), away: fc.double({ min: -0.004, max: 0.004, noNaN: true }), quantity: fc.integer({ min: 1, max: 40 }), exits: fc.boolean(), reduceOnly: fc.boolean() });
  const action = fc.oneof(
    fc.record({ kind: fc.constant('place' as const), ticket }), fc.record({ kind: fc.constantFrom('amend' as const, 'cancel' as const), at: fc.nat(20), price: fc.double({ min: 0.995, max: 1.005, noNaN: true }) }),
    fc.record({ kind: fc.constantFrom('close' as const, 'cancel-all' as const), instrument: fc.constantFrom(BTC, ETH) }),
    fc.record({ kind: fc.constant('set-parameters' as const), book: fc.constantFrom(`macd@${BTC}`, `macd@${ETH}`), fast: fc.integer({ min: 5, max: 20 }) }),
    fc.record({ kind: fc.constant('stop-strategy' as const), book: fc.constantFrom(`bollinger@${BTC}`, `bollinger@${ETH}`), positions: fc.constantFrom('flat', 'keep') }),
    fc.record({ kind: fc.constant('start-strategy' as const), book: fc.constantFrom(`bollinger@${BTC}`, `bollinger@${ETH}`) }),
    fc.record({ kind: fc.constant('halt' as const), scope: fc.constantFrom('entries', 'orders', 'flatten') }), fc.record({ kind: fc.constant('resume' as const) }),
  );
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(action, fc.integer({ min: 0, max: 40 })), { minLength: 3, maxLength: 25 }), async (actions) => {
    const desk = await new Desk(undefined).open();
    try {
      desk.step(80);
      for (const [given, steps] of actions) {
        carry(desk, given);
        desk.step(steps);
        const { engine } = desk.trader.run;
        for (const held of engine.books) assert.equal(held.working.length >= held.protecting, true);
      }
      const before = [desk.trader.state(), desk.trader.run.recorder.digest(), books(desk)];
      const bytes = readFileSync(join(desk.home, 'paper', 'journal.jsonl'), 'utf8');
      await desk.killed();
      assert.deepEqual([desk.trader.state(), desk.trader.run.recorder.digest(), books(desk)], before);
      assert.equal(readFileSync(join(desk.home, 'paper', 'journal.jsonl'), 'utf8'), bytes);
    } finally {
      desk.close();
    }
  }), { numRuns: 12 });
});

function books({ trader, reporter }: Desk): unknown {
  return reporter.snapshot(0).books.map(({ history, ...rest }) => [rest, history.length, trader.run.engine.now]);
}

function carry(desk: Desk, given: { readonly kind: string; readonly [name: string]: unknown }): void {
  if (given.kind === 'place') placeAnything(desk, given['ticket'] as Anything);
  else if (given.kind === 'amend' || given.kind === 'cancel') touchAnything(desk, given.kind, given['at'] as number, given['price'] as number);
  else {
    const { fast, ...rest } = given;
    desk.give({ ...rest, reason: 'test', ...(fast !== undefined && { parameters: { fast, slow: 40, signal: 9 } }) } as never);
  }
}

interface Anything {
  readonly type: OrderTicket['type'];
  readonly side: 'buy' | 'sell';
  readonly instrument: string;
  readonly away: number;
  readonly quantity: number;
  readonly exits: boolean;
  readonly reduceOnly: boolean;
}

function placeAnything(desk: Desk, { type, side, instrument, away, quantity, exits, reduceOnly }: Anything): void {
  const market = instrument === BTC ? 0 : 1;
  const at = (share: number) => priceAt(desk, market, share);
  const long = side === 'buy';
  desk.place({
    instrument, side, type, size: { kind: 'quantity', quantity: market === 0 ? (quantity / 1000).toFixed(3) : (quantity / 100).toFixed(2) }, reduceOnly,
    ...(type !== 'market' && type !== 'trailing-stop' && { price: at(1 + away) }), ...(type === 'stop-limit' && { trigger: at(1 + away) }), ...(type === 'trailing-stop' && { trail: 0.002 + Math.abs(away) }),
    ...(exits && { stop: at(long ? 0.99 : 1.01), takeProfit: at(long ? 1.01 : 0.99) }),
  });
}

function touchAnything(desk: Desk, kind: 'amend' | 'cancel', at: number, price: number): void {
  const open = desk.trader.record.orders().filter(({ state }) => state === 'open');
  if (open.length === 0) return;
  const { order } = open[at % open.length];
  desk.give({ kind, clientOrderId: order.clientOrderId, ...(kind === 'amend' && { price: priceAt(desk, order.instrument, price) }) } as never);
}

function priceAt(desk: Desk, market: number, share: number): string {
  const price = desk.trader.run.engine.portfolio.marks[market] * share;
  return (market === 0 ? Math.round(price) : Math.round(price * 10) / 10).toString();
}
