import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MINUTE, testInstrument, walkBars } from '../../test/markets.ts';
import { seededRandom } from '../../test/random.ts';
import { sliceBars, type Bars } from '../domain/bar.ts';
import { readParameters, type ParameterValues } from '../domain/parameters.ts';
import { Signal } from '../domain/signal.ts';
import { DAY_MS } from '../domain/time.ts';
import type { Engine } from '../pipeline/engine.ts';
import type { Strategy } from '../ports/strategy.ts';
import { BasisPointFee } from '../simulation/fees.ts';
import { macd } from '../strategies/macd/macd.ts';
import { runBacktest } from './backtest.ts';
import { backtestOf, type SweepSpec } from './sweep.ts';
import { efficiencyOf, layWindows, stabilityOf, tradeWindows, yearlyReturn, type WalkPlan, type WalkWindow } from './walk-forward.ts';

const PLAN: WalkPlan = { windows: undefined, train: undefined, test: undefined, anchored: false, purge: 0 };

function lay(bars: Bars, plan: Partial<WalkPlan>, intervalMs = MINUTE): readonly WalkWindow[] {
  const windows = layWindows(bars, intervalMs, { ...PLAN, ...plan });
  assert.ok(windows.ok, JSON.stringify(windows));
  return windows.value;
}

function walk(bars: number, intervalMs = MINUTE, gaps = 0): Bars {
  return walkBars(seededRandom(bars), { bars, intervalMs, gaps });
}

const inBars = (bars: number) => ({ kind: 'bars', bars }) as const;
const inDays = (days: number) => ({ kind: 'time', ms: days * DAY_MS }) as const;

describe('windows', () => {
  it('are twelve, with trainings four times as long as tests, where nothing else is said', () => {
    const windows = lay(walk(1605), {});
    assert.equal(windows.length, 12);
    assert.deepEqual(windows[0], { trainFirst: 5, trainEnd: 405, testFirst: 405, testEnd: 505 });
    assert.equal(windows.at(-1)?.testEnd, 1605);
  });

  it('have tests without a gap that end with the last bar, and trainings that never reach into them', () => {
    fc.assert(fc.property(
      fc.integer({ min: 60, max: 900 }), fc.boolean(), fc.integer({ min: 0, max: 9 }),
      fc.option(fc.integer({ min: 1, max: 200 })), fc.option(fc.integer({ min: 1, max: 90 })), fc.option(fc.integer({ min: 1, max: 20 })), fc.boolean(),
      (length, anchored, purge, train, test, count, inTime) => {
        const bars = walk(length, MINUTE, 0.1);
        const stretch = (some: number | null) => (some === null ? undefined : inTime ? { kind: 'time', ms: some * MINUTE } as const : inBars(some));
        const read = layWindows(bars, MINUTE, { windows: count ?? undefined, train: stretch(train), test: stretch(test), anchored, purge });
        if (!read.ok) return;
        const windows = read.value;
        assert.equal(windows.at(-1)?.testEnd, length);
        assert.equal(windows.length, count ?? windows.length);
        windows.forEach(({ trainFirst, trainEnd, testFirst, testEnd }, i) => {
          assert.ok(trainFirst >= 0 && trainFirst < trainEnd && testFirst < testEnd);
          assert.equal(testFirst - trainEnd, purge);
          if (i > 0) assert.equal(testFirst, windows[i - 1].testEnd);
          if (anchored) assert.equal(trainFirst, 0);
          if (!anchored && train !== null && !inTime) assert.equal(trainEnd - trainFirst, train);
        });
      },
    ), { numRuns: 400 });
  });

  it('are as long as the time that was asked for, whatever bars are missing', () => {
    const hour = 60 * MINUTE;
    const bars = walk(2000, hour, 0.2);
    for (const { trainFirst, trainEnd, testFirst, testEnd } of lay(bars, { train: inDays(20), test: inDays(5) }, hour)) {
      const span = (first: number, end: number) => bars.timestamp[end - 1] + hour - bars.timestamp[first];
      assert.ok(span(trainFirst, trainEnd) <= 20 * DAY_MS && span(trainFirst, trainEnd) > 19.5 * DAY_MS);
      assert.ok(span(testFirst, testEnd) <= 5 * DAY_MS && span(testFirst, testEnd) > 4.5 * DAY_MS);
    }
  });

  it('are the newest where fewer are asked for, and refused where more are than fit', () => {
    const bars = walk(1000);
    const all = lay(bars, { train: inBars(300), test: inBars(100) });
    assert.equal(all.length, 7);
    assert.deepEqual(lay(bars, { train: inBars(300), test: inBars(100), windows: 3 }), all.slice(-3));
    const refused = (plan: Partial<WalkPlan>) => {
      const read = layWindows(bars, MINUTE, { ...PLAN, ...plan });
      return read.ok ? '' : read.error.message;
    };
    assert.match(refused({ train: inBars(300), test: inBars(100), windows: 8 }), /1000 bars do not hold 8 windows of this length, only 7/);
    assert.match(refused({ train: inBars(1000) }), /do not hold a window of this length, not even one/);
    assert.match(refused({ test: inBars(0) }), /not even one/);
    assert.match(refused({ windows: 5000 }), /not even one/);
  });
});

function valuesOf(given: Readonly<Record<string, number | string>>): ParameterValues {
  const read = readParameters(macd.parameters, given);
  assert.ok(read.ok);
  return read.value;
}

const SPEC: SweepSpec = {
  definition: macd, market: { instrument: testInstrument(), intervalMs: 60 * MINUTE }, sizing: { kind: 'units', units: '3' },
  cash: '10000', fees: new BasisPointFee('7.5'), fill: 'next-open', objective: 'sharpe',
};

/** A strategy whose opinion counts from one bar on. */
class Muted implements Strategy {
  readonly #inner: Strategy;
  readonly #from: number;
  readonly #opinion = new Signal();
  #bars = 0;

  constructor(inner: Strategy, from: number) {
    this.#inner = inner;
    this.#from = from;
  }

  onBar(...[bar, signal]: Parameters<Strategy['onBar']>): void {
    this.#inner.onBar(bar, this.#opinion);
    if (this.#bars++ >= this.#from) Object.assign(signal, this.#opinion);
  }
}

/** A strategy with a stop below each entry, which follows the price at this share. */
class Trailing implements Strategy {
  readonly #inner: Strategy;
  readonly #share: number;
  #target = 0;

  constructor(inner: Strategy, share: number) {
    this.#inner = inner;
    this.#share = share;
  }

  onBar(...[bar, signal]: Parameters<Strategy['onBar']>): void {
    this.#inner.onBar(bar, signal);
    if (signal.target === this.#target) return;
    this.#target = signal.target;
    signal.stop = signal.target > 0 ? bar.close * 0.98 : NaN;
    signal.trail = signal.target > 0 ? this.#share : NaN;
  }
}

describe('the tests of a walk-forward', () => {
  it('are one run of the strategy where every window chooses the same', () => {
    for (const given of [{ fast: 3, slow: 9, signal: 4, direction: 'both' }, { fast: 5, slow: 12, signal: 3, stop: 0.01, target: 0.02 }]) {
      const bars = walk(900, 60 * MINUTE);
      const windows = lay(bars, { windows: 6, anchored: true, purge: 3 }, 60 * MINUTE);
      const values = valuesOf(given);
      const { engine } = tradeWindows(SPEC, bars, windows.map((window) => ({ ...window, values })));
      const [{ testFirst }] = windows;
      const whole = runBacktest(backtestOf(SPEC, new Muted(SPEC.definition.create(values), testFirst)), [[bars]]);
      assert.ok(engine.portfolio.fills > 20);
      assert.deepEqual([engine.portfolio.fills, engine.portfolio.exactEquity()], [whole.portfolio.fills, whole.portfolio.exactEquity()]);
      assert.equal(engine.bars, 900 - testFirst);
    }
  });

  it('follow the price with a stop that trails, as one run does', () => {
    const bars = walk(900, 60 * MINUTE);
    const windows = lay(bars, { windows: 6, anchored: true, purge: 3 }, 60 * MINUTE);
    const values = valuesOf({ fast: 3, slow: 9, signal: 4 });
    const trailing = (share: number): SweepSpec => ({ ...SPEC, definition: { ...macd, create: () => new Trailing(SPEC.definition.create(values), share) } });
    const walked = ({ portfolio }: Engine) => [portfolio.fills, portfolio.exactEquity()];
    const { engine } = tradeWindows(trailing(0.005), bars, windows.map((window) => ({ ...window, values })));
    const [{ testFirst }] = windows;
    const whole = runBacktest(backtestOf(SPEC, new Muted(trailing(0.005).definition.create(values), testFirst)), [[bars]]);
    assert.deepEqual(walked(engine), walked(whole));
    const { engine: still } = tradeWindows(trailing(NaN), bars, windows.map((window) => ({ ...window, values })));
    assert.notDeepEqual(walked(engine), walked(still), 'that it trails makes a difference on these bars');
  });

  it('come to the windows\' returns one after another', () => {
    const bars = walk(600, 60 * MINUTE);
    const windows = lay(bars, { windows: 4 }, 60 * MINUTE);
    const one = valuesOf({ fast: 3, slow: 9, signal: 4 });
    const other = valuesOf({ fast: 4, slow: 11, signal: 6 });
    const { engine, outcomes } = tradeWindows(SPEC, bars, windows.map((window, i) => ({ ...window, values: i % 2 === 0 ? one : other })));
    const { portfolio } = engine;
    const together = outcomes.reduce((product, { netReturn }) => product * (1 + (netReturn ?? NaN)), 10_000);
    assert.ok(Math.abs(together - portfolio.equity()) < 1e-6);
    assert.deepEqual([outcomes.reduce((sum, { fills }) => sum + fills, 0), outcomes.reduce((sum, { trades }) => sum + trades, 0)], [portfolio.fills, portfolio.trades.length]);
    assert.ok(outcomes.every(({ maxDrawdown }) => (maxDrawdown ?? NaN) <= portfolio.curve.maxDrawdown));
  });

  it('have no return where they begin with nothing: losing more is no gain', () => {
    const bars = walk(600, 60 * MINUTE);
    const windows = lay(bars, { windows: 4 }, 60 * MINUTE);
    const values = valuesOf({ fast: 3, slow: 9, signal: 4, direction: 'both' });
    const { engine, outcomes } = tradeWindows({ ...SPEC, cash: '30', sizing: { kind: 'units', units: '50' }, fees: new BasisPointFee('100') }, bars, windows.map((window) => ({ ...window, values })));
    assert.ok(engine.portfolio.equity() < 0 && (outcomes[0].netReturn ?? NaN) < -1);
    assert.deepEqual(outcomes.slice(1).map(({ netReturn, maxDrawdown }) => [netReturn, maxDrawdown]), [[null, null], [null, null], [null, null]]);
  });

  it('trade nothing in a window without a choice, and leave what the one before held', () => {
    const bars = walk(600, 60 * MINUTE);
    const windows = lay(bars, { windows: 3 }, 60 * MINUTE);
    const values = valuesOf({ fast: 3, slow: 9, signal: 4 });
    const { engine, outcomes } = tradeWindows(SPEC, bars, windows.map((window, i) => ({ ...window, values: i === 1 ? undefined : values })));
    assert.ok(outcomes[1].fills <= 2, 'an order under way fills, and the position is left');
    assert.ok(outcomes[2].fills > 2);
    assert.equal(engine.bars, bars.length - windows[0].testFirst);
  });

  it('see no bar before its time', () => {
    const bars = walk(600, 60 * MINUTE);
    const windows = lay(bars, { windows: 3, purge: 2 }, 60 * MINUTE);
    const seen: number[][] = [];
    const definition = {
      ...macd,
      create: () => {
        const own: number[] = [];
        seen.push(own);
        return { onBar: ({ timestamp }: { readonly timestamp: number }) => { own.push(timestamp); } };
      },
    };
    tradeWindows({ ...SPEC, definition }, bars, windows.map((window) => ({ ...window, values: valuesOf({}) })));
    windows.forEach(({ trainFirst, testEnd }, i) => assert.deepEqual(seen[i], [...sliceBars(bars, trainFirst, testEnd).timestamp]));
  });
});

describe('the figures of a walk-forward', () => {
  it('count how often each value was chosen, how often it changed and how far it ranged', () => {
    const axes = [{ name: 'fast', values: [3, 5, 7, 9] }, { name: 'direction', values: ['long', 'both'] }];
    const choice = (fast: number, direction: string) => valuesOf({ fast, direction });
    const [fast, direction] = stabilityOf(axes, [choice(3, 'long'), choice(7, 'long'), undefined, choice(7, 'both')]);
    assert.deepEqual(fast, { name: 'fast', chosen: [{ value: 3, windows: 1 }, { value: 5, windows: 0 }, { value: 7, windows: 2 }, { value: 9, windows: 0 }], changes: 1, spread: 2 / 3 });
    assert.deepEqual([direction.changes, direction.spread], [1, null]);
    assert.equal(stabilityOf(axes, [undefined])[0].spread, null);
  });

  it('compare yearly returns in and out of sample', () => {
    const year = 365 * DAY_MS;
    const close = (actual: number | null, expected: number) => assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-12, `${actual} is not ${expected}`);
    close(efficiencyOf([{ netReturn: 0.1, ms: year }, { netReturn: 0.21, ms: year * 2 }], [{ netReturn: 0.05, ms: year }]), 0.5);
    assert.equal(efficiencyOf([{ netReturn: -0.1, ms: year }], [{ netReturn: 0.1, ms: year }]), null);
    assert.equal(efficiencyOf([], []), null);
  });

  it('compound to what was left over all their time, and lose no more than everything', () => {
    const year = 365 * DAY_MS;
    fc.assert(fc.property(fc.array(fc.record({ netReturn: fc.double({ min: -1.5, max: 3, noNaN: true }), ms: fc.integer({ min: 1, max: year }) }), { minLength: 1, maxLength: 20 }), (returns) => {
      const yearly = yearlyReturn(returns) ?? NaN;
      assert.ok(yearly >= -1);
      const years = returns.reduce((sum, { ms }) => sum + ms, 0) / year;
      const growth = returns.reduce((product, { netReturn }) => product * Math.max(0, 1 + netReturn), 1);
      if (years >= 0.5) assert.ok(Math.abs((1 + yearly) ** years - growth) <= 1e-9 * growth);
    }));
    assert.equal(yearlyReturn([]), null);
  });
});
