import type { RunFact, RunMode } from 'trader/contract';
import { usePart } from './stream.ts';

/** How the run is named wherever money may move. */
export interface ModeFact {
  readonly mode: RunMode | 'unknown';
  /** The word of the mode: PAPER, DEMO or LIVE. */
  readonly word: string;
  /** What it means, in a few words. */
  readonly meaning: string;
}

/** The mode of the run in words; unknown until the server has told it. */
function modeOf(run: RunFact | undefined): ModeFact {
  if (run === undefined) return { mode: 'unknown', word: '…', meaning: 'asking the server which run this is' };
  const venue = run.venue ?? 'shipped bars';
  switch (run.mode) {
    case 'paper': return { mode: 'paper', word: 'PAPER', meaning: `no real money · ${venue}` };
    case 'sandbox': return { mode: 'sandbox', word: 'DEMO', meaning: `no real money · ${venue} testnet` };
    case 'live': return { mode: 'live', word: 'LIVE', meaning: `real money · ${venue}` };
  }
}

/** The mode of the run, kept in step. */
export function useMode(): ModeFact {
  return modeOf(usePart('state', ({ run }) => run));
}
