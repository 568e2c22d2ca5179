import { divide, fromNumber, mul, type Exact } from './exact.ts';

/** What is traded, and in which exact units. */
export interface Instrument {
  /** `BTC-USDT-PERP.BINANCE`: symbol, then venue. */
  readonly id: string;
  readonly assetClass: 'crypto' | 'equity' | 'fx';
  /** Currency of prices, cost and profit. */
  readonly quoteCurrency: string;
  /** Decimals of a price: an exact price is a whole number of 10^-priceScale. */
  readonly priceScale: number;
  /** Decimals of a quantity: an exact quantity is a whole number of 10^-quantityScale. */
  readonly quantityScale: number;
  /** Smallest price step, in units of 10^-priceScale. */
  readonly tickSize: Exact;
  /** Smallest quantity step, in units of 10^-quantityScale. */
  readonly lotSize: Exact;
  /** Smallest order value, in units of 10^-(priceScale + quantityScale); 0 for none. */
  readonly minNotional: Exact;
}

/**
 * The door from float64 prices to exact ones: the tick at or beside `price`, rounded to the named
 * side. A price with more decimals than the scale is first taken half-even at the scale, as data is.
 */
export function roundToTick(price: number, instrument: Instrument, side: 'floor' | 'ceil' | 'half-even'): Exact {
  const exact = fromNumber(price, instrument.priceScale);
  return instrument.tickSize === 1 ? exact : mul(divide(exact, instrument.tickSize, side), instrument.tickSize);
}

/** The door from float64 quantities to exact ones: whole lots, rounded towards zero. */
export function floorToLot(quantity: number, instrument: Instrument): Exact {
  return toLots(fromFloat(quantity, instrument.quantityScale), instrument);
}

/** Whole lots of an exact quantity, rounded towards zero. */
export function toLots(quantity: Exact, instrument: Instrument): Exact {
  return instrument.lotSize === 1 ? quantity : mul(divide(quantity, instrument.lotSize, 'trunc'), instrument.lotSize);
}

/** Truncation, not the nearest: 0.99999999999 of a lot is no lot. */
function fromFloat(quantity: number, scale: number): Exact {
  const scaled = quantity * 10 ** scale;
  const nearest = Math.round(scaled);
  // A product such as 0.29 × 100 = 28.999999999999996 stands for 29: forgive the last bits only.
  const whole = Math.abs(scaled - nearest) <= Math.abs(scaled) * 4 * Number.EPSILON ? nearest : Math.trunc(scaled);
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole);
}
