import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BarCursor } from '../../src/domain/bar.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Denial, ExecutionReport } from '../../src/domain/report.ts';
import { Engine, type Audit } from '../../src/pipeline/engine.ts';
import {
  maxCurrencyExposure, maxDrawdown, maxExposure, maxGroupExposure, maxLossStreak, maxNotional, maxOrderRate, maxOrdersPerOpinion, maxPosition, staleData,
} from '../../src/pipeline/guards.ts';
import { noFee } from '../../src/simulation/fees.ts';
import { DelayedVenue } from '../delayed-venue.ts';
import { MINUTE, RandomStrategy, testInstrument, walkBars } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';

const CASH = 10_000;

interface Limits {
  readonly notional: number;
  readonly exposure: number;
  readonly orders: number;
  readonly windowMs: number;
  readonly drawdown: number;
  /** Shares of equity: of one market, of one coin (the first two markets), and of all three together. */
  readonly position: number;
  readonly currency: number;
  readonly group: number;
  /** Losing trades in a row, after more of which nothing is begun for ten minutes. */
  readonly losses: number;
}

/** Two contracts of one coin, and another coin. */
const IDS = ['X-USD.V', 'X-PERP.V', 'Y-USD.V'];

/** The rules by which an order is denied of which the order rate was asked, too: itself, and those after it. */
const ASKED_OF_RATE = ['order-rate', 'drawdown', 'stale-data'];

/** What one book holds and has on its way, counted from nothing but orders and reports. */
class Count {
  held = 0;
  readonly leaves = new Map<Order, number>();
  /** Cents that the trade under way has brought so far, what is held not counted. */
  #flow = 0;

  /** Takes a fill; gives the profit of the trade that it ended, if it did. */
  fill(signed: number, price: number): number | undefined {
    const closing = this.held > 0 ? Math.max(signed, -this.held) : Math.min(signed, -this.held);
    const ends = this.held !== 0 && closing === -this.held;
    const profit = ends ? this.#flow - closing * price : undefined;
    this.#flow = ends ? -(signed - closing) * price : this.#flow - signed * price;
    this.held += signed;
    return profit;
  }

  onTheWay(side: Order['side'], protective: boolean): number {
    let sum = 0;
    for (const [order, left] of this.leaves) if (order.side === side && isProtective(order) === protective) sum += left;
    return sum;
  }

  /** The most that can be held, either way, once everything towards the target has filled or not. */
  get worst(): number {
    return Math.max(this.held + this.onTheWay('buy', false), this.onTheWay('sell', false) - this.held);
  }
}

const isProtective = ({ leg }: Order) => leg === 'stop' || leg === 'take-profit';

/** Looks at every order as it is approved, with a count of its own. */
class Inspector implements Audit {
  readonly denials: Denial[] = [];
  readonly counts: readonly Count[];
  adding = 0;
  halted = false;
  now = -Infinity;
  cash = CASH;
  peak = CASH;
  readonly #limits: Limits;
  readonly #marks: () => Float64Array;
  readonly #markets: readonly number[];
  readonly #sent: number[] = [];
  readonly #opinions = new Set<string>();
  /** Trades that lost since the last that did not, and when the last of all ended. */
  streak = 0;
  lostAt = -Infinity;

  constructor(limits: Limits, markets: readonly number[], marks: () => Float64Array) {
    this.#limits = limits;
    this.#markets = markets;
    this.#marks = marks;
    this.counts = markets.map(() => new Count());
  }

  onOrder(order: Order): void {
    const count = this.counts[order.owner.index];
    const quantity = Number(order.quantity);
    const { held } = count;
    const [buying, selling] = [count.onTheWay('buy', false), count.onTheWay('sell', false)];
    count.leaves.set(order, quantity);
    // Answers of a bar are dated at its opening: for the count of orders, time never goes back behind what was asked about.
    this.now = Math.max(this.now, order.tsInit);
    this.#sent.push(this.now);
    if (isProtective(order)) {
      assert.deepEqual([buying, selling], [0, 0], 'a position is protected once nothing else of it is on its way');
      assert.equal(order.side === 'sell' ? quantity : -quantity, held, 'and all of it');
      return;
    }
    assert.deepEqual([count.onTheWay('buy', true), count.onTheWay('sell', true)], [0, 0], 'no target is traded while an exit stands');
    const adds = order.side === 'buy' ? held + buying + quantity > 0 : held - selling - quantity < 0;
    if (!adds) return;
    this.adding += 1;
    assert.ok(!this.halted, 'halted, nothing adds risk');
    const { notional, exposure, orders, windowMs, drawdown, position, currency, group } = this.#limits;
    const key = `${order.owner.index} ${order.signalId}`;
    assert.ok(!this.#opinions.has(key), 'an opinion adds risk once');
    this.#opinions.add(key);
    const within = (value: number, limit: number, what: string) => assert.ok(value <= limit * (1 + 1e-12), `${what}: ${value} above ${limit}`);
    within(quantity * this.#mark(order.owner.index), notional, 'notional');
    within(this.worst, exposure * this.equity, 'exposure');
    const market = this.#markets[order.owner.index];
    within(this.worstOf((each) => each === market), position * this.equity, 'position');
    within(this.worstOf((each) => (each < 2) === (market < 2)), currency * this.equity, 'currency');
    within(this.worst, group * this.equity, 'group');
    assert.ok(this.streak <= this.#limits.losses || this.now >= this.lostAt + 10 * MINUTE, 'a row of losses');
    within(this.#sent.filter((at) => at > this.now - windowMs).length, orders, 'orders in the window');
    within(1 - this.equity / this.peak, drawdown, 'drawdown');
  }

  onReport(report: ExecutionReport): void {
    const count = this.counts[report.order.owner.index];
    if (report.kind === 'filled') {
      const signed = report.order.side === 'buy' ? Number(report.quantity) : -Number(report.quantity);
      const profit = count.fill(signed, Number(report.price));
      if (profit !== undefined) {
        this.streak = profit < 0 ? this.streak + 1 : 0;
        this.lostAt = report.tsEvent;
      }
      this.cash -= signed * Number(report.price) / 100;
      const left = (count.leaves.get(report.order) as number) - Number(report.quantity);
      if (left > 0) count.leaves.set(report.order, left);
      else count.leaves.delete(report.order);
    } else if (report.kind !== 'accepted') {
      count.leaves.delete(report.order);
    }
  }

  onDenial(denial: Denial): void {
    assert.ok(denial.value > denial.limit && denial.quantity > 0 && denial.owner.includes('@'));
    this.denials.push(denial);
    if (ASKED_OF_RATE.includes(denial.rule)) this.now = Math.max(this.now, denial.tsEvent);
  }

  #mark(book: number): number {
    return this.#marks()[this.#markets[book]];
  }

  get worst(): number {
    return this.worstOf(() => true);
  }

  /** The same of some markets alone. */
  worstOf(counts: (market: number) => boolean): number {
    return this.counts.reduce((sum, count, book) => (count.worst === 0 || !counts(this.#markets[book]) ? sum : sum + count.worst * this.#mark(book)), 0);
  }

  get equity(): number {
    return this.counts.reduce((sum, { held }, book) => (held === 0 ? sum : sum + held * this.#mark(book)), this.cash);
  }
}

/** Three markets, up to five books and a venue that answers up to `delay` events late; commands at random if wanted. */
function run(seed: number, delay: number, options: { readonly volatility: number; readonly exits: number; readonly commands?: boolean; readonly flattenAt?: number }): Inspector {
  const random = seededRandom(seed);
  const markets = [MINUTE, MINUTE, 3 * MINUTE].map((intervalMs, index) => ({ instrument: testInstrument({ id: IDS[index] }), intervalMs }));
  const placed = Array.from({ length: 1 + Math.floor(random() * 5) }, () => Math.floor(random() * 3));
  const limits: Limits = { notional: pick(random, [1_000, 3_000, Infinity]), exposure: pick(random, [0.3, 0.6, 1.5]), orders: pick(random, [2, 5, 40]), windowMs: pick(random, [MINUTE, 10 * MINUTE]), drawdown: pick(random, [0.003, 0.02, 0.3]), position: pick(random, [0.2, 0.4, 2]), currency: pick(random, [0.25, 0.5, 2]), group: pick(random, [0.5, 2]), losses: pick(random, [1, 3, 100]) };
  const client = new DelayedVenue({
    delay: () => Math.ceil(random() * delay), portion: () => pick(random, [0.2, 0.5, 1]), refuses: () => random() < 0.1,
    fees: noFee, moneyScale: 2, instruments: markets.map(({ instrument }) => instrument),
  });
  const inspector: Inspector = new Inspector(limits, placed, () => engine.portfolio.marks);
  const engine: Engine = new Engine({
    run: 'risk', markets, cash: CASH * 100, moneyScale: 2, fees: noFee, client, audit: inspector,
    guards: [
      maxNotional(limits.notional), maxPosition(limits.position), maxCurrencyExposure(limits.currency), maxGroupExposure('all', ['X', 'Y'], limits.group), maxExposure(limits.exposure),
      maxOrdersPerOpinion(1), maxLossStreak(limits.losses, 10 * MINUTE), maxOrderRate(limits.orders, limits.windowMs), maxDrawdown(limits.drawdown), staleData(5 * MINUTE),
    ],
    books: placed.map((market, index) => ({
      strategyName: `s${index}`, strategy: new RandomStrategy(random, [-1, -0.5, 0, 0.3, 1], 0.3, options.exits), market,
      sizing: pick(random, [{ kind: 'units', units: '12' }, { kind: 'fraction', fraction: '0.3' }] as const),
    })),
  });
  const cursors = markets.map(({ intervalMs }) => new BarCursor(walkBars(random, { bars: 200, intervalMs, volatility: options.volatility })));
  for (let minute = 1; minute <= 200; minute++) {
    for (const [market, cursor] of cursors.entries()) {
      const { intervalMs } = markets[market] as { intervalMs: number };
      if (minute % (intervalMs / MINUTE) !== 0) continue;
      cursor.index = minute / (intervalMs / MINUTE) - 1;
      engine.onBar(market, cursor);
      if (options.volatility === 0) assert.ok(inspector.counts.reduce((sum, { held }) => sum + Math.abs(held) * 100, 0) <= limits.exposure * CASH, 'no position is ever larger than allowed');
    }
    // While one market has closed and the next has not yet, nobody is worth what it looks like.
    inspector.peak = Math.max(inspector.peak, inspector.equity);
    if (options.commands && random() < 0.1) {
      inspector.halted = random() < 0.7;
      engine.onCommand(inspector.halted ? { kind: pick(random, ['halt', 'flatten']), reason: 'drawn' } : { kind: 'resume' });
    }
    if (minute === options.flattenAt) {
      inspector.halted = true;
      engine.onCommand({ kind: 'flatten', reason: 'drawn' });
    }
    if (options.flattenAt !== undefined && minute > options.flattenAt + 130) {
      assert.deepEqual(inspector.counts.map(({ held, leaves }) => [held, leaves.size]), placed.map(() => [0, 0]), 'flat, and nothing on its way');
    }
  }
  for (const book of engine.books) {
    const { held } = inspector.counts[book.index];
    assert.equal(Number(book.quantity), held);
  }
  assert.equal(engine.execution.strays, 0);
  assert.equal(engine.risk.denials, inspector.denials.length);
  return inspector;
}

function sample(delay: number, options: Parameters<typeof run>[2], runs: number): { adding: number; rules: Set<string> } {
  let adding = 0;
  const rules = new Set<string>();
  fc.assert(fc.property(fc.integer(), (seed) => {
    const inspector = run(seed, delay, options);
    adding += inspector.adding;
    for (const { rule } of inspector.denials) rules.add(rule);
  }), { numRuns: runs });
  return { adding, rules };
}

test('an order that is dated before a denial counts from the denial on', () => {
  const { denials } = run(-1_173_456_665, 1, { volatility: 0.01, exits: 0.4 });
  assert.ok(denials.some(({ rule }) => rule === 'drawdown'), 'the denial that it is about');
});

for (const delay of [1, 10, 50]) {
  test(`with fills up to ${delay} events late, partial and overtaking each other no limit is exceeded`, () => {
    const moving = sample(delay, { volatility: 0.01, exits: 0.4 }, 200);
    assert.ok(moving.adding > 1_500, `${moving.adding} approvals say too little`);
    for (const rule of ['notional', 'position', 'currency-exposure', 'group:all', 'exposure', 'loss-streak', 'order-rate', 'drawdown']) assert.ok(moving.rules.has(rule), `${rule} was never put to the test`);
    sample(delay, { volatility: 0, exits: 0 }, 120);
    const commanded = sample(delay, { volatility: 0.004, exits: 0.4, commands: true }, 120);
    assert.ok(commanded.rules.has('halted'));
  });
}

for (const delay of [1, 10, 20]) {
  test(`flatten ends flat and stays flat with answers up to ${delay} events late`, () => {
    sample(delay, { volatility: 0.004, exits: 0.4, flattenAt: 50 }, 120);
  });
}
