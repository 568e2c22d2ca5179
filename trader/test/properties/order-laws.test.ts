import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BarCursor, type Bar, type Bars } from '../../src/domain/bar.ts';
import { Order, type Approved, type OrderOwner, type OrderTerms } from '../../src/domain/order.ts';
import { Random } from '../../src/domain/random.ts';
import type { ExecutionReport, FillReport } from '../../src/domain/report.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import type { Liquidity } from '../../src/ports/execution.ts';
import { OPTIMISTIC, PESSIMISTIC, type FillPolicy } from '../../src/simulation/fill-policy.ts';
import { ConstantLatency, LognormalLatency } from '../../src/simulation/latency.ts';
import { FixedSlippage, SquareRootImpact, VolumeShareSlippage } from '../../src/simulation/slippage.ts';
import { SimulatedVenue } from '../../src/simulation/venue.ts';
import type { VenueRules } from '../../src/simulation/venue-rules.ts';
import { VolumeShare } from '../../src/simulation/volume-limit.ts';
import { MINUTE, testInstrument, walkBars } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';

const OWNER: OrderOwner = { run: 'laws', name: 'laws@A', index: 0 };
const SHARE = 0.05;

/** A report, with the bar that was being worked off, and who took. */
interface Said {
  readonly report: ExecutionReport;
  readonly bar: number;
  readonly liquidity: Liquidity | undefined;
}

/** A venue of bars that remembers what it said. */
class Record {
  readonly said: Said[] = [];
  readonly orders: Order[] = [];
  readonly bars: Bars;
  bar = 0;
  readonly #venue: SimulatedVenue;
  #liquidity: Liquidity | undefined;

  constructor(bars: Bars, models: Partial<VenueRules>) {
    this.bars = bars;
    this.#venue = new SimulatedVenue({
      instruments: [testInstrument()], moneyScale: 2, latency: new ConstantLatency(0), marketFill: 'next-open', policy: PESSIMISTIC, ...models,
      fees: { scale: 0, fee: (...[, , , , , liquidity]) => { this.#liquidity = liquidity; return 0; } },
    });
    this.#venue.connect({
      report: (report) => { this.said.push({ report, bar: this.bar, liquidity: report.kind === 'filled' ? this.#liquidity : undefined }); }, settle() {}, book() {},
    });
  }

  send(side: Order['side'], type: Order['type'], timeInForce: Order['timeInForce'], quantity: number, price: number, tsInit: number, terms?: OrderTerms, ocoWith?: Order): Order {
    const order = new Order(OWNER, 1, this.orders.length, 'target', 0, side, type, timeInForce, quantity, price, tsInit, ocoWith, terms);
    this.orders.push(order);
    this.#venue.submit(order as Approved<Order>);
    return order;
  }

  cancel(order: Order): void {
    this.#venue.cancel(order);
  }

  /** Plays all bars, and after each asks what is to be done at its close. */
  play(after: (close: number, now: number) => void): this {
    const cursor = new BarCursor(this.bars);
    for (; this.bar < this.bars.length; this.bar++) {
      cursor.index = this.bar;
      this.#venue.onBar(0, cursor, MINUTE);
      after(cursor.close, cursor.timestamp + MINUTE);
    }
    return this;
  }

  of(order: Order): Said[] {
    return this.said.filter(({ report }) => report.order === order);
  }

  fills(order: Order): (Said & { readonly report: FillReport })[] {
    return this.of(order).filter((said): said is Said & { readonly report: FillReport } => said.report.kind === 'filled');
  }
}

/** Bars near the end of a day, some of them empty. */
function drawBars(random: () => number): Bars {
  const bars = walkBars(random, { bars: 60, volatility: 0.015, gaps: 0.05, from: DAY_MS - 30 * MINUTE });
  for (let i = 0; i < bars.length; i++) if (random() < 0.1) bars.volume[i] = 0;
  return bars;
}

const models = (random: () => number): Partial<VenueRules> => ({
  latency: pick(random, [new ConstantLatency(0), new ConstantLatency(20_000), new LognormalLatency(30_000, 1, new Random(Math.floor(random() * 1e6)))]),
  policy: pick(random, [PESSIMISTIC, OPTIMISTIC]),
  marketFill: pick(random, ['next-open', 'close']),
  ...(random() < 0.7 && { volumeLimit: new VolumeShare(SHARE) }),
  ...(random() < 0.5 && { slippage: pick(random, [new FixedSlippage(20), new VolumeShareSlippage(0.5, 0.1), new SquareRootImpact(1)]) }),
});

/** The parts of a random order. */
function draw(random: () => number, close: number, now: number) {
  const near = () => Math.max(1, Math.round(close * 100 * (1 + (random() - 0.5) * 0.04)));
  const type = pick(random, ['market', 'limit', 'limit', 'stop', 'stop-limit', 'trailing-stop'] as const);
  const timeInForce = pick(random, ['gtc', 'gtc', 'ioc', 'fok', 'gtd', 'day'] as const);
  const terms: OrderTerms = {
    ...(type === 'stop-limit' && { trigger: near() }), ...(type === 'trailing-stop' && { trail: 0.001 + random() * 0.02 }),
    ...(timeInForce === 'gtd' && { expires: now + Math.floor(random() * 8 * MINUTE) }),
    ...(random() < 0.2 && { postOnly: true }), ...(random() < 0.2 && { reduceOnly: true }),
  };
  return {
    side: pick(random, ['buy', 'sell'] as const), type, timeInForce, quantity: 1 + Math.floor(random() * 60), price: type === 'market' ? 0 : near(),
    terms: Object.keys(terms).length === 0 ? undefined : terms,
  };
}

/** Random orders, pairs and cancels under random models. */
function scene(seed: number): Record {
  const random = seededRandom(seed);
  const record = new Record(drawBars(random), models(random));
  const send = (close: number, now: number, ocoWith?: Order) => {
    const { side, type, timeInForce, quantity, price, terms } = draw(random, close, now);
    return record.send(side, type, timeInForce, quantity, price, now, terms, ocoWith);
  };
  return record.play((close, now) => {
    if (random() < 0.5) send(close, now);
    if (random() < 0.1) send(close, now, send(close, now));
    if (record.orders.length > 0 && random() < 0.1) record.cancel(pick(random, record.orders));
  });
}

/** What an order was told, in its order: nothing before it, nothing after its end, never more than it asked for. */
function checkStory(record: Record, order: Order): void {
  const said = record.of(order);
  let left = Number(order.quantity);
  let ended = false;
  for (const [index, { report }] of said.entries()) {
    assert.ok(!ended, `${report.kind} after the end`);
    assert.ok(report.tsEvent >= order.tsInit && Number.isInteger(report.tsEvent), 'nothing before it was decided');
    if (report.kind === 'accepted' || report.kind === 'rejected') assert.equal(index, 0, 'admitted or refused at first, and once');
    if (report.kind === 'filled') assert.equal(said[0].report.kind, 'accepted', 'admitted before it trades');
    if (report.kind === 'filled') {
      left -= Number(report.quantity);
      assert.ok(report.quantity > 0 && left >= 0, 'Σ fills ≤ quantity');
    }
    ended = report.kind === 'filled' ? left === 0 : report.kind !== 'accepted';
  }
}

/** When an order was admitted; Infinity where it was not. */
function arrivalOf(record: Record, order: Order): number {
  return record.of(order).find(({ report }) => report.kind === 'accepted')?.report.tsEvent ?? Infinity;
}

/** What its time in force allows. */
function checkTime(record: Record, order: Order): void {
  const { timeInForce, quantity, terms } = order;
  const fills = record.fills(order);
  const bars = new Set(fills.map(({ bar }) => bar));
  if (timeInForce === 'fok') assert.ok(fills.length === 0 || fills.length === 1 && fills[0].report.quantity === quantity, 'all or nothing');
  if (timeInForce === 'ioc') assert.ok(bars.size <= 1, 'one chance');
  const end = timeInForce === 'gtd' ? terms?.expires ?? Infinity : timeInForce === 'day' ? DAY_MS * (Math.floor(arrivalOf(record, order) / DAY_MS) + 1) : Infinity;
  for (const { bar } of fills) assert.ok(record.bars.timestamp[bar] < end, 'nothing in a bar after its end');
}

/** The bar of a fill in cents. */
function cents(bars: Bars, bar: number): Pick<Bar, 'open' | 'high' | 'low' | 'close'> {
  const read = (column: Float64Array) => Math.round(column[bar] * 100);
  return { open: read(bars.open), high: read(bars.high), low: read(bars.low), close: read(bars.close) };
}

/** Prices: none better than the order's own or than the bar's best, none of a bar that came before the arrival. */
function checkPrices(record: Record, order: Order, limited: boolean): void {
  const { side, type, price, terms } = order;
  const worse = (a: number, b: number) => (side === 'buy' ? a >= b : a <= b);
  const arrival = arrivalOf(record, order);
  for (const { report, bar, liquidity } of record.fills(order)) {
    const at = Number(report.price);
    const { low, high } = cents(record.bars, bar);
    const from = record.bars.timestamp[bar];
    assert.ok(report.tsEvent >= arrival && report.tsEvent >= from && report.tsEvent <= from + MINUTE, 'after its arrival, within the bar at hand');
    if (type === 'limit') assert.equal(at, price, 'neither better nor worse than its limit');
    else assert.ok(worse(at, side === 'buy' ? low : high), 'no better than the bar was');
    // Where volume is short, a stop may be touched in one bar and trade in another.
    if (type === 'stop' && !limited) assert.ok(worse(at, Number(price)), 'a stop no better than its price');
    if (type === 'stop-limit') {
      assert.ok(worse(Number(price), at), 'no worse than its limit');
      assert.ok(at === price || worse(at, Number(terms?.trigger)), 'no better than its trigger, but at its limit');
    }
    if (terms?.postOnly) assert.ok(type === 'limit' && liquidity === 'maker', 'post-only never takes');
  }
}

/** What reduces only never opens, adds or turns over; no bar gives more than its share. */
function checkSums(record: Record, limited: boolean): void {
  let net = 0;
  const traded = new Map<number, number>();
  for (const { report, bar } of record.said) {
    if (report.kind !== 'filled') continue;
    const signed = (report.order.side === 'buy' ? 1 : -1) * Number(report.quantity);
    if (report.order.terms?.reduceOnly) assert.ok(Math.abs(net + signed) === Math.abs(net) - Math.abs(signed), 'reduce-only only reduces');
    net += signed;
    traded.set(bar, (traded.get(bar) ?? 0) + Math.abs(signed));
  }
  if (!limited) return;
  for (const [bar, quantity] of traded) assert.ok(quantity <= record.bars.volume[bar] * SHARE, 'no more than the share of the bar');
}

test('whatever is sent ends once, within its limits, its time and the volume that there was', () => {
  const kinds = new Map<string, number>();
  fc.assert(fc.property(fc.integer(), (seed) => {
    const record = scene(seed);
    const limited = models(startOf(seed)).volumeLimit !== undefined;
    checkSums(record, limited);
    for (const order of record.orders) {
      checkStory(record, order);
      checkTime(record, order);
      checkPrices(record, order, limited);
      const { type, timeInForce, terms } = order;
      for (const what of [type, timeInForce, terms?.postOnly ? 'post-only' : 'plain', terms?.reduceOnly ? 'reduce-only' : 'plain']) {
        for (const { report } of record.of(order)) kinds.set(`${what} ${report.kind}`, (kinds.get(`${what} ${report.kind}`) ?? 0) + 1);
      }
    }
  }), { numRuns: 800 });
  for (const what of ['market', 'limit', 'stop', 'stop-limit', 'trailing-stop', 'gtc', 'ioc', 'fok', 'gtd', 'day', 'post-only', 'reduce-only']) {
    assert.ok((kinds.get(`${what} filled`) ?? 0) > 50, `too few fills: ${what} in ${[...kinds].join('; ')}`);
  }
  for (const what of ['gtd expired', 'day expired', 'ioc canceled', 'post-only rejected', 'reduce-only rejected', 'reduce-only canceled']) {
    assert.ok((kinds.get(what) ?? 0) > 50, `too few: ${what} in ${[...kinds].join('; ')}`);
  }
});

/** The numbers of a scene as they stand where its models are drawn. */
function startOf(seed: number): () => number {
  const random = seededRandom(seed);
  drawBars(random);
  return random;
}

test('what arrives inside a bar trades at prices from its arrival on, so nothing after it can have been known', () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    // The future is cut off after every bar in turn: what was filled by then stays as it was.
    const random = seededRandom(seed);
    const bars = drawBars(random);
    const cut = 5 + Math.floor(random() * 50);
    const play = (length: number) => {
      const own = seededRandom(seed + 1);
      const record = new Record({ ...bars, length }, models(own));
      return record.play((close, now) => {
        const { side, type, timeInForce, quantity, price, terms } = draw(own, close, now);
        record.send(side, type, timeInForce, quantity, price, now, terms);
      });
    };
    const told = (record: Record) => record.said.filter(({ bar }) => bar < cut)
      .map(({ report }) => [report.order.ordinal, report.kind, report.tsEvent, report.kind === 'filled' ? [report.price, report.quantity] : []]);
    assert.deepEqual(told(play(cut)), told(play(bars.length)));
  }), { numRuns: 100 });
});

test('the optimistic bound is no worse than the pessimistic one for the same order', () => {
  let better = 0;
  fc.assert(fc.property(fc.integer(), (seed) => {
    const outcome = (policy: FillPolicy) => {
      const random = seededRandom(seed);
      const record = new Record(drawBars(random), { ...models(random), policy });
      record.play((close, now) => {
        if (record.bar !== 5) return;
        const { side, type, timeInForce, quantity, price, terms } = draw(random, close, now);
        record.send(side, type, timeInForce, quantity, price, now, terms);
      });
      const fills = record.fills(record.orders[0]).map(({ report }) => report);
      const quantity = fills.reduce((sum, fill) => sum + Number(fill.quantity), 0);
      const value = fills.reduce((sum, fill) => sum + Number(fill.quantity) * Number(fill.price), 0);
      return { order: record.orders[0], quantity, price: value / quantity, first: fills[0]?.tsEvent ?? Infinity };
    };
    const [worst, best] = [outcome(PESSIMISTIC), outcome(OPTIMISTIC)];
    assert.ok(best.quantity >= worst.quantity, 'no less of it fills');
    assert.ok(best.first <= worst.first, 'no later');
    if (worst.quantity > 0) assert.ok(worst.order.side === 'buy' ? best.price <= worst.price + 1e-9 : best.price >= worst.price - 1e-9, 'at no worse a price');
    if (best.quantity > worst.quantity || best.price !== worst.price && worst.quantity > 0) better += 1;
  }), { numRuns: 3_000 });
  assert.ok(better > 30, `the bounds hardly ever differ: ${better}`);
});

test('a market order that waits alone fares as one that is followed like the others, under all models', () => {
  let alone = 0;
  fc.assert(fc.property(fc.integer(), (seed) => {
    // A limit order that no price reaches: where it stays, nothing waits alone.
    const told = (stays: boolean) => {
      const random = seededRandom(seed);
      const record = new Record(drawBars(random), random() < 0.3 ? {} : { ...models(random), marketFill: 'next-open', instruments: [testInstrument({ minNotional: 20 * 10_000 })] });
      record.send('buy', 'limit', stays ? 'gtc' : 'ioc', 1_000_000, 1, record.bars.timestamp[0]);
      record.play((close, now) => {
        // Now and then a person's order, decided later than the next bar opens.
        const tsInit = random() < 0.1 ? now + 2 * MINUTE : now;
        if (random() < 0.5) record.send(pick(random, ['buy', 'sell']), 'market', 'ioc', 1 + Math.floor(random() * 60), 0, tsInit);
        const { side, type, timeInForce, quantity, price, terms } = draw(random, close, now);
        if (random() < 0.1) record.send(side, type, timeInForce, quantity, price, now, terms);
        if (record.orders.length > 1 && random() < 0.2) record.cancel(pick(random, record.orders.slice(1).slice(-2)));
      });
      return record.said.filter(({ report: { order } }) => order.ordinal > 0).map(({ report, bar, liquidity }) => ({ ...report, order: report.order.ordinal, bar, liquidity }));
    };
    const reports = told(false);
    assert.deepEqual(reports, told(true));
    alone += reports.filter(({ kind }) => kind === 'filled').length;
  }), { numRuns: 600 });
  assert.ok(alone > 3_000, `hardly anything trades: ${alone}`);
});
