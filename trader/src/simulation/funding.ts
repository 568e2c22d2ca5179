import { decimalPlaces, mul, parseDecimal, rescale, type Exact } from '../domain/exact.ts';
import type { Timestamp } from '../domain/time.ts';

/** Funding rates as they were: times upwards, and the rate of each as a decimal. */
export interface FundingSeries {
  readonly timestamps: readonly Timestamp[];
  readonly rates: readonly string[];
}

/** How a perpetual is funded. */
export interface FundingTerms {
  /** Funding is due at whole multiples of this since the epoch: 8 hours are 00:00, 08:00 and 16:00 UTC. */
  readonly intervalMs: number;
  /** The rate where no series tells one: longs pay shorts this share of the value; below zero they receive it. */
  readonly rate: string;
  /** What was paid in truth; between its first and its last time it alone says when funding is due. */
  readonly series?: FundingSeries | undefined;
}

/** Recorded times lie some milliseconds behind the hour that they are of. */
const JITTER_MS = 60_000;

/** The funding times of one perpetual, one after the other, each with its rate. */
export class Funding {
  /** The next time at which funding is due. */
  next: Timestamp = -Infinity;
  private rate: Exact = 0;
  private at = 0;
  private readonly intervalMs: number;
  private readonly usual: Exact;
  private readonly times: readonly Timestamp[];
  private readonly rates: readonly Exact[];
  private readonly scale: number;

  constructor({ intervalMs, rate, series }: FundingTerms) {
    const rates = series?.rates ?? [];
    const scale = [rate, ...rates].reduce((most, text) => Math.max(most, decimalPlaces(text)), 0);
    this.scale = scale;
    this.intervalMs = intervalMs;
    this.usual = parseDecimal(rate, scale);
    this.times = series?.timestamps ?? [];
    this.rates = rates.map((text) => parseDecimal(text, scale));
  }

  /** Moves on to the first funding time after `ts`, which never goes back. */
  after(ts: Timestamp): void {
    const { times, intervalMs } = this;
    while (this.at < times.length && times[this.at] <= ts) this.at += 1;
    const grid = (Math.floor(ts / intervalMs) + 1) * intervalMs;
    const recorded = this.at < times.length && (this.at > 0 || times[0] <= grid + JITTER_MS);
    this.next = recorded ? times[this.at] : grid;
    this.rate = recorded ? this.rates[this.at] : this.usual;
  }

  /**
   * What a holder pays at the time that is due, position × mark × rate, in account money; below zero
   * what he receives. Rounded up where the money has fewer decimals. `quantity` is signed, the mark exact.
   */
  payment(quantity: Exact, mark: Exact, valueScale: number, moneyScale: number): Exact {
    return rescale(mul(mul(quantity, mark), this.rate), valueScale + this.scale, moneyScale, 'ceil');
  }
}
