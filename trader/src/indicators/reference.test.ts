import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { allocateBars, BarCursor, sliceBars } from '../domain/bar.ts';
import type { Bar, Bars } from '../domain/bar.ts';
import { Ema, Sma, Wma } from './moving-average.ts';
import { Cci, Roc, Rsi, Stochastic, WilliamsR } from './oscillator.ts';
import { Beta, Correlation, StandardDeviation } from './rolling.ts';
import { Adx, Macd } from './trend.ts';
import { Atr, Bollinger, Donchian, Keltner } from './volatility.ts';
import { Mfi, Obv, Vwap } from './volume.ts';

/** A table by column name; an empty cell is NaN. */
type Table = Readonly<Record<string, Float64Array>>;

function readTable(file: string, names?: readonly string[]): Table {
  const bytes = readFileSync(new URL(`../../test/fixtures/indicators/${file}`, import.meta.url));
  const rows = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '')
    .split(/\r?\n/).filter((line) => line.includes(',')).map((line) => line.split(',').map((cell) => cell.trim()));
  const header = names ?? rows.shift() ?? [];
  const read = (cell: string | undefined) => cell === undefined || cell === '' ? NaN : Number(cell);
  return Object.fromEntries(header.map((name, i) => [name.trim(), Float64Array.from(rows, (row) => read(row[i]))]));
}

function column(table: Table, name: string): Float64Array {
  const found = table[name];
  assert.ok(found, `no column ${name}; there are ${Object.keys(table).join(', ')}`);
  return found;
}

/** A table's bars; what it lacks (a volume, say) is NaN. */
function readBars(table: Table, scale = 1): Bars {
  const bars = allocateBars(column(table, 'Close').length);
  for (const name of ['open', 'high', 'low', 'close'] as const) {
    const values = table[name.charAt(0).toUpperCase() + name.slice(1)];
    bars[name].set(values ? values.map((value) => value * scale) : bars.close);
  }
  bars.volume.set(table['Volume'] ?? bars.volume.fill(NaN));
  return bars;
}

/** One field of an indicator after every bar. */
function overBars<I extends { update(bar: Bar): unknown }>(bars: Bars, indicator: I, field: keyof I): Float64Array {
  const cursor = new BarCursor(bars);
  return Float64Array.from({ length: bars.length }, (_, i) => {
    cursor.index = i;
    indicator.update(cursor);
    return Number(indicator[field]);
  });
}

/** One field of an indicator after every value. */
function over<I extends { update(x: number): unknown }>(values: Float64Array, indicator: I, field: keyof I): Float64Array {
  return values.map((value) => {
    indicator.update(value);
    return Number(indicator[field]);
  });
}

/** Asserts that both are defined on the same rows (from `from` on) and differ by at most `tolerance` × max(1, |expected|). */
function assertNear(actual: Float64Array, expected: Float64Array, tolerance: number, from = 0): void {
  assert.equal(actual.length, expected.length);
  let compared = 0;
  for (let i = from; i < expected.length; i++) {
    const [a, e] = [actual[i] ?? NaN, expected[i] ?? NaN];
    assert.equal(Number.isNaN(a), Number.isNaN(e), `row ${i}: ${a}, expected ${e}`);
    if (Number.isNaN(e)) continue;
    compared++;
    assert.ok(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)), `row ${i}: ${a}, expected ${e}`);
  }
  assert.ok(compared >= 100, `only ${compared} rows were compared`);
}

const spy = readBars(readTable('spy.csv', ['Date', 'Open', 'High', 'Low', 'Close', 'Volume']), 1e-4);
const talib = readTable('talib.csv.gz');
const lean = (name: string) => readTable(`lean_${name}.gz`);

const close = spy.close;
const talibCases: Readonly<Record<string, () => Float64Array>> = {
  sma: () => over(close, new Sma(20), 'value'),
  ema: () => over(close, new Ema(20, 'sma'), 'value'),
  wma: () => over(close, new Wma(20), 'value'),
  rsi: () => over(close, new Rsi(14), 'value'),
  atr: () => overBars(spy, new Atr(14), 'value'),
  adx: () => overBars(spy, new Adx(14), 'adx'),
  highest: () => overBars(spy, new Donchian(20), 'upper'),
  lowest: () => overBars(spy, new Donchian(20), 'lower'),
  obv: () => overBars(spy, new Obv(), 'value'),
  vwap: () => overBars(spy, new Vwap(20), 'value'),
  cci: () => overBars(spy, new Cci(14), 'value'),
  cci15: () => overBars(spy, new Cci(15), 'value'),
  roc: () => over(close, new Roc(10), 'value'),
  williamsR: () => overBars(spy, new WilliamsR(14), 'value'),
  mfi: () => overBars(spy, new Mfi(14), 'value'),
  sd: () => over(close, new StandardDeviation(20), 'value'),
  upper: () => over(close, new Bollinger(20, 2), 'upper'),
  middle: () => over(close, new Bollinger(20, 2), 'middle'),
  lower: () => over(close, new Bollinger(20, 2), 'lower'),
  k: () => overBars(spy, new Stochastic(14, 3, 3), 'k'),
  d: () => overBars(spy, new Stochastic(14, 3, 3), 'd'),
  correlation: () => {
    const correlation = new Correlation(20);
    return spy.high.map((high, i) => correlation.update(high, spy.low[i] ?? NaN));
  },
  beta: () => {
    const beta = new Beta(20);
    const change = (values: Float64Array, i: number) => (values[i] ?? NaN) / (values[i - 1] ?? NaN) - 1;
    return spy.high.map((_, i) => beta.update(change(spy.high, i), change(spy.low, i)));
  },
};

for (const [name, run] of Object.entries(talibCases)) {
  test(`${name} equals TA-Lib on 600 SPY days to 1e-9, from the same row on`, () => {
    assertNear(run(), column(talib, name), 1e-9);
  });
}

test('+DI and −DI equal TA-Lib to 1e-9 once the ADX is there too', () => {
  assertNear(overBars(spy, new Adx(14), 'plusDi'), column(talib, 'plusDi'), 1e-9, 27);
  assertNear(overBars(spy, new Adx(14), 'minusDi'), column(talib, 'minusDi'), 1e-9, 27);
});

test('the MACD meets TA-Lib, which seeds its fast average 14 bars later, once that is forgotten', () => {
  for (const line of ['macd', 'signal', 'histogram'] as const) {
    const ours = over(close, new Macd(12, 26, 9, 'sma'), line);
    assert.equal(ours.findIndex((value) => !Number.isNaN(value)), 33);
    assertNear(ours, column(talib, line), 1e-9, 200);
  }
});

test("three averages seeded TA-Lib's way give TA-Lib's MACD from its first row on", () => {
  const [fast, slow, signal] = [new Ema(12, 'sma'), new Ema(26, 'sma'), new Ema(9, 'sma')];
  const line = close.map((value, i) => {
    if (i >= 14) fast.update(value);
    slow.update(value);
    return slow.ready ? signal.update(fast.value - slow.value) : NaN;
  });
  assertNear(line, column(talib, 'signal'), 1e-9);
});

test("the MACD seeded with means equals LEAN's, which is published from row 179 on", () => {
  const table = lean('spy_with_macd.txt');
  for (const [line, name] of [['macd', 'MACD'], ['signal', 'Signal'], ['histogram', 'Histogram']] as const) {
    assertNear(over(column(table, 'Close'), new Macd(12, 26, 9, 'sma'), line), column(table, name), 1.1e-5, 179);
  }
});

test("SMA, EMA and Wilder's RSI equal LEAN's to its rounding", () => {
  const table = lean('spy_with_indicators.txt');
  const closes = column(table, 'Close');
  assertNear(over(closes, new Sma(14), 'value'), column(table, 'SMA14'), 1e-6);
  assertNear(over(closes, new Ema(14, 'sma'), 'value'), column(table, 'EMA14'), 1e-6);
  assertNear(over(closes, new Rsi(14), 'value'), column(table, 'RSI 14 Wilder'), 1e-6);
});

test("Bollinger bands and the variance equal LEAN's to its rounding", () => {
  const table = lean('spy_bollinger_bands.txt');
  const closes = column(table, 'Close');
  assertNear(over(closes, new Bollinger(20, 2), 'middle'), column(table, 'Moving Average 20'), 1e-6);
  assertNear(over(closes, new Bollinger(20, 2), 'upper'), column(table, 'Bollinger Bands® 20 2 Top'), 1e-6);
  assertNear(over(closes, new Bollinger(20, 2), 'lower'), column(table, 'Bollinger Bands® 20 2 Bottom'), 1e-6);
  const variance = lean('spy_var.txt');
  assertNear(over(column(variance, 'Close'), new StandardDeviation(10), 'value').map((sd) => sd * sd), column(variance, 'Var'), 1e-9);
});

test("Wilder's ATR meets LEAN's, which counts the first bar's range too, once that is forgotten", () => {
  const table = lean('spy_atr_wilder.txt');
  assertNear(overBars(readBars(table), new Atr(14), 'value'), column(table, 'Average True Range 14'), 1e-5, 150);
});

test("ADX and its lines meet LEAN's, whose sums start with one bar more, once that is forgotten", () => {
  const table = lean('spy_with_adx.txt');
  const bars = readBars(table);
  assertNear(overBars(bars, new Adx(14), 'adx'), column(table, 'ADX 14'), 1e-5, 250);
  assertNear(overBars(bars, new Adx(14), 'plusDi'), column(table, '+DI14'), 1e-5, 250);
  assertNear(overBars(bars, new Adx(14), 'minusDi'), column(table, '-DI14'), 1e-5, 250);
});

test("the stochastic's %K and %D equal LEAN's to the rounding of its prices", () => {
  const table = lean('spy_with_stoch12k3.txt');
  assertNear(overBars(readBars(table), new Stochastic(12, 3, 5), 'k'), column(table, 'Stochastics 12 %K 3'), 1e-4, 17);
  assertNear(overBars(readBars(table), new Stochastic(12, 3, 5), 'd'), column(table, '%D 5'), 1e-4);
});

test("the Donchian channel equals LEAN's from the 50th bar to its last whole day", () => {
  const table = lean('spy_with_don50.txt');
  const bars = sliceBars(readBars(table), 0, 500);
  for (const [line, name] of [['upper', 'Top'], ['lower', 'Bottom'], ['middle', 'Mean']] as const) {
    assertNear(overBars(bars, new Donchian(50), line), column(table, `Donchian Channels 50 ${name}`).subarray(0, 500), 1e-6, 49);
  }
});

test("the Keltner channel with simple averages equals LEAN's to its rounding", () => {
  const table = lean('spy_with_keltner.csv');
  assertNear(overBars(readBars(table), new Keltner(20, 1.5, 'sma'), 'middle'), column(table, 'Middle Band'), 1e-6);
  assertNear(overBars(readBars(table), new Keltner(20, 1.5, 'sma'), 'upper'), column(table, 'Keltner Channels 20 Top'), 1e-6);
  assertNear(overBars(readBars(table), new Keltner(20, 1.5, 'sma'), 'lower'), column(table, 'Keltner Channels 20 Bottom'), 1e-6);
});

test("on-balance volume equals LEAN's to the rounding of its volumes", () => {
  const table = lean('spy_with_obv.txt');
  assertNear(overBars(readBars(table), new Obv(), 'value'), column(table, 'OBV'), 1e-4, 1);
});

test("VWAP equals LEAN's when it is fed the price that LEAN weighs, the mean of open, high, low and close", () => {
  const table = lean('spy_with_vwap.txt');
  const bars = readBars(table);
  const mean = bars.open.map((open, i) => (open + (bars.high[i] ?? NaN) + (bars.low[i] ?? NaN) + (bars.close[i] ?? NaN)) / 4);
  assertNear(overBars({ ...bars, high: mean, low: mean, close: mean }, new Vwap(50), 'value'), column(table, 'Moving VWAP 50'), 1e-6);
});

test("CCI, rate of change and money flow index equal LEAN's to the rounding of its prices", () => {
  const cci = lean('spy_with_cci.txt');
  assertNear(overBars(readBars(cci), new Cci(14), 'value'), column(cci, 'Commodity Channel Index (CCI) 14'), 1e-3);
  const roc = lean('spy_with_rocp50.txt');
  assertNear(over(column(roc, 'Close'), new Roc(50), 'value'), column(roc, 'Rate of Change % 50'), 1e-5);
  const mfi = lean('spy_mfi.txt');
  assertNear(overBars(readBars(mfi), new Mfi(20), 'value'), column(mfi, 'Money Flow Index 20'), 1e-5);
});

test("the correlation of SPY and QQQ over 252 days equals LEAN's", () => {
  const table = lean('spy_qqq_corr.csv');
  const closes = column(table, 'Close');
  const correlation = new Correlation(252);
  const days = closes.length / 2;
  const ours = Float64Array.from({ length: days }, (_, day) => correlation.update(closes[2 * day] ?? NaN, closes[2 * day + 1] ?? NaN));
  const theirs = column(table, 'Correlation_Pearson').filter((_, i) => i % 2 === 1);
  assertNear(ours, theirs, 1e-9, 251);
});
