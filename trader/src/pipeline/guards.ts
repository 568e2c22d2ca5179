import type { Timestamp } from '../domain/time.ts';

/** An order that would add risk, as the guards see it; money and quantities as float64. */
export interface Intent {
  /** Event time of the decision. */
  readonly now: Timestamp;
  /** Last price of the instrument, and when it was seen. */
  readonly mark: number;
  readonly tsMark: Timestamp;
  /** The price before the last one; the last one itself where there was none before. */
  readonly reference: number;
  /** Price at which the order may trade: its limit, or the mark for a market order. */
  readonly price: number;
  /** Value of the order at its price. */
  readonly notional: number;
  /** Value of all books, each at the largest it can become with what is on its way, this order included. */
  readonly exposure: number;
  readonly equity: number;
  /** Highest equity so far. */
  readonly peakEquity: number;
}

/** What a guard found: the value it looked at, beyond the limit it holds. */
export interface Violation {
  readonly value: number;
  readonly limit: number;
}

/** A rule that every order which adds risk must pass; orders that only take risk off are not asked. */
export interface Guard {
  readonly rule: string;
  check(intent: Intent): Violation | undefined;
  /** Told of every order that is sent, also of those that it was not asked about. */
  sent?(now: Timestamp): void;
}

// What cannot be judged, NaN, does not pass.
const above = (value: number, limit: number) => (value <= limit ? undefined : { value, limit });

/** No single order above this value, in account currency. */
export function maxNotional(limit: number): Guard {
  return { rule: 'notional', check: (intent) => above(intent.notional, limit) };
}

/** All positions together, late fills included, at most this multiple of equity. */
export function maxExposure(multiple: number): Guard {
  return { rule: 'exposure', check: (intent) => above(intent.exposure, multiple * intent.equity) };
}

/**
 * At most `count` orders in any window of `windowMs`, event time; those that take risk off count too but always pass.
 * What answers the opening of a long bar is dated at it, before what other markets have told since: for the count, time
 * never goes back.
 */
export function maxOrderRate(count: number, windowMs: number): Guard {
  const times: Timestamp[] = [];
  let latest = -Infinity;
  return {
    rule: 'order-rate',
    check(intent) {
      latest = Math.max(latest, intent.now);
      while (times.length > 0 && times[0] <= latest - windowMs) times.shift();
      return above(times.length + 1, count);
    },
    sent(now) {
      latest = Math.max(latest, now);
      times.push(latest);
    },
  };
}

/** An order's price may differ from the last one before it by at most this share: no order into a spike or a bad print. */
export function priceCollar(share: number): Guard {
  return { rule: 'price-collar', check: (intent) => above(Math.abs(intent.price / intent.reference - 1), share) };
}

/** No order on a price older than this. */
export function staleData(maxAgeMs: number): Guard {
  return { rule: 'stale-data', check: (intent) => above(intent.now - intent.tsMark, maxAgeMs) };
}

/** No new risk while equity is more than this share below its peak. */
export function maxDrawdown(share: number): Guard {
  return { rule: 'drawdown', check: (intent) => above(1 - intent.equity / intent.peakEquity, share) };
}
