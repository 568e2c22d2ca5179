import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { SqliteProviderLedger } from '../../adapters/provider-ledger/provider-ledger.ts';
import { allocateBars } from '../../domain/bar.ts';
import { DAY_MS } from '../../domain/time.ts';
import { BarCache } from '../../pipeline/bar-cache.ts';
import type { BarProvider } from '../../ports/bar-provider.ts';
import { fetchBars } from './data-fetch.ts';

/** Has a bar for every day of the week. */
const EVERY_DAY: BarProvider = {
  name: 'coinbase',
  async bars({ span }) {
    const bars = allocateBars(Math.max(0, Math.ceil((span.to - span.from) / DAY_MS)));
    for (let day = 0; day < bars.length; day++) {
      bars.timestamp[day] = span.from + day * DAY_MS;
      for (const column of ['open', 'high', 'low', 'close', 'volume'] as const) bars[column][day] = 10;
    }
    return { ok: true, value: { source: 'coinbase', bars, covers: [span], refused: [], facts: { currency: 'USDC', timeZone: 'UTC', adjusted: 'none', splits: [], dividends: [] } } };
  },
};

test('a pair of coins has its weekends, whatever it is quoted in', async () => {
  for (const symbol of ['BTC-USD', 'BTC-USDC', 'ETH-BTC', 'BTC-FDUSD', '1INCH-USDT']) {
    const [store, ledger] = [new EmbeddedMarketStore(':memory:'), new SqliteProviderLedger(':memory:')];
    // Friday 2 January 2026; fetched on Monday up to midnight, then on Wednesday.
    const clock = { time: Date.UTC(2026, 0, 5), now: () => clock.time, after: () => () => undefined };
    const data = { store, ledger, providers: [EVERY_DAY], cache: new BarCache({ store, ledger, provider: EVERY_DAY, clock }), close: async () => undefined };
    const fetched = async () => (await fetchBars(data, { symbol, intervalMs: DAY_MS, span: { from: Date.UTC(2026, 0, 2), to: clock.time } }, [], clock.time)).bars;
    assert.equal(await fetched(), 3, `${symbol}: Friday to Sunday`);
    clock.time = Date.UTC(2026, 0, 7);
    assert.equal(await fetched(), 5, symbol);
  }
});
