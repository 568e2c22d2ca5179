import { z } from 'zod';
import { decimalPlaces, format, neg, parseDecimal } from '../../domain/exact.ts';
import { baseOf } from '../../domain/instrument.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { VenueListing, VenuePayment } from '../../ports/venue.ts';
import { checked, type RestClient } from './rest-client.ts';
import { bare, decimal } from './wire.ts';

/** As many as Alpaca gives at once. */
const PAGE = 100;

/** A fee that is booked at the end of its day ("Crypto Spot Trading Fees"): of coins, a quantity of them; of money, an amount. */
const feeActivity = z.looseObject({ id: z.string(), date: z.string().regex(/^\d{4}-\d\d-\d\d$/), symbol: z.string().nullish(), qty: decimal.nullish(), net_amount: decimal.nullish() });

/**
 * Fees of our instruments that were booked later than their trades, from a moment on. Only their day is told, so each
 * counts as of its end, and of now while the day lasts: before that it was not in any balance. `listed` finds an
 * instrument of ours; '' stands for the one that takes fees which name none, as the regulatory ones of shares
 * ("REG fee for proceed of …") do: what was sold stands in words alone, all sales of a day together. Throws `VenueError`.
 */
export async function feesSince(rest: RestClient, from: Timestamp, now: Timestamp, listed: (symbol: string) => (VenueListing & { readonly index: number }) | undefined): Promise<readonly VenuePayment[]> {
  const found: VenuePayment[] = [];
  const after = new Date(from - DAY_MS).toISOString();
  for (let token: string | undefined, full = true; full;) {
    const query = { activity_types: 'CFEE,FEE', after, direction: 'asc', page_size: String(PAGE), ...(token === undefined ? {} : { page_token: token }) };
    const page = checked(z.array(feeActivity), await rest.patiently({ method: 'GET', path: '/v2/account/activities', query, purpose: 'question' }), 'fees');
    for (const { id, date, symbol, qty, net_amount: amount } of page) {
      const listing = listed(bare(symbol ?? ''));
      const inCoins = qty !== undefined && qty !== null && Number(qty) !== 0;
      const taken = inCoins ? qty : amount ?? '0';
      const tsEvent = Math.min(now, Date.parse(date) + DAY_MS - 1);
      if (listing === undefined || Number(taken) === 0 || tsEvent < from) continue;
      const { index, instrument } = listing;
      const places = decimalPlaces(taken);
      found.push({ id, flow: 'fee', instrument: index, paid: format(neg(parseDecimal(taken, places)), places), currency: inCoins ? baseOf(instrument) : instrument.quoteCurrency, tsEvent });
    }
    token = page.at(-1)?.id;
    full = page.length === PAGE;
  }
  return found;
}
