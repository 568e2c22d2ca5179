import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BarCursor } from '../../src/domain/bar.ts';
import type { Order } from '../../src/domain/order.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { PROP_FIRM_LEVELS, PropFirmGuard } from '../../src/pipeline/prop-firm-guard.ts';
import { noFee } from '../../src/simulation/fees.ts';
import { DelayedVenue } from '../delayed-venue.ts';
import { ftmo } from '../ftmo.ts';
import { MINUTE, RandomStrategy, testInstrument, walkBars } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';

const CASH = 100_000;
const BARS = 1_500;

/** What one run came to. */
interface Tally {
  readonly approvals: number;
  readonly flattened: number;
  readonly resumed: number;
  readonly rules: ReadonlySet<string>;
}

/**
 * Two markets that fall or rise steadily, random strategies, and a venue that answers up to `delay` bars late;
 * the guard is obeyed as the loops of paper and live obey it, and told of prices between bars where `live`.
 */
function run(seed: number, delay: number, program: string, live: boolean): Tally {
  const random = seededRandom(seed);
  const markets = [0, 1].map((index) => ({ instrument: testInstrument({ id: `I${index}`, priceScale: 3 }), intervalMs: MINUTE }));
  const guard = new PropFirmGuard({ rules: ftmo(program), levels: PROP_FIRM_LEVELS }, markets);
  const placed = [0, 1, 0];
  let approvals = 0;
  const client = new DelayedVenue({ delay: () => Math.ceil(random() * delay), portion: () => 1, refuses: ({ leg }: Order) => leg === 'target' && random() < 0.1, fees: noFee, moneyScale: 3, instruments: markets.map(({ instrument }) => instrument) });
  const engine: Engine = new Engine({
    run: 'firm', markets, cash: CASH * 1000, moneyScale: 3, fees: noFee, client, guards: [guard],
    books: placed.map((market, index) => ({ strategyName: `s${index}`, strategy: new RandomStrategy(random, [-1, 0, 1, 1], 0.01, 0), market, sizing: { kind: 'fraction', fraction: pick(random, ['0.25', '0.4', '0.6']) } })),
    audit: {
      onOrder(order) {
        const book = engine.books[order.owner.index];
        const quantity = order.side === 'buy' ? Number(order.quantity) : -Number(order.quantity);
        const adds = quantity > 0 ? Number(book.quantity) + Number(book.buying) > 0 : Number(book.quantity) - Number(book.selling) < 0;
        if (!adds || order.leg !== 'target') return;
        approvals += 1;
        // The worst case counted anew: every book at its largest, five per cent off, nothing of the firm's limits touched.
        const risk = engine.books.reduce((sum, each) => sum + 0.05 * Math.max(Number(each.quantity) + Number(each.buying), Number(each.selling) - Number(each.quantity)) * (engine.portfolio.marks[each.instrument] || 0), 0);
        const { daily, total } = guard.evaluation.limits;
        const left = engine.portfolio.equity() - Math.max(Number(daily), Number(total)) / 1000;
        assert.ok(risk <= left, `seed ${seed}: ${risk} is at risk where ${left} may be lost`);
        assert.equal(engine.risk.state.kind, 'active');
      },
      onReport() {},
      onDenial(denial) { assert.ok(denial.value > denial.limit || denial.rule === 'halted'); },
    },
  });
  const from = Math.floor(random() * 300) * DAY_MS + Math.floor(random() * 1440) * MINUTE;
  const cursors = markets.map(({ intervalMs }) => {
    const bars = walkBars(random, { bars: BARS, intervalMs, volatility: 0.0004, from, decimals: 3 });
    const drift = (random() - 0.5) * 0.001;
    for (const column of [bars.open, bars.high, bars.low, bars.close]) for (let i = 0; i < BARS; i++) column[i] = Math.round(column[i] * (1 + drift) ** i * 1000) / 1000;
    return new BarCursor(bars);
  });
  const counts = { flattened: 0, resumed: 0 };
  const obey = () => {
    const command = guard.due(engine.risk.state);
    if (command === undefined) return;
    if (command.kind === 'flatten') counts.flattened += 1;
    else counts.resumed += 1;
    engine.onCommand(command);
    assert.equal(guard.due(engine.risk.state), undefined, 'what was ordered is not ordered again');
  };
  for (let i = 0; i < BARS; i++) {
    for (const [market, cursor] of cursors.entries()) {
      cursor.index = i;
      if (live) {
        for (const price of [cursor.high, cursor.low]) {
          guard.afterPrice(market, price, cursor.timestamp);
          obey();
        }
      }
      engine.onBar(market, cursor);
      guard.afterBar(market, cursor);
      obey();
      assert.equal(guard.evaluation.breach, undefined, `seed ${seed}: ${JSON.stringify(guard.evaluation.breach)}`);
    }
  }
  return { approvals, ...counts, rules: new Set(guard.denials.keys()) };
}

for (const [program, delay] of [['ftmo-challenge', 1], ['ftmo-challenge', 4], ['ftmo-1-step', 2], ['ftmo-swing', 4]] as const) {
  test(`${program}: whatever strategies want, no limit is broken with fills up to ${delay} bars late`, () => {
    const sum = { approvals: 0, flattened: 0, resumed: 0 };
    const rules = new Set<string>();
    fc.assert(fc.property(fc.integer(), fc.boolean(), (seed, live) => {
      const tally = run(seed, delay, program, live);
      sum.approvals += tally.approvals;
      sum.flattened += tally.flattened;
      sum.resumed += tally.resumed;
      for (const rule of tally.rules) rules.add(rule);
    }), { numRuns: 80 });
    assert.ok(sum.approvals > 200, `${sum.approvals} approvals say too little`);
    assert.ok(sum.flattened > 5 && sum.resumed > 0, `${sum.flattened} times closed, ${sum.resumed} times resumed`);
    assert.ok(rules.has('prop-firm-daily') && rules.has('prop-firm-soft'), [...rules].join(' '));
  });
}
