import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomStrategy, ScriptedStrategy, walkBars } from '../../test/markets.ts';
import { definitionOf, runSpec } from '../../test/run-specs.ts';
import { kolmogorov } from '../../test/uniformity.ts';
import { allocateBars } from '../domain/bar.ts';
import { readParameters } from '../domain/parameters.ts';
import { Random } from '../domain/random.ts';
import { bollinger } from '../strategies/bollinger/bollinger.ts';
import { macd } from '../strategies/macd/macd.ts';
import { METHODS, MonteCarlo, type MethodResult } from './monte-carlo.ts';

function bars(seed: number, count = 600) {
  const random = new Random(seed);
  return walkBars(() => random.next(), { bars: count, intervalMs: 3_600_000 });
}

function macdRun(given: Readonly<Record<string, string>> = {}) {
  const values = readParameters(macd.parameters, { fast: '4', slow: '9', signal: '4', ...given });
  assert.ok(values.ok);
  return runSpec({ definition: macd, values: values.value, bars: [bars(1)], sizing: { kind: 'fraction', fraction: '0.9' }, intervalMs: 3_600_000, instrument: { quantityScale: 6 } });
}

const OPTIONS = { runs: 12, seed: 5, ruin: 0.5 };

test('every method says how the result might have been, beside the result itself', () => {
  const simulation = new MonteCarlo(macdRun(), OPTIONS);
  const final = simulation.run.engine.portfolio.equity();
  for (const method of METHODS) {
    const heard: number[] = [];
    const found = simulation.ask(method, (fraction) => heard.push(fraction));
    assert.ok('runs' in found, JSON.stringify(found));
    assert.equal(found.runs, 12);
    assert.equal(heard.at(-1), 1);
    const { p05, p50, p95 } = found.finalEquity;
    assert.ok(p05 <= p50 && p50 <= p95 && found.maxDrawdown.p05 <= found.maxDrawdown.p95);
    assert.ok(Math.abs(found.actual.finalEquity / final - 1) < (method === 'order' || method === 'entries' ? 0.02 : 1e-12), method);
    assert.equal(found.band.actual[0], 10_000);
  }
});

test('the same seed gives the same answers, whichever methods are asked, in whatever order', () => {
  const first = new MonteCarlo(macdRun(), OPTIONS);
  const again = new MonteCarlo(macdRun(), OPTIONS);
  const forwards = METHODS.map((method) => JSON.stringify(first.ask(method)));
  const backwards = METHODS.toReversed().map((method) => JSON.stringify(again.ask(method))).toReversed();
  assert.deepEqual(backwards, forwards);
  assert.notEqual(JSON.stringify(new MonteCarlo(macdRun(), { ...OPTIONS, seed: 6 }).ask('blocks')), forwards[1]);
});

test('a strategy without an edge has uniform p-values on shuffled bars, also one that bets against every move', () => {
  const walk = new Random(70);
  const values = readParameters(bollinger.parameters, { rule: 'reversion', period: '8', direction: 'both' });
  assert.ok(values.ok);
  const pValues = Array.from({ length: 60 }, (_, seed) => {
    const spec = runSpec({ definition: bollinger, values: values.value, bars: [walkBars(() => walk.next(), { bars: 150, decimals: 4 })], instrument: { priceScale: 4 } });
    return (new MonteCarlo(spec, { runs: 39, seed, ruin: 0.5 }).ask('bars') as MethodResult).pValue ?? NaN;
  });
  const distance = kolmogorov(pValues, 40, walk);
  assert.ok(distance < 1.63, `${distance}`);
});

test('an edge in the order of the bars is found by shuffling them', () => {
  const trend = allocateBars(400);
  for (let i = 0; i < trend.length; i++) {
    // Forty bars up, forty down.
    const price = (at: number) => 100 + 20 * Math.abs(2 * ((at / 80) % 1) - 1) + (at % 3) / 10;
    trend.timestamp[i] = i * 3_600_000;
    trend.open[i] = price(i);
    trend.close[i] = price(i + 1);
    trend.high[i] = Math.max(price(i), price(i + 1));
    trend.low[i] = Math.min(price(i), price(i + 1));
  }
  const spec = runSpec({ definition: macd, values: macdRun({ direction: 'both' }).values, bars: [trend], intervalMs: 3_600_000, instrument: { priceScale: 6 } });
  assert.equal((new MonteCarlo(spec, { ...OPTIONS, runs: 49 }).ask('bars') as MethodResult).pValue, 0.02);
});

test('higher costs never help a strategy that trades the same units', () => {
  const spec = runSpec({ definition: definitionOf((seed => () => new RandomStrategy((random => () => random.next())(new Random(seed)), [-1, 0, 1], 0.2, 0.2))(9)), bars: [bars(2)] });
  const { finalEquity, actual, rank } = new MonteCarlo(spec, OPTIONS).ask('costs') as MethodResult;
  assert.ok(finalEquity.p95 < actual.finalEquity);
  assert.equal(rank, 1);
});

test('days are drawn where there are enough of them, else bars', () => {
  const blocks = (count: number) => new MonteCarlo(runSpec({ definition: macd, values: macdRun().values, bars: [bars(3, count)], intervalMs: 3_600_000 }), OPTIONS).ask('blocks') as MethodResult;
  assert.deepEqual([blocks(600).step, blocks(24 * 249).step, blocks(24 * 250).step], ['bar', 'bar', 'day']);
  assert.ok((blocks(600).meanBlock ?? 0) >= 1);
});

test('a method that has nothing to work on says so', () => {
  const reason = (spec: ReturnType<typeof runSpec>, method: typeof METHODS[number]) => {
    const found = new MonteCarlo(spec, OPTIONS).ask(method);
    return 'reason' in found ? found.reason : 'none';
  };
  const idle = runSpec({ definition: definitionOf(() => new ScriptedStrategy([])), bars: [bars(1, 20)] });
  assert.match(reason(idle, 'order'), /two finished trades/);
  assert.match(reason(idle, 'entries'), /no finished trade/);
  assert.match(reason(idle, 'parameters'), /no number/);
  assert.match(reason(idle, 'blocks'), /two days/);
  const two = runSpec({ definition: definitionOf(() => new ScriptedStrategy([{ target: 1 }, { target: 0 }])), bars: [bars(1, 50), bars(2, 50)], intervalMs: 3_600_000 });
  assert.match(reason(two, 'entries'), /one market/);
  assert.match(reason(two, 'bars'), /one market/);
  const ruined = runSpec({ definition: definitionOf(() => new ScriptedStrategy([{ target: 1 }])), bars: [bars(1, 100)], cash: '10', sizing: { kind: 'units', units: '300' }, intervalMs: 3_600_000 });
  assert.match(reason(ruined, 'blocks'), /fell to nothing/);
  const stubborn = runSpec({ ...macdRun(), definition: { ...macd, check: () => 'no' }, intervalMs: 3_600_000 });
  assert.match(reason(stubborn, 'parameters'), /refuses all/);
});

test('a run without a trade gains and loses nothing in any course', () => {
  const idle = runSpec({ definition: definitionOf(() => new ScriptedStrategy([])), bars: [bars(1, 200)], intervalMs: 3_600_000 });
  const found = new MonteCarlo(idle, OPTIONS).ask('blocks') as MethodResult;
  assert.deepEqual([found.finalEquity.p05, found.finalEquity.p95, found.maxDrawdown.p95, found.lossProbability, found.sharpe], [10_000, 10_000, 0, 0, null]);
});
