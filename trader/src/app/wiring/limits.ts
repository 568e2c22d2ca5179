import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError, JournalFile } from '../../adapters/journal/journal-file.ts';
import type { PropFirmGauge } from '../../domain/prop-firm.ts';
import { Refusal } from '../refusal.ts';
import type { LimitGauge } from '../../ports/engine-feed.ts';
import { limitGauges } from './run-facts.ts';
import { recover, setupOf } from './run-recovery.ts';

/** Where a run stands under the rules that it keeps, as `limits --json` prints it. */
export interface LimitsReport {
  readonly journal: string;
  /** Market time of the last bar, ISO 8601; null before the first. */
  readonly tsEvent: string | null;
  readonly trading: string;
  /** Why it is halted. */
  readonly reason: string | null;
  readonly propFirm: PropFirmGauge | null;
  /** How much of each guard's limit is used. */
  readonly limits: readonly LimitGauge[];
}

/** The journal of a state folder that was written last: of the run on paper, or of the one at a venue; that of paper where there is none. */
export function lastJournal(home: string): string {
  const [paper, live] = ['paper', 'live'].map((run) => join(home, run, 'journal.jsonl'));
  const writtenAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
  return writtenAt(live) > writtenAt(paper) ? live : paper;
}

/** Repeats a journal without changing it and reads the distances to every limit. Refuses where there is none; throws `JournalError` where it does not come out again. */
export async function readLimits(path: string): Promise<LimitsReport> {
  if (!existsSync(path)) throw new Refusal('usage', 'there is no run to look at', { where: path, hint: 'Name a journal, or begin a run: ./algotrendy paper' });
  const journal = new JournalFile(path, 'read');
  try {
    const head = journal.ahead();
    if (head === undefined) throw new JournalError('unreadable', `${path} holds no record: there is nothing to look at`);
    const { run, history } = await recover(setupOf(head, path, true), journal, { onFill() {}, onDenial() {}, onOrder() {} });
    const { state } = run.engine.risk;
    const last = history.at(-1);
    return {
      journal: path, tsEvent: last === undefined ? null : new Date(last.tsEvent).toISOString(), trading: state.kind,
      reason: state.kind === 'halted' ? state.reason : null, propFirm: run.propFirm?.gauge() ?? null, limits: limitGauges({ run }),
    };
  } finally {
    journal.close();
  }
}
