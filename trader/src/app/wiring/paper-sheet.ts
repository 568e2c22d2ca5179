import { sizingText } from '../../pipeline/sizing.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JournalFile } from '../../adapters/journal/journal-file.ts';
import type { FactGroup, TearSheet } from '../../analytics/tear-sheet/sheet.ts';
import { Refusal } from '../refusal.ts';
import { recover, setupOf } from './run-recovery.ts';
import type { PaperSetup } from './paper-setup.ts';
import { BAND_SEED } from './run-band.ts';
import { sheetOf, versionFacts } from './run-sheet.ts';

/** The tear sheet of the run on paper in a state folder, as its journal tells it up to now. Refuses where there is none; faults of the journal pass through as `JournalError`. */
export async function paperSheet(home: string, command: string): Promise<TearSheet> {
  const path = join(home, 'paper', 'journal.jsonl');
  if (!existsSync(path)) throw notBegun(path);
  const journal = new JournalFile(path, 'read');
  try {
    const head = journal.ahead();
    const { run, seen } = head === undefined ? {} : await recover(setupOf(head, path, true), journal, { onFill() {}, onDenial() {}, onOrder() {} }, true);
    if (run === undefined || seen === undefined || run.engine.bars === 0) throw notBegun(path);
    const { setup, engine, recorder } = run;
    return sheetOf(seen.detail(engine), {
      kind: 'Paper run', title: [...new Set(setup.books.map(({ strategy }) => strategy))].join(' and '), subject: setup.markets.map(({ instrument }) => instrument.id).join(', '), command,
      facts: [
        ...booksFacts(setup),
        { title: 'Limits', facts: run.limits.knobs.map(({ name, began }) => [name, changedText(began, run.limits.value(name))]) },
        { title: 'How it traded', facts: [['Cash', setup.cash], ['Fee', `${setup.feeBps} bp`], ['Latency', `${setup.latencyMs} ms`], ['Orders', String(recorder.orders)], ['Fills', String(engine.portfolio.fills)], ['Denied orders', String(engine.risk.denials)]] },
        ...setup.markets.map(({ instrument, bars, symbol }, market): FactGroup => {
          const { bars: admitted, missingBars, gaps, repeated, malformed } = run.ingest.quality[market];
          return { title: `Data: ${instrument.id}`, facts: [bars === undefined ? ['Live market', `${symbol ?? ''} of ${setup.feed?.hosts.join(', ') ?? ''}`] : ['File', bars], ['Bars admitted', String(admitted)], ['Missing bars', missingBars === 0 ? 'none' : `${missingBars} in ${gaps} gaps`], ['Repeated or late', String(repeated)], ['Impossible', String(malformed)]] };
        }),
        versionFacts([['Random seed', `${BAND_SEED} for Monte Carlo`], ['Digest of the orders', recorder.digest()], ['Journal records', String(journal.sequence)]]),
      ],
    });
  } finally {
    journal.close();
  }
}

/** A limit as it is now, and what it began as. */
function changedText(began: number, now = began): string {
  return now === began ? String(began) : `${now} (began at ${began})`;
}

function notBegun(path: string): Refusal {
  return new Refusal('bad-data', 'the run on paper has not begun', { where: path, hint: 'Start it: ./algotrendy paper' });
}

/** Parameters of each strategy, once where it trades several markets alike. */
function booksFacts({ books }: PaperSetup): readonly FactGroup[] {
  const groups = new Map<string, FactGroup>();
  for (const { strategy, parameters, sizing } of books) {
    const facts = [...Object.entries(parameters).map(([name, value]) => [name, String(value)] as const), ['Sizing', sizingText(sizing)] as const];
    groups.set(JSON.stringify([strategy, facts]), { title: `Parameters: ${strategy}`, facts });
  }
  return [...groups.values()];
}
