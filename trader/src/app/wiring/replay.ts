import { resolve, sep } from 'node:path';
import { JournalError, JournalFile } from '../../adapters/journal/journal-file.ts';
import { format } from '../../domain/exact.ts';
import { recover, setupOf } from './run-recovery.ts';

/** What a replay of a journal came to. */
export interface ReplayReport {
  readonly journal: string;
  readonly records: number;
  readonly bars: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly orders: number;
  readonly fills: number;
  readonly equity: string;
  /** SHA-256 over the orders that the inputs give. */
  readonly digest: string;
  /** What the run recorded when it last stopped; null where orders came after that, or it never did. */
  readonly recordedDigest: string | null;
}

/** Repeats a journal without changing it; strategies that are files run only where it lies in this `home`. Throws `JournalError` at the first record that does not come out again. */
export async function replay(path: string, home: string): Promise<ReplayReport> {
  const journal = new JournalFile(path, 'read');
  try {
    const head = journal.ahead();
    if (head === undefined) throw new JournalError('unreadable', `${path} holds no record: there is nothing to replay`);
    const { run, history, recordedDigest } = await recover(setupOf(head, path, resolve(path).startsWith(home + sep)), journal, { onFill() {}, onDenial() {}, onOrder() {} });
    const { engine, recorder } = run;
    const { portfolio } = engine;
    const time = (index: number) => {
      const point = history.at(index);
      return point === undefined ? null : new Date(point.tsEvent).toISOString();
    };
    return {
      journal: path, records: journal.sequence, bars: engine.bars, from: time(0), to: time(-1),
      orders: recorder.orders, fills: portfolio.fills, equity: format(portfolio.exactEquity(), portfolio.account.moneyScale),
      digest: recorder.digest(), recordedDigest: recordedDigest ?? null,
    };
  } finally {
    journal.close();
  }
}
