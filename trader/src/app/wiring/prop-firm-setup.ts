import type { PropFirmRules } from '../../domain/prop-firm.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { PropFirmLevels } from '../../pipeline/prop-firm-guard.ts';

/** A release, and what it moves: parts of symbols, such as `USD` or `US30`. */
export interface NewsRelease {
  readonly tsEvent: Timestamp;
  readonly symbols: readonly string[];
}

/** A firm's rules over a run, as a journal's first record keeps them: plain JSON, so that the run never changes with a file. */
export interface PropFirmSetup {
  readonly rules: PropFirmRules;
  readonly levels: PropFirmLevels;
  readonly news: readonly NewsRelease[];
}
