import type { Bar } from '../domain/bar.ts';
import { number } from '../domain/parameters.ts';
import type { ParameterValues } from '../domain/parameters.ts';
import type { Signal } from '../domain/signal.ts';
import type { Strategy } from '../ports/strategy.ts';

/** The parameters of a protective exit. Shares of the price need no warm-up and can never be a price below zero. */
export const PROTECTION = {
  stop: number(0, 0, 0.9, 'give the position up this share of the price away from the close it was decided on; 0 = never'),
  target: number(0, 0, 0.9, 'take the profit this share of the price away from the close it was decided on; 0 = never'),
};

/** Gives every new position of `strategy` a fixed stop and profit target; `strategy` itself when neither is asked for. */
export function protect(strategy: Strategy, { stop, target }: ParameterValues<typeof PROTECTION>): Strategy {
  return stop > 0 || target > 0 ? new Protected(strategy, stop || NaN, target || NaN) : strategy;
}

class Protected implements Strategy {
  readonly #inner: Strategy;
  readonly #stop: number;
  readonly #profit: number;
  #held = 0;

  constructor(inner: Strategy, stop: number, profit: number) {
    this.#inner = inner;
    this.#stop = stop;
    this.#profit = profit;
  }

  describe(): Readonly<Record<string, number>> {
    return this.#inner.describe?.() ?? {};
  }

  onBar(bar: Bar, signal: Signal): void {
    this.#inner.onBar(bar, signal);
    const target = signal.target;
    if (target === this.#held) return;
    this.#held = target;
    // A target of 0 makes the side NaN, which is how a signal says "none".
    const side = Math.sign(target) || NaN;
    signal.stop = bar.close * (1 - side * this.#stop);
    signal.takeProfit = bar.close * (1 + side * this.#profit);
  }
}
