import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftmo } from '../../test/ftmo.ts';
import { testInstrument } from '../../test/markets.ts';
import { Order } from '../domain/order.ts';
import { Swap } from '../simulation/carry.ts';
import { Book } from './book.ts';
import type { Intent } from './guards.ts';
import { Portfolio } from './portfolio.ts';
import { PROP_FIRM_LEVELS, PropFirmGuard, type PropFirmLevels, type PropFirmSpec } from './prop-firm-guard.ts';
import type { TradingState } from './risk.ts';

const HOUR = 3_600_000;
const ACTIVE: TradingState = { kind: 'active' };
/** The firm's own limits and nothing before them. */
const BARE: PropFirmLevels = { ...PROP_FIRM_LEVELS, soft: '1', hard: '1', total: '1', buffer: '0', cost: '0', gap: '0' };

const at = (time: string) => Date.parse(`${time}Z`);

/** An account of one market with prices in cents, and its guard. */
class Desk {
  readonly book = new Book('run', 's@A', 0, 0, { onBar() {} }, { quantity: () => 0 });
  readonly portfolio: Portfolio;
  readonly guard: PropFirmGuard;
  state: TradingState = ACTIVE;
  #orders = 0;

  constructor(cash: number, program: string, spec: Partial<PropFirmSpec> = {}) {
    const markets = [{ instrument: testInstrument(), intervalMs: HOUR }];
    this.portfolio = new Portfolio(cash * 100, 2, markets.map(({ instrument }) => instrument), [this.book]);
    this.guard = new PropFirmGuard({ rules: ftmo(program), levels: PROP_FIRM_LEVELS, ...spec }, markets);
    this.guard.attach(this.portfolio, [this.book]);
    this.portfolio.marks[0] = 100;
  }

  /** A fill of so many units, below zero sold, at a price, and a look at it. */
  trade(time: string, units: number, price: number): this {
    const order = new Order(this.book, 1, this.#orders++, 'target', 0, units > 0 ? 'buy' : 'sell', 'market', 'ioc', Math.abs(units), 0, at(time));
    this.portfolio.applyFill(this.book, { kind: 'filled', order, tsEvent: at(time), tradeId: 0, price: price * 100, quantity: Math.abs(units), fee: 0 });
    this.portfolio.marks[0] = price;
    return this.see(time, price);
  }

  /** A price at a time; what the guard orders is done at that price. */
  see(time: string, price: number): this {
    this.portfolio.marks[0] = price;
    this.guard.afterPrice(0, price, at(time));
    const command = this.guard.due(this.state);
    if (command?.kind === 'resume') this.state = ACTIVE;
    if (command?.kind === 'flatten') {
      this.state = { kind: 'halted', flat: true, reason: command.reason };
      const { quantity } = this.book;
      if (quantity !== 0) this.trade(time, -Number(quantity), price);
    }
    return this;
  }

  get reason(): string | undefined {
    return this.state.kind === 'halted' ? this.state.reason : undefined;
  }

  /** What the guard says to so many more units, with a stop. */
  ask(time: string, units: number, stop = NaN): ReturnType<PropFirmGuard['check']> {
    const { portfolio, book } = this;
    const mark = portfolio.marks[0];
    book.target = Math.sign(units);
    book.stop = stop;
    const intent: Intent = {
      now: at(time), mark, tsMark: at(time), reference: mark, price: mark, notional: Math.abs(units) * mark, exposure: 0, equity: portfolio.equity(), peakEquity: portfolio.equity(),
      book, gap: units, books: [book], instruments: [testInstrument()], portfolio,
    };
    return this.guard.check(intent);
  }
}

/** 200 000, of which Monday has closed +4 000, and 1 000 units bought at 100 since. */
function mondayEvening(levels: PropFirmLevels): Desk {
  return new Desk(200_000, 'ftmo-challenge', { levels }).trade('2024-06-03T08:00', 1_000, 100).trade('2024-06-03T09:00', -1_000, 104).trade('2024-06-03T18:00', 1_000, 100);
}

// academy.ftmo.com/lesson/maximum-daily-loss: closed +4 000 on Monday, open −13 000 at 23:59: legal then, a breach at midnight.
test('the overnight trap is closed before midnight, while it is still legal', () => {
  const desk = mondayEvening(BARE).see('2024-06-03T19:59', 87);
  assert.equal(desk.reason, undefined, 'two hours before midnight in Prague, 191 000 is above the limit of 190 000');
  desk.see('2024-06-03T20:01', 87);
  assert.match(desk.reason ?? '', /until 2024-06-03 22:00 UTC: equity 191000 would be at the level of 194000 after midnight in Prague/);
  desk.see('2024-06-03T22:00', 87);
  assert.equal(desk.guard.evaluation.breach, undefined);
  assert.deepEqual([desk.reason, desk.guard.gauge().daily.limit], [undefined, '181000'], 'resumed, from the balance that is left');
  const left = mondayEvening(BARE);
  left.guard.afterPrice(0, 87, at('2024-06-03T21:59'));
  left.guard.afterPrice(0, 87, at('2024-06-03T22:00'));
  assert.deepEqual(left.guard.evaluation.breach, { rule: 'max-daily-loss', tsEvent: at('2024-06-03T22:00'), equity: 191_000, limit: 194_000 }, 'and held over it breaks the rule');
});

test('five per cent are of the initial capital also after growth, and reaching a level closes, a cent above does not', () => {
  const desk = new Desk(100_000, 'ftmo-swing').trade('2024-06-03T08:00', 1_000, 100).trade('2024-06-03T09:00', -1_000, 120);
  desk.trade('2024-06-04T08:00', 1_000, 100);
  assert.deepEqual([desk.guard.gauge().daily.limit, desk.guard.gauge().daily.room, desk.guard.gauge().daily.share], ['115000', '5000', 1]);
  desk.see('2024-06-04T09:00', 96.01);
  assert.equal(desk.reason, undefined);
  desk.see('2024-06-04T10:00', 96);
  assert.match(desk.reason ?? '', /^prop firm until 2024-06-04 22:00 UTC: equity 116000 is at the level of 116000, before the daily limit of 115000$/);
  desk.see('2024-06-04T21:59', 96);
  assert.notEqual(desk.reason, undefined, 'not before midnight in Prague');
  assert.equal(desk.see('2024-06-04T22:00', 96).reason, undefined);
});

test('the guard lifts its own halts alone: what a person halted stays so, also where the guard had to close it', () => {
  const desk = new Desk(100_000, 'ftmo-challenge').trade('2024-06-03T08:00', 1_000, 100);
  desk.state = { kind: 'halted', flat: false, reason: 'h key' };
  desk.see('2024-06-03T09:00', 95.5);
  assert.match(desk.reason ?? '', /^prop firm: equity/);
  desk.see('2024-06-04T09:00', 95.5);
  assert.notEqual(desk.reason, undefined);
  const told = new Desk(100_000, 'ftmo-challenge').trade('2024-06-03T08:00', 1_000, 100);
  told.state = { kind: 'halted', flat: true, reason: 'prop firm until 2024-06-03 22:00 UTC: as its journal says, for a price that is not in it' };
  told.see('2024-06-03T21:59', 100);
  assert.notEqual(told.reason, undefined);
  assert.equal(told.see('2024-06-03T22:00', 100).reason, undefined, 'so a restart knows when to go on');
});

test('before the total limit everything is closed for good', () => {
  const desk = new Desk(100_000, 'ftmo-challenge');
  for (const day of ['03', '04', '05']) desk.trade(`2024-06-${day}T08:00`, 1_000, 100).trade(`2024-06-${day}T09:00`, -1_000, 97.5);
  desk.trade('2024-06-06T08:00', 1_000, 100).see('2024-06-06T09:00', 99.5);
  assert.match(desk.reason ?? '', /^prop firm: equity 92000 is at the level of 92000, before the total limit of 90000$/);
  assert.notEqual(desk.see('2024-06-09T09:00', 99.5).reason, undefined);
});

test('the target is closed and locked; with days missing it is banked each day, and an order may risk little', () => {
  const desk = new Desk(100_000, 'ftmo-challenge').trade('2024-06-03T08:00', 1_000, 100).see('2024-06-03T10:00', 110.2);
  assert.match(desk.reason ?? '', /until 2024-06-03 22:00 UTC: the target of FTMO 2-Step Challenge is reached, 3 of 4 trading days are missing/);
  desk.see('2024-06-03T22:30', 100);
  assert.equal(desk.reason, undefined);
  assert.equal(desk.ask('2024-06-04T08:00', 100, 99)?.rule, 'prop-firm-target');
  assert.equal(desk.ask('2024-06-04T08:00', 10, 99), undefined);
  for (const day of ['04', '05', '06']) desk.trade(`2024-06-${day}T08:00`, 10, 100).see(`2024-06-${day}T09:00`, 100);
  assert.match(desk.reason ?? '', /^prop firm: FTMO 2-Step Challenge is passed$/);
  assert.deepEqual([desk.guard.gauge().state, desk.guard.gauge().tradingDays], ['passed', { counted: 4, needed: 4 }]);
  assert.notEqual(desk.see('2024-06-10T09:00', 100).reason, undefined);
});

test('a trade from 23:59 to 00:01 in Prague counts for the first of the two days', () => {
  const desk = new Desk(100_000, 'ftmo-challenge').trade('2024-06-03T21:59', 1, 100).see('2024-06-03T22:00', 100).trade('2024-06-03T22:01', -1, 100).see('2024-06-03T23:00', 100);
  assert.equal(desk.guard.evaluation.tradingDays, 1);
});

test('on the days of 23 and 25 hours the guard looks ahead to the midnight that the clocks say', () => {
  for (const [before, midnight] of [['2024-03-31T20:00', '2024-03-31T22:00'], ['2024-10-27T20:59', '2024-10-27T23:00'], ['2024-03-30T20:00', '2024-03-30T23:00']] as const) {
    const desk = new Desk(200_000, 'ftmo-challenge').see(before, 100);
    assert.equal(desk.guard.evaluation.midnight, at(midnight));
  }
  const short = new Desk(200_000, 'ftmo-challenge', { levels: BARE }).trade('2024-03-31T08:00', 1_000, 100).trade('2024-03-31T09:00', -1_000, 104).trade('2024-03-31T18:00', 1_000, 100);
  assert.equal(short.see('2024-03-31T19:59', 87).reason, undefined);
  assert.match(short.see('2024-03-31T20:00', 87).reason ?? '', /until 2024-03-31 22:00/);
});

test('what three nights of swap will cost is taken off before midnight on a Wednesday, and one night on others', () => {
  const carry: PropFirmSpec['carry'] = (_market, quantity, mark, { from, to, moneyScale }) => {
    const swap = new Swap({ kind: 'money', long: '-0.5', short: '-0.5', tripleDay: 3 });
    swap.after(from);
    return swap.next <= to ? swap.payment(quantity, mark, 2, 0, moneyScale) : 0;
  };
  // 17:00 in New York is 23:00 in Prague: 21:00 UTC. 5 June 2024 was a Wednesday.
  const before = (day: string, price: number) => new Desk(100_000, 'ftmo-challenge', { carry }).trade(`2024-06-${day}T08:00`, 1_000, 100).see(`2024-06-${day}T20:30`, price);
  assert.equal(before('04', 97).guard.gauge().afterMidnight.room, '1500');
  assert.equal(before('05', 97.51).guard.gauge().afterMidnight.room, '1010', '2 490 and three nights of 500 are lost');
  assert.equal(before('04', 97).reason, undefined);
  assert.match(before('05', 97).reason ?? '', /equity 95500 would be at the level of 96000/);
});

test('an order must leave every limit and the buffer whole at its worst, everything held and on its way included', () => {
  const desk = new Desk(100_000, 'ftmo-challenge');
  desk.see('2024-06-03T08:00', 100);
  // To the stop at 98, one per cent beyond it, and a tenth of a per cent to open and to close: 3.18 a unit; 4 900 may be lost.
  assert.equal(desk.ask('2024-06-03T08:00', 1_540, 98), undefined);
  assert.equal(desk.ask('2024-06-03T08:00', 1_541, 98)?.rule, 'prop-firm-daily');
  assert.equal(desk.ask('2024-06-03T08:00', -1_521, 102), undefined, 'a short to 102 and 1.02 beyond it: 3.22 a unit');
  assert.equal(desk.ask('2024-06-03T08:00', -1_522, 102)?.rule, 'prop-firm-daily');
  assert.equal(desk.ask('2024-06-03T08:00', 942), undefined, 'without a stop, five per cent of the price: 5.2 a unit');
  assert.equal(desk.ask('2024-06-03T08:00', 943)?.rule, 'prop-firm-daily');
  desk.book.buying = 1_000;
  assert.equal(desk.ask('2024-06-03T08:00', 541, 98)?.rule, 'prop-firm-daily', 'what is on its way counts');
  desk.book.buying = 0;
  assert.equal(desk.trade('2024-06-03T08:30', 2_600, 100).see('2024-06-03T09:00', 99).ask('2024-06-03T09:00', 1, 98)?.rule, 'prop-firm-soft');
});

test('nothing is begun, and what is held is closed, before news and before the market closes', () => {
  const release = { from: at('2024-06-03T12:28'), to: at('2024-06-03T12:32'), rule: 'prop-firm-news' } as const;
  const desk = new Desk(100_000, 'ftmo-account', { nextWindow: (_market, now) => (now < release.to ? release : undefined) });
  assert.equal(desk.see('2024-06-03T11:00', 100).ask('2024-06-03T11:00', 10, 99), undefined);
  desk.trade('2024-06-03T11:00', 10, 100);
  assert.equal(desk.ask('2024-06-03T11:30', 10, 99)?.rule, 'prop-firm-news', 'the next bar would close after it begins');
  assert.match(desk.see('2024-06-03T11:30', 100).reason ?? '', /^prop firm until 2024-06-03 12:32 UTC: news$/);
  assert.equal(desk.see('2024-06-03T12:32', 100).reason, undefined);
});

test('in one step the total limit follows the highest balance at a midnight', () => {
  const desk = new Desk(100_000, 'ftmo-1-step').trade('2024-06-03T08:00', 1_000, 100).trade('2024-06-03T09:00', -1_000, 104).see('2024-06-03T20:30', 104);
  assert.deepEqual([desk.guard.gauge().total.limit, desk.guard.gauge().afterMidnight.limit], ['90000', '101000']);
  assert.equal(desk.see('2024-06-03T22:00', 104).guard.gauge().total.limit, '94000');
  assert.equal(desk.trade('2024-06-04T08:00', 1_000, 104).trade('2024-06-04T09:00', -1_000, 103).see('2024-06-04T22:00', 103).guard.gauge().total.limit, '94000');
});

test('the balance of midnight is that of all that was booked before it, whatever is looked at first after it', () => {
  const day = (then: (desk: Desk) => void) => {
    const desk = new Desk(100_000, 'ftmo-swing').trade('2024-06-03T08:00', 100, 100);
    // Booked at 23:59 in Prague; nothing looks at the account until the day after.
    const sold = new Order(desk.book, 1, 9, 'target', 0, 'sell', 'market', 'ioc', 100, 0, at('2024-06-03T21:59'));
    desk.guard.beforeReport(sold.tsInit);
    desk.portfolio.applyFill(desk.book, { kind: 'filled', order: sold, tsEvent: sold.tsInit, tradeId: 9, price: 11_000, quantity: 100, fee: 0 });
    then(desk);
    return desk.guard.gauge().daily.limit;
  };
  const byPrice = day((desk) => desk.guard.afterPrice(0, 110, at('2024-06-03T22:01')));
  const byReport = day((desk) => {
    const bought = new Order(desk.book, 1, 10, 'target', 0, 'buy', 'market', 'ioc', 100, 0, at('2024-06-03T22:02'));
    desk.guard.beforeReport(bought.tsInit);
    desk.portfolio.applyFill(desk.book, { kind: 'filled', order: bought, tsEvent: bought.tsInit, tradeId: 10, price: 11_000, quantity: 100, fee: 500 });
    desk.guard.afterReport(bought.tsInit);
  });
  assert.deepEqual([byPrice, byReport], ['96000', '96000']);
});

test('between bars every market counts at its last price, until its next bar', () => {
  const markets = ['A', 'B'].map((id) => ({ instrument: testInstrument({ id }), intervalMs: HOUR }));
  const books = markets.map((_, i) => new Book('run', `s@${i}`, i, i, { onBar() {} }, { quantity: () => 0 }));
  const portfolio = new Portfolio(10_000_000, 2, markets.map(({ instrument }) => instrument), books);
  const guard = new PropFirmGuard({ rules: ftmo('ftmo-swing'), levels: PROP_FIRM_LEVELS }, markets);
  guard.attach(portfolio, books);
  portfolio.marks.fill(100);
  for (const book of books) {
    const order = new Order(book, 1, 0, 'target', book.index, 'buy', 'market', 'ioc', 500, 0, at('2024-06-03T08:00'));
    portfolio.applyFill(book, { kind: 'filled', order, tsEvent: order.tsInit, tradeId: book.index, price: 10_000, quantity: 500, fee: 0 });
  }
  // Each loses 2 250, which together is more than 4 000.
  guard.afterPrice(0, 95.5, at('2024-06-03T09:00'));
  assert.equal(guard.due(ACTIVE), undefined);
  guard.afterPrice(1, 95.5, at('2024-06-03T09:00'));
  assert.equal(guard.due(ACTIVE)?.kind, 'flatten');
  const calm = new PropFirmGuard({ rules: ftmo('ftmo-swing'), levels: PROP_FIRM_LEVELS }, markets);
  calm.attach(portfolio, books);
  calm.afterPrice(0, 95.5, at('2024-06-03T09:00'));
  calm.afterBar(0, { timestamp: at('2024-06-03T09:00'), high: 100, low: 100 });
  calm.afterPrice(1, 95.5, at('2024-06-03T10:00'));
  assert.equal(calm.due(ACTIVE), undefined, 'the bar has closed at 100');
});

test('what it says of an order does not hang on prices between bars, which no journal holds: a restart says the same', () => {
  // 1,000 units bought at 104 after 4,000 were won, and down to 101.5 in the last hour of the day.
  const asked = (prices: readonly (readonly [string, number])[]) => {
    const desk = new Desk(100_000, 'ftmo-swing');
    const { book, guard, portfolio } = desk;
    const fill = (time: string, side: 'buy' | 'sell', price: number) => {
      const order = new Order(book, 1, book.orders++, 'target', 0, side, 'market', 'ioc', 1_000, 0, at(time));
      guard.beforeReport(at(time));
      portfolio.applyFill(book, { kind: 'filled', order, tsEvent: at(time), tradeId: 0, price: price * 100, quantity: 1_000, fee: 0 });
      guard.afterReport(at(time));
    };
    const bar = (time: string, close: number) => {
      portfolio.marks[0] = close;
      guard.afterBar(0, { timestamp: at(time), high: close, low: close });
    };
    bar('2024-06-03T08:00', 100);
    fill('2024-06-03T09:00', 'buy', 100);
    fill('2024-06-03T10:00', 'sell', 104);
    fill('2024-06-03T18:00', 'buy', 104);
    bar('2024-06-03T18:00', 104);
    for (const [time, price] of prices.filter(([each]) => each < '2024-06-03T20:01')) guard.afterPrice(0, price, at(time));
    const evening = guard.room();
    bar('2024-06-03T20:00', 101.5);
    for (const [time, price] of prices.filter(([each]) => each > '2024-06-03T20:01')) guard.afterPrice(0, price, at(time));
    // The bar that closes at midnight in Prague comes after the first trade of the next day.
    portfolio.marks[0] = 101.4;
    return [evening, desk.ask('2024-06-03T22:00', 10, 101), desk.ask('2024-06-03T22:00', 5_000, 101), guard.room()];
  };
  const alone = asked([]);
  assert.deepEqual(asked([['2024-06-03T20:00', 104], ['2024-06-03T21:00', 101.5], ['2024-06-03T22:00', 101.4]]), alone);
});

test('what was booked late of the day before is in the balance of midnight, and its bar\'s low is no low of the new day', () => {
  const desk = new Desk(100_000, 'ftmo-swing').trade('2024-06-03T08:00', 1_000, 100);
  const { book, guard, portfolio } = desk;
  guard.afterBar(0, { timestamp: at('2024-06-03T20:00'), high: 100, low: 100 });
  guard.afterPrice(0, 104, at('2024-06-03T22:00'));
  // Half was sold a moment before midnight in Prague; the venue's word of it, and the day's last bar, come after the first price of the next day.
  const order = new Order(book, 1, 9, 'target', 0, 'sell', 'market', 'ioc', 500, 0, at('2024-06-03T21:59:59'));
  guard.beforeReport(order.tsInit);
  portfolio.applyFill(book, { kind: 'filled', order, tsEvent: order.tsInit, tradeId: 9, price: 10_400, quantity: 500, fee: 0 });
  guard.afterReport(order.tsInit);
  portfolio.marks[0] = 104;
  guard.afterBar(0, { timestamp: at('2024-06-03T21:00'), high: 104, low: 95.9 });
  assert.deepEqual([guard.due(ACTIVE), guard.gauge().daily.limit], [undefined, '97000']);
  guard.afterBar(0, { timestamp: at('2024-06-03T22:00'), high: 104, low: 104 });
  assert.equal(guard.gauge().daily.limit, '97000');
});
