import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { resample } from '../../domain/resample.ts';
import { openBars } from './column-cache.ts';
import { TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const ohlcv = join(import.meta.dirname, '../../../../..', 'shared', 'data', 'ohlcv');

async function read(path: string): Promise<Bars> {
  const set = await openBars(path, { home: folder.home });
  const bars = set.read();
  set.close();
  return bars;
}

/** How many buckets stand in both, where all prices are the same and volumes to within the rounding of their sum. */
function agreeing(made: Bars, published: Bars): { both: number; prices: number; volumes: number } {
  const rows = new Map([...published.timestamp].map((time, row) => [time, row]));
  const count = { both: 0, prices: 0, volumes: 0 };
  for (let row = 0; row < made.length; row++) {
    const other = rows.get(made.timestamp[row]);
    if (other === undefined) continue;
    count.both++;
    if (BAR_COLUMNS.slice(1, 5).every((column) => made[column][row] === published[column][other])) count.prices++;
    const [a, b] = [made.volume[row], published.volume[other]];
    if (Math.abs(a - b) <= 1e-9 * b) count.volumes++;
  }
  return count;
}

test('shipped one-minute bars make the hours that a plain loop over them makes', async () => {
  const minutes = await read(join(import.meta.dirname, '../../../../data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz'));
  const hours = new Map<number, number[]>();
  for (let row = 0; row < minutes.length; row++) {
    const [time, ...bar] = BAR_COLUMNS.map((column) => minutes[column][row]) as [number, number, number, number, number, number];
    const [open, high, low, close, volume] = bar;
    const hour = hours.get(Math.floor(time / 3_600_000) * 3_600_000);
    if (hour === undefined) hours.set(Math.floor(time / 3_600_000) * 3_600_000, [open, high, low, close, volume]);
    else hour.splice(1, 4, Math.max(hour[1], high), Math.min(hour[2], low), close, hour[4] + volume);
  }
  const made = resample(minutes, 3_600_000);
  const rows = Array.from({ length: made.length }, (_, row) => BAR_COLUMNS.map((column) => made[column][row]));
  assert.deepEqual(rows, [...hours].slice(0, made.length).map(([time, bar]) => [time, ...bar]));
  assert.equal(made.length, 720);
});

if (existsSync(ohlcv)) {
  test('one-minute bars make the exchange\'s own five-minute bars', async () => {
    const made = resample(await read(join(ohlcv, 'binance-spot_SOLUSDT_1m_20230316-20230501.csv.gz')), 300_000);
    assert.deepEqual(agreeing(made, await read(join(ohlcv, 'binance-spot_SOLUSDT_5m_20220801-20230927.csv.gz'))), { both: 13_217, prices: 13_217, volumes: 13_217 });
  });

  test('five-minute bars make the exchange\'s own hourly bars, also the hour that an outage cut short', async () => {
    const fives = await read(join(ohlcv, 'binance-spot_BTCUSDT_5m_20220801-20230927.csv.gz'));
    const made = resample(fives, 3_600_000);
    assert.deepEqual(agreeing(made, await read(join(ohlcv, 'binance-spot_BTCUSDT_1h_20220801-20231231.csv.gz'))), { both: 10_145, prices: 10_145, volumes: 10_145 });
    const parts = new Map<number, number>();
    for (const time of fives.timestamp) parts.set(Math.floor(time / 3_600_000) * 3_600_000, (parts.get(Math.floor(time / 3_600_000) * 3_600_000) ?? 0) + 1);
    // 10 144 hours are made of all their twelve bars; the one more is the hour in which Binance stood still.
    assert.deepEqual([...made.timestamp].filter((time) => parts.get(time) !== 12), [Date.parse('2023-03-24T12:00:00Z')]);
  });
}
