import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';
import { makeBars, writeCsv } from './walk.ts';

const LAUNCHER = fileURLToPath(new URL('../../algotrendy', import.meta.url));
const BARS = 100_000;
const LIMIT_SECONDS = 20;

/** What a walk-forward's report says of its own cost. */
interface Cost {
  readonly combos: number;
  readonly windows: readonly unknown[];
  readonly wallSeconds: number;
}

/**
 * Seconds on the clock of walk-forwards of 1 000 MACD triples in twelve windows over 100 000 bars, with
 * at most two threads, from the first bar to the result; the middle of three runs, of one where the
 * engine runs every backtest. By a fraction of equity sizes need large integers: 100 pairs show what that costs.
 */
export async function benchWalkForward(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-bench-'));
  try {
    const file = writeCsv(join(folder, 'walk.csv'), makeBars(BARS));
    const seconds = (runs: number, ...words: readonly string[]) => Array.from({ length: runs }, () => walk(file, folder, words)).sort((a, b) => a - b)[runs >> 1];
    const figure = (name: string, value: number, limit: number | undefined): Figure => ({ name, value, unit: 's', limit, better: 'less' });
    return [
      figure('walk-forward by columns, rolling', seconds(3), LIMIT_SECONDS),
      figure('walk-forward by columns, anchored', seconds(3, '--anchored'), LIMIT_SECONDS),
      figure('walk-forward by columns, chosen by calmar', seconds(3, '--objective', 'calmar'), LIMIT_SECONDS),
      figure('walk-forward through the engine', seconds(1, '--param', 'stop=0.5'), LIMIT_SECONDS),
      figure('100 pairs through the engine, by a fraction of equity', seconds(1, '--sizing', 'fraction:0.9975'), undefined),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function walk(file: string, home: string, words: readonly string[]): number {
  const few = words.includes('--sizing');
  const rest = few ? [] : ['--sizing', 'units:1', '--grid', 'signal=5:14'];
  const printed = execFileSync(LAUNCHER, [
    'walkforward', 'macd', '--bars', file, '--grid', 'fast=5:23:2', '--grid', 'slow=26:53:3', '--cash', '10000000', '--workers', '2', '--json', ...rest, ...words,
  ], { encoding: 'utf8', env: { ...process.env, ALGOTRENDY_HOME: home }, maxBuffer: 1 << 26 });
  const { combos, windows, wallSeconds } = JSON.parse(printed) as Cost;
  if (combos !== (few ? 100 : 1000) || windows.length !== 12) throw new Error(`${combos} combinations in ${windows.length} windows are not what is measured`);
  return wallSeconds;
}

if (import.meta.main) {
  for (const { name, value, limit } of await benchWalkForward()) console.log(`${name}: ${value.toFixed(2)} s${limit === undefined ? '' : `, at most ${limit} s`}`);
}
