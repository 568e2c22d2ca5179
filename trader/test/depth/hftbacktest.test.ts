import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { readCapture } from '../../src/adapters/ticks/capture-reader.ts';
import { QUEUE_MODELS } from '../../src/simulation/depth/queue-model.ts';
import { Recording, runQuoter } from '../../bench/quoter.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Fills, lots held and cash in ticks × lots. */
type Result = readonly [fills: number, lots: number, cash: number];

/**
 * What hftbacktest 2.4.4 makes of the quoter of bench/ticks-peer.py, with 3 s between its turns, on the
 * same ticks (no_partial_fill_exchange, constant latency): under each of its queue models.
 */
const PUBLISHED: readonly { readonly file: string; readonly orders: number; readonly results: Readonly<Record<string, Result>> }[] = [
  {
    file: join(ROOT, 'data', 'binance-spot_BTCUSDT_ticks_20240808.gz'), orders: 42,
    results: {
      'risk-averse': [19, 3, -18_557_931], 'power 1': [19, 3, -18_557_931], 'power 2': [19, 3, -18_557_931], 'power 3': [20, 4, -24_740_756],
      'power2 3': [21, 3, -18_558_554], 'power3 3': [19, 3, -18_557_931], log: [19, 3, -18_557_931], log2: [19, 3, -18_557_931],
    },
  },
  {
    file: join(ROOT, '..', 'shared', 'data', 'ticks', 'hftbacktest_binance_usdm_btcusdt_20240808.gz'), orders: 116,
    results: {
      'risk-averse': [61, 11, -6_790_992], 'power 1': [65, 13, -8_026_720], 'power 2': [64, 12, -7_410_101], 'power 3': [64, 12, -7_410_101],
      'power2 3': [68, 10, -6_173_096], 'power3 3': [62, 12, -7_408_993], log: [66, 12, -7_408_679], log2: [63, 11, -6_791_975],
    },
  },
];

for (const { file, orders, results } of PUBLISHED) {
  if (!existsSync(file)) continue;
  test(`orders that rest in ${file.split('/').at(-1)} trade as in hftbacktest, under each model of the queue`, async () => {
    const { ticks, quantityScale } = await readCapture([file]);
    const record = new Recording(ticks, 3000);
    for (const [text, expected] of Object.entries(results)) {
      const [name = '', exponent] = text.split(' ');
      const make = QUEUE_MODELS[name];
      assert.ok(make, text);
      const { fills, position, cash, orders: sent } = runQuoter(record, make(Number(exponent))(10 ** quantityScale), 1);
      assert.deepEqual([sent, fills, position, cash], [orders, ...expected], text);
    }
  });
}
