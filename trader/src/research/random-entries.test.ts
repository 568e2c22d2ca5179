import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MINUTE, RandomStrategy, walkBars } from '../../test/markets.ts';
import { definitionOf, runSpec, type TestRun } from '../../test/run-specs.ts';
import { kolmogorov } from '../../test/uniformity.ts';
import type { Bar, Bars } from '../domain/bar.ts';
import { Random } from '../domain/random.ts';
import type { Signal } from '../domain/signal.ts';
import type { Strategy } from '../ports/strategy.ts';
import { PerShareFee } from '../simulation/fees.ts';
import { FixedSlippage } from '../simulation/slippage.ts';
import { macd } from '../strategies/macd/macd.ts';
import { readParameters } from '../domain/parameters.ts';
import { RandomEntries, type EntrySetting } from './random-entries.ts';
import { recordRun } from './recorded-run.ts';

const SCALE = { days: [], periodsPerYear: 365, ruin: 0.5 };

/** A run, and random entries in place of its own. */
function entriesOf(run: TestRun, differing: Partial<EntrySetting> = {}) {
  const spec = runSpec(run);
  const { engine, equity } = recordRun(spec);
  const { trades } = engine.portfolio;
  const trips = Array.from({ length: trades.length }, (_, i) => trades.at(i));
  const entries = new RandomEntries(trips, {
    bars: spec.bars[0], intervalMs: MINUTE, fill: spec.backtest().marketFill, cash: equity[0], compounds: spec.sizing.kind === 'fraction',
    warmup: spec.definition.warmup(spec.values), ...differing,
  });
  return { entries, trips, equity };
}

test('the real entries come to the equity of the engine, bar by bar, and after the last trade whatever the fees and the exits', () => {
  const cases = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }), fill: fc.constantFrom('next-open' as const, 'close' as const),
    sizing: fc.constantFrom({ kind: 'units', units: '3' } as const, { kind: 'fraction', fraction: '0.9' } as const),
    perShare: fc.boolean(), gaps: fc.constantFrom(0, 0.1), exits: fc.constantFrom(0, 0, 0.5), slippage: fc.constantFrom(0, 0, 20),
  });
  fc.assert(fc.property(cases, ({ seed, fill, sizing, perShare, gaps, exits, slippage }) => {
    const random = new Random(seed);
    const next = () => random.next();
    const bars = walkBars(next, { bars: 200, gaps });
    const definition = definitionOf(() => new RandomStrategy(() => random.next(), [-1, 0, 1], 0.15, exits));
    const fees = perShare ? { fees: () => new PerShareFee('0.01', '1', '0.005') } : {};
    const { entries, trips, equity } = entriesOf({ definition, bars: [bars], sizing, fill, ...fees, ...(slippage > 0 && { models: { slippage: new FixedSlippage(slippage) } }), instrument: { quantityScale: 4 } });
    const end = trips.at(-1)?.tsExit ?? 0;
    const replayed = entries.actual();
    const profit = trips.reduce((sum, { pnl }) => sum + pnl, 0);
    assert.ok(Math.abs((replayed.at(-1) ?? NaN) / (10_000 + profit) - 1) < 1e-11);
    if (perShare || exits > 0) return;
    for (let i = 0; i <= bars.length; i++) {
      const close = i === 0 ? 0 : bars.timestamp[i - 1] + MINUTE;
      if (close < end) assert.ok(Math.abs(replayed[i] / equity[i] - 1) < 1e-11, `at ${i}: ${replayed[i]} is not ${equity[i]}`);
    }
  }), { numRuns: 150 });
});

test('who has lost everything holds nothing any more, and not the other side', () => {
  const flat = walkBars(() => 0.5, { bars: 12 });
  const falling = { ...flat, open: flat.open.map((_, i) => 100 * 0.7 ** i), close: flat.close.map((_, i) => 100 * 0.7 ** i) };
  const trip = (bar: number) => ({ book: 0, tsEntry: flat.timestamp[bar], tsExit: flat.timestamp[bar + 1], quantity: 500 / falling.open[bar], entryPrice: falling.open[bar], exitPrice: falling.open[bar + 1], fees: 0, pnl: 0 });
  const entries = new RandomEntries([trip(1), trip(4)], { bars: falling, intervalMs: MINUTE, fill: 'next-open', cash: 100, compounds: true, warmup: 0 });
  const { finalEquity, ruinProbability } = entries.simulate({ ...SCALE, ruin: 1 }, { runs: 20, random: new Random(1) });
  assert.deepEqual([ruinProbability, Math.round(finalEquity.p05), Math.round(finalEquity.p95)], [1, -50, -50]);
});

test('random trades keep sides, holding times and number: only when they are made differs', () => {
  const bars = walkBars((random => () => random.next())(new Random(5)), { bars: 400 });
  const rising: Bars = { ...bars, open: bars.timestamp.map((time) => 100 + time / MINUTE), close: bars.timestamp.map((time) => 101 + time / MINUTE) };
  const trades = new Random(6);
  const { entries, trips } = entriesOf({
    definition: definitionOf(() => new RandomStrategy(() => trades.next(), [0, 1, -1], 0.1, 0)), bars: [rising], fees: () => ({ scale: 0, fee: () => 0 }),
  });
  assert.ok(trips.length > 10);
  // On a straight line a trade earns as many points as bars that it is held, wherever it is.
  const { finalEquity, actual, pValue } = entries.simulate(SCALE, { runs: 50, random: new Random(1) });
  assert.ok(Math.abs(finalEquity.p05 - actual.finalEquity) < 1e-6 && Math.abs(finalEquity.p95 - actual.finalEquity) < 1e-6);
  assert.equal(pValue, 1);
});

test('a strategy without an edge has p-values that are uniform', () => {
  const walk = new Random(100);
  const values = readParameters(macd.parameters, { fast: 3, slow: 8, signal: 3, direction: 'long' });
  assert.ok(values.ok);
  const pValues = { random: [] as number[], macd: [] as number[] };
  for (let seed = 1; seed <= 150; seed++) {
    const bars = walkBars(() => walk.next(), { bars: 250, decimals: 4 });
    const trades = new Random(seed);
    const definition = definitionOf(() => new RandomStrategy(() => trades.next(), [0, 1], 0.1, 0));
    const instrument = { priceScale: 4 };
    const random = new Random(seed);
    pValues.random.push(entriesOf({ definition, bars: [bars], instrument }).entries.simulate(SCALE, { runs: 99, random }).pValue);
    pValues.macd.push(entriesOf({ definition: macd, values: values.value, bars: [bars], instrument }).entries.simulate(SCALE, { runs: 99, random }).pValue);
  }
  // Kolmogorov's 1 % point is 1.63.
  for (const [name, found] of Object.entries(pValues)) {
    const distance = kolmogorov(found, 100, walk);
    assert.ok(distance < 1.63, `${name}: ${distance}`);
  }
});

/** Long for five bars after a bar of a thousand volume. */
class VolumeStrategy implements Strategy {
  #held = 0;

  onBar({ volume }: Bar, signal: Signal): void {
    this.#held = volume === 1000 ? 5 : this.#held - 1;
    signal.target = this.#held > 0 ? 1 : 0;
  }
}

test('an edge that was planted is found', () => {
  const random = new Random(44);
  const bars = walkBars(() => random.next(), { bars: 1000, volatility: 0.005, decimals: 4 });
  let rise = 1;
  for (let i = 0; i < bars.length; i++) {
    bars.volume[i] = i % 20 === 7 ? 1000 : 1;
    if (i % 20 >= 8 && i % 20 < 13) rise *= 1.002;
    for (const column of ['open', 'high', 'low', 'close'] as const) bars[column][i] = Math.round(bars[column][i] * rise * 1e4) / 1e4;
  }
  const run = { definition: definitionOf(() => new VolumeStrategy()), bars: [bars], instrument: { priceScale: 4 } };
  assert.equal(entriesOf(run).entries.simulate(SCALE, { runs: 999, random }).pValue, 0.001);
});

test('a trade that lasts as long as the bars has one place only', () => {
  const bars = walkBars((random => () => random.next())(new Random(2)), { bars: 30 });
  const trips = [{ book: 0, tsEntry: 0, tsExit: 30 * MINUTE, quantity: 1, entryPrice: bars.open[0], exitPrice: bars.close[29], fees: 1, pnl: bars.close[29] - bars.open[0] - 1 }];
  const entries = new RandomEntries(trips, { bars, intervalMs: MINUTE, fill: 'next-open', cash: 1000, compounds: false, warmup: 0 });
  const { finalEquity, pValue } = entries.simulate(SCALE, { runs: 9, random: new Random(1) });
  assert.ok(Math.abs(finalEquity.p50 - 1000 - (trips[0]?.pnl ?? NaN)) < 1e-9);
  assert.equal(pValue, 1);
});
