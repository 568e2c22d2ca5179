import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';
import type { FeeModel, Liquidity } from '../ports/execution.ts';

// Constants, as `exact.ts` says.
const { decimalPlaces, mul, parseDecimal, rescale } = exact;

/** One step of a fee schedule; decimals as text. */
export interface FeeTier {
  /** Traded value of the last 30 days, in account money, from which the step holds. */
  readonly volume: string;
  /** Shares of a trade's value: `0.0005` is 5 bp. Below zero for a rebate. */
  readonly maker: string;
  readonly taker: string;
}

/** Days whose trading counts. */
const WINDOW_DAYS = 30;

/**
 * Where an account stands on a fee schedule: the highest step whose volume it has traded in the 30
 * whole UTC days before today. It is looked at once a day, as Binance and OKX do; what is traded
 * today counts from tomorrow on.
 */
export class FeeStanding {
  /** Index of the step that holds today. */
  step = 0;
  /** When today ends. */
  dayEnd = -Infinity;
  private today = 0;
  private readonly steps: Float64Array;
  private readonly days = new Float64Array(WINDOW_DAYS);

  /** `tiers` from the lowest volume on. */
  constructor(tiers: readonly FeeTier[]) {
    this.steps = Float64Array.from(tiers, ({ volume }) => Number(volume));
  }

  /** Adds a trade's value to today's. */
  traded(value: number): void {
    this.today += value;
  }

  /** Begins the day of `now` where another one was under way. */
  at(now: Timestamp): void {
    if (now < this.dayEnd) return;
    const { days, steps } = this;
    const passed = this.dayEnd === -Infinity ? 1 : Math.floor((now - this.dayEnd) / DAY_MS) + 1;
    const kept = Math.max(0, WINDOW_DAYS - passed);
    days.copyWithin(0, WINDOW_DAYS - kept);
    days.fill(0, kept);
    if (passed <= WINDOW_DAYS) days[WINDOW_DAYS - passed] = this.today;
    this.today = 0;
    this.dayEnd = (Math.floor(now / DAY_MS) + 1) * DAY_MS;
    let volume = 0;
    for (let i = 0; i < WINDOW_DAYS; i++) volume += days[i];
    let step = 0;
    while (step + 1 < steps.length && volume >= steps[step + 1]) step += 1;
    this.step = step;
  }
}

/** Shares of the value by the account's step on a schedule, and by whether the order rested. */
export class TieredFee implements FeeModel {
  readonly scale: number;
  readonly #maker: readonly Exact[];
  readonly #taker: readonly Exact[];
  readonly #standing: FeeStanding;

  /** `tiers` as the standing has them. */
  constructor(tiers: readonly FeeTier[], standing: FeeStanding) {
    const scale = Math.max(...tiers.flatMap(({ maker, taker }) => [decimalPlaces(maker), decimalPlaces(taker)]));
    this.scale = scale;
    this.#maker = tiers.map(({ maker }) => parseDecimal(maker, scale));
    this.#taker = tiers.map(({ taker }) => parseDecimal(taker, scale));
    this.#standing = standing;
  }

  fee(value: Exact, valueScale: number, _quantity: Exact, _quantityScale: number, moneyScale: number, liquidity: Liquidity = 'taker'): Exact {
    const rate = (liquidity === 'maker' ? this.#maker : this.#taker)[this.#standing.step];
    return rescale(mul(value, rate), valueScale + this.scale, moneyScale, 'ceil');
  }
}
