import type { BarColumns } from './bar-columns.ts';

/** A line over the bars of a chart: one value a bar, null before its warm-up. */
export interface IndicatorLine {
  /** As `EMA 12`. */
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Over the candles, or below them in a strip of its own. */
  readonly place: 'price' | 'below';
  readonly look: 'first' | 'second' | 'quiet' | 'histogram';
}

/** What is known of a running strategy here: its name and its parameters. */
export interface IndicatedStrategy {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

/**
 * The lines that a shipped strategy reads, over the bars shown; none for a strategy of the person's
 * own, whose rules are not known here. The arithmetic is that of trader/src/indicators, and a test
 * holds the two together.
 */
export function indicatorLines({ strategy, parameters }: IndicatedStrategy, bars: BarColumns): IndicatorLine[] {
  const read = (name: string): number => Number(parameters[name]);
  switch (strategy) {
    case 'macd': {
      const [macd, signal, histogram] = macdLines(read('fast'), read('slow'), read('signal'), parameters['seed'] === 'sma', bars.close);
      return [
        { label: 'Histogram', values: histogram, place: 'below', look: 'histogram' },
        { label: `MACD ${read('fast')}/${read('slow')}`, values: macd, place: 'below', look: 'first' },
        { label: `Signal ${read('signal')}`, values: signal, place: 'below', look: 'second' },
      ];
    }
    case 'bollinger': {
      const [upper, middle, lower] = bands(read('period'), read('deviations'), bars.close);
      const name = `Bollinger ${read('period')}, ${read('deviations')} sd`;
      return [
        { label: `${name} upper`, values: upper, place: 'price', look: 'first' },
        { label: 'Middle', values: middle, place: 'price', look: 'quiet' },
        { label: 'Lower', values: lower, place: 'price', look: 'first' },
      ];
    }
    case 'moving-average-cross':
      return [
        { label: `SMA ${read('fast')}`, values: simpleAverage(read('fast'), bars.close), place: 'price', look: 'first' },
        { label: `SMA ${read('slow')}`, values: simpleAverage(read('slow'), bars.close), place: 'price', look: 'second' },
      ];
    default: return [];
  }
}

type Values = readonly (number | null)[];

/** The mean of the last n values. */
export function simpleAverage(n: number, xs: readonly number[]): Values {
  return xs.map((_, i) => (i + 1 < n ? null : meanOf(xs, i + 1 - n, i + 1)));
}

/** Smoothing 2/(n + 1), started at the first value, or at the mean of the first n. */
function exponentialAverage(n: number, fromMean: boolean, xs: Values): Values {
  const alpha = 2 / (n + 1);
  const wait = fromMean ? n : 1;
  let seen = 0;
  let sum = 0;
  let value: number | null = null;
  return xs.map((x) => {
    if (x === null) return null;
    if (value !== null) return value += alpha * (x - value);
    sum += x;
    seen += 1;
    return value = seen === wait ? sum / wait : null;
  });
}

/** MACD, its signal line and their difference; with `fromMean` each is shown once all are defined. */
export function macdLines(fast: number, slow: number, signal: number, fromMean: boolean, xs: readonly number[]): [Values, Values, Values] {
  const quick = exponentialAverage(fast, fromMean, xs);
  const calm = exponentialAverage(slow, fromMean, xs);
  const apart = (a: Values, b: Values): Values => a.map((value, i) => { const other = b[i]; return value === null || other === null ? null : value - other; });
  const macd = apart(quick, calm);
  const line = exponentialAverage(signal, fromMean, macd);
  const histogram = apart(macd, line);
  return [macd.map((value, i) => (line[i] === null ? null : value)), line, histogram];
}

/** The mean of the last n values, and `deviations` population standard deviations to either side. */
export function bands(n: number, deviations: number, xs: readonly number[]): [Values, Values, Values] {
  const middle = simpleAverage(n, xs);
  const width = middle.map((mean, i) => {
    if (mean === null) return null;
    let squares = 0;
    for (let j = i + 1 - n; j <= i; j++) squares += (xs[j] - mean) ** 2;
    return deviations * Math.sqrt(squares / n);
  });
  const shifted = (sign: number): Values => middle.map((mean, i) => { const by = width[i]; return mean === null || by === null ? null : mean + sign * by; });
  return [shifted(1), middle, shifted(-1)];
}

function meanOf(xs: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += xs[i];
  return sum / (to - from);
}
