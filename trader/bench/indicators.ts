import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { BarCursor } from '../src/domain/bar.ts';
import type { Bar, Bars } from '../src/domain/bar.ts';
import { readParameters } from '../src/domain/parameters.ts';
import { INDICATORS } from '../src/indicators/catalog.ts';
import { Ema, Sma, Wma } from '../src/indicators/moving-average.ts';
import { Cci, Roc, Rsi, Stochastic, WilliamsR } from '../src/indicators/oscillator.ts';
import { Beta, Correlation, StandardDeviation, ZScore } from '../src/indicators/rolling.ts';
import { Adx, Macd } from '../src/indicators/trend.ts';
import { Atr, Bollinger, Donchian, Keltner } from '../src/indicators/volatility.ts';
import { Mfi, Obv, Vwap } from '../src/indicators/volume.ts';
import { runAlone } from './own-process.ts';
import { makeBars } from './walk.ts';

// Run alone: node trader/bench/indicators.ts [--json] [--python PYTHON]
// Columns are held against TA-Lib on the same bars where that Python (python3 by default) can import it.

/** What one indicator costs: CPU nanoseconds per update of the stream and per row of its columns, and what an update may cost. */
export interface IndicatorCost {
  readonly name: string;
  readonly nsPerUpdate: number;
  /** Memory for the outputs included, which is fresh here, while TA-Lib gets back what it has just freed: up to 4 ns an output. */
  readonly nsPerRow: number;
  readonly limitNs: number;
  /** TA-Lib's for the same columns; undefined where it has none or is not installed. */
  readonly talibNsPerRow?: number;
}

const BARS = 1_000_000;
const RUNS = 11;

/** Indicators as the catalogue makes them by default, by what their updates take. */
const onClose: Readonly<Record<string, () => { update(x: number): unknown }>> = {
  sma: () => new Sma(20),
  ema: () => new Ema(20, 'sma'),
  wma: () => new Wma(20),
  macd: () => new Macd(12, 26, 9, 'sma'),
  rsi: () => new Rsi(14),
  bollinger: () => new Bollinger(20, 2),
  roc: () => new Roc(10),
  mean: () => new Sma(20),
  sd: () => new StandardDeviation(20),
  zscore: () => new ZScore(20),
};
const onBar: Readonly<Record<string, () => { update(bar: Bar): unknown }>> = {
  atr: () => new Atr(14),
  adx: () => new Adx(14),
  stochastic: () => new Stochastic(14, 3, 3),
  donchian: () => new Donchian(20),
  keltner: () => new Keltner(20, 2, 'sma'),
  obv: () => new Obv(),
  vwap: () => new Vwap(20),
  cci: () => new Cci(14),
  'williams-r': () => new WilliamsR(14),
  mfi: () => new Mfi(14),
};
const onPair: Readonly<Record<string, () => { update(x: number, y: number): unknown }>> = {
  correlation: () => new Correlation(20),
  beta: () => new Beta(20),
};

/** Drives an indicator as the engine drives a strategy. Whatever its loop looks at is local, since what lies outside is looked up at every turn. */
function driver(name: string, bars: Bars): () => void {
  const [closeMaker, barMaker, pairMaker] = [onClose[name], onBar[name], onPair[name]];
  if (closeMaker) return () => {
    const indicator = closeMaker();
    const { close, length } = bars;
    for (let i = 0; i < length; i++) indicator.update(close[i]);
  };
  if (barMaker) return () => {
    const indicator = barMaker();
    const { length } = bars;
    const bar = new BarCursor(bars);
    for (; bar.index < length; bar.index++) indicator.update(bar);
  };
  if (pairMaker) return () => {
    const indicator = pairMaker();
    const { close, volume, length } = bars;
    for (let i = 0; i < length; i++) indicator.update(close[i], volume[i]);
  };
  throw new Error(`no such indicator: ${name}`);
}

/** Median CPU nanoseconds per bar of several runs, compilation included in the first of them. */
function median(run: () => void): number {
  const times = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) * 1000 / BARS;
  });
  return times.sort((a, b) => a - b)[RUNS >> 1] ?? NaN;
}

/** Measures one indicator in this process, which must have run no other one. */
function measure(name: string): IndicatorCost {
  const bars = makeBars(BARS);
  const nsPerUpdate = median(driver(name, bars));
  const definition = INDICATORS.get(name);
  if (!definition) throw new Error(`no such indicator: ${name}`);
  const values = readParameters(definition.parameters, {});
  if (!values.ok) throw new Error(values.error.message);
  const nsPerRow = median(() => void definition.columns(values.value, bars));
  return { name, nsPerUpdate, nsPerRow, limitNs: name === 'ema' || name === 'macd' ? 6 : 10 };
}

/** Times TA-Lib on bars from standard input: five columns of float64, one after another. */
const TALIB = `
import json, sys, time
import numpy as np, talib as t
o, h, l, c, v = np.frombuffer(sys.stdin.buffer.read()).reshape(5, -1)
runs = {
  'sma': lambda: t.SMA(c, 20), 'ema': lambda: t.EMA(c, 20), 'wma': lambda: t.WMA(c, 20), 'macd': lambda: t.MACD(c, 12, 26, 9),
  'adx': lambda: (t.ADX(h, l, c, 14), t.PLUS_DI(h, l, c, 14), t.MINUS_DI(h, l, c, 14)), 'bollinger': lambda: t.BBANDS(c, 20, 2, 2),
  'atr': lambda: t.ATR(h, l, c, 14), 'donchian': lambda: (t.MAX(h, 20), t.MIN(l, 20)), 'rsi': lambda: t.RSI(c, 14),
  'stochastic': lambda: t.STOCH(h, l, c, 14, 3, 0, 3, 0), 'cci': lambda: t.CCI(h, l, c, 14), 'roc': lambda: t.ROC(c, 10),
  'williams-r': lambda: t.WILLR(h, l, c, 14), 'obv': lambda: t.OBV(c, v), 'mfi': lambda: t.MFI(h, l, c, v, 14), 'mean': lambda: t.SMA(c, 20),
  'sd': lambda: t.STDDEV(c, 20), 'correlation': lambda: t.CORREL(c, v, 20), 'beta': lambda: t.BETA(c, v, 20),
}
def measure(run):
  times = []
  for _ in range(${RUNS}):
    before = time.process_time_ns()
    run()
    times.append((time.process_time_ns() - before) / len(c))
  return sorted(times)[${RUNS >> 1}]
print(json.dumps({name: measure(run) for name, run in runs.items()}))
`;

/** TA-Lib's nanoseconds per row by our names; none where that Python does not have it. */
function benchTalib(python: string): Readonly<Record<string, number>> {
  const { open, high, low, close, volume } = makeBars(BARS);
  const input = Buffer.concat([open, high, low, close, volume].map((column) => Buffer.from(column.buffer)));
  const { status, stdout } = spawnSync(python, ['-c', TALIB], { input, encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) as Record<string, number> : {};
}

/** Measures every indicator, each in a process of its own, so that what one taught the compiler does not slow down the next. */
export async function benchIndicators(python = 'python3'): Promise<IndicatorCost[]> {
  const talib = benchTalib(python);
  const measureAlone = (name: string) => runAlone<IndicatorCost>(import.meta.filename, ['--only', name]);
  measureAlone('sma'); // compiled code is kept from here on
  return [...INDICATORS.keys()].map((name) => {
    const cost = measureAlone(name);
    const talibNsPerRow = talib[name];
    return talibNsPerRow === undefined ? cost : { ...cost, talibNsPerRow };
  });
}

function costLine({ name, nsPerUpdate, limitNs, nsPerRow, talibNsPerRow }: IndicatorCost): string {
  const talib = talibNsPerRow === undefined ? '' : `, TA-Lib ${talibNsPerRow.toFixed(1).padStart(4)} (${(nsPerRow / talibNsPerRow).toFixed(1)}×)`;
  return `${name.padEnd(12)} ${nsPerUpdate.toFixed(1).padStart(6)} ns an update (limit ${limitNs})  ${nsPerRow.toFixed(1).padStart(6)} ns a row as columns${talib}`;
}

if (import.meta.main) {
  const { values: { only, json, python } } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean' }, python: { type: 'string' } } });
  if (only !== undefined) console.log(JSON.stringify(measure(only)));
  else {
    const costs = await benchIndicators(python);
    console.log(json ? JSON.stringify(costs) : costs.map(costLine).join('\n'));
  }
}
