import type { Bar } from '../domain/bar.ts';

/** How much worse than the market's last price an order trades that takes what is offered. */
export interface SlippageModel {
  /**
   * What a fill pays beyond the price, as a share of it: 0.0005 is five basis points, at least 0.
   * `quantity` is what all fills in the bar come to with this one; `bar` the one that it falls in.
   * Nothing before or after it is known, so that a result does not depend on which bars the venue was shown.
   */
  share(quantity: number, bar: Bar): number;
}

/** The same share of the price for every fill. */
export class FixedSlippage implements SlippageModel {
  private readonly rate: number;

  /** `basisPoints` are hundredths of a percent, at least 0. */
  constructor(basisPoints: number) {
    this.rate = basisPoints / 10_000;
  }

  share(): number {
    return this.rate;
  }
}

/** A bid and an ask around the bars' prices, which are taken as the middle: a taker pays half the spread. */
export class SpreadSlippage implements SlippageModel {
  private readonly half: number;

  /** `basisPoints` is the whole spread in hundredths of a percent of the price, at least 0. */
  constructor(basisPoints: number) {
    this.half = basisPoints / 20_000;
  }

  share(): number {
    return this.half;
  }
}

/**
 * Impact × (share of the bar's volume)², where the share counts no further than `most`: zipline's
 * VolumeShareSlippage and LEAN's VolumeShareSlippageModel, whose defaults are 0.1 and 0.025. As in LEAN a
 * bar without volume costs the most that there is. A small order costs next to nothing, and a large one
 * no more than `most` does, so it flatters without a limit on volume beside it.
 */
export class VolumeShareSlippage implements SlippageModel {
  private readonly impact: number;
  private readonly most: number;

  constructor(impact: number, most: number) {
    this.impact = impact;
    this.most = most;
  }

  share(quantity: number, { volume }: Bar): number {
    const share = volume > 0 ? Math.min(quantity / volume, this.most) : this.most;
    return this.impact * share * share;
  }
}

/** Parkinson's estimate of a standard deviation from a high and a low: ln(high / low) / √(4 ln 2). */
const PARKINSON = 1 / Math.sqrt(4 * Math.LN2);
/** A bar that stood still is taken to have moved this share of its price: without it a fill in a dead market would be free. */
const LEAST_RANGE = 0.0001;

/**
 * The square-root law of market impact: coefficient × σ × √(quantity / volume), here with σ and volume of
 * the bar at hand, which is the daily law where prices walk at random (σ grows with the root of time, volume
 * with time). Measured coefficients lie near 1 (Tóth et al., Physical Review X 1, 021006, 2011). σ is
 * Parkinson's. In a bar without volume the order counts as all of it.
 */
export class SquareRootImpact implements SlippageModel {
  private readonly coefficient: number;

  constructor(coefficient: number) {
    this.coefficient = coefficient;
  }

  share(quantity: number, { high, low, volume }: Bar): number {
    const range = Math.log(high / low);
    const deviation = (range < LEAST_RANGE ? LEAST_RANGE : range) * PARKINSON;
    return this.coefficient * deviation * (volume > 0 ? Math.sqrt(quantity / volume) : 1);
  }
}
