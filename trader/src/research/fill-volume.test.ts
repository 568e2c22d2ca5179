import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE, ScriptedStrategy, walkBars, type Line } from '../../test/markets.ts';
import { definitionOf, runSpec } from '../../test/run-specs.ts';
import { Random } from '../domain/random.ts';
import { FillVolumes, firstFrom } from './fill-volume.ts';
import { recordRun } from './recorded-run.ts';

function participations(fill: 'next-open' | 'close', script: readonly (Line | undefined)[], change: (bars: ReturnType<typeof walkBars>) => void = () => {}): number[] {
  const random = new Random(1);
  const bars = walkBars(() => random.next(), { bars: 8 });
  bars.volume.set([1, 2, 4, 8, 16, 32, 64, 128]);
  change(bars);
  const spec = runSpec({ definition: definitionOf(() => new ScriptedStrategy(script)), bars: [bars], sizing: { kind: 'units', units: '2' }, fill });
  const audit = new FillVolumes(spec.backtest().markets, spec.bars, fill);
  recordRun(spec, { audit });
  return audit.participations;
}

test('a fill is set against the volume of the bar that it opens, or closes', () => {
  const script = [undefined, { target: 1 }, undefined, { target: 0 }];
  assert.deepEqual(participations('next-open', script), [2 / 4, 2 / 16]);
  assert.deepEqual(participations('close', script), [2 / 2, 2 / 8]);
});

test('a stop that is hit inside a bar is set against that bar', () => {
  const hit = participations('next-open', [{ target: 1, stop: 50 }], (bars) => { bars.low[4] = 40; });
  assert.deepEqual(hit, [2 / 2, 2 / 16]);
});

test('a bar without volume is infinitely small, and an unknown volume is unknown', () => {
  const script = [undefined, { target: 1 }, undefined, { target: 0 }];
  assert.deepEqual(participations('next-open', script, (bars) => { bars.volume[2] = 0; bars.volume[4] = NaN; }), [Infinity, NaN]);
});

test('the first time from another one on is found', () => {
  const times = Float64Array.of(MINUTE, 2 * MINUTE, 5 * MINUTE);
  assert.deepEqual([0, MINUTE, MINUTE + 1, 4 * MINUTE, 5 * MINUTE, 6 * MINUTE].map((time) => firstFrom(times, time)), [0, 0, 1, 2, 2, 3]);
});
