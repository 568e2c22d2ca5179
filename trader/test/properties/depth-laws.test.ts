import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Order, type Approved } from '../../src/domain/order.ts';
import type { ExecutionReport } from '../../src/domain/report.ts';
import { TICK } from '../../src/domain/tick.ts';
import { noFee } from '../../src/simulation/fees.ts';
import { DepthMarket, Working } from '../../src/simulation/depth/depth-market.ts';
import { DepthVenue } from '../../src/simulation/depth/depth-venue.ts';
import { QUEUE_MODELS, type QueueModelFactory } from '../../src/simulation/depth/queue-model.ts';
import { ConstantLatency } from '../../src/simulation/latency.ts';
import { testInstrument } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';
import { PlainBook, randomTicks } from '../random-depth.ts';
import { ticksOf, type Row } from '../tick-feed.ts';

const OWNER = { run: 'laws', name: 'laws@A', index: 0 };

/** Any of the models. */
function anyModel(random: () => number): QueueModelFactory {
  const make = QUEUE_MODELS[pick(random, Object.keys(QUEUE_MODELS))];
  assert.ok(make);
  return make(pick(random, [1, 2, 3]));
}

/** What became of one order; times are those of the venue. */
interface Fate {
  readonly order: Order;
  readonly arrival: number;
  cancelArrival: number;
  readonly reports: { readonly report: ExecutionReport; readonly heard: number }[];
}

interface Scene {
  readonly rows: readonly Row[];
  readonly fates: readonly Fate[];
  readonly responseMs: number;
}

/** Random orders and cancels on a random stream; orders arrive between ticks, never with one. */
function play(seed: number): Scene {
  const random = seededRandom(seed);
  const rows = randomTicks(random, 300);
  const entryMs = pick(random, [0, 0.25, 7.25]);
  const responseMs = pick(random, [0, 0.25, 7.25]);
  const fates: Fate[] = [];
  const venue = new DepthVenue({
    markets: [{ instrument: testInstrument(), ticks: [ticksOf(rows.slice(0, 100)), ticksOf([]), ticksOf(rows.slice(100))] }],
    fees: noFee, moneyScale: 2, queue: anyModel(random), entry: new ConstantLatency(entryMs), response: new ConstantLatency(responseMs),
  });
  let now = 0;
  venue.connect({
    report: (report) => void fates.find(({ order }) => order === report.order)?.reports.push({ report, heard: now }),
    book() {}, settle() {},
  });
  const send = (ocoWith?: Order): Order => {
    const type = pick(random, ocoWith ? ['limit'] as const : ['market', 'limit', 'limit', 'stop'] as const);
    const price = type === 'market' ? 0 : 995 + Math.floor(random() * 12);
    const timeInForce = type === 'limit' ? pick(random, ['gtc', 'gtc', 'gtc', 'ioc', 'fok'] as const) : 'gtc';
    const terms = timeInForce === 'gtc' && type === 'limit' && random() < 0.3 ? { postOnly: true } : undefined;
    const order = new Order(OWNER, 1, fates.length, 'target', 0, pick(random, ['buy', 'sell']), type, timeInForce, 1 + Math.floor(random() * 30), price, now, ocoWith, terms);
    fates.push({ order, arrival: now + entryMs, cancelArrival: Infinity, reports: [] });
    venue.submit(order as Approved<Order>);
    return order;
  };
  for (now = 0.5; now < rows.length + 30; now += 1) {
    venue.advance(0, now);
    if (random() < 0.15) send(random() < 0.3 ? send() : undefined);
    const victim = fates[Math.floor(random() * fates.length)];
    if (victim !== undefined && random() < 0.1) {
      victim.cancelArrival = Math.min(victim.cancelArrival, now + entryMs);
      venue.cancel(victim.order);
    }
  }
  return { rows, fates, responseMs };
}

/** The reports of an order: accepted or rejected first, one end, no more than was ordered, none early. */
function checkLife({ order, arrival, cancelArrival, reports }: Fate, responseMs: number): void {
  let left = Number(order.quantity);
  let ended = false;
  reports.forEach(({ report, heard }, index) => {
    assert.ok(!ended, `${report.kind} after the end`);
    assert.ok(report.tsEvent >= arrival, 'nothing happens before the order has arrived');
    assert.ok(heard >= report.tsEvent + responseMs - 1e-9, 'nothing is heard before it can be known');
    assert.equal(index === 0, report.kind === 'accepted' || report.kind === 'rejected' || (index === 0 && report.kind === 'canceled'), 'first it is let in, or not');
    if (report.kind === 'filled') {
      assert.ok(report.tsEvent <= cancelArrival, 'nothing trades after its cancel has arrived');
      left -= Number(report.quantity);
      assert.ok(left >= 0, 'no more than was ordered');
      ended = left === 0;
    } else {
      ended = report.kind !== 'accepted';
    }
  });
  if (cancelArrival < 300) assert.ok(ended, 'a cancel that arrived has ended its order, if nothing else had');
  if (order.timeInForce !== 'gtc' && arrival < 300) assert.ok(ended, 'what is immediate does not wait');
}

/** Prices: a limit order's own, never a better one than a stop's, a price that stood there for a market order. */
function checkPrices({ order, reports }: Fate, at: (ts: number) => PlainBook): void {
  for (const { report } of reports) {
    if (report.kind !== 'filled') continue;
    const price = Number(report.price);
    if (order.type === 'limit') assert.equal(price, order.price, 'neither better nor worse than its limit');
    if (order.type === 'stop') assert.ok(order.side === 'buy' ? price >= Number(order.price) : price <= Number(order.price), 'never better than its stop');
    if (order.type === 'market') assert.ok((order.side === 'buy' ? at(report.tsEvent).ask : at(report.tsEvent).bid).has(price), 'a price that stood there');
  }
}

/** Lots of one side that traded at one moment, with what a trade of that moment printed or with what stood there. */
interface Moment {
  readonly ts: number;
  readonly buy: boolean;
  /** Lots of the trade; undefined for those who met what stood there. */
  readonly printed: number | undefined;
  lots: number;
  limit: number;
}

/** The trade that an order which rested was filled by; undefined where it was not by a trade. */
function tradeOf(order: Order, row: Row | undefined): Row | undefined {
  return order.type === 'limit' && row?.[0] === (order.side === 'buy' ? 'sell' : 'buy') ? row : undefined;
}

/** No more trades at one moment than that moment's trade brought, or than stood there; and no trade reaches who stands beyond it. */
function checkSizes({ rows, fates }: Scene, at: (ts: number) => PlainBook): void {
  const moments = new Map<string, Moment>();
  for (const { order, reports } of fates) {
    const buy = order.side === 'buy';
    for (const { report } of reports) {
      if (report.kind !== 'filled') continue;
      const { tsEvent: ts } = report;
      const price = Number(report.price);
      const trade = tradeOf(order, rows[ts - 1]);
      if (trade !== undefined) assert.ok(buy ? trade[2] <= price : trade[2] >= price, 'a trade that reached its price');
      const key = `${ts} ${buy} ${trade?.[3]}`;
      const moment = moments.get(key) ?? { ts, buy, printed: trade?.[3], lots: 0, limit: price };
      moment.lots += Number(report.quantity);
      moment.limit = buy ? Math.max(moment.limit, price) : Math.min(moment.limit, price);
      moments.set(key, moment);
    }
  }
  for (const { ts, buy, printed, lots, limit } of moments.values()) {
    const most = printed ?? at(ts).offered(buy, limit);
    assert.ok(lots <= most, `${lots} lots at ${ts}, of ${most}`);
  }
}

test('on recorded depth nothing trades better than its price, beyond what was there, from the future, or after its end', () => {
  const kinds = new Map<string, number>();
  fc.assert(fc.property(fc.integer(), (seed) => {
    const scene = play(seed);
    const book = (ts: number) => {
      const plain = new PlainBook();
      for (const row of scene.rows) if (row[1] <= ts) plain.apply(row);
      return plain;
    };
    for (const fate of scene.fates) {
      checkLife(fate, scene.responseMs);
      checkPrices(fate, book);
      for (const { report } of fate.reports) kinds.set(`${fate.order.type} ${report.kind}`, (kinds.get(`${fate.order.type} ${report.kind}`) ?? 0) + 1);
      const counterpart = scene.fates.find(({ order }) => order === fate.order.ocoWith);
      const traded = [fate, counterpart].filter((one) => one?.reports.some(({ report }) => report.kind === 'filled'));
      if (counterpart !== undefined) assert.ok(traded.length <= 1, 'of two tied orders one trades');
    }
    checkSizes(scene, book);
  }), { numRuns: 400 });
  for (const kind of ['market filled', 'market canceled', 'limit filled', 'limit canceled', 'limit rejected', 'stop filled', 'stop canceled']) {
    assert.ok((kinds.get(kind) ?? 0) > 50, `too few: ${kind} in ${[...kinds].join('; ')}`);
  }
});

test('nobody falls back in a queue, and nobody in it trades before those who stand before him', () => {
  let advanced = 0;
  fc.assert(fc.property(fc.integer(), (seed) => {
    const random = seededRandom(seed);
    const working: Working[] = [];
    const market = new DepthMarket(anyModel(random)(1), {
      onTrade(order, _tick, _lots, maker) {
        if (maker) assert.ok(order.front < 0.5, 'those before it have gone');
      },
      onLeft() {},
    });
    const fronts = new Map<Working, number>();
    for (const [what, , price, size] of randomTicks(random, 300)) {
      market.onTick(TICK[what], price, size);
      for (const order of working) {
        if (order.state !== 'working') continue;
        const before = fronts.get(order) ?? Infinity;
        assert.ok(order.front <= before && order.front >= 0, `${order.front} after ${before}`);
        if (order.front < before) advanced += 1;
        fronts.set(order, order.front);
      }
      if (random() > 0.1) continue;
      const order = new Working(new Order(OWNER, 1, working.length, 'target', 0, pick(random, ['buy', 'sell']), 'limit', 'gtc', 1 + Math.floor(random() * 30), 995 + Math.floor(random() * 12), 0));
      working.push(order);
      market.arrive(order);
    }
  }), { numRuns: 300 });
  assert.ok(advanced > 1_000, `only ${advanced} advances were seen`);
});

test('the same ticks in other pieces give the same reports', () => {
  const run = (seed: number, cut: number) => {
    const random = seededRandom(seed);
    const rows = randomTicks(random, 200);
    const heard: string[] = [];
    const venue = new DepthVenue({
      markets: [{ instrument: testInstrument(), ticks: [ticksOf(rows.slice(0, cut)), ticksOf(rows.slice(cut))] }],
      fees: noFee, moneyScale: 2, queue: anyModel(random), entry: new ConstantLatency(2.5), response: new ConstantLatency(1),
    });
    venue.connect({ report: (report) => void heard.push(JSON.stringify([report.kind, report.tsEvent, report.order.ordinal])), book() {}, settle() {} });
    for (let now = 10; now < 220; now += 10) {
      venue.submit(new Order(OWNER, 1, now, 'target', 0, now % 20 === 0 ? 'buy' : 'sell', 'limit', 'gtc', 5, 1000, now) as Approved<Order>);
      venue.advance(0, now);
    }
    return heard;
  };
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 0, max: 200 }), (seed, cut) => {
    assert.deepEqual(run(seed, cut), run(seed, 200));
  }), { numRuns: 50 });
});
