import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tickBars } from '../../src/domain/tick-bars.ts';
import { runTicks } from '../../src/research/tick-run.ts';
import { BasisPointFee } from '../../src/simulation/fees.ts';
import { riskAverse } from '../../src/simulation/depth/queue-model.ts';
import { ConstantLatency } from '../../src/simulation/latency.ts';
import { RandomStrategy, testInstrument } from '../markets.ts';
import { seededRandom, pick } from '../random.ts';
import { randomTicks } from '../random-depth.ts';
import { ticksOf } from '../tick-feed.ts';

test('an engine on recorded depth books every fill once and loses no order, whatever its strategy wants', () => {
  let fills = 0;
  let maker = 0;
  fc.assert(fc.property(fc.integer(), (seed) => {
    const random = seededRandom(seed);
    const ticks = ticksOf(randomTicks(random, 400), pick(random, [0, 3.5]));
    const bars = tickBars({ ticks, priceScale: 2, quantityScale: 0 }, 10);
    const { engine, venue } = runTicks({
      instrument: testInstrument(), ticks, bars, intervalMs: 10, strategyName: 'random', strategy: new RandomStrategy(random, [-1, 0, 1], 0.3, 0.5),
      sizing: { kind: 'units', units: '25' }, cash: '10000', fees: new BasisPointFee('10'), queue: () => riskAverse,
      entry: new ConstantLatency(pick(random, [0, 2.25, 30])), response: new ConstantLatency(pick(random, [0, 1.25])),
    });
    const { portfolio, execution, books: [book] } = engine;
    assert.ok(book);
    assert.equal(execution.strays, 0, 'the venue says nothing of an order that has ended');
    assert.equal(portfolio.fills, venue.makerFills + venue.takerFills, 'what has been told is booked');
    const underWay = { buy: 0, sell: 0 };
    for (let i = 0; i < book.working.length; i++) {
      const { order, leaves, protective } = book.working.at(i);
      if (!protective) underWay[order.side] += Number(leaves);
    }
    assert.deepEqual([book.buying, book.selling], [underWay.buy, underWay.sell], 'what is counted on is what is under way');
    assert.ok(Number.isFinite(portfolio.equity()));
    assert.equal(portfolio.netQuantity(0), book.quantity);
    fills += portfolio.fills;
    maker += venue.makerFills;
  }), { numRuns: 150 });
  assert.ok(fills > 500 && maker > 0, `${fills} fills, ${maker} of orders that had rested`);
});
