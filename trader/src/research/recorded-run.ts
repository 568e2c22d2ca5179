import { sharpe, simpleReturns } from '../analytics/returns.ts';
import type { Bars } from '../domain/bar.ts';
import { DAY_MS } from '../domain/time.ts';
import type { Audit, Engine } from '../pipeline/engine.ts';
import type { Sizing } from '../pipeline/sizing.ts';
import type { Strategy, StrategyDefinition } from '../ports/strategy.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import { runBacktest, type BacktestSpec } from './backtest.ts';

/** One strategy on some bars, to be run as often as needed. */
export interface RunSpec {
  readonly definition: StrategyDefinition;
  readonly values: ParameterValues;
  readonly sizing: Sizing;
  /** Markets, fees, cash and all else, made anew for each run: models may keep a state. */
  readonly backtest: () => Omit<BacktestSpec, 'books' | 'audit'>;
  /** The bars of each market, whole. */
  readonly bars: readonly Bars[];
}

/** What differs from the plain run of a spec. */
export interface RunChange {
  readonly values?: ParameterValues;
  readonly backtest?: Omit<BacktestSpec, 'books' | 'audit'>;
  readonly bars?: readonly Bars[];
  /** Puts something between a strategy and the engine. */
  readonly around?: (strategy: Strategy) => Strategy;
  readonly audit?: Audit;
}

/** A run with its equity at every moment at which a bar closed. */
export interface RecordedRun {
  readonly engine: Engine;
  /** The opening cash, then the equity at each close; markets that close together are one moment. */
  readonly equity: Float64Array;
  /** Places in `equity` of the opening cash and of each UTC day's last value. */
  readonly days: Int32Array;
}

/** Runs a spec, as it is or changed, and records its equity. */
export function recordRun(spec: RunSpec, change: RunChange = {}): RecordedRun {
  const { definition, sizing } = spec;
  const bars = change.bars ?? spec.bars;
  const backtest = change.backtest ?? spec.backtest();
  const around = change.around ?? ((strategy) => strategy);
  const recorder = new EquityRecorder(1 + bars.reduce((sum, { length }) => sum + length, 0), Number(backtest.cash));
  const engine = runBacktest({
    ...backtest, ...(change.audit && { audit: change.audit }),
    books: bars.map((_, market) => ({
      strategyName: definition.name, strategy: around(definition.create(change.values ?? spec.values)), market, sizing,
    })),
  }, bars.map((one) => [one]), 1, (_, running) => recorder.look(running));
  return { engine, ...recorder.record() };
}

/** Annualised Sharpe ratio of a course of equity, by its values at day ends, as `RecordedRun` names them. */
export function dailySharpe(equity: ArrayLike<number>, days: ArrayLike<number>, periodsPerYear: number): number | null {
  return sharpe(simpleReturns(Float64Array.from(days, (place) => equity[place])), periodsPerYear);
}

/** Keeps the equity of each moment; a moment's last value stands. */
class EquityRecorder {
  private readonly equity: Float64Array;
  private readonly days: number[] = [0];
  private count = 0;
  private now = NaN;
  private day = NaN;

  constructor(most: number, cash: number) {
    this.equity = new Float64Array(most);
    this.equity[0] = cash;
  }

  look({ now, portfolio }: Engine): void {
    if (now !== this.now) {
      this.count += 1;
      this.now = now;
      // Midnight belongs to the day that it ends, as in the equity curve.
      const day = Math.ceil(now / DAY_MS);
      if (day !== this.day) {
        this.day = day;
        this.days.push(this.count);
      }
      this.days[this.days.length - 1] = this.count;
    }
    this.equity[this.count] = portfolio.equity();
  }

  record(): Pick<RecordedRun, 'equity' | 'days'> {
    return { equity: this.equity.subarray(0, this.count + 1), days: Int32Array.from(this.days) };
  }
}
