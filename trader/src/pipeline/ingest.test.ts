import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualVenue } from '../../test/manual-venue.ts';
import { bar, MemoryJournal, MINUTE, testInstrument } from '../../test/markets.ts';
import type { Bar } from '../domain/bar.ts';
import type { Strategy } from '../ports/strategy.ts';
import { noFee } from '../simulation/fees.ts';
import { Engine } from './engine.ts';
import { Ingest, type DataQuality } from './ingest.ts';

/** Two markets of one-minute bars, without strategies. */
function open() {
  const markets = ['A', 'B'].map((id) => ({ instrument: testInstrument({ id }), intervalMs: MINUTE }));
  const journal = new MemoryJournal();
  const engine = new Engine({ run: 'ingest', markets, books: [], cash: 0, moneyScale: 2, fees: noFee, guards: [], client: new ManualVenue() });
  return { ingest: new Ingest(engine, markets, journal), engine, journal };
}

const good = bar(MINUTE, 10, 12, 9, 11);

test('a bar that cannot be is refused and counted, and is in no journal', () => {
  const impossible: readonly Partial<Bar>[] = [
    { open: NaN }, { high: NaN }, { low: NaN }, { close: NaN }, { low: 0 }, { low: -9 }, { high: Infinity }, { high: 8 }, { open: 13 }, { close: 8 },
    { volume: -1 }, { volume: Infinity }, { timestamp: NaN }, { timestamp: Infinity }, { timestamp: 1e300 }, { timestamp: 0.5 },
  ];
  const { ingest, engine, journal } = open();
  for (const fault of impossible) assert.equal(ingest.admitBar(0, { ...good, ...fault }), 'malformed', JSON.stringify(fault));
  assert.deepEqual([ingest.quality[0]?.malformed, engine.bars, journal.records.length], [impossible.length, 0, 0]);
});

test('absent volume is none in the journal and no fault; zero stays zero', () => {
  const { ingest, journal } = open();
  assert.equal(ingest.admitBar(0, { ...good, volume: NaN }), 'admitted');
  assert.equal(ingest.admitBar(1, { ...good, volume: 0 }), 'admitted');
  assert.deepEqual(journal.records, [
    { kind: 'bar', market: 0, bar: [MINUTE, 10, 12, 9, 11, null] }, { kind: 'bar', market: 1, bar: [MINUTE, 10, 12, 9, 11, 0] },
  ]);
});

test('time never goes back, in a market or between markets, and missing bars are counted in runs', () => {
  const { ingest } = open();
  const admit = (market: number, minute: number) => ingest.admitBar(market, bar(minute * MINUTE, 10));
  assert.deepEqual([admit(0, 5), admit(0, 5), admit(0, 4), admit(1, 4), admit(1, 5)], ['admitted', 'repeated', 'repeated', 'repeated', 'admitted']);
  assert.deepEqual([admit(0, 8), admit(0, 9), admit(0, 11)], ['admitted', 'admitted', 'admitted']);
  const expected: DataQuality = { bars: 4, gaps: 2, missingBars: 3, repeated: 2, malformed: 0, tsLast: 12 * MINUTE };
  assert.deepEqual(ingest.quality[0], expected);
});

test('a report of a real venue that is later than the next bar\'s close holds no bar back, and time stays where it was', () => {
  const markets = [{ instrument: testInstrument(), intervalMs: MINUTE }];
  const venue = new ManualVenue();
  const seen: number[] = [];
  const strategy: Strategy = {
    onBar({ timestamp }, signal) {
      seen.push(timestamp);
      signal.target = 1;
    },
  };
  const engine = new Engine({
    run: 'ingest', markets, cash: 1_000_000, moneyScale: 2, fees: noFee, guards: [], client: venue, books: [{ strategyName: 'long', strategy, market: 0, sizing: { kind: 'units', units: '1' } }],
  });
  const ingest = new Ingest(engine, markets, new MemoryJournal());
  ingest.admitBar(0, bar(0, 10));
  venue.now = 2 * MINUTE + 150;
  venue.fill(venue.last, 1_000);
  assert.equal(engine.now, 2 * MINUTE + 150);
  assert.deepEqual([ingest.admitBar(0, bar(MINUTE, 10)), ingest.admitBar(0, bar(0, 10))], ['admitted', 'repeated']);
  assert.deepEqual([seen, engine.now], [[0, MINUTE], 2 * MINUTE + 150]);
});
