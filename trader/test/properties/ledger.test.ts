import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { FillReport } from '../../src/domain/report.ts';
import { Engine, type EngineSpec } from '../../src/pipeline/engine.ts';
import type { Sizing } from '../../src/pipeline/sizing.ts';
import { BasisPointFee, PerShareFee } from '../../src/simulation/fees.ts';
import { OPTIMISTIC, PESSIMISTIC } from '../../src/simulation/fill-policy.ts';
import { ConstantLatency } from '../../src/simulation/latency.ts';
import { FixedSlippage, SquareRootImpact } from '../../src/simulation/slippage.ts';
import { SimulatedVenue } from '../../src/simulation/venue.ts';
import { VolumeShare } from '../../src/simulation/volume-limit.ts';
import { moneyScaleOf } from '../../src/research/backtest.ts';
import { drive } from '../../src/research/drive.ts';
import { parseDecimal } from '../../src/domain/exact.ts';
import { DelayedVenue } from '../delayed-venue.ts';
import { MINUTE, RandomStrategy, testInstrument, walkBars } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';
import { RecordingAudit } from '../recording-audit.ts';

const CASH = '100000';

/** What is traded: ordinary things, and a coin of a few billionths that goes by the thousand million million. */
const KINDS = [
  { start: 20, decimals: 2, units: '7' },
  { start: 0.5, decimals: 2, units: '7' },
  { start: 30_000, decimals: 2, units: '7' },
  { start: 3e-9, decimals: 12, units: '1000000000000000' },
] as const;

/** A world drawn from a seed: instruments of different scales, several strategies on each, and one of two venues. */
function run(seed: number, late: boolean) {
  const random = seededRandom(seed);
  const fees = pick(random, [new BasisPointFee('10'), new BasisPointFee('2.5'), new PerShareFee('0.005', '1', '0.005')]);
  const kinds = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, KINDS));
  const instruments = kinds.map(({ decimals }, index): Instrument =>
    testInstrument({ id: `I${index}`, priceScale: Math.max(decimals, pick(random, [2, 4, 8])), quantityScale: decimals === 12 ? 0 : pick(random, [0, 3, 8]) }));
  const markets = instruments.map((instrument) => ({ instrument, intervalMs: pick(random, [MINUTE, 5 * MINUTE]) }));
  const streams = markets.map(({ intervalMs }, index) => walkBars(random, { bars: 60 + Math.floor(random() * 120), intervalMs, ...kinds[index], volatility: 0.02, gaps: 0.02 }));
  const sizing = (market: number): Sizing => pick(random, [{ kind: 'units', units: kinds[market].units }, { kind: 'fraction', fraction: '0.2' }]);
  const books = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) => {
    const market = Math.floor(random() * markets.length);
    return { strategyName: `s${index}`, strategy: new RandomStrategy(random, [-1, -0.3, 0, 0.5, 1], 0.25, 0.5), market, sizing: sizing(market) };
  });
  const moneyScale = moneyScaleOf(instruments, fees, CASH);
  const client = late
    ? new DelayedVenue({ delay: () => Math.floor(random() * 12), portion: () => pick(random, [0.3, 0.6, 1]), refuses: () => random() < 0.1, fees, moneyScale, instruments })
    : new SimulatedVenue({
      instruments, fees, moneyScale, latency: new ConstantLatency(pick(random, [0, 5, 2 * MINUTE])), marketFill: pick(random, ['next-open', 'close']),
      policy: pick(random, [PESSIMISTIC, OPTIMISTIC]),
      ...(random() < 0.5 && { volumeLimit: new VolumeShare(pick(random, [0.002, 0.05])) }),
      ...(random() < 0.5 && { slippage: pick(random, [new FixedSlippage(5), new SquareRootImpact(1)]) }),
    });
  const audit = new RecordingAudit();
  const spec: EngineSpec = { run: 'ledger', markets, books, cash: parseDecimal(CASH, moneyScale), moneyScale, fees, guards: [], client, audit };
  const engine = new Engine(spec);
  drive(engine, markets, streams.map((bars) => [bars]), Number.MAX_SAFE_INTEGER, () => {});
  return { engine, audit, instruments, moneyScale, last: streams.map((bars) => bars.close[bars.length - 1]) };
}

/** Every amount as a whole number of 10^-moneyScale. */
class Reference {
  cash = 0n;
  fees = 0n;
  readonly held = new Map<number, bigint>();
  readonly #instruments: readonly Instrument[];
  readonly #moneyScale: number;

  constructor(instruments: readonly Instrument[], moneyScale: number) {
    this.#instruments = instruments;
    this.#moneyScale = moneyScale;
    this.cash = BigInt(CASH) * 10n ** BigInt(moneyScale);
  }

  money(instrument: number, price: bigint, quantity: bigint): bigint {
    const { priceScale, quantityScale } = this.#instruments[instrument];
    return price * quantity * 10n ** BigInt(this.#moneyScale - priceScale - quantityScale);
  }

  book({ order, price, quantity, fee }: FillReport): void {
    const signed = order.side === 'buy' ? BigInt(quantity) : -BigInt(quantity);
    this.cash -= this.money(order.instrument, BigInt(price), signed) + BigInt(fee);
    this.fees += BigInt(fee);
    this.held.set(order.owner.index, (this.held.get(order.owner.index) ?? 0n) + signed);
  }
}

function check(seed: number, late: boolean): number {
  const { engine: { portfolio, books, execution }, audit, instruments, moneyScale, last } = run(seed, late);
  const reference = new Reference(instruments, moneyScale);
  for (const fill of audit.fills) reference.book(fill);
  const { account } = portfolio;
  const whole = (price: number, scale: number) => BigInt(price.toFixed(scale).replace('.', ''));

  let marked = reference.cash;
  let cost = 0n;
  let unrealised = 0n;
  for (const { index, instrument, quantity, buying, selling, working } of books) {
    const held = reference.held.get(index) ?? 0n;
    assert.equal(BigInt(quantity), held, 'Σ fills = Δ position of each book');
    const mark = whole(last[instrument], instruments[instrument].priceScale);
    marked += reference.money(instrument, mark, held);
    cost += BigInt(account.positions[index]?.cost ?? 0);
    unrealised += BigInt(account.unrealised(index, mark <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(mark) : mark));
    const onTheWay = { buy: 0n, sell: 0n };
    for (let at = 0; at < working.length; at++) {
      const { order, leaves } = working.at(at);
      if (order.leg === 'target') onTheWay[order.side] += BigInt(leaves);
    }
    assert.deepEqual([BigInt(buying), BigInt(selling)], [onTheWay.buy, onTheWay.sell], 'what is in flight is what its orders leave');
  }
  instruments.forEach((_, instrument) => {
    const net = books.filter((book) => book.instrument === instrument).reduce((sum, { index }) => sum + (reference.held.get(index) ?? 0n), 0n);
    assert.equal(BigInt(portfolio.netQuantity(instrument)), net, 'the venue holds the sum of the books');
  });
  const start = BigInt(CASH) * 10n ** BigInt(moneyScale);
  const [realised, fees] = [BigInt(account.realised), BigInt(account.fees)];
  assert.equal(BigInt(account.cash), reference.cash);
  assert.equal(fees, reference.fees);
  assert.equal(reference.cash - start, realised - fees - cost, 'Σ cash flows = realised − fees − what is held at cost');
  assert.equal(BigInt(portfolio.exactEquity()), marked, 'equity from the ledger = equity from the positions');
  assert.equal(marked, start + realised + unrealised - fees);
  const scale = 10 ** moneyScale;
  assert.ok(Math.abs(portfolio.equity() - Number(marked) / scale) <= 1e-9 * Number(start) / scale + 1e-12 * portfolio.turnover, 'the float mirror does not drift');
  assert.equal(execution.strays, 0);
  assert.equal(portfolio.fills, audit.fills.length);
  return audit.fills.length;
}

for (const late of [false, true]) {
  test(`at a ${late ? 'late, partial and refusing' : 'simulated'} venue positions, cash, fees and equity are the sum of the fills`, () => {
    let fills = 0;
    fc.assert(fc.property(fc.integer(), (seed) => {
      fills += check(seed, late);
    }), { numRuns: 400 });
    assert.ok(fills > 8_000, `${fills} fills say too little`);
  });
}
