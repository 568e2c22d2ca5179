import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BarCursor, type Bars } from '../../src/domain/bar.ts';
import { Order, type Approved, type OrderOwner } from '../../src/domain/order.ts';
import type { ExecutionReport, FillReport } from '../../src/domain/report.ts';
import { SimulatedVenue } from '../../src/simulation/venue.ts';
import type { BarWatch } from '../../src/simulation/venue-rules.ts';
import { noFee } from '../../src/simulation/fees.ts';
import { PESSIMISTIC } from '../../src/simulation/fill-policy.ts';
import { ConstantLatency } from '../../src/simulation/latency.ts';
import { MINUTE, testInstrument, walkBars } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';

const OWNER: OrderOwner = { run: 'laws', name: 'laws@A', index: 0 };

/** A bar in cents, with the span that it covers. */
interface Seen {
  readonly from: number;
  readonly to: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** What became of one order. */
interface Fate {
  readonly order: Order;
  readonly arrival: number;
  cancelArrival: number;
  readonly reports: ExecutionReport[];
  /** Bar in which it ended; Infinity when it did not. */
  endedIn: number;
}

interface Scene {
  readonly seen: readonly Seen[];
  readonly fates: readonly Fate[];
  readonly latencyMs: number;
  readonly marketFill: 'next-open' | 'close';
}

/** Random orders, pairs and cancels, sent after random closes to a venue of random rules, which may have to stop at every open. */
function play(seed: number, watch?: BarWatch): Scene {
  const random = seededRandom(seed);
  const latencyMs = pick(random, [0, 5, 20_000, MINUTE, 2.5 * MINUTE]);
  const marketFill = pick(random, ['next-open', 'close'] as const);
  const venue = new SimulatedVenue({ instruments: [testInstrument()], fees: noFee, moneyScale: 2, latency: new ConstantLatency(latencyMs), marketFill, policy: PESSIMISTIC, watch });
  const fates: Fate[] = [];
  let bar = 0;
  venue.connect({
    report(report) {
      const fate = fates.find(({ order }) => order === report.order) as Fate;
      fate.reports.push(report);
      if (report.kind !== 'accepted') fate.endedIn = bar;
    },
    settle() {},
    book() {},
  });
  const send = (types: readonly Order['type'][], tsInit: number, close: number, ocoWith?: Order): Order => {
    const type = pick(random, types);
    const price = type === 'market' ? 0 : Math.max(1, Math.round(close * 100 * (1 + (random() - 0.5) * 0.04)));
    const order = new Order(OWNER, 1, fates.length, 'target', 0, pick(random, ['buy', 'sell']), type, pick(random, ['gtc', 'gtc', 'ioc']), 1 + Math.floor(random() * 9), price, tsInit, ocoWith);
    fates.push({ order, arrival: tsInit + latencyMs, cancelArrival: Infinity, reports: [], endedIn: Infinity });
    venue.submit(order as Approved<Order>);
    return order;
  };

  const bars = walkBars(random, { bars: 60, volatility: 0.015, gaps: 0.05 });
  const cursor = new BarCursor(bars);
  for (; bar < bars.length; bar++) {
    cursor.index = bar;
    venue.onBar(0, cursor, MINUTE);
    const now = cursor.timestamp + MINUTE;
    if (random() < 0.2) send(['market', 'limit', 'stop'], now, cursor.close);
    if (random() < 0.2) send(['limit', 'stop'], now, cursor.close, send(['limit', 'stop'], now, cursor.close));
    const victim = pick(random, fates.length > 0 ? fates : [undefined]);
    if (victim && random() < 0.2) {
      if (victim.endedIn === Infinity) victim.cancelArrival = Math.min(victim.cancelArrival, now + latencyMs);
      venue.cancel(victim.order);
    }
  }
  return { seen: readSeen(bars), fates, latencyMs, marketFill };
}

function readSeen(bars: Bars): Seen[] {
  const cents = (price: number | undefined) => Math.round((price as number) * 100);
  return Array.from({ length: bars.length }, (_, i) => ({
    from: bars.timestamp[i], to: bars.timestamp[i] + MINUTE,
    open: cents(bars.open[i]), high: cents(bars.high[i]), low: cents(bars.low[i]), close: cents(bars.close[i]),
  }));
}

/** Whether a price is better for the order than another. */
const better = ({ side }: Order, price: number, than: number) => (side === 'buy' ? price < than : price > than);

function checkFate(fate: Fate, scene: Scene): void {
  const ends = fate.reports.filter(({ kind }) => kind !== 'accepted');
  assert.ok(ends.length <= 1, 'an order ends once');
  const fill = ends.find((report) => report.kind === 'filled');
  if (fill) {
    assert.equal(fate.reports[0]?.kind, 'accepted', 'it is accepted before it trades');
    checkTime(fate, fill, scene.seen[fate.endedIn]);
    checkPrice(fate, Number(fill.price), scene);
  }
  checkLiveness(fate, scene.seen, fill !== undefined);
}

function checkTime({ order, arrival, cancelArrival }: Fate, fill: FillReport, bar: Seen): void {
  assert.ok(fill.tsEvent >= arrival && fill.tsEvent >= bar.from && fill.tsEvent <= bar.to, 'nothing trades before it has arrived, or outside the bar at hand');
  assert.ok(cancelArrival >= fill.tsEvent || cancelArrival > bar.from, 'nothing trades after its cancel has arrived');
  assert.equal(fill.quantity, order.quantity);
}

function checkPrice({ order, arrival, endedIn }: Fate, at: number, { seen, latencyMs, marketFill }: Scene): void {
  const bar = seen[endedIn];
  const price = Number(order.price);
  const inside = arrival > bar.from;
  if (order.type !== 'limit') assert.ok(at >= bar.low && at <= bar.high, 'a price that the bar had');
  switch (order.type) {
    case 'limit':
      assert.equal(at, price, 'a limit trades neither better nor worse than its limit');
      assert.ok(better(order, inside ? bar.close : order.side === 'buy' ? bar.low : bar.high, price), 'and only when the price went through it');
      break;
    case 'stop-limit': case 'trailing-stop':
      assert.fail('none is sent here');
      break;
    case 'stop':
      assert.ok(!better(order, at, price), 'a stop never trades better than its price');
      assert.ok(inside ? at === bar.close : at === price || at === bar.open, 'but at it, at the gap, or at the close of the bar in which it arrived');
      break;
    case 'market': {
      const onTheSpot = marketFill === 'close' && latencyMs === 0;
      const first = seen.find(({ to }) => (onTheSpot ? to >= arrival : to > arrival || to === arrival && order.tsInit < arrival));
      assert.equal(bar, first, 'a market order trades at its first chance');
      assert.equal(at, inside || onTheSpot ? bar.close : bar.open);
    }
  }
}

/** What could trade through a whole bar has not been left lying, and what is immediate does not wait. */
function checkLiveness({ order, arrival, cancelArrival, endedIn, reports }: Fate, seen: readonly Seen[], filled: boolean): void {
  const price = Number(order.price);
  const whole = seen.findIndex(({ from, low, high }, index) => index <= endedIn && from >= arrival && (
    order.type === 'market' || order.timeInForce === 'ioc'
    || (order.type === 'limit' ? better(order, order.side === 'buy' ? low : high, price) : !better(order, order.side === 'buy' ? high : low, price))
  ));
  if (whole >= 0) assert.ok(endedIn <= whole, 'a chance is not passed over');
  const last = seen.at(-1) as Seen;
  if (!filled && cancelArrival <= last.from && endedIn === Infinity) assert.fail('a cancel that arrived has ended its order');
  if (!filled && endedIn < Infinity && order.timeInForce === 'gtc' && cancelArrival === Infinity) {
    assert.ok(reports.at(-1)?.kind === 'canceled', 'it ended because its counterpart traded');
  }
}

test('no fill is better than it could have been, from the past, or from the future', () => {
  const kinds = new Map<string, number>();
  fc.assert(fc.property(fc.integer(), (seed) => {
    const scene = play(seed);
    for (const fate of scene.fates) {
      checkFate(fate, scene);
      const kind = `${fate.order.type} ${fate.reports.at(-1)?.kind}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    for (const { order, reports } of scene.fates) {
      if (order.ocoWith === undefined || !reports.some(({ kind }) => kind === 'filled')) continue;
      const other = scene.fates.find((fate) => fate.order === order.ocoWith) as Fate;
      const both = other.reports.some(({ kind }) => kind === 'filled');
      assert.ok(!both, 'of two tied orders one trades');
    }
  }), { numRuns: 1_500 });
  for (const kind of ['market filled', 'limit filled', 'limit canceled', 'limit accepted', 'stop filled', 'stop canceled']) {
    assert.ok((kinds.get(kind) ?? 0) > 50, `too few: ${kind} in ${[...kinds].join('; ')}`);
  }
});

test('a bar that passes by all orders leaves them as it would if it were gone through', () => {
  let waited = 0;
  for (let seed = 1; seed <= 300; seed++) {
    // A venue that must stop at the open of every bar in which orders rest lets none pass.
    const { fates } = play(seed, { near: true, afterOpen: () => void (waited += 1), afterClose() {} });
    assert.deepEqual(play(seed).fates, fates);
  }
  assert.ok(waited > 3000, `orders wait in ${waited} bars only`);
});
