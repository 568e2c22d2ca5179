import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { format } from '../../src/domain/exact.ts';
import { createGrid, readAxis } from '../../src/research/grid.ts';
import { Sweep } from '../../src/research/sweep.ts';
import { BasisPointFee } from '../../src/simulation/fees.ts';
import { macd } from '../../src/strategies/macd/macd.ts';
import { ROOT, runJson } from '../command-line.ts';
import { MINUTE, testInstrument, walkBars } from '../markets.ts';
import { seededRandom } from '../random.ts';

const home = mkdtempSync(join(tmpdir(), 'algotrendy-golden-'));
after(() => rmSync(home, { recursive: true }));

const TRIPLES = ['fast=5:23:2', 'slow=26:53:3', 'signal=5:14'];

test('a thousand triples over a walk of 20 000 bars come to what they always came to', () => {
  const axes = TRIPLES.map((text) => {
    const axis = readAxis(text);
    assert.ok(axis.ok);
    return axis.value;
  });
  const grid = createGrid(macd, axes, { warmup: 64 });
  assert.ok(grid.ok);
  const { combos, byKernel, fills, sumFinalEquity } = new Sweep({
    definition: macd, market: { instrument: testInstrument(), intervalMs: MINUTE }, sizing: { kind: 'units', units: '1' },
    cash: '10000000', fees: new BasisPointFee('10'), fill: 'next-open', objective: 'net',
  }, walkBars(seededRandom(20_240_101), { bars: 20_000, volatility: 0.001 }), grid.value, 5).run(0, grid.value.size);
  assert.deepEqual([combos, byKernel, fills, format(sumFinalEquity, 5)], [1000, 1000, 1_525_914, '9999855657.02054']);
});

// Bars that do not ship; where they lie beside the repository the published answer must come out.
const million = join(ROOT, '..', 'shared', 'bench', 'bars.parquet');
if (existsSync(million)) {
  test('the thousand triples over the canonical bars give the published answer to the digit', () => {
    const { combos, totalFills, sumFinalEquity } = runJson(
      home, 'sweep', 'macd', '--bars', million, '--first', '100000', ...TRIPLES.flatMap((axis) => ['--grid', axis]), '--param', 'warmup=64',
      '--cash', '10000000', '--fee-bps', '10', '--sizing', 'units:1',
    );
    assert.deepEqual([combos, totalFills, sumFinalEquity], [1000, 7_749_264, '9743073647.67443']);
  });
}
