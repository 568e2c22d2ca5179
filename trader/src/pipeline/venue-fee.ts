import { decimalPlaces, fromNumber, mul, parseDecimal, rescale } from '../domain/exact.ts';
import { baseOf, type Instrument } from '../domain/instrument.ts';
import type { FillReport } from '../domain/report.ts';
import type { VenueFill } from '../ports/venue.ts';

/** What a fill's fee comes to in the ledger. */
export type FillFee = Pick<FillReport, 'fee' | 'taken' | 'feeIn'>;

/**
 * A fee as the ledger books it, in account money (10^-moneyScale). In the account's currency it is what
 * it is. In what was traded, it is that much less bought (or more sold), and worth the fill's price: exact,
 * since cash moves by price × quantity either way. In any other currency it is worth `worth`, rounded
 * up, and the account's own cash has not paid it. `worth` is a price in account money; undefined where it
 * is not known, and then the fee is booked as nothing. A fee in what was traded that is finer than the
 * instrument counts is rounded up: adapters list instruments with all decimals of their balances.
 */
export function feeOf(fill: VenueFill, instrument: Instrument, moneyScale: number, worth: (currency: string) => number | undefined): FillFee {
  const { fee, feeCurrency, price } = fill;
  const { quoteCurrency, priceScale, quantityScale } = instrument;
  const places = decimalPlaces(fee);
  const size = parseDecimal(fee, places);
  if (feeCurrency === quoteCurrency || size === 0) return { fee: rescale(size, places, moneyScale, 'ceil') };
  if (feeCurrency === baseOf(instrument)) {
    const taken = rescale(size, places, quantityScale, 'ceil');
    return { fee: rescale(mul(price, taken), priceScale + quantityScale, moneyScale, 'half-even'), taken };
  }
  const each = worth(feeCurrency);
  return { fee: each === undefined ? 0 : rescale(mul(size, fromNumber(each, WORTH_SCALE)), places + WORTH_SCALE, moneyScale, 'ceil'), feeIn: feeCurrency };
}

/** Decimals of a price that a fee is valued at. */
const WORTH_SCALE = 8;
