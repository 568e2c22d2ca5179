import { join } from 'node:path';
import { EmbeddedMarketStore } from '../adapters/market-store/embedded-market-store.ts';
import { JournalFile } from '../adapters/journal/journal-file.ts';
import { allocateBars } from '../domain/bar.ts';
import { DRILL_SERIES } from './wiring/restore-drill.ts';

// What a restore drill runs as a process of its own, to be killed: it writes bars and journal records
// into the state folder that is named, numbered from 0, and tells each number once it is acknowledged.
const [home = ''] = process.argv.slice(2);
const store = new EmbeddedMarketStore(join(home, 'drill.sqlite'));
const journal = new JournalFile(join(home, 'drill.jsonl'));
journal.append({ kind: 'run', version: 1, run: 'drill', setup: null });
for (let number = 0; ; number++) {
  const bars = allocateBars(1);
  bars.timestamp[0] = number * DRILL_SERIES.intervalMs;
  for (const column of ['open', 'high', 'low', 'close'] as const) bars[column][0] = 1 + number;
  journal.append({ kind: 'command', command: { kind: 'halt', reason: String(number) } });
  await store.append(DRILL_SERIES, { source: 'drill', knownAt: Date.now(), bars });
  process.send?.(number);
  await new Promise((resolve) => { setImmediate(resolve); });
}
