import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { allocateBars, BarCursor } from '../src/domain/bar.ts';
import type { Bar, Bars } from '../src/domain/bar.ts';
import { readParameters } from '../src/domain/parameters.ts';
import { INDICATORS } from '../src/indicators/catalog.ts';
import { Ema, Sma, Wma } from '../src/indicators/moving-average.ts';
import { Cci, Roc, Rsi, Stochastic, WilliamsR } from '../src/indicators/oscillator.ts';
import { Beta, Correlation, StandardDeviation, ZScore } from '../src/indicators/rolling.ts';
import { Adx, Macd } from '../src/indicators/trend.ts';
import { Atr, Bollinger, Donchian, Keltner } from '../src/indicators/volatility.ts';
import { Mfi, Obv, Vwap } from '../src/indicators/volume.ts';

/** What one indicator costs: CPU nanoseconds per update of the stream and per row of its columns, and what an update may cost. */
export interface IndicatorCost {
  readonly name: string;
  readonly nsPerUpdate: number;
  readonly nsPerRow: number;
  readonly limitNs: number;
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

/** A random walk of one-minute bars, the same every time. */
function walk(): Bars {
  const bars = allocateBars(BARS);
  let seed = 1;
  const random = () => (seed = seed * 16807 % 2147483647) / 2147483647;
  let price = 100;
  for (let i = 0; i < BARS; i++) {
    bars.timestamp[i] = i * 60_000;
    bars.open[i] = price;
    price *= 1 + 0.002 * (random() - 0.5);
    bars.close[i] = price;
    bars.high[i] = Math.max(bars.open[i], price) * (1 + 0.0005 * random());
    bars.low[i] = Math.min(bars.open[i], price) * (1 - 0.0005 * random());
    bars.volume[i] = 1000 * random();
  }
  return bars;
}

function driver(name: string, bars: Bars): () => void {
  const { close, volume } = bars;
  const [closeMaker, barMaker, pairMaker] = [onClose[name], onBar[name], onPair[name]];
  if (closeMaker) return () => {
    const indicator = closeMaker();
    for (let i = 0; i < BARS; i++) indicator.update(close[i]);
  };
  if (barMaker) return () => {
    const indicator = barMaker();
    const bar = new BarCursor(bars);
    for (; bar.index < BARS; bar.index++) indicator.update(bar);
  };
  if (pairMaker) return () => {
    const indicator = pairMaker();
    for (let i = 0; i < BARS; i++) indicator.update(close[i], volume[i]);
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
  const bars = walk();
  const nsPerUpdate = median(driver(name, bars));
  const definition = INDICATORS.get(name);
  if (!definition) throw new Error(`no such indicator: ${name}`);
  const values = readParameters(definition.parameters, {});
  if (!values.ok) throw new Error(values.error.message);
  const nsPerRow = median(() => void definition.columns(values.value, bars));
  return { name, nsPerUpdate, nsPerRow, limitNs: name === 'ema' || name === 'macd' ? 6 : 10 };
}

/** Measures every indicator, each in a process of its own, so that what one taught the compiler does not slow down the next. */
export async function benchIndicators(): Promise<IndicatorCost[]> {
  return [...INDICATORS.keys()].map((name) =>
    JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--only', name], { encoding: 'utf8' })) as IndicatorCost);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [flag, name] = process.argv.slice(2);
  if (flag === '--only' && name) console.log(JSON.stringify(measure(name)));
  else {
    const costs = await benchIndicators();
    if (flag === '--json') console.log(JSON.stringify(costs));
    else for (const { name: indicator, nsPerUpdate, nsPerRow, limitNs } of costs) {
      console.log(`${indicator.padEnd(12)} ${nsPerUpdate.toFixed(1).padStart(6)} ns an update (limit ${limitNs})  ${nsPerRow.toFixed(1).padStart(6)} ns a row as columns`);
    }
  }
}
