import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, testInstrument, walkBars } from '../../../test/markets.ts';
import { seededRandom } from '../../../test/random.ts';
import { allocateBars, BAR_COLUMNS } from '../../domain/bar.ts';
import { mergeParts } from '../../research/sweep.ts';
import type { Refusal } from '../refusal.ts';
import { openSweep, type SweepJob } from './sweep-job.ts';
import { sweepInThreads } from './sweep-pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweep-'));
after(() => rmSync(folder, { recursive: true }));

function job(differing: Partial<SweepJob> = {}): SweepJob {
  const walk = walkBars(seededRandom(11), { bars: 1000 });
  const bars = allocateBars(walk.length, true);
  for (const column of BAR_COLUMNS) bars[column].set(walk[column]);
  return {
    strategy: 'macd', market: { instrument: testInstrument(), intervalMs: MINUTE }, bars, fixed: { warmup: '40' },
    axes: [{ name: 'fast', values: [3, 5, 8, 30] }, { name: 'slow', values: [20, 30] }, { name: 'rule', values: ['cross', 'spread'] }, { name: 'signal', values: [2, 3, 4] }],
    sizing: { kind: 'units', units: '1' }, cash: '10000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', top: 3, ...differing,
  };
}

/** A strategy whose file holds `onBar`. */
function strategyFile(name: string, onBar: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, `import { writeFileSync } from 'node:fs';
  export const strategy = {
    name: '${name}', summary: 'A test.', parameters: { fast: { kind: 'integer', default: 1, min: 1, max: 9, help: 'a number' } },
    warmup: () => 0, create: () => ({ onBar() { ${onBar} } }),
  };`);
  return file;
}

describe('a sweep in threads', () => {
  it('comes to the same with any number of threads as without', async () => {
    const { sweep, grid } = await openSweep(job());
    const alone = sweep.run(0, grid.size);
    assert.ok(alone.byKernel > 0 && alone.byKernel < alone.combos && alone.skipped > 0);
    for (const threads of [1, 3]) {
      let done = 0;
      const parts = await sweepInThreads(job(), grid.size, threads, (combos) => {
        assert.ok(combos >= done, 'progress never goes back');
        done = combos;
      });
      assert.equal(done, grid.size);
      assert.deepEqual(mergeParts(parts, 3), alone);
    }
  });

  it('ends with what a thread died of', async () => {
    const dying = (strategy: string) => sweepInThreads(job({ strategy, axes: [{ name: 'fast', values: [1, 2, 3] }], fixed: {} }), 3, 2, () => {});
    await assert.rejects(dying(strategyFile('throws', 'throw new Error("out of ideas")')), (error: Refusal) => error.code === 'failure' && /a thread of the sweep died: out of ideas/.test(error.message));
    await assert.rejects(dying(strategyFile('exits', 'process.exit(7)')), (error: Refusal) => error.code === 'failure' && /exit code 7/.test(error.message));
  });

  it('stops at a signal, in the middle of whatever its threads do', async () => {
    const mark = join(folder, 'running');
    const endless = strategyFile('endless', `writeFileSync(${JSON.stringify(mark)}, ''); for (;;);`);
    const running = sweepInThreads(job({ strategy: endless, axes: [{ name: 'fast', values: [1, 2] }], fixed: {} }), 2, 2, () => {});
    while (!existsSync(mark)) await sleep(10);
    process.emit('SIGINT');
    await assert.rejects(running, (error: Refusal) => error.code === 'interrupted');
    assert.equal(process.listenerCount('SIGTERM'), 0);
  });
});
