import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findStrategy } from '../../../../trader/src/strategies/catalog.ts';
import { gridCount, NEW_RUN, readRun, requestTitle } from './run-draft.ts';
import type { RunDraft } from './run-draft.ts';

const schema = findStrategy('macd')?.parameters ?? {};
const draft = (change: Partial<RunDraft>): RunDraft => ({ ...NEW_RUN, strategy: 'macd', bars: 'btc', ...change });

test('a run as the card opens names only what differs from the defaults', () => {
  assert.deepEqual(readRun(draft({ parameters: { fast: '12', slow: '50' } }), schema), {
    ok: true, combinations: 1, request: { kind: 'backtest', strategy: 'macd', bars: 'btc', cash: '100000', feeBps: '10', parameters: { slow: 50 } },
  });
});

test('a sweep counts its combinations, and a varied parameter has no value of its own', () => {
  const outcome = readRun(draft({ kind: 'sweep', grid: { fast: '5:30:5', rule: 'cross,zero', slow: '' }, parameters: { fast: '9' } }), schema);
  assert.ok(outcome.ok);
  assert.equal(outcome.combinations, 12);
  assert.deepEqual(outcome.request, { kind: 'sweep', strategy: 'macd', bars: 'btc', cash: '100000', feeBps: '10', parameters: {}, grid: { fast: '5:30:5', rule: 'cross,zero' } });
  assert.equal(requestTitle(outcome.request), 'macd · fast 5:30:5 · rule cross,zero');
});

test('what is wrong is said at its field', () => {
  const outcome = readRun({ ...draft({ kind: 'sweep', from: '2024-02-01', to: '2024-01-01', cash: '0', feeBps: 'x', parameters: { fast: '0' }, grid: { slow: '9:1:1' } }), strategy: '' }, schema);
  assert.ok(!outcome.ok);
  assert.deepEqual(Object.keys(outcome.errors).sort(), ['cash', 'fast', 'feeBps', 'grid.slow', 'strategy', 'to']);
});

test('terms become what the command line takes, and what is wrong in them is said at its field', () => {
  const venue = readRun(draft({ venue: 'binance-usdm', feeBps: '', leverage: '3', sizing: 'kelly', size: '0.2', fill: 'close', slippage: 'bps:5', latency: '250', volumeShare: '10%' }), schema);
  assert.ok(venue.ok);
  assert.deepEqual(venue.request, { kind: 'backtest', strategy: 'macd', bars: 'btc', cash: '100000', parameters: {}, venue: 'binance-usdm', leverage: '3', sizing: 'kelly:0.2', fill: 'close', slippage: 'bps:5', latency: '250', volumeShare: '10%' });
  const wrong = readRun(draft({ sizing: 'units', leverage: '2', slippage: 'much', latency: 'x', volumeShare: 'half', instrument: '../x' }), schema);
  assert.ok(!wrong.ok);
  assert.deepEqual(Object.keys(wrong.errors).sort(), ['instrument', 'latency', 'leverage', 'size', 'slippage', 'volumeShare']);
});

test('a strategy that reads series takes an id for each', () => {
  assert.deepEqual(Object.keys((readRun(draft({}), schema, ['economy']) as { readonly errors: object }).errors), ['series.economy']);
  const read = readRun(draft({ series: { economy: 'UNRATE' } }), schema, ['economy']);
  assert.deepEqual(read.ok && read.request.series, ['UNRATE']);
});

test('a range counts its end where a step falls on it', () => {
  assert.equal(gridCount('5:30:5'), 6);
  assert.equal(gridCount('0.1:0.3:0.1'), 3);
  assert.equal(gridCount('1:10:4'), 3);
  assert.equal(gridCount('1:10:0'), undefined);
  assert.equal(gridCount('a,,b'), undefined);
});
