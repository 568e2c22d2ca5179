import { abs, decimalPlaces, divide, mul, neg, parseDecimal, pow10, rescale, type Exact } from '../domain/exact.ts';
import { DAY_MS, type Timestamp } from '../domain/time.ts';
import { tradingDayEnd } from './trading-day.ts';

/** Interest on what is lent; decimals as text. */
export interface BorrowTerms {
  /** Interest is due at whole multiples of this since the epoch. */
  readonly intervalMs: number;
  /** Share of the value that is due each time. */
  readonly rate: string;
}

/** What holding over the rollover, 17:00 in New York, brings or costs; decimals as text, below zero where the holder pays. */
export interface SwapTerms {
  /** `money`: account money a unit and night. `annual`: a share of the value a year of 360 days. */
  readonly kind: 'money' | 'annual';
  readonly long: string;
  readonly short: string;
  /** The weekday (1 Monday … 5 Friday) whose rollover counts for three nights, for the weekend. */
  readonly tripleDay: number;
}

/** A year as brokers count it. */
const YEAR_NIGHTS = 360;

/** The times at which interest on a loan is due. */
export class Borrow {
  next: Timestamp = -Infinity;
  private readonly intervalMs: number;
  private readonly rate: Exact;
  private readonly scale: number;

  constructor({ intervalMs, rate }: BorrowTerms) {
    this.intervalMs = intervalMs;
    this.scale = decimalPlaces(rate);
    this.rate = parseDecimal(rate, this.scale);
  }

  /** Moves on to the first time after `ts` at which interest is due. */
  after(ts: Timestamp): void {
    this.next = (Math.floor(ts / this.intervalMs) + 1) * this.intervalMs;
  }

  /** Interest on a value above zero (units of 10^-valueScale), in account money, rounded up. */
  payment(value: Exact, valueScale: number, moneyScale: number): Exact {
    return rescale(mul(value, this.rate), valueScale + this.scale, moneyScale, 'ceil');
  }
}

/** The rollovers of one instrument: one each night from Monday to Friday, one of them for three. */
export class Swap {
  /** The next rollover. */
  next: Timestamp = -Infinity;
  private nights = 1;
  private readonly annual: boolean;
  private readonly long: Exact;
  private readonly short: Exact;
  private readonly scale: number;
  private readonly tripleDay: number;

  constructor({ kind, long, short, tripleDay }: SwapTerms) {
    this.annual = kind === 'annual';
    this.scale = Math.max(decimalPlaces(long), decimalPlaces(short));
    this.long = parseDecimal(long, this.scale);
    this.short = parseDecimal(short, this.scale);
    this.tripleDay = tripleDay;
  }

  /** Moves on to the first rollover after `ts`; there is none on Saturday and Sunday. */
  after(ts: Timestamp): void {
    let next = tradingDayEnd('fx', ts);
    while (weekday(next) % 6 === 0) next = tradingDayEnd('fx', next);
    this.next = next;
    this.nights = weekday(next) === this.tripleDay ? 3 : 1;
  }

  /** What a holder pays at the rollover that is due, in account money, rounded up; below zero what he receives. */
  payment(quantity: Exact, mark: Exact, priceScale: number, quantityScale: number, moneyScale: number): Exact {
    const rate = mul(quantity > 0 ? this.long : this.short, this.nights);
    const size = abs(quantity);
    if (!this.annual) return rescale(neg(mul(size, rate)), quantityScale + this.scale, moneyScale, 'ceil');
    // One division, so that the year's 360th is rounded once.
    const from = priceScale + quantityScale + this.scale;
    const due = neg(mul(mul(size, mark), rate));
    return from >= moneyScale
      ? divide(due, mul(YEAR_NIGHTS, pow10(from - moneyScale)), 'ceil') : divide(mul(due, pow10(moneyScale - from)), YEAR_NIGHTS, 'ceil');
  }
}

/** Weekday of a moment, UTC: 0 is Sunday. 17:00 in New York is on the same day in UTC. */
function weekday(ts: Timestamp): number {
  return (Math.floor(ts / DAY_MS) + 4) % 7;
}
