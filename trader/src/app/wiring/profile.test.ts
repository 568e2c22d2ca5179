import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sizing } from '../../pipeline/sizing.ts';
import type { FeeRequest } from './backtest-request.ts';
import { checkSizing, plainInstrument, venueInstrument } from './profile.ts';

const BTC = { id: 'BTC-USDT-PERP.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', tickSize: '0.10', lotSize: '0.001', minNotional: '100' } as const;
const BPS = { kind: 'bps', bps: '10' } as const;

test('the plain profile trades in steps of the sizing: its own last decimal, hundred-millionths, or whole shares', () => {
  const scale = (sizing: Sizing, fee: FeeRequest = BPS) =>
    plainInstrument('X', { fee, sizing, priceDecimals: 2, weekends: true }).quantityScale;
  assert.equal(scale({ kind: 'units', units: '1' }), 0);
  assert.equal(scale({ kind: 'units', units: '0.25' }), 2);
  assert.equal(scale({ kind: 'fraction', fraction: '0.5' }), 8);
  assert.equal(scale({ kind: 'fraction', fraction: '0.5' }, { kind: 'per-share', perShare: '0.005', min: undefined, maxRate: undefined }), 0);
});

test('what rests on weekends, or is charged by the share, is an equity', () => {
  const plain = (weekends: boolean) => plainInstrument('X', { fee: BPS, sizing: { kind: 'units', units: '1' }, priceDecimals: 2, weekends }).assetClass;
  assert.deepEqual([plain(true), plain(false)], ['crypto', 'equity']);
});

test('a venue instrument keeps the finer of the bars’ decimals and the tick’s', () => {
  const { priceScale, tickSize, quantityScale, lotSize, minNotional } = venueInstrument(BTC, 3);
  assert.deepEqual({ priceScale, tickSize, quantityScale, lotSize, minNotional }, { priceScale: 3, tickSize: 100, quantityScale: 3, lotSize: 1, minNotional: 100_000_000 });
  assert.equal(venueInstrument(BTC, 0).tickSize, 1);
});

test('a sizing finer than the instrument is refused in words, with the step that it has', () => {
  const instrument = venueInstrument(BTC, 1);
  assert.throws(() => checkSizing({ kind: 'units', units: '0.0005' }, instrument), /steps of 0\.001/);
  assert.throws(() => checkSizing({ kind: 'fraction', fraction: '0.0000000001' }, instrument), /9 decimals, not 10/);
  checkSizing({ kind: 'units', units: '0.005' }, instrument);
  checkSizing({ kind: 'fraction', fraction: '0.9975' }, instrument);
});
