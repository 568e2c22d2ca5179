import assert from 'node:assert/strict';
import type { Bar } from '../src/domain/bar.ts';
import { readParameters } from '../src/domain/parameters.ts';
import { Signal } from '../src/domain/signal.ts';
import type { Strategy, StrategyDefinition } from '../src/ports/strategy.ts';

/** Parameters as text or numbers, by name. */
export type Given = Readonly<Record<string, string | number>>;

/** What a signal said after one bar. */
export type Opinion = Readonly<Pick<Signal, 'target' | 'stop' | 'takeProfit'>>;

/** One-minute bars with these closes; lows and highs are the closes where none are given. */
export function barsOf(closes: readonly number[], lows = closes, highs = closes): Bar[] {
  return closes.map((close, i) => ({
    timestamp: i * 60_000, open: close, high: highs[i], low: lows[i], close, volume: 1,
  }));
}

/** A new strategy with these parameters, which must be allowed; every series that it reads stands at 0. */
export function make(definition: StrategyDefinition, given: Given): Strategy {
  const values = readParameters(definition.parameters, given);
  assert.ok(values.ok, values.ok ? '' : values.error.message);
  assert.equal(definition.check?.(values.value), undefined);
  return definition.create(values.value, definition.series?.map(() => ({ date: 0, value: 0, yearBefore: 0 })));
}

/** What `strategy` says after each bar. */
export function opinions(strategy: Strategy, bars: readonly Bar[]): Opinion[] {
  const signal = new Signal();
  return bars.map((bar) => {
    strategy.onBar(bar, signal);
    return { target: signal.target, stop: signal.stop, takeProfit: signal.takeProfit };
  });
}

/** The targets alone of a new strategy on bars. */
export function targets(definition: StrategyDefinition, given: Given, bars: readonly Bar[]): number[] {
  return opinions(make(definition, given), bars).map(({ target }) => target);
}
