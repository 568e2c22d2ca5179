import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { JournalFile } from '../../src/adapters/journal/journal-file.ts';
import { openSeries } from '../../src/app/wiring/economic.ts';
import { runId, type PaperSetup } from '../../src/app/wiring/paper-setup.ts';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import { Operator } from '../../src/app/wiring/operator.ts';
import { replay } from '../../src/app/wiring/replay.ts';
import type { SeriesState } from '../../src/domain/dated-series.ts';
import { readJournal } from '../chaos/journal-ledger.ts';
import { journalOf, SILENCE } from '../chaos/small-run.ts';
import { ROOT } from '../docs/page.ts';

const home = mkdtempSync(join(tmpdir(), 'series-paper-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
const MINUTE = 60_000;
/** When the first shipped bar closes. */
const FIRST = 1_746_372_780_000 + MINUTE;

async function tell(...states: readonly SeriesState[]): Promise<void> {
  const store = openSeries(home);
  await store.append({ id: 'UNRATE', source: 'fred', title: '', units: '', frequency: '', adjustment: '' }, { fetchedAt: 0, dueAt: undefined, vintages: true }, states);
  await store.close();
}

/** A run of the one strategy that reads unemployment, on shipped bars. */
async function begin(): Promise<void> {
  const shipped = await PaperTrader.open(home, undefined, true, SILENCE);
  const { setup } = shipped.run;
  shipped.release();
  rmSync(journalOf(home));
  const mine: PaperSetup = { ...setup, books: [{ strategy: join(ROOT, 'trader/test/series/calm-economy.ts'), parameters: {}, market: 0, sizing: { kind: 'fraction', fraction: '0.05' }, series: ['UNRATE'] }] };
  const journal = new JournalFile(journalOf(home));
  journal.append({ kind: 'run', version: 1, run: runId(mine), setup: mine });
  journal.close();
}

function step(trader: PaperTrader, moments: number): void {
  for (let i = 0; i < moments; i++) trader.step();
}

const readings = () => readJournal(journalOf(home)).records.filter((record) => record.kind === 'reading');

test('on paper a figure is an input: journalled when it is known, traded on then, and repeated whatever the store says by then', async () => {
  const [year, now] = [Date.parse('2024-04-01'), Date.parse('2025-04-01')];
  await tell({ date: year, value: 4, availableAt: FIRST - 9 * MINUTE }, { date: now, value: 4.2, availableAt: FIRST + 2 * MINUTE }, { date: now, value: 9, availableAt: FIRST + 6 * MINUTE });
  await begin();
  const trader = await PaperTrader.open(home, undefined, false, SILENCE);
  step(trader, 12);
  const { fills } = trader.state();
  await trader.stop();
  assert.deepEqual(readings(), [
    { kind: 'reading', series: 'UNRATE', tsEvent: FIRST - 9 * MINUTE, date: year, value: 4, yearBefore: null },
    { kind: 'reading', series: 'UNRATE', tsEvent: FIRST + 2 * MINUTE, date: now, value: 4.2, yearBefore: 4 },
    { kind: 'reading', series: 'UNRATE', tsEvent: FIRST + 6 * MINUTE, date: now, value: 9, yearBefore: 4 },
  ]);
  assert.equal(fills, 2, 'in with the first figure, out with its revision');

  // Somebody fills in the past of the store: the run is what it was.
  await tell({ date: now, value: 9, availableAt: FIRST + 3 * MINUTE });
  const repeated = await replay(journalOf(home), home);
  assert.deepEqual([repeated.fills, repeated.digest], [2, repeated.recordedDigest]);

  // It goes on where it stopped, and hears what is new from there on.
  await tell({ date: now, value: 4.1, availableAt: FIRST + 14 * MINUTE });
  const again = await PaperTrader.open(home, undefined, false, SILENCE);
  step(again, 5);
  assert.equal(again.state().fills, 3);
  await again.stop();
  assert.equal(readings().length, 4);
});

test('a strategy that reads a series is added while the run trades, hears of it from the next bar on, and comes back after a restart', async () => {
  const own = mkdtempSync(join(tmpdir(), 'series-added-'));
  after(() => { rmSync(own, { recursive: true, force: true }); });
  const store = openSeries(own);
  await store.append({ id: 'UNRATE', source: 'fred', title: '', units: '', frequency: '', adjustment: '' }, { fetchedAt: 0, dueAt: undefined, vintages: true }, [{ date: Date.parse('2024-04-01'), value: 4, availableAt: FIRST - 9 * MINUTE }]);
  await store.close();
  let trader = await PaperTrader.open(own, undefined, true, SILENCE);
  const operator = new Operator({ trader, carryOut: (command) => { trader.command(command); }, trading: () => ({ state: 'active', reason: null, by: null, since: null, flat: false }), now: () => 0 });
  step(trader, 20);
  const instrument = trader.run.markets[0].instrument.id;
  const asked = { kind: 'add-strategy' as const, by: 'user:ann', strategy: 'macro-filter', instrument, parameters: {}, fraction: '0.05' };
  const without = operator.request({ id: 'a', ...asked });
  assert.deepEqual([without.ok, without.ok || without.error.field], [false, 'series']);
  assert.ok(operator.request({ id: 'b', ...asked, series: ['UNRATE'] }).ok);
  const known = () => readJournal(journalOf(own)).records.filter((record) => record.kind === 'reading').map(({ series, value }) => [series, value]);
  // The store is read beside trading; the bar after that brings what it knows.
  for (let tried = 0; tried < 200 && known().length === 0; tried++) {
    step(trader, 1);
    await new Promise((done) => { setTimeout(done, 10); });
  }
  assert.deepEqual(known(), [['UNRATE', 4]]);
  const digest = trader.run.recorder.digest();
  await trader.stop();
  trader = await PaperTrader.open(own, undefined, false, SILENCE);
  assert.deepEqual([trader.run.readings.series, trader.run.recorder.digest()], [['UNRATE'], digest]);
  step(trader, 5);
  assert.equal(known().length, 1, 'nothing new is told twice');
  await trader.stop();
});

test('a run whose series is not stored is refused before it begins to trade', async () => {
  rmSync(join(home, 'series.sqlite'));
  await assert.rejects(PaperTrader.open(home, undefined, false, SILENCE), /no series UNRATE is stored/);
});
