import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';
import { makeBars, writeCsv } from './walk.ts';

const LAUNCHER = fileURLToPath(new URL('../../algotrendy', import.meta.url));
const BARS = 60_000;

/** Seconds on the clock, from the start of the command to its end, of a verdict on 60 000 bars with at most two threads, and of the demo; the middle of three. */
export async function benchVerdict(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-bench-'));
  try {
    const file = writeCsv(join(folder, 'walk.csv'), makeBars(BARS));
    const seconds = (...words: readonly string[]) => Array.from({ length: 3 }, () => run(folder, words)).sort((a, b) => a - b)[1];
    const figure = (name: string, value: number, limit: number): Figure => ({ name, value, unit: 's', limit, better: 'less' });
    return [
      ...['macd', 'bollinger', 'moving-average-cross'].map((strategy) => figure(`verdict on ${strategy}, 60 000 bars`, seconds('verdict', strategy, '--bars', file, '--workers', '2'), 15)),
      figure('demo', seconds('demo'), 30),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a command in a home of its own, so that nothing is taken over from the last time. */
function run(folder: string, words: readonly string[]): number {
  const home = mkdtempSync(join(folder, 'home-'));
  const started = performance.now();
  execFileSync(LAUNCHER, [...words, '--json'], { env: { ...process.env, ALGOTRENDY_HOME: home }, maxBuffer: 1 << 26 });
  return (performance.now() - started) / 1000;
}
