import type { Bar } from '../../domain/bar.ts';
import type { Signal } from '../../domain/signal.ts';
import type { Macd } from '../../indicators/trend.ts';
import { RollingMin } from '../../indicators/window.ts';
import type { Strategy } from '../../ports/strategy.ts';
import type { Levels } from '../direction.ts';

/** What the four readings share: the lines, the levels, and the bars without a decision. */
abstract class MacdRule implements Strategy {
  protected readonly lines: Macd;
  protected readonly up: number;
  protected readonly down: number;
  #wait: number;

  constructor(lines: Macd, wait: number, { up, down }: Levels) {
    this.lines = lines;
    this.up = up;
    this.down = down;
    this.#wait = wait;
  }

  abstract onBar(bar: Bar, signal: Signal): void;

  describe(): Readonly<Record<string, number>> {
    const { macd, signal, histogram, fast } = this.lines;
    return { 'MACD line': macd, 'signal line': signal, histogram, 'fast average': fast };
  }

  /** Moves the lines; true when this bar is to be decided on. */
  protected update(bar: Bar): boolean {
    this.lines.update(bar.close);
    if (this.#wait === 0) return true;
    this.#wait -= 1;
    return false;
  }
}

/** Up while the MACD line is above its signal line, down while it is below. */
export class MacdCross extends MacdRule {
  override onBar(bar: Bar, signal: Signal): void {
    if (!this.update(bar)) return;
    const { macd, signal: line } = this.lines;
    signal.target = macd > line ? this.up : macd < line ? this.down : 0;
  }
}

/** Up while the MACD line is above zero, down while it is below. */
export class MacdZero extends MacdRule {
  override onBar(bar: Bar, signal: Signal): void {
    if (!this.update(bar)) return;
    const { macd } = this.lines;
    signal.target = macd > 0 ? this.up : macd < 0 ? this.down : 0;
  }
}

/** Up once the lines are further apart than the threshold, until they are as far apart the other way. */
export class MacdSpread extends MacdRule {
  readonly #threshold: number;

  constructor(lines: Macd, wait: number, sides: Levels, threshold: number) {
    super(lines, wait, sides);
    this.#threshold = threshold;
  }

  override onBar(bar: Bar, signal: Signal): void {
    if (!this.update(bar)) return;
    const { macd, signal: line, fast } = this.lines;
    const spread = (macd - line) / fast;
    if (spread > this.#threshold) signal.target = this.up;
    else if (spread < -this.#threshold) signal.target = this.down;
  }
}

/**
 * Up after two successive low pivots of which the second has the lower low and the higher
 * histogram; down after two high pivots, mirrored; flat when the histogram then crosses zero
 * against the position. A new divergence outweighs a crossing on the same bar; divergences both
 * ways on one bar say nothing.
 */
export class MacdDivergence extends MacdRule {
  readonly #lows: Turns;
  readonly #highs: Turns;
  #histogram = NaN;

  constructor(lines: Macd, wait: number, sides: Levels, pivot: number) {
    super(lines, wait, sides);
    this.#lows = new Turns(pivot);
    this.#highs = new Turns(pivot);
  }

  override onBar(bar: Bar, signal: Signal): void {
    const decided = this.update(bar);
    const { histogram } = this.lines;
    const before = this.#histogram;
    this.#histogram = histogram;
    const bullish = this.#lows.diverge(bar.low, histogram);
    const bearish = this.#highs.diverge(-bar.high, -histogram);
    if (!decided) return;
    if (bullish !== bearish) signal.target = bullish ? this.up : this.down;
    else if (signal.target > 0 && before >= 0 && histogram < 0) signal.target = 0;
    else if (signal.target < 0 && before <= 0 && histogram > 0) signal.target = 0;
  }
}

/**
 * The turning points of a falling price: bars whose price is below the `sides` bars before them
 * and not above the `sides` bars after them (so of equal lows the first counts). A turn is known,
 * and reported, only when those later bars have closed.
 */
class Turns {
  readonly #sides: number;
  readonly #lowest: RollingMin;
  /** Of the last bar below all `sides` bars before it, and how many bars have closed since. */
  #price = NaN;
  #momentum = NaN;
  #age: number;
  #lastPrice = NaN;
  #lastMomentum = NaN;

  constructor(sides: number) {
    this.#sides = this.#age = sides;
    this.#lowest = new RollingMin(sides);
  }

  /** Takes the next bar; true when it confirms a turn with a lower price and a higher momentum than the turn before. */
  diverge(price: number, momentum: number): boolean {
    const lowest = this.#lowest.value;
    this.#lowest.update(price);
    if (price < lowest) {
      this.#price = price;
      this.#momentum = momentum;
      this.#age = 0;
      return false;
    }
    if (this.#age === this.#sides) return false;
    this.#age += 1;
    return this.#age === this.#sides && this.#confirm();
  }

  #confirm(): boolean {
    const diverges = this.#price < this.#lastPrice && this.#momentum > this.#lastMomentum;
    this.#lastPrice = this.#price;
    this.#lastMomentum = this.#momentum;
    return diverges;
  }
}
