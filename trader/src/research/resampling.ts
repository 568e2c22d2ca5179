import { blockLength, resampleBlocks } from '../analytics/bootstrap.ts';
import { simpleReturns } from '../analytics/returns.ts';
import type { Random } from '../domain/random.ts';
import { PathTally, type PathScale, type Simulation } from './path-tally.ts';

/** How many courses are drawn, from what, and who hears how many are done. */
export interface Draw {
  readonly runs: number;
  readonly random: Random;
  readonly onDone?: (runs: number) => void;
}

/**
 * The same round trips in another order: what the drawdown would have been with the wins and losses
 * shuffled. `growths` are the trips' profits in order of exit: each as a share of the equity before
 * it where `compounds` (of nothing there is none), else in money. The end is the same but for rounding; a step is a trip, so
 * there is no Sharpe ratio by days.
 */
export function shuffleTrades(growths: ArrayLike<number>, cash: number, compounds: boolean, scale: Pick<PathScale, 'ruin'>, { runs, random, onDone }: Draw): Simulation {
  const order = Float64Array.from(growths);
  const path = new Float64Array(order.length + 1);
  const walk = () => {
    path[0] = cash;
    for (let i = 0; i < order.length; i++) path[i + 1] = compounds ? path[i] * (1 + (path[i] > 0 ? order[i] : 0)) : path[i] + order[i];
    return path;
  };
  const actual = walk().slice();
  const tally = new PathTally(runs, { ...scale, steps: order.length, days: [], periodsPerYear: 1 });
  for (let run = 0; run < runs; run++) {
    for (let i = order.length - 1; i > 0; i--) {
      const other = random.integer(i + 1);
      const moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    tally.add(walk());
    onDone?.(run + 1);
  }
  return tally.result(actual);
}

/** What blocks of returns came to, and how long the blocks were on average. */
export interface BlockSimulation extends Simulation {
  readonly meanBlock: number;
}

/**
 * The same returns in another order and number: blocks of neighbouring returns drawn by the
 * stationary bootstrap, of the mean length that `blockLength` finds. Says how else the same
 * strategy might have fared in the same kind of market. `equity` must stay above zero.
 */
export function resampleReturns(equity: Float64Array, scale: Omit<PathScale, 'steps'>, { runs, random, onDone }: Draw): BlockSimulation {
  const returns = simpleReturns(equity);
  const meanBlock = blockLength(returns);
  const drawn = new Float64Array(returns.length);
  const path = new Float64Array(equity.length);
  const tally = new PathTally(runs, { ...scale, steps: returns.length });
  for (let run = 0; run < runs; run++) {
    resampleBlocks(returns, meanBlock, random, drawn);
    path[0] = equity[0];
    for (let i = 0; i < drawn.length; i++) path[i + 1] = path[i] * (1 + drawn[i]);
    tally.add(path);
    onDone?.(run + 1);
  }
  return { ...tally.result(equity), meanBlock };
}
