import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar, MemoryJournal } from '../../../test/markets.ts';
import { TEST_KEY, TEST_PEM } from '../../../test/venues/coinbase/harness.ts';
import { Random } from '../../domain/random.ts';
import { Secret } from '../../domain/secret.ts';
import type { Denial } from '../../domain/report.ts';
import { openDriver } from './venue-drivers.ts';
import { VENUE_NAMES } from './venue-hosts.ts';
import { wirePaper, type PaperSetup } from './paper-setup.ts';
import { holdsStop } from './venue-stops.ts';
import { WALL_CLOCK } from './wall-clock.ts';

const around = { home: '', secrets: { read: () => Promise.resolve(undefined) }, clock: WALL_CLOCK, random: new Random(1), loopbackPort: 1, onUnreadable: () => undefined };

test('what is known of a venue\'s stops is what its adapter can send', async () => {
  for (const venue of VENUE_NAMES) {
    const keys = { key: new Secret(TEST_KEY.name), secret: new Secret(TEST_PEM) };
    const driver = await openDriver(venue, venue === 'coinbase' ? 'live' : 'sandbox', keys, around);
    for (const assetClass of venue === 'alpaca' ? ['crypto', 'equity'] as const : ['crypto'] as const) {
      const gateway = driver.gateway([{ symbol: 'A', instrument: { id: 'A', assetClass, quoteCurrency: 'USD', priceScale: 2, quantityScale: 2, tickSize: 1, lotSize: 1, minNotional: 0 } }]);
      const { types } = gateway.capabilities;
      assert.deepEqual([holdsStop(venue, { assetClass }, false), holdsStop(venue, { assetClass }, true)], [types.includes('stop'), types.includes('trailing-stop')], `${venue} ${assetClass}`);
      await gateway.close();
    }
  }
});

test('a position is not opened where the venue would hold no stop for it, and an opinion without one trades', async () => {
  const denials = async (venue: string, stop: number) => {
    const told: Denial[] = [];
    const setup: PaperSetup = {
      cash: '10000', feeBps: '10', latencyMs: 0, feed: { venue, hosts: [] },
      markets: [{ instrument: { id: 'A-USD.X', venue, assetClass: 'crypto', quoteCurrency: 'USD', tickSize: '0.01', lotSize: '0.01', minNotional: '0' }, intervalMs: 60_000, priceDecimals: 2, symbol: 'A-USD' }],
      books: [{ strategy: 'macd', parameters: { fast: 2, slow: 3, signal: 2, stop }, market: 0, sizing: { kind: 'units', units: '1' } }],
      limits: { maxNotional: 1e6, maxExposure: 10, maxOrdersPerMinute: 100, priceCollar: 1, maxDataAgeMs: 1e9, maxDrawdown: 1 },
      live: { id: 'test', world: 'sandbox', foreign: 'halt', ramp: { start: 1, step: 1 }, feeRates: {}, margin: false },
    };
    const run = await wirePaper(setup, Object.assign(new MemoryJournal(), { sync() {} }), { onOrder() {}, onReport() {}, onDenial: (denial) => void told.push(denial) });
    [100, 99, 98, 97, 99, 102, 106, 111].forEach((close, minute) => { run.ingest.admitBar(0, bar(minute * 60_000, close)); });
    return [told.map(({ rule }) => rule), run.recorder.orders > 0];
  };
  assert.deepEqual(await denials('coinbase', 0.05), [['no-stop'], false]);
  assert.deepEqual(await denials('coinbase', 0), [[], true]);
  assert.deepEqual(await denials('binance', 0.05), [[], true]);
});
