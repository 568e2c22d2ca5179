import { z } from 'zod';
import { parseDecimal } from '../../domain/exact.ts';
import type { VenueFill, VenueOrder } from '../../ports/venue.ts';
import { plain, type Listed } from './orders.ts';
import { decimal, id, side, status } from './wire.ts';

/** What the stream says of an order (user-data-stream.md, "Order Update"). */
const report = z.object({
  e: z.literal('executionReport'), s: z.string(), c: z.string(), C: z.string(), S: side, q: decimal, x: z.string(), X: status, i: id,
  l: decimal, z: decimal, L: decimal, n: decimal.nullable(), N: z.string().nullable(), T: z.number(), t: z.union([z.literal(-1), id]), m: z.boolean(),
});

/** An order's new state, and the trade that brought it about, if it was one. */
export interface Told {
  readonly order: VenueOrder;
  readonly fill: VenueFill | undefined;
}

/**
 * Reads an event of the stream. Undefined for what is no order's report, or one of a symbol that is
 * not ours; throws `TypeError` or `RangeError` for a report that cannot be read.
 */
export function readReport(event: { readonly e: string }, listed: (symbol: string) => Listed | undefined): Told | undefined {
  if (event.e !== 'executionReport') return undefined;
  const { success, data } = report.safeParse(event);
  if (!success) throw new TypeError('an executionReport of unknown shape');
  const listing = listed(data.s);
  if (listing === undefined) return undefined;
  const { index, instrument } = listing;
  const shared = {
    // A cancel carries an id of its own in `c`; the order that it ended is in `C`.
    clientOrderId: data.C === '' || data.x !== 'CANCELED' ? data.c : data.C, venueOrderId: data.i, instrument: index, side: data.S, tsEvent: data.T,
  };
  const order: VenueOrder = { ...shared, status: data.X, quantity: parseDecimal(data.q, instrument.quantityScale), filled: parseDecimal(data.z, instrument.quantityScale) };
  if (data.x !== 'TRADE' || data.t === -1 || data.N === null) return { order, fill: undefined };
  const fill: VenueFill = {
    ...shared, tradeId: data.t, price: parseDecimal(data.L, instrument.priceScale), quantity: parseDecimal(data.l, instrument.quantityScale),
    fee: plain(data.n ?? '0'), feeCurrency: data.N, liquidity: data.m ? 'maker' : 'taker',
  };
  return { order, fill };
}
