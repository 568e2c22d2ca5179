import type { Bar } from '../../src/domain/bar.ts';
import { NOTHING_KNOWN } from '../../src/domain/dated-series.ts';
import { number } from '../../src/domain/parameters.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { SeriesReading, Strategy, StrategyDefinition } from '../../src/ports/strategy.ts';

const parameters = { rise: number(0.5, -100, 100, 'how far the rate may stand above that of a year before') };

/** Long while unemployment has not risen much within a year; flat while nothing of it is known. */
export const strategy: StrategyDefinition<typeof parameters> = {
  name: 'calm-economy',
  summary: 'Long while unemployment has not risen much within a year.',
  parameters,
  series: ['unemployment'],
  warmup: () => 0,
  create: ({ rise }, [unemployment = NOTHING_KNOWN] = []) => new CalmEconomy(rise, unemployment),
};

class CalmEconomy implements Strategy {
  readonly #rise: number;
  readonly #unemployment: SeriesReading;

  constructor(rise: number, unemployment: SeriesReading) {
    this.#rise = rise;
    this.#unemployment = unemployment;
  }

  /** A comparison with NaN is false: what is not known keeps it flat. */
  onBar(_bar: Bar, signal: Signal): void {
    signal.target = this.#unemployment.value - this.#unemployment.yearBefore <= this.#rise ? 1 : 0;
  }

  describe(): Readonly<Record<string, number>> {
    return { unemployment: this.#unemployment.value, yearBefore: this.#unemployment.yearBefore };
  }
}
