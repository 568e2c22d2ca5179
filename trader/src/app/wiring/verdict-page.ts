import type { SheetVerdict, VerdictLine } from '../../analytics/tear-sheet/sheet.ts';
import { renderTearSheet } from '../../analytics/tear-sheet/tear-sheet.ts';
import { finishBacktest } from './backtest.ts';
import type { LineState } from './check.ts';
import { backtestSheet, commandText } from './run-sheet.ts';
import { runOf } from './run-store.ts';
import { asGiven, type VerdictReport, type VerdictRequest } from './verdict.ts';

/** What stands on a page for each state. */
const OUTCOMES: Readonly<Record<LineState, VerdictLine['outcome']>> = { pass: 'pass', warn: 'warn', fail: 'fail', 'not-measurable': 'open' };

/** The tear sheet of the strategy as given, over all bars, with the verdict as its head. The run is made again for it. */
export async function verdictPage(report: VerdictReport, request: VerdictRequest, words: readonly string[], home: string): Promise<string> {
  const asked = asGiven(request);
  const finished = await finishBacktest(asked, { home, detailed: true });
  const sheet = backtestSheet(finished, asked, runOf(asked, finished), commandText(words));
  return renderTearSheet({ ...sheet, kind: 'Verdict', verdict: sheetVerdict(report) });
}

function sheetVerdict({ ready, headline, lines }: VerdictReport): SheetVerdict {
  return {
    outcome: ready ? 'pass' : 'fail', headline,
    lines: lines.map(({ name, state, reason }) => ({ name, outcome: OUTCOMES[state], reason })),
  };
}
