import type { Bar } from '../domain/bar.ts';
import { Signal } from '../domain/signal.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';
import type { Journal, RampRecord } from '../ports/journal.ts';
import type { Strategy } from '../ports/strategy.ts';
import type { TradingState } from './risk.ts';

/**
 * Begins small and grows: what a strategy wants is taken times a factor, which rises with each UTC day that
 * was traded without a breach, and falls back to where it began with one that was not. An opinion keeps
 * the factor that it was formed under. Each change is an input of the journal.
 */
export class Ramp {
  /** In force: above 0 and at most 1. */
  factor: number;
  readonly #start: number;
  readonly #step: number;
  readonly #journal: Journal;
  #next: number;
  #day = -Infinity;
  #traded = false;
  #breached = false;

  /** `start` and `step` are shares of the full size. */
  constructor(start: number, step: number, journal: Journal) {
    this.#start = start;
    this.#step = step;
    this.#journal = journal;
    this.factor = start;
    this.#next = start;
  }

  /** A strategy that decides as this one, at the size in force. */
  over(strategy: Strategy): Strategy {
    return new Ramped(strategy, this);
  }

  /** Takes the close of a bar, and whether trading was allowed when it came. `pausing` is a halt that says nothing against the day. */
  look(tsClose: Timestamp, state: TradingState, pausing: string): void {
    const day = Math.floor((tsClose - 1) / DAY_MS);
    if (day > this.#day) {
      if (this.#breached) this.#next = this.#start;
      else if (this.#traded) this.#next = Math.min(1, Math.round((this.factor + this.#step) * 1e6) / 1e6);
      this.#day = day;
      this.#traded = false;
      this.#breached = false;
    }
    if (state.kind === 'active') this.#traded = true;
    else if (state.kind === 'liquidated' || state.reason !== pausing) this.#breached = true;
  }

  /** A limit has held an order back: today is no day without a breach. */
  breach(): void {
    this.#breached = true;
  }

  /** What is to be admitted now; the same until it is. */
  due(tsEvent: Timestamp): RampRecord | undefined {
    return this.#next === this.factor ? undefined : { kind: 'ramp', factor: this.#next, tsEvent };
  }

  /** Journals a factor, which is in force from then on. */
  admit(record: RampRecord): void {
    this.#journal.append(record);
    this.factor = record.factor;
    this.#next = record.factor;
  }
}

class Ramped implements Strategy {
  readonly describe?: () => Readonly<Record<string, number>>;
  readonly #strategy: Strategy;
  readonly #ramp: Ramp;
  readonly #own = new Signal();
  #target = 0;
  #factor = 1;

  constructor(strategy: Strategy, ramp: Ramp) {
    this.#strategy = strategy;
    this.#ramp = ramp;
    if (strategy.describe !== undefined) this.describe = () => strategy.describe?.() ?? {};
  }

  onBar(bar: Bar, signal: Signal): void {
    const own = this.#own;
    this.#strategy.onBar(bar, own);
    if (own.target !== this.#target) {
      this.#target = own.target;
      this.#factor = this.#ramp.factor;
    }
    // The engine refuses what lies beyond a whole target, and must see it.
    signal.target = Math.abs(own.target) > 1 ? own.target : own.target * this.#factor;
    signal.stop = own.stop;
    signal.trail = own.trail;
    signal.takeProfit = own.takeProfit;
  }
}
