import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bars } from '../domain/bar.ts';
import { format } from '../domain/exact.ts';
import type { AccountEvent, Denial, ExecutionReport, FillReport } from '../domain/report.ts';
import type { Order } from '../domain/order.ts';
import type { Audit, Engine } from '../pipeline/engine.ts';
import type { AccountTerms, MarketTerms } from '../simulation/account-terms.ts';
import { noFee } from '../simulation/fees.ts';
import { runBacktest } from './backtest.ts';
import { bar, MINUTE, ScriptedStrategy, testInstrument, type Line } from '../../test/markets.ts';

/** A market with a maintenance margin of 1 % of the value. */
const MARKET: MarketTerms = {
  fee: undefined, shortable: true, brackets: [{ upTo: Infinity, maxLeverage: 50, rate: 0.01, deduction: 0 }], funding: undefined, borrow: undefined, swap: undefined,
};
const ACCOUNT: AccountTerms = { markets: [MARKET], tiers: undefined, margin: 'isolated', leverage: '10', debit: undefined, liquidationFee: '0', lossLimited: true };

class Notes implements Audit {
  readonly fills: FillReport[] = [];
  readonly rejected: string[] = [];
  readonly denied: string[] = [];
  readonly events: AccountEvent[] = [];
  orders: Order[] = [];
  onOrder(order: Order): void { this.orders.push(order); }
  onReport(report: ExecutionReport): void {
    if (report.kind === 'filled') this.fills.push(report);
    if (report.kind === 'rejected') this.rejected.push(report.reason);
  }
  onDenial({ rule }: Denial): void { this.denied.push(rule); }
  onAccountEvent(event: AccountEvent): void { this.events.push(event); }
}

/** Bars from open, high, low, close, one a minute. */
function series(...rows: readonly (readonly [number, number?, number?, number?])[]): Bars {
  const bars = rows.map(([open, high, low, close], i) => bar(i * MINUTE, open, high, low, close));
  const column = (of: (one: (typeof bars)[number]) => number) => Float64Array.from(bars, of);
  return { length: bars.length, timestamp: column((one) => one.timestamp), open: column((one) => one.open), high: column((one) => one.high), low: column((one) => one.low), close: column((one) => one.close), volume: column((one) => one.volume) };
}

interface Scene {
  readonly account?: Partial<AccountTerms>;
  readonly scripts: readonly (readonly Line[])[];
  readonly bars: readonly Bars[];
  /** Market of each script; else one each. */
  readonly on?: readonly number[];
  readonly units?: string;
  readonly cash?: string;
}

function play({ account = {}, scripts, bars, on, units = '10', cash = '1000' }: Scene): { readonly engine: Engine; readonly notes: Notes; readonly cash: string; readonly flows: Readonly<Record<string, string>> } {
  const notes = new Notes();
  const terms = { ...ACCOUNT, markets: bars.map(() => MARKET), ...account };
  const engine = runBacktest({
    markets: bars.map((_, i) => ({ instrument: testInstrument({ id: `I${i}` }), intervalMs: MINUTE })), cash, fees: noFee, account: terms, guards: [], latencyMs: 0, marketFill: 'next-open', audit: notes,
    books: scripts.map((script, i) => ({ strategyName: `s${on === undefined ? '' : i}`, strategy: new ScriptedStrategy(script), market: on?.[i] ?? i, sizing: { kind: 'units', units } })),
  }, bars.map((one) => [one]));
  const ledger = engine.portfolio.account;
  return {
    engine, notes, cash: format(ledger.cash, ledger.moneyScale),
    flows: Object.fromEntries(Object.entries(ledger.flows).map(([kind, paid]) => [kind, format(paid, ledger.moneyScale)])),
  };
}

const traded = ({ fills }: Notes) => fills.map(({ order, price }) => `${order.leg} ${order.side} ${Number(price) / 100}`);

// 10 units at 100 with a margin of 100: equity is 1 % of the value at 900 / 9.9 = 90.909….
test('a position whose margin is used up inside a bar is closed at its liquidation price, against the account, and never traded again', () => {
  const { notes, engine, cash } = play({ scripts: [[{ target: 1 }, {}, {}, { target: 0 }, { target: 1 }]], bars: [series([100], [100, 101, 99, 95], [95, 96, 90.9, 92], [92], [92], [92], [92])] });
  assert.deepEqual(traded(notes), ['target buy 100', 'liquidation sell 90.9']);
  assert.equal(cash, '909');
  assert.deepEqual([engine.liquidations, notes.denied, engine.risk.state.kind], [1, ['liquidated'], 'active']);
});

test('a bar that opens beyond the liquidation price closes the position at the open, and what is lost beyond the margin is the venue\'s where it says so', () => {
  const scene = { scripts: [[{ target: 1 }]], bars: [series([100], [100], [85, 120, 85, 120])] };
  const limited = play(scene);
  assert.deepEqual(traded(limited.notes), ['target buy 100', 'liquidation sell 85']);
  assert.deepEqual([limited.cash, limited.flows.liquidation], ['900', '-50']);
  assert.equal(play({ ...scene, account: { lossLimited: false } }).cash, '850');
  const fee = play({ ...scene, account: { lossLimited: false, liquidationFee: '0.0125' } });
  assert.deepEqual([fee.cash, fee.flows.liquidation], ['839.37', '10.63']);
});

test('a stop in between comes first; a take-profit of the same bar comes too late; who leaves at the open has left', () => {
  const fall = [series([100], [100], [100, 110, 80, 90], [90])];
  assert.deepEqual(traded(play({ scripts: [[{ target: 1, stop: 95 }]], bars: fall }).notes), ['target buy 100', 'stop sell 95']);
  assert.deepEqual(traded(play({ scripts: [[{ target: 1, stop: 85 }]], bars: fall }).notes), ['target buy 100', 'liquidation sell 90.9']);
  assert.deepEqual(traded(play({ scripts: [[{ target: 1, takeProfit: 105 }]], bars: fall }).notes), ['target buy 100', 'liquidation sell 90.9']);
  assert.deepEqual(traded(play({ scripts: [[{ target: 1 }, { target: 0 }]], bars: fall }).notes), ['target buy 100', 'target sell 100']);
  const turned = play({ scripts: [[{ target: 1 }, { target: -1 }]], bars: [series([100], [100], [100, 115, 90, 100])] });
  assert.deepEqual(traded(turned.notes), ['target buy 100', 'target sell 100', 'liquidation buy 108.92'], 'a short is judged at the highest price: 1100 / 10.1');
});

test('with cross margin the account answers, all positions go at once, and nothing follows', () => {
  const bars = [series([100], [100], [100, 100, 50, 60], [60], [60]), series([10], [10], [10, 11, 9, 9], [9], [9])];
  const script: Line[] = [{ target: 1 }, {}, {}, { target: 0 }, { target: 1 }];
  const { notes, engine, cash } = play({ account: { margin: 'cross' }, scripts: [script, script], bars, units: '30', cash: '1000' });
  // 1000 − 3300 + 30 × 10 + 30 p = 0.01 × 30 p + 3, at p = 67.44.
  assert.deepEqual(traded(notes), ['target buy 100', 'target buy 10', 'liquidation sell 67.44', 'liquidation sell 10']);
  assert.equal(cash, '23.2');
  assert.deepEqual([engine.risk.state.kind, notes.denied], ['liquidated', ['liquidated', 'liquidated']]);
  engine.onCommand({ kind: 'resume' });
  assert.equal(engine.risk.state.kind, 'liquidated', 'no command brings it back');
});

test('an order for which there is no margin, no share to sell or no leverage is rejected', () => {
  const one = [series([100], [100], [100])];
  const rejected = (account: Partial<AccountTerms>, target = 1, units = '10') => play({ account, scripts: [[{ target }]], bars: one, units }).notes.rejected;
  assert.deepEqual(rejected({}, 1, '100'), []);
  assert.deepEqual(rejected({}, 1, '101'), ['insufficient margin']);
  assert.deepEqual(rejected({ leverage: '1' }, -1, '11'), ['insufficient margin']);
  assert.deepEqual(rejected({ markets: [{ ...MARKET, shortable: false, brackets: [] }] }, -1), ['it cannot be sold short here']);
  assert.deepEqual(rejected({ markets: [{ ...MARKET, brackets: [] }] }, 1, '11'), ['insufficient margin'], 'without a margin table all of it is paid for');
  assert.deepEqual(rejected({ markets: [{ ...MARKET, brackets: [{ upTo: 500, maxLeverage: 20, rate: 0.01, deduction: 0 }, { upTo: Infinity, maxLeverage: 5, rate: 0.02, deduction: 5 }] }] }), ['a position of this value cannot have leverage 10']);
  assert.deepEqual(rejected({ markets: [{ ...MARKET, minQuantity: 11 }] }), ['quantity is below the minimum']);
});

test('margin that orders on their way will take is not there for another order', () => {
  const flat = series([100], [100], [100], [100]);
  const [long, later]: Line[][] = [[{ target: 1 }], [{}, { target: 1 }]];
  const rejected = (scene: Pick<Scene, 'scripts' | 'on'>, units: string, bars = [flat, flat]) => play({ ...scene, bars, units, account: { margin: 'cross', leverage: '1' } }).notes.rejected;
  assert.deepEqual(rejected({ scripts: [long, long] }, '5'), []);
  assert.deepEqual(rejected({ scripts: [long, long] }, '6'), ['insufficient margin'], 'two markets at one close');
  assert.deepEqual(rejected({ scripts: [long, later] }, '6'), ['insufficient margin'], 'one after the other');
  assert.deepEqual(rejected({ scripts: [long, long], on: [0, 0] }, '6', [flat]), ['insufficient margin'], 'two books of one market');
  assert.deepEqual(rejected({ scripts: [long, [{ target: -1 }]], on: [0, 0] }, '10', [flat]), [], 'they take nothing from one another');
  const held: Line[] = [{ target: 1 }, {}, { target: 0 }];
  const spot = play({ scripts: [held, [{}, {}, { target: -1 }]], on: [0, 0], bars: [flat], account: { markets: [{ ...MARKET, shortable: false, brackets: [] }] } });
  assert.deepEqual([spot.notes.rejected, spot.engine.books.map(({ quantity }) => quantity)], [['it cannot be sold short here'], [0, 0]], 'what is being sold cannot be sold again');
  const freed = play({ scripts: [[{ target: 1 }, {}, { target: 0 }, {}, { target: 1 }]], bars: [series([100], [100], [100], [100], [100], [100])], account: { leverage: '1' } });
  assert.deepEqual([freed.notes.rejected, freed.notes.fills.length], [[], 3], 'what has filled waits no longer');
});

test('funding is collected at every funding time from whoever holds then, at the last price', () => {
  const funded: MarketTerms = { ...MARKET, funding: { intervalMs: 2 * MINUTE, rate: '0.001' } };
  const bars = [series([100], [100, 100, 100, 101], [101, 102, 101, 102], [103], [104], [105])];
  const { notes, flows } = play({ account: { markets: [funded] }, scripts: [[{ target: 1 }, {}, {}, { target: 0 }]], bars });
  assert.deepEqual(notes.events.map((event) => (event.kind === 'flow' ? [event.flow, event.tsEvent / MINUTE, Number(event.paid)] : [])), [['funding', 2, 101], ['funding', 4, 103]]);
  assert.equal(flows.funding, '2.04');
});

test('who sells short pays for what is lent, and who owes money pays for that', () => {
  const lent: MarketTerms = { ...MARKET, borrow: { intervalMs: MINUTE, rate: '0.001' } };
  const bars = [series([100], [100], [100], [100])];
  assert.equal(play({ account: { markets: [lent] }, scripts: [[{ target: -1 }, {}, { target: 0 }]], bars }).flows.borrow, '2');
  assert.equal(play({ account: { debit: { intervalMs: MINUTE, rate: '0.001' } }, scripts: [[{ target: 1 }, {}, { target: 0 }]], bars, cash: '500' }).flows.borrow, '1.01', '500 owed, then 500.50');
  assert.equal(play({ account: { markets: [lent] }, scripts: [[{ target: 1 }]], bars }).flows.borrow, '0');
});
