import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BACKTEST_OPTIONS, readBacktestRequest } from './backtest-options.ts';
import { parseLine } from './options.ts';

function read(line: string) {
  return readBacktestRequest('macd', parseLine(BACKTEST_OPTIONS, line.split(' ')).options);
}

test('a bare backtest trades 99.75 % of 100 000 at ten basis points on the next open', () => {
  assert.deepEqual(read('--bars x.csv'), {
    strategy: 'macd', bars: [{ instrument: undefined, file: 'x.csv' }], intervalMs: undefined, from: undefined, to: undefined,
    first: undefined, parameters: {}, cash: '100000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open',
    sizing: { kind: 'fraction', fraction: '0.9975' }, venue: undefined, account: undefined, strict: false,
  });
});

test('a venue brings its own fee, cross margin and no leverage; without one there is nothing to margin', () => {
  const { fee, account } = read('--bars x.csv --venue binance-usdm');
  assert.deepEqual([fee, account], [{ kind: 'venue' }, { margin: 'cross', leverage: '1', funding: [] }]);
  const { fee: asked, account: set } = read('--bars x.csv --venue binance-usdm --fee-bps 3 --margin isolated --leverage 2.5 --funding BTC=rates.csv');
  assert.deepEqual([asked, set], [{ kind: 'bps', bps: '3' }, { margin: 'isolated', leverage: '2.5', funding: [{ instrument: 'BTC', file: 'rates.csv' }] }]);
  for (const words of ['--margin cross', '--leverage 2', '--funding rates.csv']) assert.throws(() => read(`--bars x.csv ${words}`), /is for the rules of a venue/);
  for (const words of ['0.5', 'ten', '1e3']) assert.throws(() => read(`--bars x.csv --venue okx --leverage ${words}`), /takes a number from 1 on/);
});

test('no more than the whole of Kelly\'s fraction is taken', () => {
  assert.deepEqual(read('--bars x.csv --sizing kelly').sizing, { kind: 'kelly', fraction: '0.10', cap: '1' });
  assert.deepEqual(read('--bars x.csv --sizing kelly:1,cap=2').sizing, { kind: 'kelly', fraction: '1', cap: '2' });
  assert.throws(() => read('--bars x.csv --sizing kelly:1.01'), /at most the whole of Kelly's fraction/);
});

test('bars name their instrument before =, unless that is a path', () => {
  assert.deepEqual(read('--bars BTC-USD.X=a.csv --bars ETH=b=c.csv').bars, [
    { instrument: 'BTC-USD.X', file: 'a.csv' }, { instrument: 'ETH', file: 'b=c.csv' },
  ]);
  assert.deepEqual(read('--bars dir/a=b.csv').bars, [{ instrument: undefined, file: 'dir/a=b.csv' }]);
  assert.deepEqual(read('--bars a.csv --instrument SPY.ARCA').bars, [{ instrument: 'SPY.ARCA', file: 'a.csv' }]);
});

test('bars must be given, and --instrument names a single file', () => {
  assert.throws(() => read('--strict'), /no bars are given/);
  assert.throws(() => read('--bars a.csv --bars b.csv --instrument X'), /single --bars FILE/);
  assert.throws(() => read('--bars X=a.csv --instrument X'), /single --bars FILE/);
  assert.throws(() => read('--bars =a.csv'), /takes FILE or ID=FILE/);
});

test('a fee is given in one way, exact to the digit', () => {
  assert.deepEqual(read('--bars x --fee-bps 2.5').fee, { kind: 'bps', bps: '2.5' });
  assert.deepEqual(read('--bars x --fee bps:3').fee, { kind: 'bps', bps: '3' });
  assert.deepEqual(read('--bars x --fee per-share:0.005,min=1,max=0.5%').fee, { kind: 'per-share', perShare: '0.005', min: '1', maxRate: '0.005' });
  assert.deepEqual(read('--bars x --fee per-share:0.01,max=12.5%').fee, { kind: 'per-share', perShare: '0.01', min: undefined, maxRate: '0.125' });
  assert.deepEqual(read('--bars x --fee per-share:1,max=100%').fee, { kind: 'per-share', perShare: '1', min: undefined, maxRate: '1' });
  for (const bad of ['per-share', 'per-share:x', 'per-share:1,mni=1', 'per-share:1,max=5', 'per-share:1,min=', 'flat:1']) {
    assert.throws(() => read(`--bars x --fee ${bad}`), /--fee takes per-share/, bad);
  }
  assert.throws(() => read('--bars x --fee bps:1 --fee-bps 1'), /exclude each other/);
});

test('a size is so many units or a share of equity, and more than nothing', () => {
  assert.deepEqual(read('--bars x --sizing units:1').sizing, { kind: 'units', units: '1' });
  assert.deepEqual(read('--bars x --sizing fraction:0.5').sizing, { kind: 'fraction', fraction: '0.5' });
  for (const bad of ['1', 'units:-1', 'units:0', 'fraction:0.00', 'unit:1']) {
    assert.throws(() => read(`--bars x --sizing ${bad}`), /--sizing takes units/, bad);
  }
});
