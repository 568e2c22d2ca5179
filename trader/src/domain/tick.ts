/**
 * What a tick tells, as the number that its column holds. `bid` and `ask`: the lots that now stand at a
 * price, 0 for none. `buy` and `sell`: a trade, by the side that took. `bidQuote` and `askQuote`: the
 * best price and its lots. `reset`: what was known of the book no longer holds.
 */
export const TICK = { bid: 0, ask: 1, buy: 2, sell: 3, bidQuote: 4, askQuote: 5, reset: 6 } as const;

/**
 * Ticks of one instrument as columns of equal length, in the order in which they happened at the venue.
 * Times are milliseconds UTC with a fraction, which float64 resolves to a quarter of a microsecond.
 */
export interface Ticks {
  readonly length: number;
  /** Which of `TICK` it is. */
  readonly kind: Uint8Array;
  /** When it happened at the venue, never decreasing. */
  readonly tsExchange: Float64Array;
  /** When it was known here, never before it happened. */
  readonly tsLocal: Float64Array;
  /** Units of 10^-priceScale, above zero; 0 for a reset. */
  readonly price: Int32Array;
  /** Units of 10^-quantityScale, whole. */
  readonly size: Float64Array;
}

/** Room for `length` ticks. */
export function allocateTicks(length: number): Ticks {
  return {
    length, kind: new Uint8Array(length), tsExchange: new Float64Array(length), tsLocal: new Float64Array(length),
    price: new Int32Array(length), size: new Float64Array(length),
  };
}

/** Ticks with the decimals in which their prices and sizes are whole numbers. */
export interface TickSeries {
  readonly ticks: Ticks;
  readonly priceScale: number;
  readonly quantityScale: number;
}
