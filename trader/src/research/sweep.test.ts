import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MINUTE, testInstrument, walkBars } from '../../test/markets.ts';
import { seededRandom } from '../../test/random.ts';
import type { Bars } from '../domain/bar.ts';
import type { StrategyDefinition } from '../ports/strategy.ts';
import { BasisPointFee, PerShareFee } from '../simulation/fees.ts';
import { macd } from '../strategies/macd/macd.ts';
import { createGrid, readAxis, type Grid } from './grid.ts';
import { Sweep, type SweepSpec } from './sweep.ts';
import { SweepTally, type SweepPart } from './sweep-tally.ts';

const { columnKernel: _, ...withoutKernel } = macd;

function gridOf(axes: readonly string[], fixed: Readonly<Record<string, string | number>> = {}): Grid {
  const grid = createGrid(macd, axes.map((text) => {
    const axis = readAxis(text);
    assert.ok(axis.ok);
    return axis.value;
  }), fixed);
  assert.ok(grid.ok);
  return grid.value;
}

function specOf(definition: StrategyDefinition, differing: Partial<SweepSpec> = {}): SweepSpec {
  return {
    definition, market: { instrument: testInstrument(), intervalMs: MINUTE }, sizing: { kind: 'units', units: '3' },
    cash: '10000', fees: new BasisPointFee('7.5'), fill: 'next-open', objective: 'net', ...differing,
  };
}

function sweep(definition: StrategyDefinition, bars: Bars, grid: Grid, differing: Partial<SweepSpec> = {}): SweepPart {
  return new Sweep(specOf(definition, differing), bars, grid, 4).run(0, grid.size);
}

const AXES = ['fast=2:6:2', 'slow=5:11:3', 'signal=2:4', 'direction=long,short,both'];

describe('a sweep', () => {
  it('comes to the same digits by columns as through the engine, whatever the bars and parameters', () => {
    fc.assert(fc.property(
      fc.integer(), fc.integer({ min: 1, max: 300 }), fc.constantFrom('first', 'sma'), fc.constantFrom('cross', 'zero'),
      fc.integer({ min: 0, max: 40 }), fc.constantFrom('next-open' as const, 'close' as const), fc.constantFrom(0, 0.1),
      fc.constantFrom(MINUTE, 240 * MINUTE), fc.constantFrom('net' as const, 'sharpe' as const, 'calmar' as const),
      (seed, length, seeding, rule, warmup, fill, gaps, intervalMs, objective) => {
        const bars = walkBars(seededRandom(seed), { bars: length, gaps, intervalMs });
        const market = { instrument: testInstrument(), intervalMs };
        const grid = gridOf(AXES, { seed: seeding, rule, warmup });
        const columns = sweep(macd, bars, grid, { fill, market, objective });
        const engine = sweep(withoutKernel, bars, grid, { fill, market, objective });
        assert.equal(columns.byKernel, columns.combos);
        assert.equal(engine.byKernel, 0);
        assert.deepEqual({ ...columns, byKernel: 0 }, engine);
      },
    ), { numRuns: 60 });
  });

  it('comes to the same whatever the parts that it is done in', () => {
    const bars = walkBars(seededRandom(5), { bars: 400 });
    const grid = gridOf(AXES);
    const whole = sweep(macd, bars, grid);
    for (const step of [1, 7, 50]) {
      const parts: SweepPart[] = [];
      for (let from = 0; from < grid.size; from += step) parts.push(new Sweep(specOf(macd), bars, grid, 4).run(from, Math.min(grid.size, from + step)));
      const tally = new SweepTally(grid, 4);
      for (const part of parts.reverse()) tally.add(part);
      assert.deepEqual(tally.part(), whole);
    }
  });

  it('ranks by final equity and of equals takes the first of the grid', () => {
    const bars = walkBars(seededRandom(8), { bars: 300 });
    const grid = gridOf(['fast=2:6:2', 'slow=8:11:3', 'signal=2:4'], { rule: 'zero', warmup: 20 });
    const { best } = sweep(macd, bars, grid);
    // The zero rule knows no signal line: three combinations in a row come to the same.
    assert.equal(best[0].finalEquity, best[2].finalEquity);
    assert.deepEqual(best.slice(0, 3).map(({ index }) => index % 3), [0, 1, 2]);
    assert.ok(best[3].finalEquity <= best[2].finalEquity);
  });

  it('ranks by the objective, and leaves out what has no value of it', () => {
    const bars = walkBars(seededRandom(8), { bars: 600, intervalMs: 60 * MINUTE });
    const market = { instrument: testInstrument(), intervalMs: 60 * MINUTE };
    const grid = gridOf(['fast=2:6:2', 'slow=8:11:3', 'signal=2:4', 'warmup=1,5000']);
    for (const objective of ['sharpe', 'calmar'] as const) {
      const part = new Sweep(specOf(macd, { market, objective }), bars, grid, 100).run(0, grid.size);
      assert.equal(part.best.length, part.combos / 2, 'what never traded has no ratio');
      const scores = part.best.map(({ score }) => score ?? NaN);
      assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
      if (objective === 'sharpe') assert.equal(part.best[0].sharpe, Math.max(...part.sharpes.filter((ratio) => !Number.isNaN(ratio))));
    }
  });

  it('skips and counts what the strategy itself refuses', () => {
    const grid = gridOf(['fast=5:12', 'slow=8:10']);
    const { combos, skipped } = sweep(macd, walkBars(seededRandom(1), { bars: 100 }), grid);
    assert.deepEqual([combos, skipped], [12, 12]);
  });

  it('leaves to the engine what columns cannot do, and mixes both in one grid', () => {
    const bars = walkBars(seededRandom(2), { bars: 200 });
    const grid = gridOf(['rule=cross,spread', 'fast=2:5', 'slow=8:9']);
    const byKernel = (differing: Partial<SweepSpec>, some = bars) => sweep(macd, some, grid, differing).byKernel;
    assert.equal(byKernel({}), 8);
    assert.deepEqual({ ...sweep(macd, bars, grid), byKernel: 0 }, sweep(withoutKernel, bars, grid));
    assert.equal(byKernel({ objective: 'calmar' }), 8);
    assert.equal(byKernel({ objective: 'calmar', cash: '90000000000000' }), 0, 'sums that no float holds');
    assert.equal(byKernel({ sizing: { kind: 'fraction', fraction: '0.5' } }), 0);
    assert.equal(byKernel({ fees: new PerShareFee('0.01') }), 0);
    assert.equal(byKernel({ market: { instrument: testInstrument({ tickSize: 5 }), intervalMs: MINUTE } }), 0);
    const overlapping = walkBars(seededRandom(3), { bars: 200, intervalMs: MINUTE / 2 });
    assert.equal(byKernel({}, overlapping), 0);
  });

  it('maps the best of two axes, many values in few places', () => {
    const bars = walkBars(seededRandom(4), { bars: 120 });
    const grid = gridOf(['signal=3', 'fast=1:40', 'slow=41:100']);
    const { map, best } = sweep(macd, bars, grid);
    assert.deepEqual([map.rowAxis, map.columnAxis, map.rows, map.columns], [1, 2, 16, 24]);
    assert.equal(Math.max(...map.cells.map(Number)), best[0].finalEquity);
    const line = sweep(macd, bars, gridOf(['fast=1:10'])).map;
    assert.deepEqual([line.rowAxis, line.columnAxis, line.rows, line.columns], [0, 0, 1, 10]);
    const point = sweep(macd, bars, gridOf(['fast=5:5:1'])).map;
    assert.equal(point.cells.length, 1);
  });
});
