import { returnsInYear, sharpe, simpleReturns } from '../analytics/returns.ts';
import { BarCursor, type Bar, type Bars } from '../domain/bar.ts';
import { EquityCurve } from '../domain/equity-curve.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import type { Result } from '../domain/result.ts';
import { Signal } from '../domain/signal.ts';
import { DAY_MS } from '../domain/time.ts';
import type { Audit, Engine } from '../pipeline/engine.ts';
import type { Strategy, StrategyDefinition } from '../ports/strategy.ts';
import { simulatedEngine } from './backtest.ts';
import type { Axis } from './grid.ts';
import { backtestOf, type SweepSpec } from './sweep.ts';

/** A length of a market's history: so many bars, or so much time. */
export type Stretch = { readonly kind: 'bars'; readonly bars: number } | { readonly kind: 'time'; readonly ms: number };

/** How history is laid out. */
export interface WalkPlan {
  /** How many windows; undefined for as many as fit, or twelve where neither length is given. */
  readonly windows: number | undefined;
  /** Four times the test where it is not given. */
  readonly train: Stretch | undefined;
  readonly test: Stretch | undefined;
  /** Whether every training begins at the first bar, rather than all being equally long. */
  readonly anchored: boolean;
  /** Bars left out between training and test. */
  readonly purge: number;
}

/** One window, in indices of bars, ends exclusive: parameters are chosen on the first stretch and traded on the second. */
export interface WalkWindow {
  readonly trainFirst: number;
  readonly trainEnd: number;
  readonly testFirst: number;
  readonly testEnd: number;
}

/** Why windows cannot be laid, in words that say what to do. */
export interface WalkError {
  readonly kind: 'windows';
  readonly message: string;
}

/** Windows where nothing says how many. */
const WINDOWS = 12;
/** A training is so many times as long as its test where it is not given. */
const TRAIN_TO_TEST = 4;

/**
 * Lays windows over the bars, the last test ending with the last bar and each test following the one
 * before without a gap, so that what is left over lies at the beginning. Fails where not as many fit.
 */
export function layWindows(bars: Bars, intervalMs: number, plan: WalkPlan): Result<readonly WalkWindow[], WalkError> {
  const { purge, anchored } = plan;
  const { train, test } = lengths(bars.length - purge, plan);
  const count = plan.windows ?? (plan.train || plan.test ? Infinity : WINDOWS);
  const windows: WalkWindow[] = [];
  for (let testEnd = bars.length; windows.length < count;) {
    const testFirst = back(bars, intervalMs, testEnd, test);
    const trainEnd = testFirst === undefined ? 0 : testFirst - purge;
    const trainFirst = back(bars, intervalMs, trainEnd, train);
    if (testFirst === undefined || trainFirst === undefined) break;
    windows.unshift({ trainFirst: anchored ? 0 : trainFirst, trainEnd, testFirst, testEnd });
    testEnd = testFirst;
  }
  if (windows.length > 0 && (plan.windows === undefined || windows.length === plan.windows)) return { ok: true, value: windows };
  const wanted = plan.windows === undefined ? 'a window' : `${plan.windows} windows`;
  return { ok: false, error: { kind: 'windows', message: `${bars.length} bars do not hold ${wanted} of this length, ${windows.length === 0 ? 'not even one' : `only ${windows.length}`}` } };
}

/** Both lengths; those that are not given follow from the other one, or from the number of windows. */
function lengths(bars: number, { windows = WINDOWS, train, test }: WalkPlan): { readonly train: Stretch; readonly test: Stretch } {
  const scaled = (stretch: Stretch, factor: number): Stretch =>
    stretch.kind === 'bars' ? { kind: 'bars', bars: Math.floor(stretch.bars * factor) } : { kind: 'time', ms: stretch.ms * factor };
  if (train && test) return { train, test };
  if (test) return { train: scaled(test, TRAIN_TO_TEST), test };
  if (train) return { train, test: scaled(train, 1 / TRAIN_TO_TEST) };
  const each: Stretch = { kind: 'bars', bars: Math.floor(bars / (windows + TRAIN_TO_TEST)) };
  return { train: scaled(each, TRAIN_TO_TEST), test: each };
}

/** Where the stretch begins that ends before bar `end`; undefined where the bars do not reach so far back, or none lies in it. */
function back({ timestamp }: Bars, intervalMs: number, end: number, stretch: Stretch): number | undefined {
  if (stretch.kind === 'bars') return stretch.bars > 0 && end >= stretch.bars ? end - stretch.bars : undefined;
  if (end <= 0) return undefined;
  const start = timestamp[end - 1] + intervalMs - stretch.ms;
  if (timestamp[0] > start) return undefined;
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timestamp[middle] < start) low = middle + 1;
    else high = middle;
  }
  return low < end ? low : undefined;
}

/** A window with the parameters chosen on its training; undefined where none could be, and nothing is traded. */
export interface ChosenWindow extends WalkWindow {
  readonly values: ParameterValues | undefined;
}

/** What trading one window's test came to. */
export interface WindowOutcome {
  /** Equity at its end over equity at its start − 1. Null where it began with nothing, or less. */
  readonly netReturn: number | null;
  /** Annualised, of daily returns; null where there is none. */
  readonly sharpe: number | null;
  /** Null as above. */
  readonly maxDrawdown: number | null;
  readonly fills: number;
  /** Round trips that ended in it. */
  readonly trades: number;
}

/**
 * Trades the tests one after another on one account, each with its own parameters. The strategy of a
 * window has seen the bars from the start of its training on, and takes over at the close of the
 * test's first bar: a position that it wants too is carried, another one is traded, at the usual
 * costs. Nothing is closed at the end. `onBars` hears how many bars are done,
 * `audit` what happens inside.
 */
export function tradeWindows(
  spec: SweepSpec, bars: Bars, windows: readonly ChosenWindow[], onBars: (bars: number, engine: Engine) => void = () => {}, audit?: Audit,
): { readonly engine: Engine; readonly outcomes: readonly WindowOutcome[] } {
  const relay = new Relay();
  const engine = simulatedEngine({ ...backtestOf(spec, relay), ...(audit && { audit }) }, 'walk-forward');
  const cursor = new BarCursor(bars);
  const { portfolio } = engine;
  const outcomes = windows.map(({ trainFirst, testFirst, testEnd, values }): WindowOutcome => {
    relay.take(spec.definition, values, bars, trainFirst, testFirst);
    const [equity, fills, trades] = [portfolio.equity(), portfolio.fills, portfolio.trades.length];
    const curve = new EquityCurve(equity);
    for (cursor.index = testFirst; cursor.index < testEnd; cursor.index++) {
      engine.onBar(0, cursor);
      curve.record(engine.now, portfolio.equity());
      onBars(engine.bars, engine);
    }
    return {
      netReturn: equity > 0 ? portfolio.equity() / equity - 1 : null,
      sharpe: sharpe(simpleReturns(curve.dailyEquity()), returnsInYear([spec.market])),
      maxDrawdown: equity > 0 ? curve.maxDrawdown : null, fills: portfolio.fills - fills, trades: portfolio.trades.length - trades,
    };
  });
  return { engine, outcomes };
}

/** Speaks for whichever strategy has the turn; for none it wants nothing. */
class Relay implements Strategy {
  #strategy: Strategy | undefined;
  #opinion = new Signal();

  /** Makes the strategy of a window and shows it the bars [first, end) that come before. */
  take(definition: StrategyDefinition, values: ParameterValues | undefined, bars: Bars, first: number, end: number): void {
    this.#strategy = values && definition.create(values);
    this.#opinion = new Signal();
    const cursor = new BarCursor(bars);
    for (cursor.index = first; cursor.index < end; cursor.index++) this.#strategy?.onBar(cursor, this.#opinion);
  }

  onBar(bar: Bar, signal: Signal): void {
    this.#strategy?.onBar(bar, this.#opinion);
    Object.assign(signal, this.#opinion); // whatever an opinion consists of
  }
}

/** How one swept parameter was chosen over the windows. */
export interface Stability {
  readonly name: string;
  /** Every value of the axis and in how many windows it was chosen. */
  readonly chosen: readonly { readonly value: number | string; readonly windows: number }[];
  /** Windows that chose another value than the one before. */
  readonly changes: number;
  /** From the lowest to the highest value chosen, as a share of the axis by places: 0 is always the same, 1 from end to end. Null where nothing was chosen, or between words. */
  readonly spread: number | null;
}

/** How steady the choice of each parameter was. */
export function stabilityOf(axes: readonly Axis[], choices: readonly (ParameterValues | undefined)[]): readonly Stability[] {
  const made = choices.filter((values) => values !== undefined);
  return axes.map(({ name, values }) => {
    const places = made.map((choice) => values.indexOf(choice[name]));
    const ordered = values.every((value) => typeof value === 'number');
    const range = Math.max(...places) - Math.min(...places);
    return {
      name,
      chosen: values.map((value, place) => ({ value, windows: places.filter((one) => one === place).length })),
      changes: places.filter((place, i) => i > 0 && place !== places[i - 1]).length,
      spread: !ordered || places.length === 0 ? null : values.length === 1 ? 0 : range / (values.length - 1),
    };
  });
}

/** A return and the time in which it was made. */
export interface TimedReturn {
  readonly netReturn: number;
  readonly ms: number;
}

/**
 * Walk-forward efficiency (R. Pardo): the yearly return out of sample over that in sample. 1 keeps
 * all that training promised; null where training promised nothing.
 */
export function efficiencyOf(inSample: readonly TimedReturn[], outOfSample: readonly TimedReturn[]): number | null {
  const before = yearlyReturn(inSample);
  const after = yearlyReturn(outOfSample);
  return before === null || after === null || before <= 0 ? null : after / before;
}

/**
 * The yearly return that compounds to these returns over all their time, so that no loss is more
 * than everything; -1 where one lost everything, null without any time.
 */
export function yearlyReturn(returns: readonly TimedReturn[]): number | null {
  const ms = returns.reduce((sum, one) => sum + one.ms, 0);
  const growth = returns.reduce((product, { netReturn }) => product * Math.max(0, 1 + netReturn), 1);
  return ms === 0 ? null : growth ** (365 * DAY_MS / ms) - 1;
}
