import type { Bars } from '../src/domain/bar.ts';
import type { StrategyDefinition } from '../src/ports/strategy.ts';
import { createGrid, readAxis, type Grid } from '../src/research/grid.ts';
import { Sweep, type SweepPart } from '../src/research/sweep.ts';
import { BasisPointFee } from '../src/simulation/fees.ts';
import { macd } from '../src/strategies/macd/macd.ts';
import { makeBars } from './walk.ts';

const BARS = 100_000;

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

/** Combination-bars per CPU-second of 1 000 MACD triples by columns, in one run that also compiles; and of 100 through the engine. */
export async function benchSweep(): Promise<{ readonly name: string; readonly value: number; readonly unit: string; readonly limit: number }[]> {
  const bars = makeBars(BARS);
  const columns = measure(macd, bars, gridOf(['fast=5:23:2', 'slow=26:53:3', 'signal=5:14']));
  const { columnKernel: _, ...engineOnly } = macd;
  const engine = measure(engineOnly, bars, gridOf(['fast=5:23:2', 'slow=26:53:3']));
  const rate = ({ part, seconds }: { readonly part: SweepPart; readonly seconds: number }) => part.combos * BARS / seconds;
  return [
    { name: `sweep by columns, ${columns.part.fills} fills`, value: rate(columns), unit: 'combo-bar/s', limit: 400e6 },
    { name: `sweep through the engine, ${engine.part.fills} fills`, value: rate(engine), unit: 'combo-bar/s', limit: 10e6 },
  ];
}

if (import.meta.main) {
  for (const { name, value, unit, limit } of await benchSweep()) console.log(`${name}: ${(value / 1e6).toFixed(1)} M ${unit}, at least ${limit / 1e6} M`);
}
