import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allocateBars, BarCursor, type Bars } from '../../domain/bar.ts';
import { readParameters, type ParameterValues } from '../../domain/parameters.ts';
import { Signal } from '../../domain/signal.ts';
import { macdKernel } from './kernel.ts';
import { laneMachine, scalarMachine, vectorMachine } from './lanes.ts';
import { macd } from './macd.ts';

type Values = ParameterValues<typeof macd.parameters>;
const kernel = macd.columnKernel;
assert.ok(kernel);

/** The kernel in TypeScript alone, for processors without vectors. */
const scalarKernel = macdKernel<Values>((values) => macd.warmup(values), () => scalarMachine);

/** What the strategy's own class wants after each bar. */
function streamed(bars: Bars, values: Values): number[] {
  const strategy = macd.create(values);
  const signal = new Signal();
  const cursor = new BarCursor(bars);
  return Array.from({ length: bars.length }, (_, i) => {
    cursor.index = i;
    strategy.onBar(cursor, signal);
    return signal.target;
  });
}

/** What a kernel wants after each bar, for every set. */
function decided(bars: Bars, sets: readonly Values[], by = kernel): number[][] {
  const targets: number[][] = [];
  by?.decide(bars, sets, (set, { long, short }) => {
    assert.equal(targets[set], undefined, 'a set is shown once');
    const bit = (column: Int32Array | undefined, i: number) => (column ? column[i >> 5] >>> 31 - i % 32 & 1 : 0);
    targets[set] = Array.from({ length: bars.length }, (_, i) => bit(long, i) - bit(short, i));
  });
  return targets;
}

function barsOf(closes: readonly number[]): Bars {
  const bars = allocateBars(closes.length);
  bars.close.set(closes);
  return bars;
}

function valuesOf(given: Readonly<Record<string, string | number>>): Values {
  const read = readParameters(macd.parameters, given);
  assert.ok(read.ok);
  return read.value;
}

/** A walk in cents with flat stretches, where the lines come to rest on each other. */
const walks = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 80 })
  .map((moves) => {
    let price = 1000;
    return moves.flatMap(([step, bars]) => Array.from({ length: step === 0 ? bars : 1 }, () => (price += step * bars) / 100));
  });

const sets = fc.record({
  fast: fc.integer({ min: 1, max: 12 }),
  gap: fc.integer({ min: 1, max: 30 }),
  signal: fc.integer({ min: 1, max: 15 }),
  warmup: fc.constantFrom(0, 0, 1, 31, 32, 33, 64, 500),
  seed: fc.constantFrom('first', 'sma'),
  rule: fc.constantFrom('cross', 'zero'),
  direction: fc.constantFrom('long', 'short', 'both'),
}).map(({ gap, ...rest }) => valuesOf({ ...rest, slow: rest.fast + gap }));

describe('macd kernel', () => {
  it('wants what the strategy wants, on every bar of every set', () => {
    fc.assert(fc.property(walks, fc.array(sets, { minLength: 1, maxLength: 14 }), (closes, some) => {
      const bars = barsOf(closes);
      const wanted = some.map((values) => streamed(bars, values));
      assert.deepEqual(decided(bars, some), wanted);
      assert.deepEqual(decided(bars, some, scalarKernel), wanted);
    }), { numRuns: 300 });
  });

  it('carries its lines over many stretches of bars', () => {
    let price = 100;
    const closes = Array.from({ length: 5000 }, (_, i) => (price += Math.sin(i * 12.9898) * Math.cos(i * 0.37)));
    const bars = barsOf(closes);
    const grid = [3, 5, 8].flatMap((fast) => [9, 26].flatMap((slow) => [2, 3, 5, 7, 9, 11, 14].flatMap((signal) => (['first', 'sma'] as const)
      .map((seed) => valuesOf({ fast, slow, signal, seed, direction: 'both' })))));
    const wanted = grid.map((values) => streamed(bars, values));
    assert.deepEqual(decided(bars, grid), wanted);
    assert.deepEqual(decided(bars, grid, scalarKernel), wanted);
  });

  it('has vectors on this processor, and comes to the same where one line has many signals or few', () => {
    assert.ok(vectorMachine());
    assert.equal(laneMachine().step, 2);
    let price = 50;
    const bars = barsOf(Array.from({ length: 1500 }, (_, i) => (price += Math.sin(i * 78.233) * Math.cos(i * 0.11) / 3)));
    for (let many = 1; many <= 23; many++) {
      const line = Array.from({ length: many }, (_, i) => valuesOf({ fast: 4, slow: 4 + many, signal: i + 1, direction: 'both' }));
      assert.deepEqual(decided(bars, line), decided(bars, line, scalarKernel), `${many} signals`);
    }
  });

  it('leaves other rules and protective exits to the engine', () => {
    const supported = (given: Readonly<Record<string, string | number>>) => kernel.supports(valuesOf(given));
    assert.equal(supported({}), true);
    assert.equal(supported({ rule: 'zero', direction: 'both' }), true);
    assert.equal(supported({ rule: 'spread' }), false);
    assert.equal(supported({ rule: 'divergence' }), false);
    assert.equal(supported({ stop: 0.05 }), false);
    assert.equal(supported({ target: 0.1 }), false);
  });
});
