import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { SqliteProviderLedger } from '../../adapters/provider-ledger/provider-ledger.ts';
import { allocateBars, sliceBars, type Bars } from '../../domain/bar.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { BarProvider } from '../../ports/bar-provider.ts';
import { checkSeries } from './data-check.ts';

const SERIES = { instrument: 'NVDA', intervalMs: DAY_MS };
const FIRST = Date.UTC(2026, 0, 5);
const NOW = Date.UTC(2026, 1, 1);
const SPAN = { from: FIRST, to: NOW };

/** Ten days of one price, but for those that are told otherwise. */
function days(other: Readonly<Record<number, number>> = {}): Bars {
  const bars = allocateBars(10);
  for (let day = 0; day < 10; day++) {
    bars.timestamp[day] = FIRST + day * DAY_MS;
    for (const column of ['open', 'high', 'low', 'close'] as const) bars[column][day] = other[day] ?? 100;
    bars.volume[day] = 1;
  }
  return bars;
}

/** A provider that tells these bars. */
function teller(name: string, bars: Bars): BarProvider {
  return { name, bars: async () => ({ ok: true, value: { source: name, bars, covers: [SPAN], refused: [], facts: { currency: 'USD', timeZone: 'America/New_York', adjusted: 'splits', splits: [], dividends: [] } } }) };
}

/** Ten bars of yahoo's in a store, of which another source disputes the fourth and the sixth. */
async function disputed() {
  const ledger = new SqliteProviderLedger(':memory:');
  const store = new EmbeddedMarketStore(':memory:');
  await store.append(SERIES, { source: 'yahoo', knownAt: NOW - DAY_MS, bars: days() });
  const check = (...providers: readonly BarProvider[]) => checkSeries({ store, ledger, providers }, SERIES, SPAN, NOW);
  const { differences } = await check(teller('alphavantage', days({ 3: 101, 5: 99 })));
  assert.deepEqual(differences.map(({ became }) => became), ['quarantined', 'quarantined']);
  const held = async () => [...(await store.range(SERIES)).timestamp].map((time) => (time - FIRST) / DAY_MS);
  assert.deepEqual(await held(), [0, 1, 2, 4, 6, 7, 8, 9]);
  return { check, held, store };
}

test('a bar that a third source agrees with is out of quarantine, and is told as released', async () => {
  const { check, held, store } = await disputed();
  const { differences, released } = await check(teller('alphavantage', days({ 3: 101, 5: 99 })), teller('cryptocompare', days()));
  assert.deepEqual(differences.map(({ became, wrong }) => [became, wrong]), [['kept', 'alphavantage'], ['kept', 'alphavantage']]);
  assert.deepEqual([await held(), released], [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [FIRST + 3 * DAY_MS, FIRST + 5 * DAY_MS]]);
  assert.equal((await store.list())[0]?.quarantined, 0);
});

test('a bar is out of quarantine once the source that disputed it takes that back, and stays while it does not', async () => {
  const { check, held } = await disputed();
  const { differences, released } = await check(teller('alphavantage', days({ 5: 99 })));
  assert.deepEqual([differences.length, released], [1, [FIRST + 3 * DAY_MS]]);
  assert.deepEqual(await held(), [0, 1, 2, 3, 4, 6, 7, 8, 9]);
});

test('a bar that nobody else tells of stays in quarantine, also where its own source tells it again', async () => {
  const { check, held } = await disputed();
  assert.deepEqual((await check(teller('yahoo', days()))).released, []);
  assert.deepEqual((await check(teller('cryptocompare', sliceBars(days(), 0, 3)))).released, []);
  assert.equal((await held()).length, 8);
});

test('of two others that contradict each other neither releases what is in quarantine', async () => {
  const { check, held } = await disputed();
  const { differences } = await check(teller('alphavantage', days({ 3: 101, 5: 99 })), teller('cryptocompare', days({ 3: 102, 5: 100 })));
  assert.deepEqual(differences.filter(({ time }) => time === FIRST + 3 * DAY_MS).map(({ became }) => became), ['quarantined', 'quarantined']);
  assert.deepEqual(await held(), [0, 1, 2, 4, 5, 6, 7, 8, 9]);
});

test('a bar that two others correct is corrected also where the clock was set back since it was told', async () => {
  const store = new EmbeddedMarketStore(':memory:');
  await store.append(SERIES, { source: 'yahoo', knownAt: NOW + 365 * DAY_MS, bars: days({ 3: 150 }) });
  const { differences } = await checkSeries({ store, ledger: new SqliteProviderLedger(':memory:'), providers: [teller('alphavantage', days()), teller('cryptocompare', days())] }, SERIES, SPAN, NOW);
  assert.ok(differences.some(({ became }) => became === 'corrected'));
  assert.equal((await store.range(SERIES)).close[3], 100);
});
