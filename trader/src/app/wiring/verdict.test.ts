import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Refusal } from '../refusal.ts';
import { PLAIN_STYLE } from '../terminal/style.ts';
import { renderVerdict } from '../terminal/verdict-report.ts';
import type { LineState } from './check.ts';
import { findRun } from './run-store.ts';
import { conclude, verdict, type VerdictReport, type VerdictRequest } from './verdict.ts';
import { verdictPage } from './verdict-page.ts';
import { DATA_FOLDER } from './venue-rules.ts';
import { finishWalkForward } from './walkforward.ts';

const home = mkdtempSync(join(tmpdir(), 'verdict-'));
after(() => rmSync(home, { recursive: true }));

const BTC = { instrument: 'BTC', file: join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz') };
const request = (differing: Partial<VerdictRequest> = {}): VerdictRequest => ({
  strategy: 'macd', bars: [BTC], intervalMs: 3_600_000, from: undefined, to: undefined, first: undefined, parameters: {}, cash: '100000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open',
  sizing: { kind: 'fraction', fraction: '0.9975' }, venue: undefined, strict: false, axes: [], windows: 6, seed: 1, workers: 1, ...differing,
});
const line = ({ lines }: VerdictReport, name: string) => lines.find((one) => one.name === name);

let macd: VerdictReport;
before(async () => {
  macd = await verdict(request(), { home });
});

test('a strategy that loses is not ready, with a reason on every line and something to do', () => {
  assert.equal(macd.ready, false);
  assert.match(macd.headline, /^Not ready: \d+ lines of 17 fail/);
  assert.ok(macd.lines.every(({ reason }) => reason.length > 20));
  assert.equal(macd.counts.pass + macd.counts.warn + macd.counts.fail + macd.counts['not-measurable'], 17);
  assert.ok(macd.next.length >= 3);
  assert.equal(line(macd, 'Break-even cost')?.state, 'fail');
});

test('a warning does not stand in the way of being ready, and is not called a pass', () => {
  const of = (state: LineState, decides = true) => ({ group: 'Honesty', name: 'Warm-up', state, reason: '', decides }) as const;
  assert.deepEqual(conclude([of('pass'), of('warn'), of('fail', false)]), { ready: true, headline: 'Ready for paper: 1 of 2 lines pass, and 1 warning should be heeded. The one of a prop firm does not decide.', counts: { pass: 1, warn: 1, fail: 0, 'not-measurable': 0 } });
  assert.deepEqual([conclude([of('pass'), of('pass')]).headline, conclude([of('pass'), of('not-measurable')]).ready], ['Ready for paper: all 2 lines pass.', false]);
});

test('its result out of sample is that of the walk-forward over the same grid, and its trials are on record', async () => {
  const { report } = await finishWalkForward({ ...request(), axes: macd.grid, plan: { windows: 6, train: undefined, test: undefined, anchored: false, purge: 0 }, objective: 'sharpe', fresh: false }, { home });
  assert.deepEqual([macd.outOfSample?.netReturn, macd.outOfSample?.sharpe, macd.outOfSample?.maxDrawdown], [report.outOfSample.netReturn, report.outOfSample.sharpe, report.outOfSample.maxDrawdown]);
  assert.equal(macd.trials.trials, report.combos);
  assert.equal(report.trials.trials, macd.trials.trials, 'the same again is no other try');
});

test('the run of the strategy as given is kept, and is the one that the verdict speaks of', () => {
  const kept = findRun(home, macd.run ?? '');
  assert.equal(kept.report.finalEquity, macd.asGiven.finalEquity);
  assert.equal('axes' in kept.request, false);
});

test('luck is asked in both ways, and each line says what it asked', () => {
  for (const [name, what] of [['Timing', /entered at random .*1,000 tries/], ['Patterns', /bars in a random order.*100 tries/]] as const) {
    const found = line(macd, name);
    assert.match(found?.reason ?? '', what);
    assert.equal(found?.decides, true);
  }
});

test('what a venue does to orders is done in every part: the run, the choice, the tests and luck', async () => {
  const models = { slippage: { kind: 'bps', bps: 30 }, latency: undefined, volume: undefined, fillPolicy: 'pessimistic' } as const;
  const slipped = await verdict(request({ models }), { home });
  assert.deepEqual(slipped.venueModels, { slippage: 'bps:30', latency: null, volumeShare: null, fillPolicy: 'pessimistic' });
  assert.ok(slipped.asGiven.netReturn < macd.asGiven.netReturn - 0.05, `${slipped.asGiven.netReturn} against ${macd.asGiven.netReturn}`);
  assert.ok((slipped.outOfSample?.netReturn ?? 0) < (macd.outOfSample?.netReturn ?? 0));
  assert.ok((slipped.choice?.inSampleYearly ?? 0) < (macd.choice?.inSampleYearly ?? 0));
  assert.match(line(slipped, 'Break-even cost')?.reason ?? '', /loses before any fee|in the prices already/);
});

test('several markets are refused, with the reason', async () => {
  await assert.rejects(verdict(request({ bars: [BTC, { ...BTC, instrument: 'ETH' }] }), { home }), (error: Refusal) =>
    error.code === 'usage' && /one market at a time; on several, a good one would hide a bad one/.test(error.hint ?? ''));
});

test('the same seed gives the same verdict', async () => {
  const again = await verdict(request(), { home });
  assert.deepEqual({ ...again, cpuSeconds: 0, wallSeconds: 0 }, { ...macd, cpuSeconds: 0, wallSeconds: 0 });
});

test('too few bars: what cannot be measured is said and is no pass', async () => {
  const few = await verdict(request({ first: 60 }), { home });
  assert.equal(few.ready, false);
  assert.equal(line(few, 'Warm-up')?.state, 'not-measurable');
  assert.equal(line(few, 'Overfitting')?.state, 'not-measurable');
  assert.equal(few.counts['not-measurable'], 2);
});

test('a strategy that looks prices up in a file makes money, and is not ready for what it does', async () => {
  const cheat = await verdict(request({ strategy: fileURLToPath(new URL('../../../test/cheats/reads-a-file.ts', import.meta.url)), intervalMs: undefined, first: 3000, fee: { kind: 'bps', bps: '0' } }), { home });
  assert.ok(cheat.asGiven.netReturn > 0.5, String(cheat.asGiven.netReturn));
  assert.equal(cheat.ready, false);
  assert.match(cheat.next[0], /Mend the strategy first/);
  assert.equal(cheat.choice, null, 'it has no number to choose');
});

test('as a page it stands at the head of the tear sheet of the run, every line with its outcome', async () => {
  const page = await verdictPage(macd, request(), ['verdict', 'macd'], home);
  assert.ok(page.startsWith('<!doctype html>') || page.startsWith('<!DOCTYPE html>'));
  assert.ok(page.includes(macd.headline));
  for (const { name } of macd.lines) assert.ok(page.includes(name), name);
  assert.ok(page.includes(macd.run ?? ''), 'the run that it shows');
});

test('it is drawn within 80 columns', () => {
  const lines = renderVerdict(macd, 80, PLAIN_STYLE);
  assert.ok(lines.every((text) => text.length <= 80));
  assert.ok(lines.some((text) => text.startsWith('FAIL  Break-even cost')));
});
