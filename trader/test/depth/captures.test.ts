import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { readCapture } from '../../src/adapters/ticks/capture-reader.ts';
import type { CaptureReport } from '../../src/adapters/ticks/capture.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SHARED = join(ROOT, '..', 'shared', 'data', 'ticks');

/** Recordings by their files, the one that ships and those that lie beside the project, with what is known of them. */
const CAPTURES: readonly (readonly [files: readonly string[], expected: Partial<CaptureReport>])[] = [
  [['binance-spot_BTCUSDT_ticks_20240808.gz'], { messages: 14_000, trades: 2_591, gaps: [], crossed: 0, bestCompared: 1_249, bestEqual: 1_249 }],
  [['hftbacktest_binance_spot_btcusdt_20240808.gz'], { messages: 41_249, trades: 9_757, gaps: [], crossed: 0, bestCompared: 3_450, bestEqual: 3_450 }],
  [['hftbacktest_binance_spot_ethusdt_20240808.gz'], { messages: 33_618, trades: 6_106, gaps: [], crossed: 0, bestCompared: 3_433, bestEqual: 3_433 }],
  [['hftbacktest_binance_usdm_btcusdt_20240808.gz'], { messages: 93_954, trades: 21_313, quotes: 66_089, gaps: [], crossed: 0, bestCompared: 6_443, bestEqual: 6_443 }],
  [['nautilus_binance_btcusdt-depth-snap.csv.gz'], { formats: ['binance-depth'], snapshots: 1, levels: 100 }],
  // The updates were recorded ten minutes behind the snapshot: what came between is a gap.
  [['nautilus_binance_btcusdt-depth-snap.csv.gz', 'nautilus_binance_btcusdt-depth-update.csv.gz'], {
    snapshots: 1, updates: 0, unusedUpdates: 1, gaps: [{ at: 1_667_347_199_939, after: 2_098_021_528_332, next: 2_098_041_693_435 }],
  }],
  [['nautilus_binance_btcusdt-quotes.parquet', 'nautilus_binance_btcusdt-trades.parquet'], { quotes: 451, trades: 2_001, repeatedTrades: 0 }],
  [['nautilus_quote_tick_data.csv.gz'], { formats: ['histdata-quotes'], quotes: 9_500, outOfOrder: 0 }],
  [['nautilus_tardis_binance-futures_book_snapshot_25_BTCUSDT.csv.gz'], { snapshots: 10, levels: 500, crossed: 0 }],
  [['nautilus_tardis_binance-futures_book_snapshot_5_BTCUSDT.csv.gz'], { snapshots: 10, levels: 100, crossed: 0 }],
  [['nautilus_tardis_bitmex_trades_XBTUSD.csv.gz'], { formats: ['tardis-trades'], trades: 10 }],
  [['nautilus_tardis_deribit_incremental_book_L2_BTC-PERPETUAL.csv.gz'], { formats: ['tardis-incremental-book'], snapshots: 1, levels: 15 }],
  [['nautilus_tardis_huobi-dm-swap_quotes_BTC-USD.csv.gz'], { formats: ['tardis-quotes'], quotes: 10 }],
  [['nautilus_truefx_usdjpy-ticks.csv.gz'], { formats: ['truefx-quotes'], quotes: 1_000 }],
];

for (const [names, expected] of CAPTURES) {
  const files = names.map((name) => [join(ROOT, 'data', name), join(SHARED, name)].find((file) => existsSync(file)) ?? '');
  if (files.includes('')) continue;
  test(`${names.join(' and ')} are read as they were recorded`, async () => {
    const { ticks, report } = await readCapture(files);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(report[name as keyof CaptureReport], value, name);
    for (let i = 0; i < ticks.length; i++) {
      assert.ok(ticks.tsLocal[i] >= ticks.tsExchange[i], 'nothing is known before it happened');
      if (i > 0) assert.ok(ticks.tsExchange[i] >= ticks.tsExchange[i - 1], 'ticks are in order');
    }
    if (names[0]?.includes('20240808')) assert.ok(report.clockBehindMs > 1_270 && report.clockBehindMs < 1_276, 'the clock of this recorder was 1.27 s behind');
  });
}
