import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bars } from '../../src/domain/bar.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { AccountEvent, Denial, ExecutionReport } from '../../src/domain/report.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Audit } from '../../src/pipeline/engine.ts';
import { runBacktest, type BacktestSpec } from '../../src/research/backtest.ts';
import type { AccountTerms, MarketTerms } from '../../src/simulation/account-terms.ts';
import { noFee } from '../../src/simulation/fees.ts';
import { MINUTE, RandomStrategy, testInstrument, walkBars } from '../markets.ts';
import { pick, seededRandom } from '../random.ts';

const CASH = '10000';
const RATE = '0.00013';
const TIERS = [{ volume: '0', maker: '0.0002', taker: '0.00055' }, { volume: '50000', maker: '-0.0001', taker: '0.0003' }];

type Entry = { readonly order: Order } | { readonly report: ExecutionReport } | { readonly event: AccountEvent } | { readonly denial: Denial };

/** Everything that an engine tells, in one order. */
class Diary implements Audit {
  readonly entries: Entry[] = [];
  onOrder(order: Order): void { this.entries.push({ order }); }
  onReport(report: ExecutionReport): void { this.entries.push({ report }); }
  onDenial(denial: Denial): void { this.entries.push({ denial }); }
  onAccountEvent(event: AccountEvent): void { this.entries.push({ event }); }
}

function marketTerms(random: () => number): MarketTerms {
  const maybe = <T>(one: T) => (random() < 0.5 ? one : undefined);
  return {
    fee: undefined, shortable: true,
    brackets: pick(random, [
      [{ upTo: 20_000, maxLeverage: 50, rate: 0.01, deduction: 0 }, { upTo: Infinity, maxLeverage: 20, rate: 0.02, deduction: 200 }],
      [{ upTo: Infinity, maxLeverage: 50, rate: 0.005, deduction: 0 }],
    ]),
    funding: maybe({ intervalMs: 17 * MINUTE, rate: RATE }),
    borrow: maybe({ intervalMs: 11 * MINUTE, rate: '0.00007' }),
    swap: maybe({ kind: 'annual' as const, long: '-0.9', short: '0.3', tripleDay: 3 }),
  };
}

/** A venue, an account and restless strategies, drawn from a seed. */
function world(seed: number, most = Infinity) {
  const random = seededRandom(seed);
  const leverage = pick(random, ['1', '5', '20', '12.5']);
  const instruments = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, i) => testInstrument({ id: `I${i}`, quantityScale: pick(random, [0, 3]), priceScale: pick(random, [2, 3]) }));
  const account: AccountTerms = {
    markets: instruments.map(() => marketTerms(random)), tiers: TIERS, margin: pick(random, ['isolated', 'cross']), leverage,
    debit: pick(random, [undefined, { intervalMs: 13 * MINUTE, rate: '0.0001' }]), liquidationFee: pick(random, ['0', '0.0125']), lossLimited: random() < 0.5,
  };
  const streams = instruments.map(() => walkBars(random, { bars: 150, volatility: pick(random, [0.004, 0.02]), gaps: 0.02, from: Date.parse('2023-11-15T20:30Z') }));
  const diary = new Diary();
  const share = Math.min(most, Number(leverage) * pick(random, [0.3, 0.95])) / instruments.length;
  const spec: BacktestSpec = {
    markets: instruments.map((instrument) => ({ instrument, intervalMs: MINUTE })), cash: CASH, fees: noFee, account, guards: [],
    latencyMs: pick(random, [0, 0, 2 * MINUTE]), marketFill: pick(random, ['next-open', 'close']), audit: diary,
    books: instruments.map((_, market) => ({ strategyName: 's', strategy: new RandomStrategy(random, [-1, 0, 0.5, 1], 0.15, 0.3), market, sizing: { kind: 'fraction', fraction: share.toFixed(6) } })),
  };
  return { spec, account, instruments, streams, diary };
}

const big = (value: number | bigint) => BigInt(value);
/** a / b rounded up. */
const ceil = (a: bigint, b: bigint) => (a >= 0n ? (a + b - 1n) / b : -(-a / b));

/** The ledger again, in whole numbers of 10^-moneyScale and nothing else. */
class Reference {
  cash = 0n;
  paid = 0n;
  fees = 0n;
  readonly held: bigint[];
  readonly #instruments: readonly Instrument[];
  readonly #scale: number;

  constructor(instruments: readonly Instrument[], moneyScale: number) {
    this.#instruments = instruments;
    this.#scale = moneyScale;
    this.held = instruments.map(() => 0n);
    this.cash = BigInt(CASH) * 10n ** BigInt(moneyScale);
  }

  value(instrument: number, price: bigint, quantity: bigint): bigint {
    const { priceScale, quantityScale } = this.#instruments[instrument];
    return price * quantity * 10n ** BigInt(this.#scale - priceScale - quantityScale);
  }

  fill({ order: { instrument, side }, price, quantity, fee }: ExecutionReport & { readonly kind: 'filled' }): void {
    const signed = side === 'buy' ? big(quantity) : -big(quantity);
    this.cash -= this.value(instrument, big(price), signed) + big(fee);
    this.fees += big(fee);
    this.held[instrument] += signed;
  }

  flow(paid: bigint): void {
    this.cash -= paid;
    this.paid += paid;
  }
}

/** The close that a payment at `ts` is reckoned with: of the bar that `ts` lies in or ends, else of the last one before. */
function markAt({ timestamp, close, length }: Bars, ts: number): number {
  let last = NaN;
  for (let i = 0; i < length && timestamp[i] < ts; i++) last = close[i];
  return last;
}

function checkFees(report: ExecutionReport & { readonly kind: 'filled' }, reference: Reference, moneyScale: number): void {
  const { order, price, quantity, fee } = report;
  if (order.leg === 'liquidation') {
    assert.equal(fee, 0);
    return;
  }
  const value = reference.value(order.instrument, big(price), big(quantity));
  const rates = TIERS.flatMap(({ maker, taker }) => [maker, taker]).map((rate) => ceil(value * BigInt(Math.round(Number(rate) * 1e5)), 100_000n));
  assert.ok(rates.includes(big(fee)), `${fee} is the fee of no step (money has ${moneyScale} decimals)`);
}

/** Whether anything follows a liquidation that must not. */
function checkEnd(entries: readonly Entry[], account: boolean, instrument: number): void {
  for (const entry of entries) {
    if ('order' in entry && entry.order.leg !== 'liquidation' && (account || entry.order.instrument === instrument)) assert.fail(`an order after the liquidation: ${entry.order.leg}`);
    if ('report' in entry && entry.report.kind === 'filled' && (account || entry.report.order.instrument === instrument)) assert.equal(entry.report.order.leg, 'liquidation');
    if ('event' in entry && entry.event.kind === 'flow' && account) assert.ok(entry.event.flow === 'liquidation' || entry.event.flow === 'borrow', `${entry.event.flow} after the liquidation`);
  }
}

test('fees, funding, interest, swap and liquidations reconcile with rational arithmetic to the last digit; a liquidated account never goes on', () => {
  const seen = { fills: 0, funding: 0, borrow: 0, swap: 0, liquidation: 0, liquidated: 0, denied: 0, limited: 0 };
  fc.assert(fc.property(fc.integer(), (seed) => {
    const { spec, account, instruments, streams, diary } = world(seed);
    const { portfolio, liquidations, books } = runBacktest(spec, streams.map((bars) => [bars]));
    const ledger = portfolio.account;
    const { moneyScale } = ledger;
    const reference = new Reference(instruments, moneyScale);
    const flows = { funding: 0n, borrow: 0n, swap: 0n, fee: 0n, liquidation: 0n };
    diary.entries.forEach((entry, at) => {
      if ('denial' in entry) seen.denied += Number(entry.denial.rule === 'liquidated');
      if ('report' in entry && entry.report.kind === 'filled') {
        checkFees(entry.report, reference, moneyScale);
        reference.fill(entry.report);
        seen.fills += 1;
      }
      if (!('event' in entry)) return;
      const { event } = entry;
      if (event.kind === 'liquidated') {
        seen.liquidated += 1;
        checkEnd(diary.entries.slice(at + 1), event.account, event.instrument);
        return;
      }
      if (event.flow === 'funding') {
        const { priceScale } = instruments[event.instrument];
        const mark = BigInt(Math.round(markAt(streams[event.instrument], event.tsEvent) * 10 ** priceScale));
        assert.equal(big(event.paid), ceil(reference.value(event.instrument, mark, reference.held[event.instrument]) * 13n, 100_000n), 'position × mark × rate');
        assert.equal(event.tsEvent % (17 * MINUTE), 0);
      }
      reference.flow(big(event.paid));
      if (event.flow === 'fee') assert.fail('the simulated venue charges every fee with its trade');
      flows[event.flow] += big(event.paid);
      seen[event.flow] += 1;
      seen.limited += Number(event.flow === 'liquidation' && event.paid < 0);
    });
    const opening = BigInt(CASH) * 10n ** BigInt(moneyScale);
    const cost = ledger.positions.reduce((sum, position) => sum + big(position.cost), 0n);
    assert.equal(big(ledger.cash), reference.cash);
    assert.equal(big(ledger.cash), opening + big(ledger.realised) - cost - big(ledger.fees) - flows.funding - flows.borrow - flows.swap - flows.fee - flows.liquidation);
    assert.deepEqual(Object.fromEntries(Object.entries(ledger.flows).map(([kind, paid]) => [kind, big(paid)])), flows);
    const worth = instruments.reduce((sum, { priceScale }, i) => sum + reference.value(i, BigInt(Math.round(streams[i].close[streams[i].length - 1] * 10 ** priceScale)), reference.held[i]), 0n);
    assert.equal(big(portfolio.exactEquity()), reference.cash + worth, 'equity from the ledger = equity from the positions');
    if (account.lossLimited && account.margin === 'cross' && liquidations > 0 && account.debit === undefined) assert.ok(reference.cash >= 0n, 'no more than the account is lost');
    for (const book of books) assert.equal(big(book.quantity), reference.held[book.instrument]);
  }), { numRuns: 1_000 });
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 5, `${what} came up ${count} times, which says too little`);
});

test('the plain profile and a venue that charges nothing and demands nothing come to the same digits', () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    // No more is risked than there is: else the plain profile goes on below zero.
    const { spec, streams, instruments } = world(seed, 0.3);
    const free: AccountTerms = {
      markets: instruments.map(() => ({ fee: undefined, shortable: true, brackets: [{ upTo: Infinity, maxLeverage: 1e9, rate: 1e-9, deduction: 0 }], funding: undefined, borrow: undefined, swap: undefined })),
      tiers: undefined, margin: 'cross', leverage: '1000000000', debit: undefined, liquidationFee: '0', lossLimited: false,
    };
    // A restless strategy draws from its world's stream: each run needs a world of its own.
    const plain = runBacktest({ ...spec, account: undefined }, streams.map((bars) => [bars])).portfolio;
    const other = world(seed, 0.3);
    const charged = runBacktest({ ...other.spec, account: free }, other.streams.map((bars) => [bars])).portfolio;
    assert.deepEqual([charged.exactEquity(), charged.fills, charged.account.cash], [plain.exactEquity(), plain.fills, plain.account.cash]);
  }), { numRuns: 100 });
});
