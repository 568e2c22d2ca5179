import type { Bar } from '../domain/bar.ts';
import type { Reading } from '../domain/dated-series.ts';
import type { ParameterSpecs, ParameterValues } from '../domain/parameters.ts';
import type { Signal } from '../domain/signal.ts';
import type { ColumnKernel } from './kernel.ts';

/** One strategy on one instrument. It sees closed bars in order and holds an opinion. */
export interface Strategy {
  /**
   * Looks at the bar that just closed and writes its opinion into `signal`, which keeps its
   * values from bar to bar. `bar` is only valid during the call. Must not read any clock,
   * randomness or outside state: the same bars must give the same opinions.
   */
  onBar(bar: Bar, signal: Signal): void;
  /** What its last opinion was formed of, by name, for a person who asks why. Must change nothing. */
  describe?(): Readonly<Record<string, number>>;
}

/** What was known of a series at the close of the bar that a strategy looks at. It changes from bar to bar, and is NaN until anything was known. */
export type SeriesReading = Pick<Reading, 'date' | 'value' | 'yearBefore'>;

/** What a strategy is called, which parameters it takes, and how one is made. */
export interface StrategyDefinition<S extends ParameterSpecs = ParameterSpecs> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly parameters: S;
  /** What the ranges alone cannot say, such as fast < slow: a sentence, or undefined when all is well. */
  check?(values: ParameterValues<S>): string | undefined;
  /** Bars until the first opinion. */
  warmup(values: ParameterValues<S>): number;
  /** What each series that it reads is to it, such as `unemployment`; which one that is, the command line says. Absent where it reads none. */
  readonly series?: readonly string[];
  /** `readings` are those of `series`, in their order; a strategy with series is never run without them, only tried out. */
  create(values: ParameterValues<S>, readings?: readonly SeriesReading[]): Strategy;
  /** The same decisions over columns, for sweeps; the engine decides where there is none. */
  readonly columnKernel?: ColumnKernel<ParameterValues<S>>;
}

