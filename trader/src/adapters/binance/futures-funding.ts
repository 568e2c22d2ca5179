import { z } from 'zod';
import { format, neg, parseDecimal, decimalPlaces } from '../../domain/exact.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { VenuePayment } from '../../ports/venue.ts';
import type { Listed } from './orders.ts';
import { checked, type RestClient } from './rest-client.ts';
import { readOr } from './trade-history.ts';
import { decimal, id } from './wire.ts';

/** As many incomes as Binance gives at once ("Get Income History"). */
const PAGE = 1_000;
/** Without an end Binance gives seven days. */
const WEEK_MS = 7 * 86_400_000;
/** It keeps three months: what is asked for beyond them costs weight and brings nothing. */
const KEPT_MS = 93 * 86_400_000;

const income = z.object({ symbol: z.string(), income: decimal, asset: z.string(), time: z.number(), tranId: id });
const accountUpdate = z.object({ e: z.literal('ACCOUNT_UPDATE'), a: z.object({ m: z.string() }) });

/** Whether an event of the stream tells that funding was paid; what was paid, it does not name by an id. */
export function saysFunding(event: { readonly e: string }): boolean {
  return accountUpdate.safeParse(event).data?.a.m === 'FUNDING_FEE';
}

/** Funding of our contracts from a moment on, oldest first. Its id is unique per account and kind of income, so the contract is added. Throws `VenueError`. */
export async function fundingSince(rest: RestClient, from: Timestamp, listed: (symbol: string) => Listed | undefined, onUnreadable: (what: string) => void): Promise<readonly VenuePayment[]> {
  const found = new Map<string, VenuePayment>();
  for (let start = Math.max(from, rest.now() - KEPT_MS); start <= rest.now();) {
    const end = start + WEEK_MS;
    const parameters = { incomeType: 'FUNDING_FEE', startTime: String(start), endTime: String(end), limit: String(PAGE) };
    const page = checked(z.array(income), await rest.request({ method: 'GET', path: '/fapi/v1/income', parameters, weight: 30, purpose: 'question' }), 'income');
    for (const told of page) {
      const listing = listed(told.symbol);
      const payment = listing && readOr('a payment of funding', onUnreadable, () => toPayment(told, listing));
      if (payment !== undefined) found.set(payment.id, payment);
    }
    // Payments of one moment are far fewer than a page, so the last moment read again brings the next.
    const last = page.at(-1)?.time ?? end;
    start = page.length === PAGE ? Math.max(last, start + 1) : end + 1;
  }
  return [...found.values()].sort((a, b) => a.tsEvent - b.tsEvent);
}

function toPayment(told: z.infer<typeof income>, { index, symbol }: Listed): VenuePayment {
  const places = decimalPlaces(told.income);
  return { id: `${symbol}:${told.tranId}`, flow: 'funding', instrument: index, paid: format(neg(parseDecimal(told.income, places)), places), currency: told.asset, tsEvent: told.time };
}
