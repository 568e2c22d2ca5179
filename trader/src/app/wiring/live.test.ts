import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandVenue } from '../../../test/hand-venue.ts';
import { bar, MemoryJournal, MINUTE, ScriptedStrategy, testInstrument } from '../../../test/markets.ts';
import { noFee } from '../../simulation/fees.ts';
import { VirtualClock } from '../../simulation/virtual-clock.ts';
import { wireLive, type LiveParts } from './live.ts';

/** A run at a venue worked by hand, whose strategy wants ten units from the first bar on. */
function wired(venue: HandVenue, clock: VirtualClock, hears: { onBooked(): void; onReports?(): void }): LiveParts {
  return wireLive({
    run: 'test', markets: [{ instrument: testInstrument(), intervalMs: MINUTE }], cash: '10000', moneyScale: 2, fees: noFee, guards: [], audit: { onOrder() {}, onReport() {}, onDenial() {} },
    journal: Object.assign(new MemoryJournal(), { sync() {} }), terms: { id: 'test', world: 'sandbox', foreign: 'ignore', ramp: { start: 1, step: 1 }, feeRates: {}, margin: false },
    books: [{ strategyName: 'scripted', strategy: new ScriptedStrategy([{ target: 1 }]), market: 0, sizing: { kind: 'units', units: '10' } }],
    link: { gateway: venue, clock, onNote() {}, onBooked() { hears.onBooked(); } }, onReports() { hears.onReports?.(); },
  });
}

test('who judges by reports hears of reports alone, as a journal holds them, and not of each look at the account', async () => {
  const clock = new VirtualClock(0);
  const heard = { reports: 0, booked: 0 };
  const { engine, courier } = wired(new HandVenue(), clock, { onBooked() { heard.booked += 1; }, onReports() { heard.reports += 1; } });
  await courier.start();
  await courier.reconcile();
  assert.deepEqual([heard.reports, heard.booked > 0], [0, true]);
  engine.onBar(0, bar(0, 100));
  await clock.run(1_000);
  assert.equal(heard.reports, 1, 'the venue has accepted the order');
  await courier.stop();
});

test('what is ordered before the account is open never goes out, and is given up as lost; what is ordered after it does', async () => {
  for (const [opened, sent] of [[false, 0], [true, 1]] as const) {
    const venue = new HandVenue();
    const clock = new VirtualClock(0);
    const { engine, courier } = wired(venue, clock, { onBooked() {} });
    const give = () => { engine.onBar(0, bar(0, 100)); };
    if (!opened) give();
    await courier.start();
    if (opened) give();
    await clock.run(20_000);
    assert.deepEqual([venue.count('submit'), engine.execution.rejections.get('lost') ?? 0], [sent, 1 - sent]);
    await courier.stop();
  }
});
