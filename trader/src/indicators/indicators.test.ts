import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocateBars, BarCursor } from '../domain/bar.ts';
import type { Bar, Bars } from '../domain/bar.ts';
import { INDICATORS } from './catalog.ts';
import { Ema, Sma, Wma } from './moving-average.ts';
import { Cci, Roc, Rsi, Stochastic, WilliamsR } from './oscillator.ts';
import { Beta, Correlation, StandardDeviation, ZScore } from './rolling.ts';
import { Adx, Macd } from './trend.ts';
import { Atr, Bollinger, Donchian, Keltner } from './volatility.ts';
import { Mfi, Obv, SessionVwap, Vwap } from './volume.ts';
import { RollingMin } from './window.ts';

/** What every indicator shows of itself. */
interface Shown {
  readonly warmup: number;
  readonly ready: boolean;
}

/** An indicator of the catalogue, made and fed by hand: given a period, what to feed it and what to read. */
interface Case {
  readonly values?: Readonly<Record<string, number | string>>;
  start(period: number): { indicator: Shown; feed(bar: Bar): void };
}

/** Cases fed with the close, with the bar, and with close and volume. */
const byClose = (make: (period: number) => Shown & { update(x: number): unknown }, values = {}): Case => ({
  values,
  start(period) {
    const indicator = make(period);
    return { indicator, feed: (bar) => void indicator.update(bar.close) };
  },
});
const byBar = (make: (period: number) => Shown & { update(bar: Bar): unknown }, values = {}): Case => ({
  values,
  start(period) {
    const indicator = make(period);
    return { indicator, feed: (bar) => void indicator.update(bar) };
  },
});
const byPair = (make: (period: number) => Shown & { update(x: number, y: number): unknown }): Case => ({
  values: { of: 'levels', x: 'close', y: 'high' },
  start(period) {
    const indicator = make(period);
    return { indicator, feed: (bar) => void indicator.update(bar.close, bar.high) };
  },
});

const cases: Readonly<Record<string, Case>> = {
  sma: byClose((n) => new Sma(n)),
  ema: byClose((n) => new Ema(n, 'sma'), { seed: 'sma' }),
  wma: byClose((n) => new Wma(n)),
  macd: byClose((n) => new Macd(n, n + 3, 4, 'sma'), { seed: 'sma', signal: 4 }),
  rsi: byClose((n) => new Rsi(n)),
  bollinger: byClose((n) => new Bollinger(n, 2)),
  atr: byBar((n) => new Atr(n)),
  adx: byBar((n) => new Adx(n)),
  stochastic: byBar((n) => new Stochastic(n, 3, 2), { smooth: 3, signal: 2 }),
  donchian: byBar((n) => new Donchian(n)),
  keltner: byBar((n) => new Keltner(n, 2, 'ema'), { average: 'ema' }),
  obv: byBar(() => new Obv()),
  vwap: byBar((n) => new Vwap(n), { over: 'window' }),
  cci: byBar((n) => new Cci(n)),
  roc: byClose((n) => new Roc(n)),
  'williams-r': byBar((n) => new WilliamsR(n)),
  mfi: byBar((n) => new Mfi(n)),
  mean: byClose((n) => new Sma(n)),
  sd: byClose((n) => new StandardDeviation(n)),
  zscore: byClose((n) => new ZScore(n)),
  correlation: byPair((n) => new Correlation(n)),
  beta: byPair((n) => new Beta(n)),
};

/** Random walks at any scale, with flat runs, spikes and, where asked, bars without volume. */
function anyBars({ minLength = 0, absentVolume = true, spike = 1000 } = {}): fc.Arbitrary<Bars> {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 6, arbitrary: fc.double({ min: 0.95, max: 1.05, noNaN: true }).map((x) => Math.round(x * 1e5) / 1e5) },
    { weight: 1, arbitrary: fc.constantFrom(1 / spike, spike) },
  );
  const volume = fc.oneof(fc.double({ min: 0.001, max: 1e6, noNaN: true }), fc.constantFrom(absentVolume ? NaN : 1, absentVolume ? 0 : 2));
  const bar = fc.record({ step, volume, up: fc.constantFrom(0, 0, 0.001, 0.02), down: fc.constantFrom(0, 0, 0.001, 0.02) });
  return fc.record({ moves: fc.array(bar, { minLength, maxLength: 150 }), scale: fc.integer({ min: -12, max: 12 }) }).map(({ moves, scale }) => {
    const bars = allocateBars(moves.length);
    let price = 10 ** scale;
    for (const [i, { step: factor, volume: traded, up, down }] of moves.entries()) {
      bars.timestamp[i] = i * 3_600_000;
      bars.open[i] = price;
      const next = price * factor;
      price = next > 1e15 || next < 1e-15 ? price : next;
      bars.close[i] = price;
      bars.high[i] = Math.max(bars.open[i], price) * (1 + up);
      bars.low[i] = Math.min(bars.open[i], price) * (1 - down);
      bars.volume[i] = traded;
    }
    return bars;
  });
}

const at = (values: Float64Array, i: number) => values[i] ?? assert.fail(`no row ${i}`);
const periods = fc.integer({ min: 2, max: 30 });

test('the catalogue holds every indicator once, under the name that the tests know', () => {
  assert.deepEqual([...INDICATORS.keys()].sort(), Object.keys(cases).sort());
});

for (const [name, { values = {}, start }] of Object.entries(cases)) {
  const definition = INDICATORS.get(name) ?? assert.fail(name);

  test(`${name}: a stream and its columns are equal to the last bit`, () => {
    fc.assert(fc.property(anyBars(), periods, (bars, period) => {
      const columns = definition.columns({ period, fast: period, slow: period + 3, deviations: 2, multiplier: 2, ...values }, bars);
      const { indicator, feed } = start(period);
      const cursor = new BarCursor(bars);
      assert.equal(columns.length, definition.outputs.length);
      for (let i = 0; i < bars.length; i++) {
        cursor.index = i;
        feed({ timestamp: cursor.timestamp, open: cursor.open, high: cursor.high, low: cursor.low, close: cursor.close, volume: cursor.volume });
        for (const [k, output] of definition.outputs.entries()) {
          const streamed = Number(indicator[output as keyof Shown]);
          const column = columns[k] ?? assert.fail();
          assert.ok(Object.is(streamed, at(column, i)), `row ${i}, ${output}: streamed ${streamed}, column ${at(column, i)}`);
        }
      }
    }), { numRuns: 60 });
  });

  test(`${name}: outputs are NaN before warm-up is over, and numbers from then on`, () => {
    fc.assert(fc.property(anyBars({ minLength: 80, absentVolume: false }), periods, (bars, period) => {
      const { indicator, feed } = start(period);
      const cursor = new BarCursor(bars);
      for (let i = 0; i < bars.length; i++) {
        cursor.index = i;
        feed(cursor);
        // A window in which no price changed has no money flow, warm or not.
        if (name === 'mfi' && i + 1 >= indicator.warmup) continue;
        assert.equal(indicator.ready, i + 1 >= indicator.warmup, `update ${i + 1} of a warm-up of ${indicator.warmup}`);
        for (const output of definition.outputs) {
          assert.equal(Number.isNaN(indicator[output as keyof Shown]), !indicator.ready, `${output} at update ${i + 1}`);
        }
      }
    }), { numRuns: 40 });
  });
}

/** The last n values of a column up to row i. */
const windowAt = (values: Float64Array, i: number, n: number) => [...values.subarray(i - n + 1, i + 1)];
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const covariance = (x: readonly number[], y: readonly number[]) => {
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((value, i) => (value - mx) * ((y[i] ?? NaN) - my)));
};
const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));

/** Definitions taken literally over the window, and how near O(1) must come: 1e-9 of the value, and the rounding of its inputs. */
const naive: Readonly<Record<string, (bars: Bars, i: number, n: number) => { expected: number; slack: number }>> = {
  sma: ({ close }, i, n) => ({ expected: mean(windowAt(close, i, n)), slack: 1e-15 * largest(windowAt(close, i, n)) }),
  wma({ close }, i, n) {
    const values = windowAt(close, i, n);
    return { expected: values.reduce((sum, x, k) => sum + (k + 1) * x, 0) / (n * (n + 1) / 2), slack: 1e-15 * largest(values) };
  },
  sd({ close }, i, n) {
    const values = windowAt(close, i, n);
    return { expected: Math.sqrt(covariance(values, values)), slack: 1e-14 * largest(values) };
  },
  'williams-r'({ high, low, close }, i, n) {
    const [top, bottom] = [Math.max(...windowAt(high, i, n)), Math.min(...windowAt(low, i, n))];
    return { expected: top === bottom ? 0 : -100 * (top - at(close, i)) / (top - bottom), slack: 0 };
  },
  vwap({ high, low, close, volume }, i, n) {
    const typical = windowAt(close, i, n).map((x, k) => (x + at(high, i - n + 1 + k) + at(low, i - n + 1 + k)) / 3);
    const weights = windowAt(volume, i, n).map((x) => Number.isNaN(x) ? 0 : x);
    const total = weights.reduce((sum, x) => sum + x, 0);
    return { expected: typical.reduce((sum, x, k) => sum + x * (weights[k] ?? NaN), 0) / total, slack: 0 };
  },
  correlation({ close, high }, i, n) {
    const [x, y] = [windowAt(close, i, n), windowAt(high, i, n)];
    const scale = Math.sqrt(covariance(x, x) * covariance(y, y));
    const flat = new Set(x).size === 1 || new Set(y).size === 1;
    const noise = largest(x) / Math.sqrt(covariance(x, x)) + largest(y) / Math.sqrt(covariance(y, y));
    return flat ? { expected: 0, slack: 0 } : { expected: covariance(x, y) / scale, slack: 1e-9 + 1e-13 * noise };
  },
};

for (const [name, expect] of Object.entries(naive)) {
  test(`${name}: what a window gives in O(1) is what its definition gives`, () => {
    const definition = INDICATORS.get(name) ?? assert.fail(name);
    fc.assert(fc.property(anyBars({ minLength: 1 }), periods, (bars, period) => {
      const [column = assert.fail()] = definition.columns({ period, ...cases[name]?.values }, bars);
      for (let i = period - 1; i < bars.length; i++) {
        const { expected, slack } = expect(bars, i, period);
        if (Number.isNaN(expected)) assert.ok(Number.isNaN(at(column, i)));
        else assert.ok(Math.abs(at(column, i) - expected) <= 1e-9 * Math.abs(expected) + slack, `row ${i}: ${at(column, i)}, expected ${expected}`);
      }
    }));
  });
}

test('extremes of a window are those of its values, bit for bit, however far apart', () => {
  const spikes = fc.constantFrom(1.4, 1.9, 2.1, 4, 1000);
  fc.assert(fc.property(spikes.chain((spike) => anyBars({ minLength: 1, spike })), fc.integer({ min: 1, max: 30 }), (bars, period) => {
    const [upper = assert.fail(), , lower = assert.fail()] = INDICATORS.get('donchian')?.columns({ period }, bars) ?? [];
    const lowest = new RollingMin(period);
    for (let i = 0; i < bars.length; i++) {
      const expected = i < period - 1 ? NaN : Math.min(...windowAt(bars.low, i, period));
      assert.ok(Object.is(lowest.update(at(bars.low, i)), expected));
      assert.ok(Object.is(at(lower, i), expected));
      assert.ok(Object.is(at(upper, i), i < period - 1 ? NaN : Math.max(...windowAt(bars.high, i, period))));
    }
  }));
});

test('extremes are those of the bars also where prices fall to a fraction before the window is full', () => {
  const channel = new Donchian(4);
  for (const price of [7.14, 2.78, 2.78, 2.78]) channel.update({ timestamp: 0, open: price, high: price, low: price, close: price, volume: 1 });
  assert.deepEqual([channel.upper, channel.lower], [7.14, 2.78]);
});

test('a flat market has exactly its price as mean and exactly no deviation, whatever came before', () => {
  fc.assert(fc.property(anyBars(), periods, fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (bars, period, price) => {
    const [sma, wma, deviation, bands, score] = [new Sma(period), new Wma(period), new StandardDeviation(period), new Bollinger(period, 2), new ZScore(period)];
    const all = [sma, wma, deviation, bands, score];
    for (const value of bars.close) for (const indicator of all) indicator.update(value);
    for (let i = 0; i < period; i++) for (const indicator of all) indicator.update(price);
    assert.deepEqual([sma.value, wma.value, deviation.value, bands.upper, bands.lower, score.value], [price, price, 0, price, price, 0]);
  }));
});

test('a million bars with spikes leave no drift in sums, means and deviations', () => {
  const period = 20;
  const [sma, deviation, vwap] = [new Sma(period), new StandardDeviation(period), new Vwap(period)];
  const value = (i: number) => i % 1000 === 7 ? 1e12 : 100 + Math.sin(i);
  const bar = { timestamp: 0, open: 0, high: 0, low: 0, close: 0, volume: 1 };
  const count = 1_000_000;
  for (let i = 0; i < count; i++) {
    sma.update(value(i));
    deviation.update(value(i));
    bar.high = bar.low = bar.close = value(i);
    vwap.update(bar);
  }
  const last = Array.from({ length: period }, (_, k) => value(count - period + k));
  assert.ok(Math.abs(sma.value - mean(last)) < 1e-12);
  assert.ok(Math.abs(vwap.value - mean(last)) < 1e-12);
  assert.ok(Math.abs(deviation.value - Math.sqrt(covariance(last, last))) < 1e-12);
});

test('a million bars leave no drift in the averages of the stochastic', () => {
  const stochastic = new Stochastic(2, 3, 4);
  const close = (i: number) => 100 + Math.sin(i * i);
  const bar = { timestamp: 0, open: 0, high: 102, low: 98, close: 0, volume: 1 };
  const count = 1_000_000;
  for (let i = 0; i < count; i++) {
    bar.close = close(i);
    stochastic.update(bar);
  }
  const k = Array.from({ length: 4 }, (_, back) => mean([0, 1, 2].map((more) => 25 * (close(count - 1 - back - more) - 98))));
  assert.ok(Math.abs(stochastic.k - (k[0] ?? NaN)) < 1e-12);
  assert.ok(Math.abs(stochastic.d - mean(k)) < 1e-12);
});

test('a NaN is out of a mean, a deviation and an extreme with the update in which it leaves the window', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 40 }), (period, before) => {
    const all = [new Sma(period), new Wma(period), new StandardDeviation(period), new RollingMin(period)];
    const last = (x: number) => all.map((indicator) => indicator.update(x));
    for (let i = 0; i < before; i++) last(i);
    for (let i = 0; i < period; i++) assert.ok(last(i === 0 ? NaN : 5).every(Number.isNaN));
    assert.deepEqual(last(5), [5, 5, 0, 5]);
  }));
});

test('seeded with the first value, EMA and MACD are there from the first update', () => {
  const ema = new Ema(9, 'first');
  assert.equal(ema.update(10), 10);
  assert.equal(ema.update(20), 12);
  const macd = new Macd(12, 26, 9, 'first');
  macd.update(10);
  assert.deepEqual([macd.ready, macd.macd, macd.signal, macd.histogram, macd.fast], [true, 0, 0, 0, 10]);
});

test('a flat market is 0 where a definition divides by its movement, as in TA-Lib', () => {
  const flat = { timestamp: 0, open: 5, high: 5, low: 5, close: 5, volume: 1 };
  const [rsi, stochastic, williams, cci, adx] = [new Rsi(3), new Stochastic(3, 1, 1), new WilliamsR(3), new Cci(3), new Adx(3)];
  for (let i = 0; i < 10; i++) {
    rsi.update(flat.close);
    for (const indicator of [stochastic, williams, cci, adx]) indicator.update(flat);
  }
  assert.deepEqual([rsi.value, stochastic.k, williams.value, cci.value, adx.adx, adx.plusDi], [0, 0, 0, 0, 0, 0]);
});

test('a bar without volume adds nothing to OBV, VWAP and money flow, which need some volume to exist', () => {
  const bar = (close: number, volume: number) => ({ timestamp: 0, open: close, high: close, low: close, close, volume });
  const [obv, vwap, session, mfi] = [new Obv(), new Vwap(2), new SessionVwap(), new Mfi(2)];
  const feed = (close: number, volume: number) => [obv, vwap, session, mfi].map((indicator) => indicator.update(bar(close, volume)));
  assert.deepEqual(feed(10, NaN), [0, NaN, NaN, NaN]);
  assert.deepEqual(feed(11, NaN), [0, NaN, NaN, NaN]);
  assert.deepEqual(feed(12, NaN), [0, NaN, NaN, NaN]);
  assert.deepEqual(feed(13, 2), [2, 13, 13, 100]);
  assert.deepEqual(feed(11, NaN), [2, 13, 13, 100]);
});

test('the session VWAP starts anew at 00:00 UTC', () => {
  const vwap = new SessionVwap();
  const bar = (timestamp: number, close: number) => ({ timestamp, open: close, high: close, low: close, close, volume: 1 });
  assert.deepEqual([vwap.update(bar(0, 10)), vwap.update(bar(86_399_999, 20)), vwap.update(bar(86_400_000, 40))], [10, 15, 40]);
});

test('a period that is not a whole number of at least one is refused', () => {
  for (const period of [0, -1, 1.5, NaN, Infinity]) {
    for (const make of [() => new Sma(period), () => new Ema(period, 'first'), () => new Wma(period), () => new Rsi(period), () => new Atr(period),
      () => new Adx(period), () => new Bollinger(period, 2), () => new Donchian(period), () => new Cci(period), () => new Roc(period),
      () => new Vwap(period), () => new Mfi(period), () => new Correlation(period), () => new Keltner(period, 2, 'sma')]) {
      assert.throws(make, RangeError);
    }
  }
  assert.throws(() => new Macd(26, 12, 9, 'first'), RangeError);
});
