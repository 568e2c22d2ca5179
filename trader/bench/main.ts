import { refuseWords, scriptWords } from '../../scripts/script-words.ts';
import { ratioOf, type Figure } from './figure.ts';

/** The suites by name; each is loaded only when it runs, so that none shapes another's code. */
const SUITES: Readonly<Record<string, (minutes: number) => Promise<Figure[]>>> = {
  async indicators() {
    const { benchIndicators } = await import('./indicators.ts');
    return (await benchIndicators()).flatMap(({ name, nsPerUpdate, nsPerRow, limitNs, talibNsPerRow }): Figure[] => [
      { name: `${name}, update`, value: nsPerUpdate, unit: 'ns', limit: limitNs, better: 'less' },
      { name: `${name}, column row`, value: nsPerRow, unit: 'ns', limit: talibNsPerRow && 2 * talibNsPerRow, better: 'less' },
    ]);
  },
  async engine() {
    const { benchEngine } = await import('./engine.ts');
    return benchEngine();
  },
  async bars() {
    const { benchBars } = await import('./bars.ts');
    return (await benchBars()).map(({ name, seconds, limitSeconds }): Figure => ({
      name, value: seconds * 1000, unit: 'ms', limit: limitSeconds * 1000, better: 'less',
    }));
  },
  async marketstore() {
    const { benchMarketStore } = await import('./market-store.ts');
    return benchMarketStore();
  },
  async questdb() {
    const { benchQuestDb } = await import('./questdb.ts');
    return benchQuestDb();
  },
  async migration() {
    const { benchMigration } = await import('./migration.ts');
    return benchMigration();
  },
  async migrationlarge() {
    const { benchMigration } = await import('./migration.ts');
    return benchMigration([10_000_000]);
  },
  async ingest() {
    const { benchIngest } = await import('./ingest.ts');
    return benchIngest();
  },
  async ticks() {
    const { benchTicks } = await import('./ticks.ts');
    return benchTicks();
  },
  async sweep() {
    const { benchSweep } = await import('./sweep.ts');
    return benchSweep();
  },
  async walkforward() {
    const { benchWalkForward } = await import('./walk-forward.ts');
    return benchWalkForward();
  },
  async verdict() {
    const { benchVerdict } = await import('./verdict.ts');
    return benchVerdict();
  },
  async execution() {
    const { benchExecution } = await import('./execution.ts');
    return benchExecution();
  },
  async runapi() {
    const { benchRunApi } = await import('./run-api.ts');
    return benchRunApi();
  },
  async stream() {
    const { benchStream } = await import('./stream.ts');
    return benchStream();
  },
  async frames() {
    const { benchFrames } = await import('./frames.ts');
    return benchFrames();
  },
  async soak(minutes) {
    const { benchSoak } = await import('./soak.ts');
    return benchSoak(minutes);
  },
  async api() {
    const { benchApi } = await import('./api.ts');
    return benchApi();
  },
  async chaos() {
    const { benchChaos } = await import('./chaos.ts');
    return benchChaos();
  },
};

/** Takes minutes: runs only where it is named. */
const NAMED_ONLY: ReadonlySet<string> = new Set(['soak', 'migrationlarge']);

const USAGE = `Runs the benchmarks, all but ${[...NAMED_ONLY].join(' and ')}, or those named. One line a figure: what was measured,
what it is held against, and how many times better it is.

  npm run bench
  npm run bench -- indicators engine --json
  npm run bench -- soak --minutes 30     how long the soak goes on: six hours of market time, where nobody says

  Suites: ${Object.keys(SUITES).join(', ')}`;

const { values: { json, minutes }, positionals } = scriptWords(USAGE, { options: { json: { type: 'boolean', default: false }, minutes: { type: 'string', default: '7.2' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !Object.hasOwn(SUITES, name));
if (unknown.length > 0) refuseWords(USAGE, `No suite is called ${unknown.join(', ')}.`);
if (!(Number(minutes) > 0)) refuseWords(USAGE, `--minutes takes a number, not ${minutes}.`);
const figures: (Figure & { readonly suite: string; readonly ratio: number | null })[] = [];
for (const [suite, run] of Object.entries(SUITES).filter(([name]) => (positionals.length === 0 ? !NAMED_ONLY.has(name) : positionals.includes(name)))) {
  if (!json) console.log(suite);
  for (const figure of await run(Number(minutes))) {
    const ratio = ratioOf(figure) ?? null;
    figures.push({ suite, ...figure, ratio });
    if (!json) console.log(figureLine(figure, ratio));
  }
}
if (json) console.log(JSON.stringify({ figures }));
else {
  const missed = figures.filter(({ ratio }) => ratio !== null && ratio < 1).length;
  const held = figures.filter(({ ratio }) => ratio !== null).length;
  console.log(`${held - missed} of ${held} limits met`);
}

function figureLine({ name, value, unit, limit, better }: Figure, ratio: number | null): string {
  const shown = `  ${name.padEnd(52)}${readable(value).padStart(10)} ${unit.padEnd(12)}`;
  if (limit === undefined || ratio === null) return shown.trimEnd();
  return `${shown}${better === 'more' ? 'at least' : 'at most '} ${readable(limit).padStart(8)}  ${ratio.toFixed(2)}×  ${ratio >= 1 ? 'ok' : 'MISSED'}`;
}

function readable(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
