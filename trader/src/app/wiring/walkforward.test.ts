import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { MINUTE, testInstrument, walkBars } from '../../../test/markets.ts';
import { seededRandom } from '../../../test/random.ts';
import { allocateBars, BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { layWindows } from '../../research/walk-forward.ts';
import type { SweepJob } from './sweep-job.ts';
import { chooseParameters } from './walkforward.ts';

const home = mkdtempSync(join(tmpdir(), 'walkforward-'));
after(() => rmSync(home, { recursive: true }));

function job(bars: Bars, objective: SweepJob['objective']): SweepJob {
  return {
    strategy: 'macd', market: { instrument: testInstrument(), intervalMs: 60 * MINUTE }, bars, fixed: {},
    axes: [{ name: 'fast', values: [2, 3, 4, 5, 6] }, { name: 'slow', values: [7, 9, 11, 13] }, { name: 'signal', values: [2, 4, 6] }],
    sizing: { kind: 'units', units: '3' }, cash: '10000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', objective, top: 1,
  };
}

async function choices(bars: Bars, objective: SweepJob['objective']) {
  const windows = layWindows(bars, 60 * MINUTE, { windows: 5, train: undefined, test: undefined, anchored: false, purge: 4 });
  assert.ok(windows.ok);
  const { chosenWindows } = await chooseParameters(job(bars, objective), windows.value, { home, workers: 1, fresh: false });
  return chosenWindows;
}

/** The same bars, but from `from` on another market's. */
function withOtherBars(bars: Bars, from: number, to: number): Bars {
  const other = walkBars(seededRandom(99), { bars: bars.length, intervalMs: 60 * MINUTE, volatility: 0.03 });
  const mixed = allocateBars(bars.length, true);
  for (const column of BAR_COLUMNS) {
    mixed[column].set(bars[column]);
    if (column !== 'timestamp') mixed[column].set(other[column].subarray(from, to), from);
  }
  return mixed;
}

describe('the choice of a walk-forward', () => {
  const bars = withOtherBars(walkBars(seededRandom(7), { bars: 900, intervalMs: 60 * MINUTE }), 0, 0);

  for (const objective of ['sharpe', 'net', 'calmar'] as const) {
    it(`by ${objective} hangs on the training alone: whatever the test and the bars left out are like, it is the same`, async () => {
      const before = await choices(bars, objective);
      for (let i = 0; i < before.length; i++) {
        const after = await choices(withOtherBars(bars, before[i].trainEnd, bars.length), objective);
        assert.deepEqual(after.slice(0, i + 1), before.slice(0, i + 1));
      }
      const trainedElsewhere = await choices(withOtherBars(bars, before[0].trainFirst, before[0].trainEnd), objective);
      assert.notDeepEqual(trainedElsewhere[0].values, before[0].values, 'another training chooses otherwise here');
    });
  }
});
