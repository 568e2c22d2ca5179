import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JournalFile } from '../../src/adapters/journal/journal-file.ts';
import { runId, type PaperSetup } from '../../src/app/wiring/paper-setup.ts';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import type { PaperListener } from '../../src/app/wiring/run-recovery.ts';
import type { Command } from '../../src/ports/journal.ts';

/** Hears nothing. */
export const SILENCE: PaperListener = { onFill() {}, onDenial() {}, onOrder() {} };

/** Where a home keeps its journal. */
export function journalOf(home: string): string {
  return join(home, 'paper', 'journal.jsonl');
}

/** Begins a run in `home` that trades within minutes and is often denied, so that a short journal holds everything. */
export async function beginSmallRun(home: string): Promise<void> {
  const shipped = await PaperTrader.open(home, undefined, true, SILENCE);
  const { setup } = shipped.run;
  shipped.release();
  const sizing = { kind: 'fraction', fraction: '0.05' } as const;
  const small: PaperSetup = {
    ...setup,
    limits: { ...setup.limits, maxExposure: 0.16, maxOrdersPerMinute: 12 },
    books: setup.markets.flatMap((_, market) => [
      { strategy: 'macd', parameters: { fast: 3, slow: 6, signal: 3, direction: 'both', stop: 0.001, target: 0.002 }, market, sizing },
      { strategy: 'bollinger', parameters: { rule: 'reversion', period: 5, deviations: 1, direction: 'both', stop: 0.002 }, market, sizing },
    ]),
  };
  beginJournal(journalOf(home), small);
}

/** Writes the first record of a journal for this setup, in place of what was there. */
function beginJournal(path: string, setup: PaperSetup): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const journal = new JournalFile(path);
  journal.append({ kind: 'run', version: 1, run: runId(setup), setup });
  journal.close();
}

/** What a person orders, by the number of moments before it. */
const COMMANDS: ReadonlyMap<number, Command> = new Map([
  [28, { kind: 'flatten', reason: 'drill' } as const],
  [31, { kind: 'resume' } as const],
]);

/** Goes on until so many moments are over, with the commands in their places: those that the journal has already are not given again. */
export function goOn(trader: PaperTrader, moments: number): void {
  for (;;) {
    if (trader.feed.peek() !== trader.tsEvent) {
      const command = COMMANDS.get(trader.history.length);
      const standing = trader.run.engine.risk.state.kind;
      if (command && (command.kind === 'resume') === (standing === 'halted')) trader.command(command);
      if (trader.history.length >= moments) return;
    }
    trader.step();
  }
}
