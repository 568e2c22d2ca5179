import { runExchangeTrial } from '../../research/exchange-chaos.ts';
import { MUTANTS } from '../../research/exchange-mutants.ts';
import { countTrial, emptyTally, type ChaosTally } from '../../research/exchange-tally.ts';

/** Seeds from the first to the last, both included, with a planted bug if one is named. */
export interface SeedRange {
  readonly from: number;
  readonly to: number;
  readonly mutant: string | undefined;
}

/** Runs a range of seeds, one after another. */
export async function runSeeds({ from, to, mutant }: SeedRange): Promise<ChaosTally> {
  const tally = emptyTally();
  for (let seed = from; seed <= to; seed++) countTrial(tally, await runExchangeTrial(seed, mutant === undefined ? undefined : MUTANTS[mutant]));
  return tally;
}
