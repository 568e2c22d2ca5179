import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandVenue } from '../../../test/hand-venue.ts';
import { bar, MemoryJournal, MINUTE, ScriptedStrategy, testInstrument } from '../../../test/markets.ts';
import { noFee } from '../../simulation/fees.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { wireLive } from './live.ts';

test('who judges by reports hears of reports alone, as a journal holds them, and not of each look at the account', async () => {
  const venue = new HandVenue();
  const clock = new VirtualClock(0);
  const heard = { reports: 0, booked: 0 };
  const markets = [{ instrument: testInstrument(), intervalMs: MINUTE }];
  const { engine, courier } = wireLive({
    run: 'test', markets, cash: '10000', moneyScale: 2, fees: noFee, guards: [], audit: { onOrder() {}, onReport() {}, onDenial() {} }, journal: Object.assign(new MemoryJournal(), { sync() {} }),
    terms: { id: 'test', world: 'sandbox', foreign: 'ignore', ramp: { start: 1, step: 1 }, feeRates: {}, margin: false },
    books: [{ strategyName: 'scripted', strategy: new ScriptedStrategy([{ target: 1 }]), market: 0, sizing: { kind: 'units', units: '10' } }],
    link: { gateway: venue, clock, onNote() {}, onBooked() { heard.booked += 1; } }, onReports() { heard.reports += 1; },
  });
  await courier.start();
  await courier.reconcile();
  assert.deepEqual([heard.reports, heard.booked > 0], [0, true]);
  engine.onBar(0, bar(0, 100));
  await clock.run(1_000);
  assert.equal(heard.reports, 1, 'the venue has accepted the order');
  await courier.stop();
});
