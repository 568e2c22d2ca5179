import { z } from 'zod';
import { parseDecimal } from '../../domain/exact.ts';
import type { VenueFill, VenueOrder } from '../../ports/venue.ts';
import type { Told } from './execution-report.ts';
import { algoStatus } from './futures-orders.ts';
import { plain, type Listed } from './orders.ts';
import { decimal, id, side, status } from './wire.ts';

/** "Event: Order Update". What a fee was paid in is left out where none was. */
const orderUpdate = z.object({
  e: z.literal('ORDER_TRADE_UPDATE'),
  o: z.object({ s: z.string(), c: z.string(), S: side, q: decimal, x: z.string(), X: status, i: id, l: decimal, z: decimal, L: decimal, n: decimal.nullish(), N: z.string().nullish(), T: z.number(), t: id, m: z.boolean() }),
});

/** "Event: Algo Order Update". */
const algoUpdate = z.object({
  e: z.literal('ALGO_UPDATE'), T: z.number(),
  o: z.object({ caid: z.string(), aid: id, s: z.string(), S: side, q: decimal, X: algoStatus, ai: z.string() }),
});

/** Executions that are trades; the second is one by which the venue takes a position away. */
const TRADES: ReadonlySet<string> = new Set(['TRADE', 'CALCULATED']);

/**
 * Reads an event of the stream. Undefined for what says nothing of an order of ours: payments of
 * funding and other movements (`ACCOUNT_UPDATE`), the short form of a trade (`TRADE_LITE`), which its
 * report repeats with the fee, and a conditional order that has become a plain one of the same client
 * id, which speaks for itself from then on. Throws `TypeError` or `RangeError` for a report that cannot be read.
 */
export function readFuturesReport(event: { readonly e: string }, listed: (symbol: string) => Listed | undefined): Told | undefined {
  if (event.e === 'ORDER_TRADE_UPDATE') return orderReport(event, listed);
  return event.e === 'ALGO_UPDATE' ? conditionalReport(event, listed) : undefined;
}

function orderReport(event: unknown, listed: (symbol: string) => Listed | undefined): Told | undefined {
  const { success, data } = orderUpdate.safeParse(event);
  if (!success) throw new TypeError('an ORDER_TRADE_UPDATE of unknown shape');
  const { o: told } = data;
  const listing = listed(told.s);
  if (listing === undefined) return undefined;
  const { index, instrument } = listing;
  const shared = { clientOrderId: told.c, venueOrderId: told.i, instrument: index, side: told.S, tsEvent: told.T };
  const order: VenueOrder = { ...shared, status: told.X, quantity: parseDecimal(told.q, instrument.quantityScale), filled: parseDecimal(told.z, instrument.quantityScale) };
  if (!TRADES.has(told.x) || told.t === '0') return { order, fill: undefined };
  const fill: VenueFill = {
    ...shared, tradeId: told.t, price: parseDecimal(told.L, instrument.priceScale), quantity: parseDecimal(told.l, instrument.quantityScale),
    fee: plain(told.n ?? '0'), feeCurrency: told.N ?? instrument.quoteCurrency, liquidity: told.m ? 'maker' : 'taker',
  };
  return { order, fill };
}

function conditionalReport(event: unknown, listed: (symbol: string) => Listed | undefined): Told | undefined {
  const { success, data } = algoUpdate.safeParse(event);
  if (!success) throw new TypeError('an ALGO_UPDATE of unknown shape');
  const { o: told, T: tsEvent } = data;
  const listing = listed(told.s);
  if (listing === undefined || told.ai !== '' || told.X === 'finished') return undefined;
  const { index, instrument } = listing;
  return {
    order: { clientOrderId: told.caid, venueOrderId: told.aid, instrument: index, side: told.S, quantity: parseDecimal(told.q, instrument.quantityScale), filled: 0, status: told.X, tsEvent },
    fill: undefined,
  };
}
