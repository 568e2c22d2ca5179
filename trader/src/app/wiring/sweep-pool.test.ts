import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, testInstrument, walkBars } from '../../../test/markets.ts';
import { seededRandom } from '../../../test/random.ts';
import { allocateBars, BAR_COLUMNS } from '../../domain/bar.ts';
import { SweepTally } from '../../research/sweep-tally.ts';
import type { Refusal } from '../refusal.ts';
import { openSweep, type SweepJob, type SweepOrder } from './sweep-job.ts';
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
    sizing: { kind: 'units', units: '1' }, cash: '10000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', objective: 'net', top: 3, ...differing,
  };
}

/** The first `size` combinations over all thousand bars, a few at a time. */
function ordersOf(size: number, step = 5): SweepOrder[] {
  return Array.from({ length: Math.ceil(size / step) }, (_, i) => ({ first: 0, end: 1000, from: i * step, to: Math.min(size, (i + 1) * step) }));
}

const deaf = { onPart() {}, onDone() {} };

/** A strategy whose file holds `onBar`. */
function strategyFile(name: string, onBar: string): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, `import { existsSync, writeFileSync } from 'node:fs';
  export const strategy = {
    name: '${name}', summary: 'A test.', parameters: { fast: { kind: 'integer', default: 1, min: 1, max: 9, help: 'a number' } },
    warmup: () => 0, create: () => ({ onBar() { ${onBar} } }),
  };`);
  return file;
}

describe('a sweep in threads', () => {
  it('comes to the same with any number of threads as without', async () => {
    const { over, grid } = await openSweep(job());
    const alone = over(0, 1000).run(0, grid.size);
    assert.ok(alone.byKernel > 0 && alone.byKernel < alone.combos && alone.skipped > 0);
    for (const threads of [1, 3]) {
      let done = 0;
      const tally = new SweepTally(grid, 3);
      await sweepInThreads(job(), ordersOf(grid.size), threads, {
        onPart: (_, part) => tally.add(part),
        onDone(combos) {
          assert.ok(combos >= done, 'progress never goes back');
          done = combos;
        },
      });
      assert.equal(done, grid.size);
      assert.deepEqual(tally.part(), alone);
    }
  });

  it('ends with what a strategy throws, where, and at which values', async () => {
    const throwing = job({ strategy: strategyFile('throws', 'throw new Error("out of ideas")'), axes: [{ name: 'fast', values: [1, 2, 3] }], fixed: {} });
    await assert.rejects(sweepInThreads(throwing, ordersOf(3), 2, deaf), (error: Refusal) =>
      error.code === 'failure' && error.message === 'the strategy failed: out of ideas, with fast=1' && /throws\.ts, line 4/.test(error.where ?? ''));
  });

  it('gives the order of a thread that died to another one, once', async () => {
    const one = { axes: [{ name: 'fast', values: [1, 2, 3] }], fixed: {} };
    const always = job({ ...one, strategy: strategyFile('exits', 'process.exit(7)') });
    await assert.rejects(sweepInThreads(always, ordersOf(3, 1), 2, deaf), (error: Refusal) => error.code === 'failure' && /died, twice on combinations \d to \d: exit code 7/.test(error.message));
    const mark = join(folder, 'died');
    const onceOnly = job({ ...one, strategy: strategyFile('exits-once', `if (!existsSync(${JSON.stringify(mark)})) { writeFileSync(${JSON.stringify(mark)}, ''); process.exit(7); }`) });
    let combos = 0;
    await sweepInThreads(onceOnly, ordersOf(3, 1), 1, { onDone() {}, onPart: (_, part) => { combos += part.combos; } });
    assert.equal(combos, 3);
  });

  it('ends with what its listener throws, as where a part cannot be kept', async () => {
    const full = sweepInThreads(job(), ordersOf(20), 2, { onDone() {}, onPart() { throw new Error('the disk is full'); } });
    await assert.rejects(full, /the disk is full/);
  });

  it('tells which order gives no answer, once, after how many combinations', async () => {
    const endless = strategyFile('loops-at-two', 'if (this.fast === 2) for (;;);');
    writeFileSync(endless, readFileSync(endless, 'utf8').replace('create: () => ({', 'create: ({ fast }) => ({ fast,'));
    const silences: unknown[][] = [];
    const running = sweepInThreads(job({ strategy: endless, axes: [{ name: 'fast', values: [1, 2, 3] }], fixed: {} }), ordersOf(3), 1, { ...deaf, onSilence: (...told) => void silences.push(told.slice(0, 2)) }, 100);
    // On a busy machine the first combination may take as long as the patience, too.
    const atTwo = () => silences.filter(([, combos]) => combos === 1);
    while (atTwo().length === 0) await sleep(10);
    await sleep(200);
    process.emit('SIGINT');
    await assert.rejects(running, (error: Refusal) => error.code === 'interrupted');
    assert.deepEqual(atTwo(), [[{ first: 0, end: 1000, from: 0, to: 3 }, 1]]);
  });

  it('stops at a signal, in the middle of whatever its threads do', async () => {
    const mark = join(folder, 'running');
    const endless = strategyFile('endless', `writeFileSync(${JSON.stringify(mark)}, ''); for (;;);`);
    const running = sweepInThreads(job({ strategy: endless, axes: [{ name: 'fast', values: [1, 2] }], fixed: {} }), ordersOf(2, 1), 2, deaf);
    while (!existsSync(mark)) await sleep(10);
    process.emit('SIGINT');
    await assert.rejects(running, (error: Refusal) => error.code === 'interrupted');
    assert.equal(process.listenerCount('SIGTERM'), 0);
  });
});
