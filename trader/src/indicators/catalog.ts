import { BarCursor } from '../domain/bar.ts';
import type { Bars } from '../domain/bar.ts';
import { choice, integer, number } from '../domain/parameters.ts';
import type { ParameterSpecs, ParameterValues } from '../domain/parameters.ts';
import { Ema, Sma, Wma } from './moving-average.ts';
import { Cci, Roc, Rsi, Stochastic, WilliamsR } from './oscillator.ts';
import { Beta, Correlation, StandardDeviation, ZScore } from './rolling.ts';
import { Adx, Macd } from './trend.ts';
import { Atr, Bollinger, Donchian, Keltner } from './volatility.ts';
import { Mfi, Obv, SessionVwap, Vwap } from './volume.ts';

/** An indicator by name: what it takes and what it gives over whole columns. */
export interface IndicatorDefinition<S extends ParameterSpecs = ParameterSpecs> {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  readonly parameters: S;
  /** Names of the columns, in the order in which `columns` gives them. */
  readonly outputs: readonly string[];
  /** What the ranges alone cannot say, such as fast < slow: a sentence, or undefined when all is well. */
  check?(values: ParameterValues<S>): string | undefined;
  /**
   * The outputs over all bars, NaN before warm-up: the streaming class driven over the columns, so
   * both are equal by construction. Every definition has its own loop, because one shared loop
   * would meet every class, and then none of them is compiled into it.
   */
  columns(values: ParameterValues<S>, bars: Bars): Float64Array[];
}

const period = (value: number, min = 1) => ({ period: integer(value, min, 100_000, 'how many bars it looks back on') });
const seed = choice(['sma', 'first'], 'start of the averages: the mean of their first values, or the first value alone');

const allocate = (count: number, bars: Bars) => Array.from({ length: count }, () => new Float64Array(bars.length));

/** Lets the compiler read the values' types off the parameters. */
function define<const S extends ParameterSpecs>(definition: IndicatorDefinition<S>): IndicatorDefinition {
  return definition;
}

const averages = [
  define({
    name: 'sma', summary: 'Simple moving average of the close.', parameters: period(20), outputs: ['value'],
    columns: (values, bars) => [Sma.column(values.period, bars.close)],
  }),
  define({
    name: 'ema', summary: 'Exponential moving average of the close.', parameters: { ...period(20), seed }, outputs: ['value'],
    columns: (values, bars) => [Ema.column(values.period, values.seed, bars.close)],
  }),
  define({
    name: 'wma', summary: 'Linearly weighted moving average of the close.', parameters: period(20), outputs: ['value'],
    columns: (values, bars) => [Wma.column(values.period, bars.close)],
  }),
];

const trends = [
  define({
    name: 'macd', summary: 'Moving average convergence/divergence of the close.',
    parameters: {
      fast: integer(12, 1, 10_000, 'period of the fast average'),
      slow: integer(26, 2, 10_000, 'period of the slow average'),
      signal: integer(9, 1, 10_000, 'period of the signal line'),
      seed,
    },
    outputs: ['macd', 'signal', 'histogram'],
    check: ({ fast, slow }) => fast < slow ? undefined : `fast must be less than slow, not ${fast} and ${slow}`,
    columns: (values, bars) => Macd.columns(values.fast, values.slow, values.signal, values.seed, bars.close),
  }),
  define({
    name: 'adx', summary: 'Average directional index (Wilder) with +DI and −DI.', parameters: period(14, 2), outputs: ['adx', 'plusDi', 'minusDi'],
    columns(values, bars) {
      const [adx, plusDi, minusDi] = allocate(3, bars);
      const lines = new Adx(values.period);
      const bar = new BarCursor(bars);
      for (; bar.index < adx.length; bar.index++) {
        lines.update(bar);
        adx[bar.index] = lines.adx;
        plusDi[bar.index] = lines.plusDi;
        minusDi[bar.index] = lines.minusDi;
      }
      return [adx, plusDi, minusDi];
    },
  }),
];

const channels = [
  define({
    name: 'bollinger', summary: 'Bollinger bands of the close, population standard deviation.',
    parameters: { ...period(20), deviations: number(2, 0, 100, 'half width of the bands in standard deviations') },
    outputs: ['upper', 'middle', 'lower'],
    columns: (values, bars) => Bollinger.columns(values.period, values.deviations, bars.close),
  }),
  define({
    name: 'atr', summary: 'Average true range (Wilder).', parameters: period(14), outputs: ['value'],
    columns: (values, bars) => [Atr.column(values.period, bars)],
  }),
  define({
    name: 'donchian', summary: 'Donchian channel: highest high, lowest low and their middle.', parameters: period(20),
    outputs: ['upper', 'middle', 'lower'],
    columns(values, bars) {
      const [upper, middle, lower] = allocate(3, bars);
      const channel = new Donchian(values.period);
      const bar = new BarCursor(bars);
      for (; bar.index < upper.length; bar.index++) {
        channel.update(bar);
        upper[bar.index] = channel.upper;
        middle[bar.index] = channel.middle;
        lower[bar.index] = channel.lower;
      }
      return [upper, middle, lower];
    },
  }),
  define({
    name: 'keltner', summary: 'Keltner channel: average typical price and average true ranges to either side.',
    parameters: {
      ...period(20),
      multiplier: number(2, 0, 100, 'half width of the channel in average true ranges'),
      average: choice(['sma', 'ema'], 'kind of both averages'),
    },
    outputs: ['upper', 'middle', 'lower'],
    columns(values, bars) {
      const [upper, middle, lower] = allocate(3, bars);
      const channel = new Keltner(values.period, values.multiplier, values.average);
      const bar = new BarCursor(bars);
      for (; bar.index < upper.length; bar.index++) {
        channel.update(bar);
        upper[bar.index] = channel.upper;
        middle[bar.index] = channel.middle;
        lower[bar.index] = channel.lower;
      }
      return [upper, middle, lower];
    },
  }),
];

const oscillators = [
  define({
    name: 'rsi', summary: 'Relative strength index of the close (Wilder).', parameters: period(14), outputs: ['value'],
    columns: (values, bars) => [Rsi.column(values.period, bars.close)],
  }),
  define({
    name: 'stochastic', summary: 'Stochastic oscillator: smoothed %K and its average %D.',
    parameters: {
      ...period(14),
      smooth: integer(3, 1, 10_000, 'bars over which %K is averaged; 1 for the fast %K'),
      signal: integer(3, 1, 10_000, 'bars over which %D averages %K'),
    },
    outputs: ['k', 'd'],
    columns(values, bars) {
      const [k, d] = allocate(2, bars);
      const lines = new Stochastic(values.period, values.smooth, values.signal);
      const bar = new BarCursor(bars);
      for (; bar.index < k.length; bar.index++) {
        lines.update(bar);
        k[bar.index] = lines.k;
        d[bar.index] = lines.d;
      }
      return [k, d];
    },
  }),
  define({
    name: 'cci', summary: 'Commodity channel index (Lambert).', parameters: period(14), outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const cci = new Cci(values.period);
      const bar = new BarCursor(bars);
      for (; bar.index < out.length; bar.index++) out[bar.index] = cci.update(bar);
      return [out];
    },
  }),
  define({
    name: 'roc', summary: 'Rate of change of the close, in percent.', parameters: period(10), outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const roc = new Roc(values.period);
      for (let i = 0; i < out.length; i++) out[i] = roc.update(bars.close[i]);
      return [out];
    },
  }),
  define({
    name: 'williams-r', summary: 'Williams %R, −100 to 0.', parameters: period(14), outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const williams = new WilliamsR(values.period);
      const bar = new BarCursor(bars);
      for (; bar.index < out.length; bar.index++) out[bar.index] = williams.update(bar);
      return [out];
    },
  }),
];

const volumes = [
  define({
    name: 'obv', summary: 'On-balance volume (Granville).', parameters: {}, outputs: ['value'],
    columns(_, bars) {
      const [out] = allocate(1, bars);
      const obv = new Obv();
      const bar = new BarCursor(bars);
      for (; bar.index < out.length; bar.index++) out[bar.index] = obv.update(bar);
      return [out];
    },
  }),
  define({
    name: 'vwap', summary: 'Volume-weighted average of the typical price.',
    parameters: {
      over: choice(['window', 'session'], 'the last `period` bars, or since 00:00 UTC'),
      ...period(20),
    },
    outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const vwap = values.over === 'session' ? new SessionVwap() : new Vwap(values.period);
      const bar = new BarCursor(bars);
      for (; bar.index < out.length; bar.index++) out[bar.index] = vwap.update(bar);
      return [out];
    },
  }),
  define({
    name: 'mfi', summary: 'Money flow index.', parameters: period(14), outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const mfi = new Mfi(values.period);
      const bar = new BarCursor(bars);
      for (; bar.index < out.length; bar.index++) out[bar.index] = mfi.update(bar);
      return [out];
    },
  }),
];

const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Two columns of one file, as levels or as changes from the bar before in percent of it. */
const pair = (of: 'levels' | 'returns') => ({
  ...period(20, 2),
  x: choice(['close', ...COLUMNS], 'first column'),
  y: choice(['volume', ...COLUMNS], 'second column: the benchmark'),
  of: choice(of === 'levels' ? ['levels', 'returns'] : ['returns', 'levels'], 'the columns as they are, or their changes in percent'),
});

function readColumn(bars: Bars, name: typeof COLUMNS[number], of: 'levels' | 'returns'): Float64Array {
  const levels = bars[name];
  if (of === 'levels') return levels;
  const returns = new Float64Array(bars.length).fill(NaN, 0, 1);
  for (let i = 1; i < bars.length; i++) returns[i] = 100 * (levels[i] / levels[i - 1] - 1);
  return returns;
}

const statistics = [
  define({
    name: 'mean', summary: 'Rolling mean of the close: the simple moving average.', parameters: period(20), outputs: ['value'],
    columns: (values, bars) => [Sma.column(values.period, bars.close)],
  }),
  define({
    name: 'sd', summary: 'Rolling population standard deviation of the close.', parameters: period(20), outputs: ['value'],
    columns: (values, bars) => [StandardDeviation.column(values.period, bars.close)],
  }),
  define({
    name: 'zscore', summary: 'Distance of the close from its rolling mean, in population standard deviations.', parameters: period(20), outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const score = new ZScore(values.period);
      for (let i = 0; i < out.length; i++) out[i] = score.update(bars.close[i]);
      return [out];
    },
  }),
  define({
    name: 'correlation', summary: 'Rolling correlation (Pearson) of two columns of the file.', parameters: pair('levels'), outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const [x, y] = [readColumn(bars, values.x, values.of), readColumn(bars, values.y, values.of)];
      const correlation = new Correlation(values.period);
      for (let i = 0; i < out.length; i++) out[i] = correlation.update(x[i], y[i]);
      return [out];
    },
  }),
  define({
    name: 'beta', summary: 'Rolling beta of one column of the file to another.', parameters: pair('returns'), outputs: ['value'],
    columns(values, bars) {
      const [out] = allocate(1, bars);
      const [x, y] = [readColumn(bars, values.x, values.of), readColumn(bars, values.y, values.of)];
      const beta = new Beta(values.period);
      for (let i = 0; i < out.length; i++) out[i] = beta.update(x[i], y[i]);
      return [out];
    },
  }),
];

/** Every indicator by the name under which the command line knows it. */
export const INDICATORS: ReadonlyMap<string, IndicatorDefinition> = new Map(
  [...averages, ...trends, ...channels, ...oscillators, ...volumes, ...statistics].map((definition) => [definition.name, definition]),
);
