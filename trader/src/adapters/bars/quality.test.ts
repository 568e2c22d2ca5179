import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { openBars } from './column-cache.ts';
import { DecimalsMeter } from './quality.ts';
import { TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const root = join(import.meta.dirname, '../../../..');

/** The definition, word by word. */
function decimalsByDefinition(prices: readonly number[]): number {
  const largest = Math.max(...prices);
  for (let decimals = 0; decimals <= 15; decimals++) {
    const scale = 10 ** decimals;
    if (largest * scale >= 2 ** 53) break;
    if (prices.every((price) => Math.round(price * scale) / scale === price)) return decimals;
  }
  let decimals = 22;
  while (decimals > 0 && largest * 10 ** decimals >= 2 ** 53) decimals--;
  return decimals;
}

test('price decimals are the fewest that state every price, or the finest scale of safe integers', () => {
  const decimal = fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 0, max: 16 })).map(([digits, places]) => Number(`${digits}e-${places}`));
  const price = fc.oneof({ weight: 5, arbitrary: decimal }, fc.double({ min: 1e-12, max: 1e16, noNaN: true }), fc.constantFrom(0.1, 0.30000000000000004, 1 / 3, 1e15, 2 ** 53));
  fc.assert(fc.property(fc.array(price, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (prices, piece) => {
    const meter = new DecimalsMeter();
    for (let at = 0; at < prices.length; at += piece) {
      const part = Float64Array.from([...prices.slice(at, at + piece), NaN]);
      part.forEach((number) => meter.reach(number));
      meter.add(part, part.length);
    }
    assert.equal(meter.decimals(), decimalsByDefinition(prices));
  }), { numRuns: 2_000 });
});

test('the decimals of a text are the same, though they are known from how it is written', async () => {
  const text = fc.tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 3 }))
    .map(([digits, places, zeros]) => (digits / 10 ** places).toFixed(places + (places > 0 ? zeros : 0)));
  await fc.assert(fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 30 }), async (prices) => {
    const lines = prices.map((price, row) => `${1_700_000_000_000 + row},${price},${price},${price},${price},${price}\n`);
    const bars = await openBars(folder.write(`timestamp,open,high,low,close,volume\n${lines.join('')}`), { home: folder.home });
    bars.close();
    const expected = decimalsByDefinition(prices.map(Number));
    assert.deepEqual([bars.priceDecimals, bars.quality.volumeDecimals], [expected, expected]);
  }), { numRuns: 100 });
});

const EXPECTED = [
  ['binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz', 43_199, 60_000, 0, 0, 0, 0, 0.0061, 1, 3],
  ['binance-usdm_ETHUSDT_1m_20250504-20250609.csv.gz', 52_347, 60_000, 0, 0, 0, 0, 0.0273, 2, 3],
  ['binance-usdm_SOLUSDT_1m_20250504-20250603.csv.gz', 43_200, 60_000, 0, 0, 0, 0, 0.0137, 3, 2],
  ['binance-spot_BTCUSDT_1h_20170817-20181231.csv.gz', 11_976, 3_600_000, 8, 68, 122_400_000, 1, 0.1408, 2, 6],
  ['binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz', 24_797, 3_600_000, 17, 43, 32_400_000, 1, 0.1821, 2, 6],
  ['binance-spot_BTCUSDT_1h_20220801-20231231.csv.gz', 12_431, 3_600_000, 1, 1, 7_200_000, 1, 0.0624, 2, 6],
] as const;

test('the facts of the shipped files are those that were found without this program', async () => {
  for (const [name, ...facts] of EXPECTED) {
    const bars = await openBars(join(root, 'data', name), { home: folder.home });
    const { quality } = bars;
    bars.close();
    assert.deepEqual([quality.bars, quality.intervalMs, quality.gaps, quality.missingBars, quality.longestGapMs, quality.zeroVolumeBars,
      Number(quality.largestMove.toFixed(4)), quality.priceDecimals, quality.volumeDecimals], facts, name);
    assert.equal(quality.absentVolumeBars, 0);
  }
});

const shared = join(root, '..', 'shared', 'data');

if (existsSync(shared)) test('every real file beside the checkout has the facts of its manifest', async () => {
  const rows = readFileSync(join(shared, 'MANIFEST.md'), 'utf8').split('\n').map((line) => line.split('|').map((cell) => cell.trim())).filter((cells) => cells[1]?.startsWith('ohlcv/'));
  assert.equal(rows.length, readdirSync(join(shared, 'ohlcv')).length);
  for (const [, name = '', , , , from, to, ...cells] of rows) {
    const bars = await openBars(join(shared, name), { home: folder.home });
    const { quality } = bars;
    bars.close();
    const iso = (time: number) => new Date(time).toISOString().replace('.000', '');
    const [count, gaps, missing, longest, , , zero, move] = cells.map(Number);
    assert.deepEqual([iso(quality.from), iso(quality.to), quality.bars, quality.gaps, quality.missingBars, quality.zeroVolumeBars, quality.largestMove.toFixed(4)],
      [from, to, count, gaps, missing, zero, move?.toFixed(4)], name);
    assert.equal(quality.gaps > 0 ? quality.longestGapMs : quality.intervalMs, (longest) * 1000, name);
    assert.equal(quality.absentVolumeBars, name.includes('_novol_') ? quality.bars : 0, name);
  }
});
