import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testInstrument } from '../../../test/markets.ts';
import { liveSetup, readLiveConfig, type LiveConfig } from './live-setup.ts';

const CONFIG: LiveConfig = {
  mode: 'sandbox', venue: 'binance', capital: '1000', interval: '1h', instruments: ['BTC-USDT.BINANCE'],
  books: [{ strategy: 'macd', parameters: { fast: 20, slow: 50 }, instrument: 'BTC-USDT.BINANCE', sizing: { kind: 'fraction', fraction: '0.1' } }],
  limits: { maxNotional: 2_000, maxExposure: 0.25, maxOrdersPerMinute: 10, priceCollar: 0.05, maxDataAgeMs: 7_200_000, maxDrawdown: 0.1 },
};
const [BOOK] = CONFIG.books;

async function refusalOf(change: object): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'live-setup-'));
  try {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ ...CONFIG, ...change }));
    return await readLiveConfig(file).then(() => 'none', (error: unknown) => String(error));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a configuration is refused by the name of what is wrong, with what it may be, before anything is dialled', async () => {
  for (const [change, words] of [
    [{}, /^none$/],
    [{ mode: 'paper' }, /mode: must be one of sandbox, live/],
    [{ capital: 1000 }, /capital: must be a text/],
    [{ capital: '0.00' }, /capital: must be above 0/],
    [{ limits: { ...CONFIG.limits, maxDrawdown: 5 } }, /limits\.maxDrawdown: must be at most 1/],
    [{ limits: { ...CONFIG.limits, priceCollar: 5 } }, /limits\.priceCollar: must be at most 1/],
    [{ books: [{ ...BOOK, sizing: { kind: 'fraction', fraction: '0' } }] }, /books\.0\.sizing\.fraction: must be a decimal above 0 in quotes/],
    [{ books: [{ ...BOOK, sizing: { kind: 'units', units: 1 } }] }, /books\.0\.sizing\.units: must be a text, in quotes/],
    [{ books: [{ ...BOOK, sizing: { kind: 'kelly', fraction: '1.1', cap: '1' } }] }, /books\.0\.sizing\.fraction: must be at most 1/],
    [{ books: [{ ...BOOK, sizing: { kind: 'all' } }] }, /books\.0\.sizing(\.kind)?: must have a "kind": units, fraction/],
    [{ books: [{ ...BOOK, parameters: { fsat: 3 } }] }, /books\.0: unknown parameter "fsat"/],
    [{ books: [{ ...BOOK, strategy: 'mcad' }] }, /books\.0: there is no strategy "mcad"/],
    [{ limits: { ...CONFIG.limits, maxDrawdown: undefined } }, /limits\.maxDrawdown: is missing, and must be a number/],
    [{ limits: { ...CONFIG.limits, maxNotional: 0 } }, /limits\.maxNotional: must be above 0/],
    [{ ramp: { start: 2, step: 1 } }, /ramp\.start: must be at most 1/],
    [{ mode: 'live', ramp: { start: 0.05, step: 0.1 } }, /^none$/],
    [{ mode: 'live', ramp: { start: 1, step: 0.1 } }, /ramp: real money begins at no more than 0\.1 of the size, and grows by no more than 0\.1 a day/],
    [{ mode: 'live', ramp: { start: 0.1, step: 0.5 } }, /ramp: real money/],
    [{ instruments: ['BTC-USDT.BINANCE', 'BTC-USDT.BINANCE'] }, /instruments: names BTC-USDT\.BINANCE twice/],
    [{ propFirm: 'ftmo' }, /no rules of a prop firm "ftmo"/],
    [{ news: 'news.csv' }, /--news is for the rules of a prop firm|news/],
    [{ propFirm: 'ftmo-swing', news: 'news.csv' }, /may trade through news/],
    [{ propFirm: 'ftmo-account', news: '/nowhere/news.csv' }, /calendar of news cannot be read/],
    [{ books: [{ ...BOOK, strategy: 'nope' }] }, /no strategy "nope"/],
    [{ books: [{ ...BOOK, parameters: { fast: -2 } }] }, /fast must lie in/],
    [{ books: [{ ...BOOK, strategy: 'macro-filter', parameters: {} }] }, /reads 1 series \(economy\), and none is given/],
    [{ books: [{ ...BOOK, strategy: 'macro-filter', parameters: {}, series: ['UNRATE', 'GDP'] }] }, /reads 1 series \(economy\), and 2 are given/],
    [{ books: [{ ...BOOK, strategy: 'macro-filter', parameters: {}, series: ['UNRATE'] }] }, /^none$/],
    [{ books: [{ ...BOOK, series: ['UNRATE'] }] }, /macd reads no series/],
  ] as const) assert.match(await refusalOf(change), words);
});

test('a size in units finer than the venue counts is refused', () => {
  const listings = [{ instrument: testInstrument({ id: 'BTC-USDT.BINANCE', quantityScale: 5 }), symbol: 'BTCUSDT' }];
  const withUnits = (units: string) => () => liveSetup({ ...CONFIG, books: [{ ...BOOK, sizing: { kind: 'units', units } }] }, 'id', listings, false);
  assert.doesNotThrow(withUnits('0.00001'));
  assert.throws(withUnits('0.000001'), /units of 0\.000001 are finer than BTC-USDT\.BINANCE is counted: 5 decimals/);
});
