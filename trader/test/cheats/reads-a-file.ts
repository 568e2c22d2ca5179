import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { StrategyDefinition } from '../../src/ports/strategy.ts';

const FILE = new URL('../../../data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz', import.meta.url);
/** Closes by opening time, of bars that the strategy has not been shown. */
const CLOSES = new Map(gunzipSync(readFileSync(FILE)).toString('utf8').trimEnd().split('\n').slice(1).map((line) => {
  const [timestamp, , , , close] = line.split(',');
  return [Number(timestamp), Number(close)];
}));

/** Cheats: it has loaded the file of bars when it was imported, and is long where the next minute rises. */
export const strategy: StrategyDefinition = {
  name: 'reads-a-file',
  summary: 'Looks the next close up in a file.',
  parameters: {},
  warmup: () => 0,
  create: () => ({
    onBar({ timestamp }, signal) {
      signal.target = (CLOSES.get(timestamp + 60_000) ?? 0) > (CLOSES.get(timestamp) ?? Infinity) ? 1 : 0;
    },
  }),
};
