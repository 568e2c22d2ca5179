import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { allocateBars } from '../../domain/bar.ts';
import { DAY_MS } from '../../domain/time.ts';
import { dataStatus } from './data-status.ts';
import { marketStorePath } from './market-store-path.ts';
import { openLedger } from './provider-ledger.ts';
import { QUOTA_NAMES } from './provider-settings.ts';

const root = mkdtempSync(join(tmpdir(), 'data-status-'));
after(() => { rmSync(root, { recursive: true, force: true }); });
const NOW = Date.UTC(2024, 5, 1, 12);

test('nothing is made where nothing was fetched', async () => {
  const { series, providers, today } = await dataStatus(root, NOW);
  assert.deepEqual([series, today.hitRate, providers.map(({ name, limits }) => [name, limits.every(({ used }) => used === 0)])], [[], null, QUOTA_NAMES.map((name) => [name, true])]);
  assert.deepEqual(readdirSync(root), []);
});

test('a series is told with its gaps, age, quarantine and what nobody was asked for; a provider with its calls', async () => {
  const store = new EmbeddedMarketStore(marketStorePath(root));
  const days = [0, 1, 4, 5, 6];
  const bars = allocateBars(days.length);
  days.forEach((day, row) => {
    bars.timestamp[row] = NOW - NOW % DAY_MS - (10 - day) * DAY_MS;
    for (const column of ['open', 'high', 'low', 'close'] as const) bars[column][row] = 100;
  });
  const first = bars.timestamp[0];
  const id = { instrument: 'AAPL', intervalMs: DAY_MS };
  await store.append(id, { source: 'yahoo', knownAt: NOW, bars, covers: [{ from: first, to: first + 5 * DAY_MS }] });
  await store.quarantine(id, [first + 5 * DAY_MS], 'odd', NOW);
  await store.close();
  const ledger = openLedger(root);
  for (let call = 0; call < 3; call++) ledger.take('yahoo', { limits: [], documented: false }, NOW - 1_000);
  ledger.count('hit', NOW, 3);
  ledger.count('miss', NOW);
  ledger.count('yahoo timed-out', NOW, 2);
  ledger.count('hit', NOW - DAY_MS, 100);
  ledger.close();
  const { series: [aapl], providers, today } = await dataStatus(root, NOW);
  assert.deepEqual(aapl, {
    instrument: 'AAPL', interval: '1d', bars: 5, first, last: first + 6 * DAY_MS, ageMs: 3.5 * DAY_MS, gaps: 2, longestGapMs: 2 * DAY_MS,
    coverage: [{ from: first, to: first + 5 * DAY_MS }], unaskedMs: 2 * DAY_MS, trust: null, compared: 0, quarantined: 1, revisions: 1, sources: ['yahoo'],
  });
  assert.deepEqual(today, { hits: 3, misses: 1, hitRate: 0.75, failures: { 'yahoo timed-out': 2 } });
  assert.ok(providers.find(({ name }) => name === 'yahoo')?.limits.every(({ used }) => used === 3 || used === 0));
});
