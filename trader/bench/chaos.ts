import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';

const LAUNCHER = fileURLToPath(new URL('../../algotrendy', import.meta.url));
const SEEDS = 1_000;
const LIMIT_PER_MINUTE = 2_000;

/** Seeds of the lying exchange a minute on the clock, on two threads; the middle one of three runs. */
export function benchChaos(): Figure[] {
  const rates = Array.from({ length: 3 }, () => {
    const printed = execFileSync(LAUNCHER, ['chaos', 'exchange', '--seeds', `1:${SEEDS}`, '--workers', '2', '--json'], { encoding: 'utf8' });
    return (JSON.parse(printed) as { readonly seedsPerMinute: number }).seedsPerMinute;
  }).sort((a, b) => a - b);
  return [{ name: 'lying exchange, two threads', value: rates[1], unit: 'seeds/min', limit: LIMIT_PER_MINUTE, better: 'more' }];
}
