import type { Bar } from '../../domain/bar.ts';
import { integer } from '../../domain/parameters.ts';
import type { Signal } from '../../domain/signal.ts';
import { Sma } from '../../indicators/moving-average.ts';
import type { Strategy, StrategyDefinition } from '../../ports/strategy.ts';

const parameters = {
  fast: integer(20, 1, 1000, 'bars of the fast average'),
  slow: integer(50, 2, 2000, 'bars of the slow average'),
};

/** The simplest whole strategy: long while the fast average of the close is above the slow one, else flat. */
export const movingAverageCross: StrategyDefinition<typeof parameters> = {
  name: 'moving-average-cross',
  summary: 'Long while a fast average of the close is above a slow one.',
  parameters,
  check: ({ fast, slow }) => fast < slow ? undefined : `fast must be less than slow, not ${fast} and ${slow}`,
  warmup: ({ slow }) => slow - 1,
  create: ({ fast, slow }) => new MovingAverageCross(fast, slow),
};

class MovingAverageCross implements Strategy {
  readonly #fast: Sma;
  readonly #slow: Sma;

  constructor(fast: number, slow: number) {
    this.#fast = new Sma(fast);
    this.#slow = new Sma(slow);
  }

  /** Before the slow average exists it is NaN, nothing is above it, and the target stays 0. */
  onBar(bar: Bar, signal: Signal): void {
    signal.target = this.#fast.update(bar.close) > this.#slow.update(bar.close) ? 1 : 0;
  }
}
