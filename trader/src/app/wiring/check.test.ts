import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PLAIN_STYLE } from '../terminal/style.ts';
import { renderCheck } from '../terminal/check-report.ts';
import { check } from './check.ts';
import { watchOutside } from './outside-watch.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const home = mkdtempSync(join(tmpdir(), 'check-'));
after(() => rmSync(home, { recursive: true }));

const READS_A_FILE = fileURLToPath(new URL('../../../test/cheats/reads-a-file.ts', import.meta.url));
const ASKS_THE_CLOCK = fileURLToPath(new URL('../../../test/cheats/asks-the-clock.ts', import.meta.url));
const look = (strategy: string, parameters = {}) => check({
  strategy, parameters, bars: [{ instrument: 'BTC', file: join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz') }],
  intervalMs: undefined, from: undefined, to: undefined, first: 5000, strict: false, seed: 1, places: 8,
}, { home });
const states = ({ markets: [{ lines }] }: Awaited<ReturnType<typeof check>>) => Object.fromEntries(lines.map(({ name, state }) => [name, state]));

test('a strategy that ships passes, and says how long it needs to settle', async () => {
  const report = await look('macd');
  assert.ok(report.passed);
  assert.deepEqual(Object.values(states(report)).filter((state) => state !== 'pass'), ['warn'], 'the averages seeded by their first value need longer than they declare');
  assert.equal(states(report)['Warm-up'], 'warn');
  assert.ok((await look('macd', { warmup: '500' })).markets[0].lines.every(({ state }) => state === 'pass'), 'given time it passes');
});

test('a strategy that looks prices up in a file fails twice over: by what it opens and by what it knows', async () => {
  const report = await look(READS_A_FILE);
  assert.equal(report.passed, false);
  const { 'Stays with its bars': outside, 'No outside knowledge': knowledge, 'No look-ahead': ahead } = states(report);
  assert.deepEqual([outside, knowledge, ahead], ['fail', 'fail', 'pass'], 'hiding the future hides nothing from it');
  const text = renderCheck(report, 100, PLAIN_STYLE).join('\n');
  assert.match(text, /Check of reads-a-file {2}failed/);
  assert.match(text, /FAIL {2}Stays with its bars {7}It reads files:/);
});

test('a strategy that asks the clock fails although it repeats itself', async () => {
  const report = await look(ASKS_THE_CLOCK);
  assert.deepEqual([states(report)['Repeats itself'], states(report)['Stays with its bars']], ['pass', 'fail']);
  assert.match(report.markets[0].lines[1].reason, /It asks the clock:/);
});

test('only what is done below the folder is noted, a date that is given asks nobody, and all doors are put back', async () => {
  const doors = () => [Date, Date.now, Math.random, readFileSync, globalThis.fetch];
  const before = doors();
  const here = new URL('.', import.meta.url).href;
  const act = () => [new Date(5), Math.random()];
  assert.deepEqual((await watchOutside(here, act)).reached, ['draws lots (Math.random)']);
  assert.deepEqual((await watchOutside('file:///elsewhere/', act)).reached, []);
  await assert.rejects(watchOutside(here, () => { throw new Error('inside'); }), /inside/);
  assert.deepEqual(doors(), before);
});
