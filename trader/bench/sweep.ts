import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bars } from '../src/domain/bar.ts';
import { toNumber } from '../src/domain/exact.ts';
import type { StrategyDefinition } from '../src/ports/strategy.ts';
import { createGrid, readAxis, type Grid } from '../src/research/grid.ts';
import { Sweep } from '../src/research/sweep.ts';
import type { SweepPart } from '../src/research/sweep-tally.ts';
import { BasisPointFee } from '../src/simulation/fees.ts';
import { macd } from '../src/strategies/macd/macd.ts';
import type { Figure } from './figure.ts';
import { peerPython } from './peer-python.ts';
import { makeBars, writeCsv } from './walk.ts';

const LAUNCHER = fileURLToPath(new URL('../../algotrendy', import.meta.url));
const BARS = 100_000;
const PEER_SIGNALS = [5, 6];
/** Bars for the sweep in threads: enough that starting them is a small part. */
const THREAD_BARS = 1_000_000;
const RUNS = 3;
/** Few bars and many combinations: what a sweep keeps of each shows. */
const MEMORY_BARS = 1000;
const MEMORY_GRID = ['fast=2:101', 'slow=102:201', 'signal=2:101'];

const TRIPLES = ['fast=5:23:2', 'slow=26:53:3', 'signal=5:14'];

function gridOf(ranges: readonly string[]): Grid {
  const axes = ranges.flatMap((range) => {
    const axis = readAxis(range);
    return axis.ok ? [axis.value] : [];
  });
  const grid = createGrid(macd, axes, { warmup: '64' });
  if (!grid.ok) throw new Error(grid.error.message);
  return grid.value;
}

/** One sweep and the CPU seconds of the whole process that it took, with its accounts and compilation. */
function measure(definition: StrategyDefinition, bars: Bars, grid: Grid): { readonly part: SweepPart; readonly seconds: number } {
  const before = process.cpuUsage();
  const instrument = { id: 'WALK', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 0 } as const;
  const sweep = new Sweep({
    definition, market: { instrument, intervalMs: 60_000 }, sizing: { kind: 'units', units: '1' }, cash: '10000000',
    fees: new BasisPointFee('10'), fill: 'next-open', objective: 'net',
  }, bars, grid, 5);
  const part = sweep.run(0, grid.size);
  const { user, system } = process.cpuUsage(before);
  return { part, seconds: (user + system) / 1e6 };
}

/**
 * Combination-bars per CPU-second of 1 000 MACD triples by columns, in one run that also compiles, and
 * the best of some that follow; of 100 through the engine; how many times as fast threads are as one; and vectorbt on the same bars,
 * where it can be had.
 */
export async function benchSweep(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-bench-'));
  try {
    const bars = makeBars(BARS);
    const columns = measure(macd, bars, gridOf(TRIPLES));
    const again = Array.from({ length: RUNS }, () => measure(macd, bars, gridOf(TRIPLES)));
    const { columnKernel: _, ...engineOnly } = macd;
    const engine = measure(engineOnly, bars, gridOf(TRIPLES.slice(0, 2)));
    const rate = ({ part, seconds }: { readonly part: SweepPart; readonly seconds: number }) => part.combos * BARS / seconds;
    return [
      { name: `sweep by columns, ${columns.part.fills} fills`, value: rate(columns), unit: 'combo-bar/s', limit: 400e6, better: 'more' },
      { name: 'the same once it is compiled', value: Math.max(...again.map(rate)), unit: 'combo-bar/s', limit: undefined, better: 'more' },
      { name: `sweep through the engine, ${engine.part.fills} fills`, value: rate(engine), unit: 'combo-bar/s', limit: 10e6, better: 'more' },
      ...scaling(folder),
      memory(folder),
      ...againstPeer(bars, folder),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The shortest time on the clock with one thread over that with more, by the command line's own report;
 * taken in turns, since what else the machine does comes and goes.
 */
function scaling(folder: string): Figure[] {
  const file = writeCsv(join(folder, 'walk.csv'), makeBars(THREAD_BARS));
  const grid = [...TRIPLES, 'direction=long,short'].flatMap((axis) => ['--grid', axis]);
  const limits = [[2, 1.8], [4, 3]].filter(([threads]) => threads <= availableParallelism());
  const shortest = new Map<number, number>();
  for (let round = 0; round < RUNS; round++) {
    for (const threads of [1, ...limits.map(([count]) => count)]) {
      const printed = execFileSync(LAUNCHER, ['sweep', 'macd', '--bars', file, ...grid, '--param', 'warmup=64', '--cash', '10000000', '--sizing', 'units:1', '--workers', String(threads), '--top', '1', '--json'], {
        encoding: 'utf8', env: { ...process.env, ALGOTRENDY_HOME: folder }, maxBuffer: 1 << 26,
      });
      const { wallSeconds } = JSON.parse(printed) as { readonly wallSeconds: number };
      shortest.set(threads, Math.min(wallSeconds, shortest.get(threads) ?? Infinity));
    }
  }
  return limits.map(([threads, limit]) => ({
    name: `times as fast with ${threads} threads as with one`, value: (shortest.get(1) ?? NaN) / (shortest.get(threads) ?? NaN), unit: '×', limit, better: 'more',
  }));
}

/** Peak memory of a million combinations in two threads, recorded as trials. */
function memory(folder: string): Figure {
  const file = writeCsv(join(folder, 'short.csv'), makeBars(MEMORY_BARS));
  const printed = execFileSync(LAUNCHER, ['sweep', 'macd', '--bars', file, ...MEMORY_GRID.flatMap((axis) => ['--grid', axis]), '--cash', '10000000', '--sizing', 'units:1', '--workers', '2', '--json'], {
    encoding: 'utf8', env: { ...process.env, ALGOTRENDY_HOME: folder }, maxBuffer: 1 << 26,
  });
  const { combos, peakRssMb } = JSON.parse(printed) as { readonly combos: number; readonly peakRssMb: number };
  return { name: `peak memory of a sweep of ${combos} combinations`, value: peakRssMb, unit: 'MB', limit: 250, better: 'less' };
}

/** Ours over theirs on the same bars and triples; nothing where Python or vectorbt cannot be had. */
function againstPeer(bars: Bars, folder: string): Figure[] {
  const python = peerPython('vectorbt', 'vectorbt==1.2.0');
  if (python === undefined) return [];
  const csv = writeCsv(join(folder, 'peer.csv'), bars);
  const ours = measure(macd, bars, gridOf([...TRIPLES.slice(0, 2), `signal=${PEER_SIGNALS.join(',')}`]));
  const theirs = JSON.parse(execFileSync(python, [fileURLToPath(new URL('sweep-peer.py', import.meta.url)), csv, String(BARS), ...PEER_SIGNALS.map(String)], {
    encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
  })) as { readonly fills: number; readonly equity: number; readonly cpuSeconds: number };
  const equity = toNumber(ours.part.sumFinalEquity, 5);
  if (ours.part.fills !== theirs.fills || Math.abs(equity - theirs.equity) > 0.01) {
    throw new Error(`vectorbt disagrees: ${theirs.fills} fills and ${theirs.equity}, not ${ours.part.fills} and ${equity}`);
  }
  const rate = (seconds: number) => ours.part.combos * BARS / seconds;
  return [
    { name: `vectorbt, ${theirs.fills} fills`, value: rate(theirs.cpuSeconds), unit: 'combo-bar/s', limit: undefined, better: 'more' },
    { name: 'times as fast as vectorbt on them', value: theirs.cpuSeconds / ours.seconds, unit: '×', limit: undefined, better: 'more' },
  ];
}

if (import.meta.main) {
  for (const { name, value, unit, limit } of await benchSweep()) {
    console.log(`${name}: ${value > 1e5 ? `${(value / 1e6).toFixed(1)} M` : value.toFixed(2)} ${unit}${limit === undefined ? '' : `, limit ${limit > 1e5 ? `${limit / 1e6} M` : limit}`}`);
  }
}
