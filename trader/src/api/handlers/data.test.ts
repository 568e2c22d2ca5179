import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startApi, type ApiRig } from '../../../test/api-rig.ts';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { EmbeddedSeriesStore } from '../../adapters/series-store/embedded-series-store.ts';
import { allocateBars } from '../../domain/bar.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { ApiClient } from '../client.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 2);
const NVDA = { instrument: 'NVDA', intervalMs: HOUR };

/** Hours of two days, of which the fifth is missing. */
function hours(close: number) {
  const bars = allocateBars(47);
  for (let i = 0; i < 47; i++) {
    bars.timestamp[i] = START + (i < 5 ? i : i + 1) * HOUR;
    bars.open[i] = bars.high[i] = bars.low[i] = bars.close[i] = close;
    bars.volume[i] = NaN;
  }
  return bars;
}

describe('what is known of stored data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'data-'));
  const market = new EmbeddedMarketStore(join(folder, 'bars.sqlite'));
  const series = new EmbeddedSeriesStore(join(folder, 'series.sqlite'));
  let rig: ApiRig;
  let api: ApiClient;
  before(async () => {
    await market.append(NVDA, { source: 'yahoo', knownAt: START + 3 * DAY_MS, bars: hours(10), covers: [{ from: START, to: START + DAY_MS }] });
    const disputed = allocateBars(1);
    disputed.timestamp[0] = START;
    disputed.open[0] = disputed.high[0] = disputed.low[0] = disputed.close[0] = 12;
    disputed.volume[0] = 5;
    await market.append(NVDA, { source: 'alphavantage', knownAt: START + 4 * DAY_MS, bars: disputed });
    await market.quarantine(NVDA, [START], 'yahoo says 10', START + 4 * DAY_MS);
    const facts = { id: 'CPIAUCSL', source: 'fred', title: 'Consumer Price Index', units: 'Index', frequency: 'Monthly', adjustment: '' };
    await series.append(facts, { fetchedAt: START, dueAt: Date.now() + DAY_MS, vintages: true }, [
      { date: START, value: 300, availableAt: START + 10 * DAY_MS }, { date: START, value: 301, availableAt: START + 40 * DAY_MS }, { date: START + 31 * DAY_MS, value: NaN, availableAt: START + 41 * DAY_MS },
    ]);
    rig = await startApi({
      marketStore: () => Promise.resolve(market), seriesStore: () => series,
      desk: {
        status: () => Promise.resolve({ series: [], providers: [], today: { hits: 9, misses: 1, hitRate: 0.9, failures: { 'yahoo timed-out': 1 } }, cost: { paid: 0, paidFeeds: [1, 2] } }), sources: () => Promise.resolve([]), venues: () => [],
        findSeries: () => Promise.resolve({ found: [facts, { ...facts, id: 'CPILFESL', title: 'Core CPI' }], note: null }),
      },
    });
    api = await rig.client('viewer');
  });
  after(async () => {
    await rig.close();
    await market.close();
    await series.close();
    rmSync(folder, { recursive: true });
  });

  test('a calendar tells how many bars a day has and should have, what is disputed, and whether somebody was asked', async () => {
    const { days } = await api.call('dataCoverage', { query: { instrument: 'NVDA', interval: '1h' } });
    assert.deepEqual(days, [
      { day: START, bars: 23, expected: 24, quarantined: 1, asked: true }, { day: START + DAY_MS, bars: 24, expected: 24, quarantined: 0, asked: false },
    ]);
    await assert.rejects(api.call('dataCoverage', { query: { instrument: 'NVDA', interval: '1m' } }), { code: 'not-found' });
  });

  test('a hole is told from when the next bar should have opened to when one did', async () => {
    const { items } = await api.call('dataGaps', { query: { instrument: 'NVDA', interval: '1h' } });
    assert.ok(items.some(({ from, to }) => from === START + 5 * HOUR && to === START + 6 * HOUR));
  });

  test('a disputed bar shows what each source said, and why it is not traded on', async () => {
    const { items: [bar, ...others] } = await api.call('dataQuarantine');
    assert.deepEqual(others, []);
    assert.equal(bar.reason, 'yahoo says 10');
    assert.deepEqual(bar.states.map(({ source, close, volume, quarantine }) => ({ source, close, volume, quarantine })), [
      { source: 'yahoo', close: 10, volume: null, quarantine: null }, { source: 'alphavantage', close: 12, volume: 5, quarantine: null }, { source: 'alphavantage', close: 12, volume: 5, quarantine: 'yahoo says 10' },
    ]);
  });

  test('a series is told as it was known at a moment, and an absent figure as none', async () => {
    const then = await api.call('readSeries', { params: { id: 'CPIAUCSL' }, query: { asOf: START + 20 * DAY_MS } });
    assert.deepEqual([then.value, then.date], [[300], [START]]);
    const now = await api.call('readSeries', { params: { id: 'CPIAUCSL' } });
    assert.deepEqual(now.value, [301, null]);
    assert.equal(now.series.stored, true);
  });

  test('a search finds what is stored first, then what is offered, each once; releases say what is due', async () => {
    const { items } = await api.call('searchSeries', { query: { text: 'price index' } });
    assert.deepEqual(items.map(({ id, stored }) => [id, stored]), [['CPIAUCSL', true], ['CPILFESL', false]]);
    assert.deepEqual((await api.call('seriesReleases', { query: { days: 2 } })).items.map(({ id }) => id), ['CPIAUCSL']);
    assert.equal((await api.call('dataStatus')).today.hitRate, 0.9);
  });
});
