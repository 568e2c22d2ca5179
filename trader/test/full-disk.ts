// Trades on a journal until it cannot be written, as the child of a test that limits the size of
// files, and tells what it sent and what happened afterwards: `node full-disk.ts JOURNAL`.
import { statSync, truncateSync } from 'node:fs';
import { JournalError, JournalFile } from '../src/adapters/journal/journal-file.ts';
import { Engine } from '../src/pipeline/engine.ts';
import { Ingest } from '../src/pipeline/ingest.ts';
import { Recorder } from '../src/pipeline/recorder.ts';
import { noFee } from '../src/simulation/fees.ts';
import { ManualVenue } from './manual-venue.ts';
import { bar, MINUTE, ScriptedStrategy, testInstrument } from './markets.ts';

const path = process.argv[2];
const journal = new JournalFile(path);
const venue = new ManualVenue();
const instrument = testInstrument();
const markets = [{ instrument, intervalMs: MINUTE }];
const engine = new Engine({
  run: 'full', markets, cash: 1_000_000, moneyScale: 2, fees: noFee, guards: [], client: venue, audit: new Recorder(journal, [instrument], 2),
  books: [{ strategyName: 'flips', strategy: new ScriptedStrategy(Array.from({ length: 10_000 }, (_, i) => ({ target: i % 2 }))), market: 0, sizing: { kind: 'units', units: '1' } }],
});
const ingest = new Ingest(engine, markets, journal);

function kindOf(act: () => void): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof JournalError ? error.kind : String(error);
  }
}

let minute = 0;
const failure = kindOf(() => {
  for (; minute < 10_000; minute++) {
    ingest.admitBar(0, bar(minute * MINUTE, 100));
    if (venue.orders.length > 0) venue.fill(venue.last, 10_000);
  }
});
const sent = venue.orders.length;
// There is room again, and a record half written.
truncateSync(path, statSync(path).size - 3);
const size = statSync(path).size;
const synced = kindOf(() => journal.sync());
const after = kindOf(() => ingest.admitBar(0, bar((minute + 1) * MINUTE, 100)));
console.log(JSON.stringify({ failure, synced, after, sent, sentAfter: venue.orders.length - sent, grown: statSync(path).size - size, ids: venue.orders.map((order) => order.clientOrderId) }));
