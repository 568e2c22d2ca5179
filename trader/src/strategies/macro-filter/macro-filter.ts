import type { Bar } from '../../domain/bar.ts';
import { NOTHING_KNOWN } from '../../domain/dated-series.ts';
import { choice, integer, number, type ParameterValues } from '../../domain/parameters.ts';
import type { Signal } from '../../domain/signal.ts';
import { Sma } from '../../indicators/moving-average.ts';
import type { SeriesReading, Strategy, StrategyDefinition } from '../../ports/strategy.ts';

const parameters = {
  average: integer(200, 1, 2000, 'bars of the average that the close must stand above'),
  measure: choice(['change', 'level'], 'the figure less that of a year before, or the figure itself'),
  side: choice(['below', 'above'], 'which side of the threshold is good weather; the threshold itself is'),
  threshold: number(0.5, -1e6, 1e6, 'in the units of the series'),
};

/**
 * Trend only in good economic weather: long while the close stands above its average and an economic series
 * on the good side of a threshold, else flat. With unemployment the defaults keep it out of recessions.
 */
export const macroFilter: StrategyDefinition<typeof parameters> = {
  name: 'macro-filter',
  summary: 'Long above an average of the close, while an economic series allows it.',
  parameters,
  series: ['economy'],
  warmup: ({ average }) => average - 1,
  create: (values, [economy = NOTHING_KNOWN] = []) => new MacroFilter(values, economy),
};

class MacroFilter implements Strategy {
  readonly #average: Sma;
  readonly #values: ParameterValues<typeof parameters>;
  readonly #economy: SeriesReading;

  constructor(values: ParameterValues<typeof parameters>, economy: SeriesReading) {
    this.#average = new Sma(values.average);
    this.#values = values;
    this.#economy = economy;
  }

  /** A comparison with NaN is false: before the average, and of what nobody knows, it is flat. */
  onBar(bar: Bar, signal: Signal): void {
    signal.target = bar.close > this.#average.update(bar.close) && this.#isFair() ? 1 : 0;
  }

  describe(): Readonly<Record<string, number>> {
    return { average: this.#average.value, economy: this.#economy.value, yearBefore: this.#economy.yearBefore };
  }

  #isFair(): boolean {
    const { measure, side, threshold } = this.#values;
    const figure = measure === 'level' ? this.#economy.value : this.#economy.value - this.#economy.yearBefore;
    return side === 'below' ? figure <= threshold : figure >= threshold;
  }
}
