import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BACKTEST_OPTIONS, readBacktestRequest } from '../../src/app/backtest-options.ts';
import { parseLine } from '../../src/app/options.ts';
import { Refusal } from '../../src/app/refusal.ts';
import { finishBacktest } from '../../src/app/wiring/backtest.ts';
import { openSeries } from '../../src/app/wiring/economic.ts';
import { repeatRun } from '../../src/app/wiring/repeated-run.ts';
import { runOf } from '../../src/app/wiring/run-store.ts';
import { loadStrategy } from '../../src/app/wiring/strategy.ts';
import { recordBacktest, strategyContent, trialsOf } from '../../src/app/wiring/trial-store.ts';
import type { SeriesState } from '../../src/domain/dated-series.ts';
import { runProduct } from '../access/product-process.ts';
import { readPage, ROOT } from '../docs/page.ts';
import { strategy as calmEconomy } from './calm-economy.ts';

const STRATEGY = join(ROOT, 'trader/test/series/calm-economy.ts');
const folder = mkdtempSync(join(tmpdir(), 'series-run-'));
after(() => { rmSync(folder, { recursive: true }); });

/** A hundred days from the first of 2020 on, on which nothing happens. */
const BARS = join(folder, 'bars.csv');
const START = Date.parse('2020-01-01T00:00:00Z');
const DAY = 86_400_000;
writeFileSync(BARS, `timestamp,open,high,low,close,volume\n${Array.from({ length: 100 }, (_, i) => `${START + i * DAY},100,101,99,100,1000`).join('\n')}\n`);

/** Unemployment of 4 % in two years; that of January 2020 comes out on the fortieth day. */
const KNOWN: readonly SeriesState[] = [{ date: Date.parse('2019-01-01'), value: 4, availableAt: START - DAY }, { date: START, value: 4, availableAt: START + 40 * DAY + 6 * 3_600_000 }];

let homes = 0;
async function homeWith(states: readonly SeriesState[], id = 'UNRATE', vintages = true): Promise<string> {
  const home = join(folder, `home-${homes++}`);
  mkdirSync(home);
  await tell(home, states, id, vintages);
  return home;
}

async function tell(home: string, states: readonly SeriesState[], id = 'UNRATE', vintages = true): Promise<void> {
  const store = openSeries(home);
  await store.append({ id, source: 'fred', title: id, units: 'Percent', frequency: 'Monthly', adjustment: '' }, { fetchedAt: 0, dueAt: undefined, vintages }, states);
  await store.close();
}

const request = (...series: readonly string[]) => ({ ...readBacktestRequest(STRATEGY, parseLine(BACKTEST_OPTIONS, ['--bars', BARS]).options), series });

test('a backtest trades on a figure from the first bar that closes after it was out, not from its date', async () => {
  const { report } = await finishBacktest(request('UNRATE'), { home: await homeWith(KNOWN) });
  // Bar 40 closes after the release, and its opinion fills at the next open.
  assert.deepEqual([report.fills, report.exposure], [1, 0.59]);
  assert.deepEqual([report.series, report.warnings], [{ unemployment: 'UNRATE' }, []]);
});

test('a revision that came out after the last bar changes nothing, one before it does', async () => {
  const home = await homeWith(KNOWN);
  const before = await finishBacktest(request('UNRATE'), { home });
  await tell(home, [{ date: START, value: 9, availableAt: START + 100 * DAY + 1 }]);
  assert.deepEqual((await finishBacktest(request('UNRATE'), { home })).seriesSha256, before.seriesSha256);
  await tell(home, [{ date: START, value: 9, availableAt: START + 50 * DAY }]);
  const revised = await finishBacktest(request('UNRATE'), { home });
  assert.notDeepEqual(revised.seriesSha256, before.seriesSha256);
  assert.equal(revised.report.exposure, 0.09);
});

test('a kept run is repeated on what it read, and refused where more is known of that by now', async () => {
  const home = await homeWith(KNOWN);
  const run = runOf(request('UNRATE'), await finishBacktest(request('UNRATE'), { home }));
  assert.equal((await repeatRun(run, home)).report.fills, 1);
  await tell(home, [{ date: START, value: 9, availableAt: START + 50 * DAY }]);
  await assert.rejects(repeatRun(run, home), (error) => error instanceof Refusal && error.where === 'UNRATE');
});

test('the same parameters on another series count as another trial', async () => {
  const home = await homeWith(KNOWN);
  await tell(home, KNOWN, 'OTHER');
  const runs = [await finishBacktest(request('UNRATE'), { home }), await finishBacktest(request('OTHER'), { home }), await finishBacktest(request('OTHER'), { home })];
  for (const run of runs) assert.equal(recordBacktest(home, STRATEGY, run), undefined);
  const [{ report, barsSha256 }] = runs;
  const { strategy, instrument, interval } = report;
  assert.equal(trialsOf(home, { strategy, instrument, interval, content: strategyContent(STRATEGY), data: barsSha256.join(',') }).trials, 2);
});

test('a series that begins within the bars is told of; one that was not known at all, or is not stored, is refused', async () => {
  const late = await homeWith(KNOWN.slice(1));
  assert.match((await finishBacktest(request('UNRATE'), { home: late })).report.warnings.join(), /Nothing of UNRATE was known before 2020-02-10/);
  const unknown = await homeWith([{ date: START, value: 4, availableAt: START + 101 * DAY }], 'UNRATE', false);
  await assert.rejects(finishBacktest(request('UNRATE'), { home: unknown }), (error) => error instanceof Refusal && /--vintages/.test(error.hint ?? ''));
  await assert.rejects(finishBacktest(request('CPI'), { home: late }), (error) => error instanceof Refusal && /UNRATE/.test(error.hint ?? ''));
});

test('no strategy is run without what it reads, nor with more', async () => {
  await assert.rejects(loadStrategy(STRATEGY), (error) => error instanceof Refusal && error.where === '--series');
  await assert.rejects(loadStrategy('macd', ['UNRATE']), (error) => error instanceof Refusal && error.where === '--series');
  assert.equal(await loadStrategy(STRATEGY, ['UNRATE']), calmEconomy);
});

test('docs/economic.md shows this strategy as it is', () => {
  const source = readFileSync(STRATEGY, 'utf8');
  assert.ok(readPage('docs/economic.md').includes(source.slice(source.indexOf('const parameters')).trimEnd()));
});

test('whatever tries a strategy out hands it what it reads: grids, windows, checks and verdicts', async () => {
  const home = await homeWith(KNOWN);
  const bars = join(folder, 'swing.csv');
  writeFileSync(bars, `timestamp,open,high,low,close,volume\n${Array.from({ length: 2_000 }, (_, i) => { const price = 100 + 10 * Math.sin(i / 20); return `${START - 1_800 * DAY + i * DAY},${price},${price + 1},${price - 1},${price + 0.5},1000`; }).join('\n')}\n`);
  const run = (words: readonly string[]) => runProduct({ home, words: [...words, '--bars', bars, '--series', 'UNRATE', '--json'] });
  const figures = async (words: readonly string[]) => {
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Record<string, unknown> & { readonly best: readonly { readonly finalEquity: string }[]; readonly kernelCombos: number; readonly warnings: readonly string[]; readonly lines: readonly { readonly name: string; readonly state: string; readonly reason: string }[] };
  };
  const grid = ['--grid', 'average=5:10:5', '--fee-bps', '0'];
  const swept = await figures(['sweep', 'macro-filter', ...grid]);
  const [, second] = await Promise.all(['5', '10'].map((average) => figures(['backtest', 'macro-filter', '--param', `average=${average}`, '--fee-bps', '0'])));
  assert.ok(swept.best.some(({ finalEquity }) => finalEquity === second['finalEquity']) && Number(second['finalEquity']) !== 100_000, 'what a grid comes to is what a backtest does');
  assert.match(swept.warnings.join(), /Nothing of UNRATE was known before/);
  await figures(['walkforward', 'macro-filter', ...grid, '--windows', '2']);
  await figures(['montecarlo', 'macro-filter', '--method', 'bars', '--runs', '20']);
  const checked = await figures(['verdict', 'macro-filter', '--windows', '2']);
  assert.ok(checked.lines.some(({ name }) => /look|ahead/i.test(name)));
  const refused = await runProduct({ home, words: ['sweep', 'macro-filter', '--bars', bars, ...grid] });
  assert.deepEqual([refused.code, /reads 1 series/.test(refused.stderr)], [2, true]);
});
