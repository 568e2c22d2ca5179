import { QuestDbMarketStore } from '../src/adapters/questdb/questdb-market-store.ts';
import { sliceBars } from '../src/domain/bar.ts';
import { DAY_MS } from '../src/domain/time.ts';
import { QuestDbServer } from '../test/services/questdb-server.ts';
import type { Figure } from './figure.ts';
import { makeBars } from './walk.ts';

const SHARES = 500;
const COINS = ['BTC-USD', 'ETH-USD', 'SOL-USD'];
const MINUTE_MS = 60_000;
const KNOWN_AT = 1_700_000_000_000;
/** Series that are written at once. */
const TOGETHER = 25;
const READS = 3_000;
const SHORT = 500;
/** Reads after which a server counts as warm. */
const WARM = 1_000;

/**
 * The store in a real QuestDB: daily bars of 500 shares and minutes of three coins, 700 000 bars in one
 * table. The server is killed and started anew, so the first of the reads meets one that has compiled
 * nothing and opened no file; each then takes 500 bars from a random place of a random series, shares and
 * coins in turn. Where Java or Maven is missing it says so, and measures nothing.
 */
export async function benchQuestDb(): Promise<Figure[]> {
  let server: QuestDbServer;
  try {
    server = await QuestDbServer.start();
  } catch (error) {
    console.error(`  not measured: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  try {
    const minutes = makeBars(100_000);
    const days = { ...makeBars(1_000), timestamp: Float64Array.from({ length: 1_000 }, (_each, day) => Date.UTC(2021, 0, 1) + day * DAY_MS) };
    const series = [...COINS.map((instrument) => ({ id: { instrument, intervalMs: MINUTE_MS }, bars: minutes })), ...Array.from({ length: SHARES }, (_each, at) => ({ id: { instrument: `SHARE-${at}`, intervalMs: DAY_MS }, bars: days }))];
    let store = await QuestDbMarketStore.open(server.url);
    const began = performance.now();
    for (let at = 0; at < series.length; at += TOGETHER) {
      await Promise.all(series.slice(at, at + TOGETHER).map(async ({ id, bars }) => {
        for (let from = 0; from < bars.length; from += 50_000) await store.append(id, { source: 'walk', knownAt: KNOWN_AT, bars: sliceBars(bars, from, Math.min(from + 50_000, bars.length)) });
      }));
    }
    const took = performance.now() - began;
    await store.close();
    await server.kill();
    await server.restart();
    store = await QuestDbMarketStore.open(server.url);
    const times: number[] = [];
    for (let read = 0; read < READS; read++) {
      const { id, bars } = series[read % 2 === 0 ? read / 2 % COINS.length : COINS.length + (read * 31) % SHARES] ?? series[0];
      const at = (read * 7_919_993) % (bars.length - SHORT);
      const start = performance.now();
      const { length } = await store.range(id, { from: bars.timestamp[at], to: bars.timestamp[at + SHORT] });
      times.push(performance.now() - start);
      if (length !== SHORT) throw new Error(`${id.instrument}: ${length} bars came back`);
    }
    await store.close();
    const figure = (name: string, value: number, unit: string, limit?: number, better: Figure['better'] = 'less'): Figure => ({ name, value, unit, limit, better });
    return [
      figure(`${series.length} series into it`, series.reduce((sum, { bars }) => sum + bars.length, 0) / took * 1_000, 'bars/s', undefined, 'more'),
      figure('the first read of a server just started', times[0] ?? 0, 'ms'),
      figure('500 bars, all reads from the first on, P50', quantile(times, 0.5), 'ms'),
      figure('500 bars, all reads from the first on, P95', quantile(times, 0.95), 'ms', 10),
      figure('500 bars, the first three hundred, P95', quantile(times.slice(0, 300), 0.95), 'ms'),
      figure('500 bars, after a thousand reads, P95', quantile(times.slice(WARM), 0.95), 'ms', 10),
    ];
  } finally {
    await server.stop();
  }
}

function quantile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? 0;
}
