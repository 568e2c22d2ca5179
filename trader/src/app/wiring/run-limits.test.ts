import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { EngineCommand } from '../../ports/engine-control.ts';
import { EngineReporter } from './engine-reporter.ts';
import { Operator } from './operator.ts';
import { PaperTrader } from './paper.ts';
import { guardsOf, limitSettings } from './run-limits.ts';

const BTC = 'BTC-USDT-PERP.BINANCE';
const QUIET = { onFill() {}, onDenial() {}, onOrder() {} };

/** A run on shipped bars in a folder of its own, with somebody who changes its limits. */
class Seat {
  readonly #home = mkdtempSync(join(tmpdir(), 'limits-'));
  trader!: PaperTrader;
  operator!: Operator;
  reporter!: EngineReporter;
  #ids = 0;

  constructor(t?: TestContext) {
    t?.after(() => { this.close(); });
  }

  async open(): Promise<this> {
    const trader = await PaperTrader.open(this.#home, undefined, false, QUIET);
    this.trader = trader;
    this.reporter = new EngineReporter(trader, () => ({ state: trader.run.engine.risk.state.kind, speed: 300, barsPerSecond: 0, decisionMicros: null, version: '0', startedAt: 0 }));
    this.operator = new Operator({ trader, carryOut: (command) => { trader.command(command); }, trading: () => this.reporter.trading(), now: () => 1_700_000_000_000 });
    return this;
  }

  give<K extends EngineCommand['kind']>(kind: K, said: object = {}) {
    return this.operator.request({ id: `c${++this.#ids}`, by: 'user:ann', kind, ...said } as EngineCommand);
  }

  set(limits: Readonly<Record<string, number>>, loosen = false) {
    return this.give('set-limits', { limits, loosen });
  }

  buy(notional: string) {
    return this.give('place', { ticket: { instrument: BTC, side: 'buy', type: 'market', size: { kind: 'notional', notional } } });
  }

  step(moments: number): this {
    for (let i = 0; i < moments; i++) this.trader.step();
    return this;
  }

  async killed(): Promise<void> {
    this.trader.release();
    await this.open();
  }

  close(): void {
    this.trader.release();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

const kindOf = (answered: { readonly ok: boolean; readonly error?: { readonly kind: string; readonly field?: string | undefined } }) => (answered.ok ? 'done' : [answered.error?.kind, answered.error?.field].filter(Boolean).join(' '));

test('a limit that is tightened counts for the next order, and its gauge shows it', async (t) => {
  const seat = await new Seat(t).open();
  seat.step(3);
  assert.equal(kindOf(seat.set({ maxNotional: 2_000 })), 'done');
  const refused = seat.buy('3000');
  assert.ok(!refused.ok);
  assert.deepEqual([refused.error.kind, refused.error.preview?.guards.find(({ verdict }) => verdict === 'denied')?.rule], ['denied', 'notional']);
  assert.equal(kindOf(seat.buy('1500')), 'done');
  assert.equal(seat.reporter.snapshot(0).limits.find(({ id }) => id === 'notional')?.limit, 2_000);
});

test('what would let more pass is refused unless it is said to loosen, the longer pause being the tighter one', async (t) => {
  const seat = await new Seat(t).open();
  assert.equal(kindOf(seat.set({ maxNotional: 20_000 })), 'conflict');
  assert.equal(kindOf(seat.set({ maxNotional: 5_000, maxExposure: 0.5 })), 'conflict', 'one that loosens is enough');
  assert.equal(kindOf(seat.set({ lossPauseMs: 7_200_000 })), 'done');
  assert.equal(kindOf(seat.set({ lossPauseMs: 60_000 })), 'conflict');
  assert.equal(kindOf(seat.set({ maxNotional: 20_000, lossPauseMs: 60_000 }, true)), 'done');
  assert.deepEqual([seat.trader.run.limits.value('maxNotional'), seat.trader.run.limits.value('lossPauseMs')], [20_000, 60_000]);
});

test('what is no limit, lies out of range or changes nothing is refused with the name of the field', async (t) => {
  const seat = await new Seat(t).open();
  assert.equal(kindOf(seat.set({ maxNonsense: 1 })), 'invalid limits.maxNonsense');
  assert.equal(kindOf(seat.set({ 'prop-firm': 1 }, true)), 'invalid limits.prop-firm', 'the rules of a prop firm are nobody\'s to change');
  assert.equal(kindOf(seat.set({ priceCollar: 1.5 }, true)), 'invalid limits.priceCollar');
  assert.equal(kindOf(seat.set({ maxOrdersPerMinute: 2.5 })), 'invalid limits.maxOrdersPerMinute');
  assert.equal(kindOf(seat.set({ maxExposure: NaN })), 'invalid limits.maxExposure');
  assert.equal(kindOf(seat.set({ maxExposure: 0.25 })), 'conflict');
});

test('limits, who changed them, and halts with their reasons come back after the process was killed', async (t) => {
  const seat = await new Seat(t).open();
  seat.step(2);
  seat.set({ maxPosition: 0.1, 'group:coins': 0.2 });
  seat.give('halt', { scope: 'orders', reason: 'lunch' });
  seat.give('resume');
  seat.step(2);
  const before = seat.reporter.snapshot(0);
  await seat.killed();
  const after = seat.reporter.snapshot(0);
  assert.deepEqual(after.limitSettings, before.limitSettings);
  assert.deepEqual(after.limitSettings.changes.map(({ by, tsWall, from, to }) => ({ by, tsWall, from, to })), [{ by: 'user:ann', tsWall: 1_700_000_000_000, from: { maxPosition: 0.15, 'group:coins': 0.25 }, to: { maxPosition: 0.1, 'group:coins': 0.2 } }]);
  assert.deepEqual(after.halts, before.halts);
  assert.deepEqual(after.halts.map(({ id, kind, orders, reason, by }) => [id, kind, orders, reason, by]), [['1', 'halt', true, 'lunch', 'user:ann'], ['2', 'resume', false, null, 'user:ann']]);
});

test('a halt and a change of limits are told once, as they happen', async (t) => {
  const seat = await new Seat(t).open();
  seat.reporter.take(1_000, true);
  seat.give('halt', { scope: 'entries', reason: 'news' });
  seat.set({ maxDrawdown: 0.1 });
  const told = seat.reporter.take(1_010);
  assert.deepEqual(told.flatMap((event): (string | number | null | undefined)[] => (event.kind === 'halt' ? [event.halt.reason] : event.kind === 'limit-settings' ? [event.limitSettings.items.find(({ name }) => name === 'maxDrawdown')?.value] : [])), ['news', 0.1]);
  assert.deepEqual(seat.reporter.take(1_020).filter(({ kind }) => kind === 'halt' || kind === 'limit-settings'), []);
});

test('whatever is changed while it trades, a journal repeats it to the same orders', async () => {
  const change = fc.record({ after: fc.integer({ min: 1, max: 30 }), name: fc.constantFrom('maxNotional', 'maxExposure', 'maxPosition', 'maxOrdersPerMinute', 'maxLossStreak'), factor: fc.double({ min: 0.05, max: 2, noNaN: true }) });
  await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
    const seat = await new Seat().open();
    try {
      for (const { after, name, factor } of changes) {
        seat.step(after);
        const value = (seat.trader.run.limits.value(name) ?? 0) * factor;
        seat.set({ [name]: name === 'maxOrdersPerMinute' || name === 'maxLossStreak' ? Math.max(1, Math.round(value)) : value }, true);
      }
      seat.step(60);
      const told = () => [seat.trader.run.recorder.digest(), seat.trader.run.engine.risk.denials, limitSettings(seat.trader.run.limits), seat.trader.run.engine.risk.gauges(seat.trader.run.engine.now)];
      const before = told();
      await seat.killed();
      assert.deepEqual(told(), before);
    } finally {
      seat.close();
    }
  }), { numRuns: 12 });
});

test('a run without a limit has none to change, and one without end is left out of the form', () => {
  const { guards, desk } = guardsOf({ maxNotional: 1, maxExposure: 1, maxOrdersPerMinute: 1, priceCollar: 1, maxDataAgeMs: 1, maxDrawdown: 1, maxLossStreak: 3 });
  assert.deepEqual(guards.map(({ rule }) => rule), ['stale-data', 'price-collar', 'notional', 'exposure', 'drawdown', 'loss-streak', 'order-rate']);
  assert.deepEqual(limitSettings(desk).items.map(({ name }) => name), ['maxDataAgeMs', 'priceCollar', 'maxNotional', 'maxExposure', 'maxDrawdown', 'maxLossStreak', 'maxOrdersPerMinute']);
});
