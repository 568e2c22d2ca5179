import * as exact from './exact.ts';
import type { Exact } from './exact.ts';

// Constants, as `exact.ts` says.
const { add, divide, double10, fromNumber, mul, pow10, sub, toNumber, truncated } = exact;

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

/** What is traded against the quote currency: `BTC` of `BTC-USDT-PERP.BINANCE`, `EUR` of `EURUSD.FTMO`, `AAPL` of `AAPL.ALPACA`. */
export function baseOf({ id, assetClass }: Pick<Instrument, 'id' | 'assetClass'>): string {
  const symbol = id.split('.')[0];
  return assetClass === 'fx' && /^[A-Z]{6}$/.test(symbol) ? symbol.slice(0, 3) : symbol.split(/[-/]/)[0];
}

/** The same instrument with quantities counted in at least so many decimals: what fees leave of a coin is finer than what may be traded. */
export function countedFiner(instrument: Instrument, decimals: number): Instrument {
  const { quantityScale, lotSize, minNotional } = instrument;
  if (decimals <= quantityScale) return instrument;
  const finer = pow10(decimals - quantityScale);
  return { ...instrument, quantityScale: decimals, lotSize: mul(lotSize, finer), minNotional: mul(minNotional, finer) };
}

/**
 * What arithmetic leaves in the last bits of a float, as a share of it: 53.35 × 1.01 =
 * 53.883500000000005 stands for 53.8835, and 0.29 × 100 = 28.999999999999996 for 29.
 */
const LAST_BITS = 4 * Number.EPSILON;

/** The door from float64 prices to exact ones: the tick at `price`, but for its last bits, or the one beside it on the named side. */
export function roundToTick(price: number, { priceScale, tickSize }: Instrument, side: 'floor' | 'ceil' | 'half-even'): Exact {
  let exact = fromNumber(price, priceScale);
  const beyond = price - toNumber(exact, priceScale);
  if (Math.abs(beyond) > Math.abs(price) * LAST_BITS) {
    if (side === 'floor' && beyond < 0) exact = sub(exact, 1);
    else if (side === 'ceil' && beyond > 0) exact = add(exact, 1);
  }
  return tickSize === 1 ? exact : mul(divide(exact, tickSize, side), tickSize);
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
  const scaled = quantity * double10(scale);
  const nearest = Math.round(scaled);
  const whole = Math.abs(scaled - nearest) <= Math.abs(scaled) * LAST_BITS ? nearest : truncated(scaled);
  return Math.abs(whole) <= Number.MAX_SAFE_INTEGER ? whole + 0 : BigInt(whole);
}
